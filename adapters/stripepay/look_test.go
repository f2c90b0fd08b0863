package stripepay_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/wallet/payment"
)

// What is looked at says what a message about it would have said, and nothing new where nothing changed.
func TestLook(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	g := stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()})
	look := func(o payment.Order) payment.Message {
		t.Helper()
		m, err := g.Look(t.Context(), o)
		require.NoError(t, err)
		assert.Equal(t, []any{payment.Stripe, payment.Stripe, m.ID, payID, false}, []any{m.Provider, m.Fact.Provider, m.Fact.EventID, m.Fact.Order, m.Livemode})
		assert.False(t, m.Fact.OccurredAt.IsZero())
		return m
	}
	says := func(m payment.Message) []any {
		return []any{m.Fact.Kind, m.Fact.Told, m.Fact.Payment, m.Fact.Received, m.Fact.Failure.Code}
	}

	intent := anOrder(payment.Intent, "10.50", "USD")
	made, err := g.Open(t.Context(), intent)
	require.NoError(t, err)
	intent.Ref = made.Ref
	first := look(intent)
	assert.Equal(t, []any{payment.Told, payment.StatusCreated, made.Ref, "", ""}, says(first))
	assert.Equal(t, first.ID, look(intent).ID)
	api.Set(made.Ref, stripetest.Object{"last_payment_error": stripetest.Object{"code": "card_declined", "decline_code": "lost_card", "message": "No."}})
	failed := look(intent)
	assert.Equal(t, []any{payment.Told, payment.StatusFailed, made.Ref, "", "lost_card"}, says(failed))
	assert.NotEqual(t, first.ID, failed.ID)
	api.Set(made.Ref, stripetest.Object{"status": "succeeded", "amount_received": 1050})
	assert.Equal(t, []any{payment.Paid, payment.Status(""), made.Ref, "10.50", ""}, says(look(intent)))

	session := anOrder(payment.Checkout, "10.50", "USD")
	session.ID = payID[:len(payID)-1] + "5"
	made, err = g.Open(t.Context(), session)
	require.NoError(t, err)
	session.Ref = made.Ref
	api.Set(made.Ref, stripetest.Object{"metadata": stripetest.Object{"payment_id": payID}})
	assert.Equal(t, []any{payment.Told, payment.StatusCreated, "", "", ""}, says(look(session)))
	api.Set(made.Ref, stripetest.Object{"status": "complete"})
	assert.Equal(t, []any{payment.Told, payment.StatusProcessing, "", "", ""}, says(look(session)))
	api.Set(made.Ref, stripetest.Object{"payment_status": "paid", "payment_intent": "pi_9", "amount_total": 1050, "invoice": nil})
	assert.Equal(t, []any{payment.Paid, payment.Status(""), "pi_9", "10.50", ""}, says(look(session)))
	api.Set(made.Ref, stripetest.Object{"payment_intent": api.Get(intent.Ref)})
	assert.Equal(t, []any{payment.Paid, payment.Status(""), intent.Ref, "10.50", ""}, says(look(session)))
	api.Set(made.Ref, stripetest.Object{"status": "expired", "payment_intent": nil})
	assert.Equal(t, []any{payment.Told, payment.StatusCanceled, "", "", ""}, says(look(session)))

	refund := aRefund("4.00", first.Fact.OccurredAt)
	refund.Intent = intent.Ref
	told, err := g.Refund(t.Context(), refund)
	require.NoError(t, err)
	refund.Ref = told.Ref
	api.Set(told.Ref, stripetest.Object{"status": "failed", "failure_reason": "lost_or_stolen_card"})
	m, err := g.LookRefund(t.Context(), refund)
	require.NoError(t, err)
	assert.Equal(t, []any{refund.ID, payment.RefundFailed, "lost_or_stolen_card", m.Fact.OccurredAt},
		[]any{m.Fact.Refund.ID, m.Fact.Refund.Status, m.Fact.Refund.Failure.Code, m.Fact.Refund.At})

	session.Ref = "cs_none"
	_, err = g.Look(t.Context(), session)
	require.ErrorAs(t, err, new(payment.Failure))
	api.Next(stripetest.Trouble{Status: http.StatusBadGateway})
	_, err = g.Look(t.Context(), intent)
	require.False(t, err == nil || errors.As(err, new(payment.Failure)), "asked again: %v", err)

	require.NoError(t, g.Answers(t.Context()), "that there is no balance is an answer")
	api.Next(stripetest.Trouble{Status: http.StatusServiceUnavailable}, stripetest.Trouble{Status: http.StatusUnauthorized})
	require.Error(t, g.Answers(t.Context()))
	require.Error(t, g.Answers(t.Context()), "a wrong key opens nothing")
}
