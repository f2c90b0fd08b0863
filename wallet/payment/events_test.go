package payment_test

import (
	"testing"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet/payment"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const id = "wal_01kkn6wx9dg000g00400000001"
	ten := ledger.Money{Amount: "10.50", Asset: "USD"}
	source := payment.Source{EventID: "evt_1", Raw: 7}
	want := map[string]any{
		"payment-received.v1": payment.Received{Provider: "stripe", Payment: "pi_1", Amount: ten, WalletID: id, Source: source},
		"payment-refunded.v1": payment.Refunded{Provider: "stripe", Payment: "pi_1", Amount: ten, Source: source},
		"payment-assigned.v1": payment.Assigned{Provider: "stripe", Payment: "pi_1", Amount: ten, WalletID: id, Source: source},
	}
	decidetest.Frozen(t, payment.Register, want)
}
