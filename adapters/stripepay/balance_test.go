package stripepay_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

type object = stripetest.Object

func settledAt() time.Time { return time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC) }

// aBalance is Stripe with a charge of 10.50 dollars, one that is pending, one that failed, and what is of them.
func aBalance(t *testing.T) (*stripetest.API, *stripepay.Balance) {
	t.Helper()
	api := stripetest.NewAPI(t)
	for id, status := range map[string]string{"ch_1": "succeeded", "ch_pending": "pending", "ch_failed": "failed"} {
		api.Add(object{
			"object": "charge", "id": id, "payment_intent": "pi_1", "amount": 1050, "amount_captured": 1050, "amount_refunded": 400, "currency": "usd",
			"status": status, "invoice": nil, "metadata": object{"wallet_id": walletID, "payment_id": payID},
		})
	}
	for id, charge := range map[string]string{"re_1": "ch_1", "pyr_1": "ch_failed"} {
		api.Add(object{
			"object": "refund", "id": id, "charge": charge, "payment_intent": "pi_1", "amount": 400, "currency": "usd", "status": "succeeded",
			"metadata": object{"refund_id": "ref_1"}, "failure_reason": "expired_or_canceled_card",
		})
	}
	api.Add(object{"object": "dispute", "id": "dp_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": 1050, "currency": "usd", "status": "lost", "reason": "fraudulent", "balance_transactions": []object{}})
	api.Add(object{"object": "dispute", "id": "dp_won", "charge": "ch_1", "payment_intent": "pi_1", "amount": 1050, "currency": "usd", "status": "won", "balance_transactions": []object{
		{"id": "txn_0", "amount": -1050, "fee": 1500, "currency": "usd"}, {"id": "txn_1", "amount": 1050, "fee": 0, "currency": "usd"},
	}})
	api.Add(object{"object": "payout", "id": "po_1", "amount": 900, "currency": "usd", "status": "paid"})
	api.Add(object{"object": "topup", "id": "tu_1", "amount": 900, "currency": "usd", "status": "succeeded"})
	return api, stripepay.NewBalance(stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()}), false)
}

