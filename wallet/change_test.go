package wallet_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

func TestChangeWallet(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann := b.wallet("ann", "10")
		opened := b.Events()[1]
		version := opened.Position
		c := wallet.ChangeWallet{As: user("ann"), WalletID: ann, IfVersion: &version, Changes: wallet.Changes{
			Name: new("Savings"), Metadata: &map[string]string{"k": "v"}, TimeZone: new("Asia/Tokyo"),
		}}
		e := b.Do(wallet.CommandChangeWallet, c)[0]
		assert.Equal(t, wallet.Changed{WalletID: ann, Changes: c.Changes}, e.Body)
		assert.Equal(t, "wallet/"+ann, e.Stream)
		shown, err := wallet.ShowWallet(opened)
		require.NoError(t, err)
		c.Apply(&shown)
		assert.Equal(t, []any{"Savings", map[string]string{"k": "v"}, "Asia/Tokyo"}, []any{shown.Name, shown.Metadata, shown.TimeZone})
		// The top-up in between changed what is in the wallet, not the wallet: the version was as it is.
		b.refused(wallet.CommandChangeWallet, c, ledger.ErrVersionMismatch, "", `{"version":4}`)
		version = e.Position
		c.Changes = wallet.Changes{Name: new("")}
		assert.Equal(t, wallet.Changed{WalletID: ann, Changes: wallet.Changes{Name: new("")}}, b.Do(wallet.CommandChangeWallet, c)[0].Body)
		c.Changes, c.IfVersion = wallet.Changes{}, nil
		require.Empty(t, b.Do(wallet.CommandChangeWallet, c))
		c.As = service()
		c.Metadata = &map[string]string{}
		b.Do(wallet.CommandChangeWallet, c)
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

func TestChangeWalletRefused(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "0")
	c := wallet.ChangeWallet{As: user("bob"), WalletID: ann, Changes: wallet.Changes{Name: new("x")}}
	b.refused(wallet.CommandChangeWallet, c, wallet.ErrWalletNotFound, "", "")
	c.WalletID = "wal_1"
	b.refused(wallet.CommandChangeWallet, c, wallet.ErrWalletNotFound, "", "")
	c.As, c.WalletID = user("ann"), ann
	c.Name = new(strings.Repeat("n", 256))
	b.refused(wallet.CommandChangeWallet, c, ledger.ErrInvalidField, "/name", "")
	c.Changes = wallet.Changes{Metadata: &map[string]string{"": "v"}}
	b.refused(wallet.CommandChangeWallet, c, ledger.ErrInvalidField, "/metadata", "")
	for _, zone := range []string{"Mars/Olympus", "Local", "local", "right/Europe/Berlin", "../etc", "europe/berlin", "+01:00"} {
		c.Changes = wallet.Changes{TimeZone: &zone}
		b.refused(wallet.CommandChangeWallet, c, ledger.ErrInvalidField, "/time_zone", "")
		b.refused(wallet.CommandOpenWallet, wallet.OpenWallet{As: user("ann"), Owner: "usr_ann", TimeZone: zone}, ledger.ErrInvalidField, "/time_zone", "")
	}
	b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: ann, Reason: "x"})
	c.Changes = wallet.Changes{TimeZone: new("Europe/Berlin")}
	b.Do(wallet.CommandChangeWallet, c)
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("ann"), WalletID: ann, Reason: "x"})
	b.refused(wallet.CommandChangeWallet, c, wallet.ErrWalletClosed, "", "")
}
