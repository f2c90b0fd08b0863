package readmodel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/query"
)

// alert sets an alert, and returns it as it is to be read.
func (l *library) alert(owner, id, asset string, b alert.Bound) query.Alert {
	l.t.Helper()
	e := l.do(alert.CommandCreateAlert, alert.CreateAlert{As: service(), WalletID: id, Asset: asset, Bound: b})[0]
	a, err := alert.Show(e)
	require.NoError(l.t, err)
	return query.Alert{Alert: a, Owner: owner}
}

// What is read of alerts is what their events say.
func TestAlerts(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		ann, _ := l.wallet("usr_ann", "", nil)
		more, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		low := l.alert("usr_ann", ann, "USD", alert.Bound{Below: "-10"})
		high := l.alert("usr_ann", ann, "JPY", alert.Bound{Above: "100"})
		third := l.alert("usr_ann", more, "USD", alert.Bound{Above: "0"})
		theirs := l.alert("usr_bob", bob, "USD", alert.Bound{Above: "50"})
		require.Equal(t, "-10.00", low.Below)
		l.project(size)

		reads := func(f query.AlertFilter, want ...query.Alert) {
			t.Helper()
			if f.Limit == 0 {
				f.Limit = 10
			}
			got, err := l.reads.Alerts(t.Context(), f)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		reads(query.AlertFilter{}, theirs, third, high, low)
		reads(query.AlertFilter{Limit: 2}, theirs, third)
		reads(query.AlertFilter{After: third.ID}, high, low)
		reads(query.AlertFilter{Owner: "usr_ann"}, third, high, low)
		reads(query.AlertFilter{Owner: "usr_ann", After: third.ID, Limit: 1}, high)
		reads(query.AlertFilter{WalletID: ann}, high, low)
		reads(query.AlertFilter{WalletID: ann, After: high.ID}, low)
		reads(query.AlertFilter{WalletID: "wal_none"}, []query.Alert(nil)...)

		in := l.pays(bob, "pi_1", "60", "")[0]
		fired := l.do(alert.CommandFireAlerts, alert.FireAlerts{TransactionID: in.TransactionID()})[0]
		theirs.Fired, theirs.LastFiredAt, theirs.Version = 1, in.RecordedAt, fired.Position
		l.do(alert.CommandDeleteAlert, alert.DeleteAlert{As: service(), AlertID: low.ID})
		l.do(wallet.CommandCloseWallet, wallet.CloseWallet{As: service(), WalletID: more, Reason: "moved away"})
		l.project(size)
		reads(query.AlertFilter{}, theirs, high)
		one, ok, err := l.reads.Alert(t.Context(), theirs.ID)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, theirs, one)
		for _, id := range []string{low.ID, third.ID, bob} {
			_, ok, err = l.reads.Alert(t.Context(), id)
			require.NoError(t, err)
			require.False(t, ok)
		}
	}
}
