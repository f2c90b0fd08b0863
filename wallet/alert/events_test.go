package alert_test

import (
	"testing"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet/alert"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const id, of = "alr_01kkn6wx9dg000g00400000003", "wal_01kkn6wx9dg000g00400000001"
	below := alert.Bound{Below: "100.00"}
	want := map[string]any{
		"alert-created.v1": alert.Created{AlertID: id, WalletID: of, Asset: "USD", Bound: below},
		"alert-deleted.v1": alert.Deleted{AlertID: id, WalletID: of},
		"alert-fired.v1": alert.Fired{
			AlertID: id, WalletID: of, Asset: "USD", Bound: below, Balance: "89.50",
			TransactionID: "txn_01kkn6wx9dg000g00400000007", Position: 7, At: decidetest.Start(),
		},
	}
	decidetest.Frozen(t, alert.Register, want)
}