// Each balance transaction says what it is of, as Stripe's objects do.
func TestBalance(t *testing.T) {
	t.Parallel()
	usd := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }
	of := func(cause payment.Cause, ref, paid string) payment.Fact {
		f := payment.Fact{Settlement: &payment.SettlementFact{Of: cause, Ref: ref}}
		if cause == payment.OfPayment || cause == payment.OfRefund {
			f.Payment, f.Asset, f.Received, f.Wallet, f.Order = "pi_1", "USD", "10.50", walletID, payID
			f.Settlement.Paid = usd(paid)
		}
		return f
	}
	refund := func(f payment.Fact, ref, id, amount string, status payment.RefundStatus) payment.Fact {
		f.Refund = &payment.RefundFact{ID: id, Amount: usd(amount), Moved: true, RefundTold: payment.RefundTold{Ref: ref, Status: status, At: settledAt()}}
		if status == payment.RefundFailed {
			f.Refund.Returned, f.Refund.Failure = true, payment.Failure{Code: "expired_or_canceled_card"}
		}
		return f
	}
	unpaid := func(f payment.Fact) payment.Fact { f.Received = "0.00"; return f }
	payout := func(stage payment.PayoutStage) payment.Fact {
		f := of(payment.OfPayout, "po_1", "")
		f.Payout = &payment.PayoutFact{ID: "po_1", Amount: usd("9.00"), Stage: stage}
		return f
	}
	dispute := of(payment.OfDispute, "dp_1", "")
	dispute.Payment = "pi_1"
	dispute.Dispute = &payment.DisputeFact{
		ID: "dp_1", Amount: usd("10.50"), Status: payment.DisputeLost, Reason: "fraudulent",
		Movements: []payment.Movement{{ID: "txn_1", Asset: "USD", Amount: "-10.50", Fee: "15.00"}},
	}
	// It says all that the dispute has moved, in that order: what comes back was taken before.
	won := of(payment.OfDispute, "dp_won", "")
	won.Payment = "pi_1"
	won.Dispute = &payment.DisputeFact{ID: "dp_won", Amount: usd("10.50"), Status: payment.DisputeWon, Movements: []payment.Movement{
		{ID: "txn_0", Asset: "USD", Amount: "-10.50", Fee: "15.00"}, {ID: "txn_1", Asset: "USD", Amount: "10.50", Fee: "0.00"},
	}}
	for name, c := range map[string]struct {
		kind, source  string
		amount, fee   int
		currency      string
		want          payment.Fact
		amounts, rate string
	}{
		"a charge":                            {"charge", "ch_1", 1050, 59, "usd", of(payment.OfPayment, "ch_1", "10.50"), "10.50 0.59", ""},
		"in another currency":                 {"charge", "ch_1", 1448, 60, "jpy", of(payment.OfPayment, "ch_1", "10.50"), "1448 60", "137.9"},
		"a direct debit":                      {"payment", "ch_pending", 1050, 35, "usd", unpaid(of(payment.OfPayment, "ch_pending", "10.50")), "10.50 0.35", ""},
		"a direct debit that failed":          {"payment_failure_refund", "ch_failed", -1050, 0, "usd", unpaid(of(payment.OfPayment, "ch_failed", "-10.50")), "-10.50 0.00", ""},
		"the same, of a refund":               {"payment_failure_refund", "pyr_1", -1050, 0, "usd", unpaid(of(payment.OfPayment, "ch_failed", "-10.50")), "-10.50 0.00", ""},
		"a payment that is taken back":        {"payment_reversal", "ch_1", -1050, 0, "usd", refund(of(payment.OfRefund, "ch_1", "-10.50"), "txn_1", "", "10.50", payment.RefundSettled), "-10.50 0.00", ""},
		"a refund":                            {"refund", "re_1", -400, -10, "usd", refund(of(payment.OfRefund, "re_1", "-4.00"), "re_1", "ref_1", "4.00", payment.RefundSettled), "-4.00 -0.10", ""},
		"a refund that failed":                {"refund_failure", "re_1", 400, 0, "usd", refund(of(payment.OfRefund, "re_1", "4.00"), "re_1", "ref_1", "4.00", payment.RefundFailed), "4.00 0.00", ""},
		"a refund that failed, of other days": {"adjustment", "re_1", 400, 0, "usd", refund(of(payment.OfRefund, "re_1", "4.00"), "re_1", "ref_1", "4.00", payment.RefundFailed), "4.00 0.00", ""},
		"a dispute":                           {"adjustment", "dp_1", -1050, 1500, "usd", dispute, "-10.50 15.00", ""},
		"a dispute that is won":               {"adjustment", "dp_won", 1050, 0, "usd", won, "10.50 0.00", ""},
		"a payout":                            {"payout", "po_1", -900, 0, "usd", payout(payment.PayoutInTransit), "-9.00 0.00", ""},
		"a payout that failed":                {"payout_failure", "po_1", 900, 0, "usd", payout(payment.PayoutFailed), "9.00 0.00", ""},
		"a payout that was canceled":          {"payout_cancel", "po_1", 900, 0, "usd", payout(payment.PayoutFailed), "9.00 0.00", ""},
		"a top-up":                            {"topup", "tu_1", 900, 0, "usd", of(payment.OfTopUp, "tu_1", ""), "9.00 0.00", ""},
		"a fee":                               {"stripe_fee", "", -200, 0, "usd", of(payment.OfOther, "", ""), "-2.00 0.00", ""},
		"a hold of the card's network":        {"payment_network_reserve_hold", "ch_1", -200, 0, "usd", of(payment.OfOther, "ch_1", ""), "-2.00 0.00", ""},
		"what is of next year":                {"gift_of_the_house", "gift_1", 200, 0, "usd", of(payment.OfOther, "gift_1", ""), "2.00 0.00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, balance := aBalance(t)
			fields := object{"id": "txn_1", "type": c.kind, "amount": c.amount, "fee": c.fee, "currency": c.currency}
			if c.rate != "" {
				fields["exchange_rate"] = 137.9
			}
			api.Settles(c.source, settledAt(), fields)
			want := c.want
			want.Provider, want.EventID, want.Type, want.Kind, want.OccurredAt = payment.Stripe, "txn_1", "balance_transaction."+c.kind, payment.Balanced, settledAt()
			s := want.Settlement
			s.ID, s.Asset, s.Type, s.Rate, s.AvailableOn = "txn_1", map[string]string{"usd": "USD", "jpy": "JPY"}[c.currency], c.kind, c.rate, settledAt()
			_, err := fmt.Sscan(c.amounts, &s.Amount, &s.Fee)
			require.NoError(t, err)
			told := 0
			require.NoError(t, balance.Since(t.Context(), settledAt(), func(m payment.Message, err error) error {
				require.NoError(t, err)
				assert.Equal(t, want, m.Fact)
				assert.Equal(t, "txn_1 balance_transaction."+c.kind, m.ID+" "+m.Type)
				assert.Contains(t, string(m.Body), `"id":"txn_1"`)
				told++
				return nil
			}))
			assert.Equal(t, 1, told)
		})
	}
}

