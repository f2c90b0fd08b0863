package postgres

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
)

func TestDirectoryListsAlerts(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	d := NewDirectory(p.pool)
	last := func() string { return p.bench.Events()[len(p.bench.Events())-1].Stream[len("wallet/"):] }
	var wallets []string
	made := map[string][]alert.Standing{}
	for i := range 5 {
		p.tell(t, wallet.CommandOpenWallet, wallet.OpenWallet{As: wallet.As{Principal: "usr_ann"}, Owner: "usr_ann"})
		id := last()
		wallets = append(wallets, id)
		for range i % 3 {
			p.tell(t, alert.CommandCreateAlert, alert.CreateAlert{As: wallet.As{Principal: "usr_ann"}, WalletID: id, Asset: "USD", Bound: alert.Bound{Below: "5"}})
			e := p.bench.Events()[len(p.bench.Events())-1]
			made[id] = append(made[id], alert.Standing{ID: e.ID().Format("alr"), Asset: "USD", Bound: alert.Bound{Below: "5.00"}, Since: e.Position})
		}
	}
	p.tell(t, alert.CommandDeleteAlert, alert.DeleteAlert{As: wallet.As{Principal: "usr_ann"}, AlertID: made[wallets[4]][0].ID})
	slices.Sort(wallets)

	first, err := d.Alerts(t.Context(), "", 1)
	require.NoError(t, err)
	require.Equal(t, []alert.OfWallet{{WalletID: wallets[1], Alerts: made[wallets[1]]}}, first)
	rest, err := d.Alerts(t.Context(), wallets[1], 10)
	require.NoError(t, err)
	require.Equal(t, []alert.OfWallet{{WalletID: wallets[2], Alerts: made[wallets[2]]}}, rest, "wallets without alerts are left out, also one that had one")
	none, err := d.Alerts(t.Context(), wallets[2], 10)
	require.NoError(t, err)
	require.Empty(t, none)
	run(t, p.pool, "ALTER TABLE state RENAME TO state_away")
	_, err = d.Alerts(t.Context(), "", 1)
	require.Error(t, err)
}
