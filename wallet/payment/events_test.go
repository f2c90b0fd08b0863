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
	about := payment.About{Provider: "stripe", Dispute: "dp_1", Payment: "pi_1", WalletID: id, Source: source}
	none := ledger.Money{Amount: "0.00", Asset: "USD"}
	movement := func(amount string) payment.Movement {
		return payment.Movement{ID: "txn_1", Asset: "USD", Amount: amount, Fee: "15.00"}
	}
	want := map[string]any{
		"payment-received.v1":         payment.Received{Provider: "stripe", Payment: "pi_1", Amount: ten, WalletID: id, Source: source},
		"payment-refunded.v1":         payment.Refunded{Provider: "stripe", Payment: "pi_1", Amount: ten, Source: source},
		"payment-assigned.v1":         payment.Assigned{Provider: "stripe", Payment: "pi_1", Amount: ten, WalletID: id, Source: source},
		"dispute-updated.v1":          payment.DisputeUpdated{About: about, Amount: ten, Status: payment.DisputeNeedsResponse, Reason: "fraudulent", At: decidetest.Start()},
		"dispute-funds-withdrawn.v1":  payment.FundsMoved{About: about, Movement: movement("-10.50"), DisputeFigures: payment.DisputeFigures{Taken: ten, Held: "10.50"}},
		"dispute-funds-reinstated.v1": payment.FundsMoved{About: about, Movement: movement("10.50"), DisputeFigures: payment.DisputeFigures{Taken: none, Held: "0.00"}},
		"dispute-lost.v1":             payment.DisputeSettled{About: about, Amount: ten, DisputeFigures: payment.DisputeFigures{Taken: none, Held: "0.00", Suspended: ten}},
		"dispute-claimed.v1":          payment.DisputeSettled{About: about, Amount: ten, DisputeFigures: payment.DisputeFigures{Taken: ten, Held: "10.50"}},
		"payout-created.v1":           payment.PayoutMoved{Provider: "stripe", Payout: "po_1", Amount: ten, Stage: payment.PayoutInTransit, Source: source},
		"payout-paid.v1":              payment.PayoutMoved{Provider: "stripe", Payout: "po_1", Amount: ten, Stage: payment.PayoutPaid, Source: source},
		"payout-failed.v1":            payment.PayoutMoved{Provider: "stripe", Payout: "po_1", Amount: ten, Stage: payment.PayoutFailed, Source: source},
	}
	decidetest.Frozen(t, payment.Register, want)
}
