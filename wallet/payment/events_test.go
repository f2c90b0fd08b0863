package payment_test

import (
	"maps"
	"testing"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const id = "wal_01kkn6wx9dg000g00400000001"
	at := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
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
	const pay = "pay_01kkn6wx9dg000g00400000003"
	step := func(p payment.Progress) payment.Step {
		return payment.Step{PaymentID: pay, Provider: "stripe", WalletID: id, Progress: p}
	}
	opened := payment.Progress{Status: payment.StatusCreated, Told: payment.StatusCreated, ToldAt: at, ProviderRef: "cs_1"}
	failed := payment.Progress{Status: payment.StatusFailed, Told: payment.StatusFailed, ToldAt: at, Failure: payment.Failure{Code: "amount_too_small", Message: "It is too small."}}
	canceled := opened
	canceled.Status, canceled.Told = payment.StatusCanceled, payment.StatusCanceled
	disputed := opened
	disputed.Status, disputed.Intent, disputed.Received, disputed.Refunded, disputed.Disputed = payment.StatusDisputed, "pi_1", "10.50", "4.00", "6.50"
	maps.Copy(want, map[string]any{
		"payment-created.v1": payment.Created{
			PaymentID: pay, Provider: "stripe", WalletID: id, Owner: "usr_ann", Amount: ten, Method: payment.Checkout,
			SuccessURL: "https://shop.example.com/paid", CancelURL: "https://shop.example.com/cart", Description: "Top-up", CreatedBy: "key_shop",
			Metadata: map[string]string{"cart": "7"},
		},
		"payment-opened.v1":           payment.Opened{Step: step(opened), Handover: seal.Text("sealed")},
		"payment-not-opened.v1":       payment.NotOpened{Step: step(failed)},
		"payment-cancel-requested.v1": payment.CancelRequested{Step: step(opened), RequestedBy: "usr_ann"},
		"payment-canceled.v1":         payment.Canceled{Step: step(canceled)},
		"payment-not-canceled.v1":     payment.NotCanceled{Step: step(opened), Why: payment.Failure{Code: "payment_intent_unexpected_state"}},
		"payment-progressed.v1":       payment.Progressed{Step: step(disputed), Source: source},
	})
	// Since schema 2 they tell the fee.
	fee := ledger.Money{Amount: "0.59", Asset: "USD"}
	opened.Fee, failed.Fee, canceled.Fee, disputed.Fee = fee, fee, fee, fee
	maps.Copy(want, map[string]any{
		"payment-opened.v2":           payment.Opened{Step: step(opened), Handover: seal.Text("sealed")},
		"payment-not-opened.v2":       payment.NotOpened{Step: step(failed)},
		"payment-cancel-requested.v2": payment.CancelRequested{Step: step(opened), RequestedBy: "usr_ann"},
		"payment-canceled.v2":         payment.Canceled{Step: step(canceled)},
		"payment-not-canceled.v2":     payment.NotCanceled{Step: step(opened), Why: payment.Failure{Code: "payment_intent_unexpected_state"}},
		"payment-progressed.v2":       payment.Progressed{Step: step(disputed), Source: source},
	})
	line := payment.Source{EventID: "txn_1", Raw: 7}
	back := payment.OutsideRefund{Provider: "stripe", Refund: "re_1", Payment: "pi_1", Amount: ten, WalletID: id, FailedAt: at, Source: line}
	found := back
	found.FailedAt = time.Time{}
	maps.Copy(want, map[string]any{
		"balance-transaction-booked.v1": payment.Settled{
			Provider: "stripe", Payment: "pi_1", PaymentID: pay, Invoiced: true, Source: line,
			Settlement: payment.SettlementFact{
				Movement: payment.Movement{ID: "txn_1", Asset: "EUR", Amount: "9.20", Fee: "0.50"}, Type: "charge", Of: payment.OfPayment, Ref: "ch_1",
				Paid: ten, Rate: "0.876", AvailableOn: time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC),
			},
		},
		"payment-uncollected.v1":     payment.Counted{Provider: "stripe", Payment: "pi_1", Amount: ten, Source: line},
		"payment-refund-found.v1":    found,
		"payment-refund-returned.v1": back,
	})
	created := want["payment-created.v1"].(payment.Created)
	judgment := risk.Judgment{Decision: risk.Review, Rules: 3, Reasons: []risk.Reason{{Rule: "large", Decision: risk.Review, Text: "It is large."}}}
	history := risk.History{PaymentsHour: 1, PaymentsDay: 2, AmountHour: "5.00", AmountDay: "10.00", RefusedDay: 1, FailedDay: 3, Paid: 4, Disputed: 1}
	facts := risk.Facts{
		Payment: risk.PaymentFacts{Amount: "10.50", Asset: "USD", Method: "checkout", Provider: "stripe", AskedBy: "key_shop"},
		User:    risk.PartyFacts{ID: "usr_ann", AgeHours: 30, History: history}, Wallet: risk.PartyFacts{ID: id, AgeHours: 20, History: history},
	}
	created.Assessment = &risk.Assessment{Judgment: judgment, Facts: facts}
	facts.Card = &risk.CardFacts{Card: risk.Card{ID: "0f1e", Country: "US", Brand: "visa", Funding: "credit"}, Users: 2, History: history}
	reviewed := opened
	reviewed.Risk = &payment.Verdict{Judgment: judgment, Review: "rev_01kkn6wx9dg000g00400000007", Held: "10.50"}
	decided := opened
	decided.Risk = &payment.Verdict{Judgment: judgment, DecidedBy: "usr_boss", Returned: "10.50"}
	decided.Risk.Decision = risk.Refuse
	maps.Copy(want, map[string]any{
		"payment-created.v2":       created,
		"payment-judged.v1":        payment.Judged{Step: step(reviewed), Assessment: risk.Assessment{Judgment: judgment, Facts: facts}, Source: source},
		"payment-review-opened.v1": payment.ReviewOpened{Step: step(reviewed), Why: "insufficient-funds"},
		"payment-reviewed.v1": payment.Reviewed{
			Step: step(decided), ReviewID: "rev_01kkn6wx9dg000g00400000007", Decision: risk.Refuse, Reason: "A stolen card.", DecidedBy: "usr_boss",
		},
		"payment-held-back.v1": payment.HeldBack{Step: step(reviewed), Amount: ten},
		"payment-let-go.v1":    payment.LetGo{Step: step(decided), Amount: ten},
	})
	refund := func(p payment.RefundProgress) payment.RefundStep {
		return payment.RefundStep{
			RefundID: "ref_01kkn6wx9dg000g00400000009", PaymentID: pay, Provider: "stripe", Intent: "pi_1", WalletID: id, Amount: ten, RefundProgress: p,
		}
	}
	maps.Copy(want, map[string]any{
		"refund-requested.v1": payment.RefundAsked{RefundStep: refund(payment.RefundProgress{Status: payment.RefundRequested}), Reason: "sent back", RequestedBy: "usr_boss"},
		"refund-sent.v1":      payment.RefundOnItsWay{RefundStep: refund(payment.RefundProgress{Status: payment.RefundSent, ProviderRef: "re_1"})},
		"refund-settled.v1":   payment.RefundDone{RefundStep: refund(payment.RefundProgress{Status: payment.RefundSettled, ProviderRef: "re_1"})},
		"refund-failed.v1": payment.RefundUndone{RefundStep: refund(payment.RefundProgress{
			Status: payment.RefundFailed, ProviderRef: "re_1", Failure: payment.Failure{Code: "expired_or_canceled_card"}, FailedAt: at,
		})},
	})
	const sus = "sus_01kkn6wx9dg000g00400000007"
	unknown := payment.Fact{
		Provider: "stripe", EventID: "evt_1", Type: "payment_intent.succeeded", Raw: 7, Kind: payment.Paid, OccurredAt: at,
		Payment: "pi_1", Asset: "DOGE", Received: "10.50", Refunded: "0.00", Wallet: id,
	}
	maps.Copy(want, map[string]any{
		"payment-received.v2": payment.Received{Provider: "stripe", Payment: "pi_1", Amount: ten, Reason: payment.WalletUnknown, Named: "wal_x", Source: source},
		"payment-assigned.v2": payment.Assigned{Provider: "stripe", Payment: "pi_1", Amount: ten, WalletID: id, SuspenseID: sus, Reason: "Her letter of May 4", AssignedBy: "usr_boss"},
		"dispute-updated.v2": payment.DisputeUpdated{
			About: about, Amount: ten, Status: payment.DisputeNeedsResponse, Reason: "fraudulent", At: decidetest.Start(), DueBy: at,
		},
		"provider-fact-held.v1":   payment.FactHeld{HeldID: sus, Key: "stripe/paid/pi_1", Reason: "unknown-asset", Fact: unknown},
		"provider-fact-booked.v1": payment.FactBooked{HeldID: sus, Key: "stripe/paid/pi_1", BookedBy: "usr_boss"},
	})
	decidetest.Frozen(t, payment.Register, want)
}