// Pages are asked for until there are no more, from a time on and up to another; what cannot be read is an error, and
// keeps nobody else.
func TestBalanceInPages(t *testing.T) {
	t.Parallel()
	api, balance := aBalance(t)
	for i, source := range []string{"", "", "ch_gone", "", "", "re_1", ""} {
		kind := "stripe_fee"
		if source != "" {
			kind = "charge"
		}
		api.Settles(source, settledAt().Add(time.Duration(i)*time.Second), object{"id": fmt.Sprintf("txn_%d", i), "type": kind, "amount": -1, "currency": "usd"})
	}
	var told, wrong []string
	list := func(from, until time.Time) error {
		told, wrong = nil, nil
		return balance.BalanceTransactions(t.Context(), from, until, func(m payment.Message, err error) error {
			if err != nil {
				require.ErrorIs(t, err, payment.ErrMalformed)
				wrong = append(wrong, m.ID)
				return nil
			}
			told = append(told, m.ID)
			return nil
		})
	}
	require.NoError(t, list(settledAt(), time.Time{}))
	assert.Equal(t, []string{"txn_6", "txn_5", "txn_4", "txn_3", "txn_1", "txn_0"}, told)
	assert.Equal(t, []string{"txn_2"}, wrong)
	require.NoError(t, list(settledAt().Add(3*time.Second), settledAt().Add(5*time.Second)))
	assert.Equal(t, []string{"txn_4", "txn_3"}, told)
	told = nil
	err := balance.Since(t.Context(), settledAt().Add(time.Second), func(m payment.Message, err error) error {
		told = append(told, m.ID)
		return err
	})
	require.ErrorContains(t, err, "txn_2")
	require.ErrorContains(t, err, "source ch_gone is not expanded")
	assert.Equal(t, []string{"txn_6", "txn_5", "txn_4", "txn_3", "txn_1"}, told)
	stop := errors.New("stop")
	require.ErrorIs(t, balance.Since(t.Context(), settledAt(), func(payment.Message, error) error { return stop }), stop)

	// Where the charge of a refund cannot be asked for, nobody is told anything of it.
	api.Next(stripetest.Trouble{Status: http.StatusInternalServerError, Code: "lock_timeout"})
	api.Settles("re_1", settledAt().Add(time.Minute), object{"id": "txn_9", "type": "refund", "amount": -400, "currency": "usd"})
	require.ErrorContains(t, list(settledAt().Add(time.Minute), time.Time{}), "look at the charge of refund re_1")
	assert.Empty(t, append(told, wrong...))
}
