package wallet_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
)

func TestOpenWallet(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		events := b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{
			As: user("ann"), Owner: "usr_ann", Name: "Main", Metadata: map[string]string{"shop": "north"},
		})
		require.Len(t, events, 1)
		e := events[0]
		id := e.ID().Format("wal")
		assert.Equal(t, wallet.Opened{
			WalletID: id, Owner: "usr_ann", Name: "Main", Metadata: map[string]string{"shop": "north"},
		}, e.Body)
		assert.Equal(t, "wallet/"+id, e.Stream)
		assert.Equal(t, "main", e.Ledger)
		assert.JSONEq(t, `{"owner":"usr_ann","status":"open","version":2}`, b.State()["wallet/"+id])

		shown, err := wallet.ShowWallet(e)
		require.NoError(t, err)
		assert.Equal(t, wallet.Wallet{
			ID: id, Owner: "usr_ann", Name: "Main", Status: wallet.StatusOpen, Metadata: map[string]string{"shop": "north"},
			CreatedAt: decidetest.Start(), Version: 2,
		}, shown)
		_, err = wallet.ShowWallet(b.Events()[0])
		require.ErrorContains(t, err, "event 1 is a asset-registered")

		// A second wallet of the same owner is another one, of another id.
		assert.NotEqual(t, id, b.wallet("ann", "0"))
	}
}

func TestWhoOpensForWhom(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: service(), Owner: "usr_ann"})
	b.refused(wallet.CommandOpenWallet, wallet.OpenWallet{As: user("bob"), Owner: "usr_ann"}, wallet.ErrOwnerForbidden, "/owner_id", "")
	// A role that is not known is the least of them.
	b.refused(wallet.CommandOpenWallet, wallet.OpenWallet{As: wallet.As{Principal: "usr_bob"}, Owner: "usr_ann"},
		wallet.ErrOwnerForbidden, "/owner_id", "")
}

func TestForms(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	opening := wallet.OpenWallet{As: user("ann"), Owner: "usr_ann"}
	placing := wallet.PlaceHold{As: user("ann"), WalletID: ann, Amount: money("1")}
	capture := wallet.CaptureHold{As: service(), HoldID: b.hold(ann, "10", wallet.Payee{ToWallet: bob})}
	for name, c := range map[string]struct {
		command string
		body    interface{ Validate() []ledger.FieldError }
		pointer string
	}{
		"no owner":                {wallet.CommandOpenWallet, with(opening, func(c *wallet.OpenWallet) { c.Owner = "" }), "/owner_id"},
		"a long name":             {wallet.CommandOpenWallet, with(opening, func(c *wallet.OpenWallet) { c.Name = strings.Repeat("n", 256) }), "/name"},
		"U+0000":                  {wallet.CommandOpenWallet, with(opening, func(c *wallet.OpenWallet) { c.Metadata = map[string]string{"k": "\x00"} }), "/metadata/k"},
		"an empty key":            {wallet.CommandOpenWallet, with(opening, func(c *wallet.OpenWallet) { c.Metadata = map[string]string{"": "v"} }), "/metadata"},
		"no wallet":               {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.WalletID = "" }), "/wallet_id"},
		"a hold as wallet":        {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.WalletID = capture.HoldID }), "/wallet_id"},
		"zero":                    {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.Amount.Amount = "0" }), "/amount/amount"},
		"a negative amount":       {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.Amount.Amount = "-1" }), "/amount/amount"},
		"an asset in lower case":  {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.Amount.Asset = "usd" }), "/amount/asset"},
		"two payees":              {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.Payee = wallet.Payee{ToWallet: bob, ToAccount: "income:shop"} }), "/to_account"},
		"oneself as payee":        {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.ToWallet = ann }), "/to_wallet"},
		"an account without root": {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.ToAccount = "shop:till" }), "/to_account"},
		"a long description":      {wallet.CommandPlaceHold, with(placing, func(c *wallet.PlaceHold) { c.Description = strings.Repeat("d", 1001) }), "/description"},
		"capture of zero":         {wallet.CommandCaptureHold, with(capture, func(c *wallet.CaptureHold) { c.Amount = &ledger.Money{Amount: "0.0", Asset: points} }), "/amount/amount"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := c.body.Validate()
			require.Len(t, errs, 1)
			assert.Equal(t, c.pointer, errs[0].Pointer)
			// The decider does not rely on the edge.
			b.refused(c.command, c.body, ledger.ErrInvalidField, c.pointer, "")
		})
	}
	assert.Empty(t, opening.Validate())
	assert.Empty(t, placing.Validate())
	assert.Empty(t, capture.Validate())
}

func with[C any](c C, change func(*C)) C {
	change(&c)
	return c
}

// CASES 40: what is promised is paid, nothing more is promised, and money comes in.
func TestFrozenWallet(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	hold := b.hold(ann, "60", wallet.Payee{ToWallet: bob})
	b.Given(journal.Event{
		Ledger: "main", Type: wallet.TypeWalletFrozen, Body: wallet.Frozen{WalletID: ann, Reason: "dispute"},
	})
	b.refused(wallet.CommandPlaceHold, place(ann, "1", wallet.Payee{ToWallet: bob}), wallet.ErrWalletFrozen, "", "")
	require.Nil(t, b.capture(hold, "20").Refusal)
	require.Nil(t, b.release(hold).Refusal)
	b.Do(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: b.hold(bob, "5", wallet.Payee{ToWallet: ann})})
	assert.Equal(t, "85", b.available(ann))
	assert.Equal(t, "0", b.held(ann))
	assert.Equal(t, "15", b.available(bob))
}
