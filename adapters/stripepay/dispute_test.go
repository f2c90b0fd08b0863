package stripepay_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/fixture"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

// factIn returns what a signed event says.
func factIn(t *testing.T, eventType string, object stripetest.Object) (payment.Fact, error) {
	t.Helper()
	body, signature := stripetest.SignedEvent(t, secret, eventType, object, stripetest.Options{EventID: "evt_1"})
	m, err := stripepay.New([]string{secret}, stripepay.Config{}).Read(body, signature)
	return m.Fact, err
}

func TestDisputeFacts(t *testing.T) {
	t.Parallel()
	d := fixture.Dispute{
		ID: "dp_1", Intent: "pi_1", Currency: "isk", Amount: 500, Status: "needs_response",
		Moved: []fixture.Movement{{ID: "txn_1", Currency: "eur", Amount: -350, Fee: 1500}, {ID: "txn_2", Currency: "eur", Amount: 350, Fee: -1500}},
	}
	want := payment.DisputeFact{
		ID: "dp_1", Amount: ledger.Money{Amount: "5.00", Asset: "ISK"}, Status: payment.DisputeNeedsResponse, Reason: "general",
		DueBy:     time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC),
		Movements: []payment.Movement{{ID: "txn_1", Asset: "EUR", Amount: "-3.50", Fee: "15.00"}, {ID: "txn_2", Asset: "EUR", Amount: "3.50", Fee: "-15.00"}},
	}
	for _, eventType := range []string{
		"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
	} {
		object := stripetest.Dispute(t, d)
		object["evidence_details"] = stripetest.Object{"due_by": 1773480413}
		f, err := factIn(t, eventType, object)
		require.NoError(t, err, eventType)
		assert.Equal(t, payment.Disputed, f.Kind, eventType)
		assert.Equal(t, "pi_1", f.Payment, eventType)
		assert.Equal(t, want, *f.Dispute, eventType)
	}

	// Of a charge that was made without an intent, and without anything moved: Stripe's own example.
	f, err := factIn(t, "charge.dispute.created", stripetest.Fixture(t, "dispute", nil))
	require.NoError(t, err)
	assert.Equal(t, "ch_1PgafuB7WZ01zgkWXYmPNZs8", f.Payment)
	assert.Equal(t, payment.DisputeInquiry, f.Dispute.Status)
	assert.Empty(t, f.Dispute.Movements)
}

func TestPayoutFacts(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]payment.PayoutStage{
		"pending": payment.PayoutInTransit, "in_transit": payment.PayoutInTransit, "paid": payment.PayoutPaid,
		"failed": payment.PayoutFailed, "canceled": payment.PayoutFailed, "unheard of": "",
	} {
		for _, eventType := range []string{"payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled"} {
			f, err := factIn(t, eventType, stripetest.Fixture(t, "payout", stripetest.Object{"id": "po_1", "amount": -1100, "currency": "jpy", "status": status}))
			require.NoError(t, err)
			assert.Equal(t, payment.PaidOut, f.Kind)
			assert.Equal(t, payment.PayoutFact{ID: "po_1", Amount: ledger.Money{Amount: "-1100", Asset: "JPY"}, Stage: want}, *f.Payout)
		}
	}
}

func TestAmountsBeyondBelief(t *testing.T) {
	t.Parallel()
	_, err := factIn(t, "payout.paid", stripetest.Fixture(t, "payout", stripetest.Object{"amount": -stripepay.MaxMinor - 1}))
	require.ErrorIs(t, err, payment.ErrMalformed)
	_, err = factIn(t, "charge.dispute.created", stripetest.Dispute(t, fixture.Dispute{
		ID: "dp_1", Intent: "pi_1", Currency: "usd", Amount: 1, Moved: []fixture.Movement{{ID: "txn_1", Currency: "usd", Fee: stripepay.MaxMinor + 1}},
	}))
	require.ErrorIs(t, err, payment.ErrMalformed)
}
