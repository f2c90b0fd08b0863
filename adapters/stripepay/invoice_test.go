package stripepay_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/payment"
)

const memID = "mem_01kkn6wx9dg000g00400000005"

func day(n int) time.Time { return time.Date(2028, 2, n, 9, 0, 0, 0, time.UTC) }

// line is a line of an invoice, as stripe-go's version of the API has it.
func line(cents int, price string, start, end time.Time) stripetest.Object {
	return stripetest.Object{"amount": cents, "price": stripetest.Object{"id": price}, "period": stripetest.Object{"start": start.Unix(), "end": end.Unix()}}
}

func lines(of ...stripetest.Object) stripetest.Object { return stripetest.Object{"data": of} }

// What an invoice says, in the shape of stripe-go's version and in today's.
func TestInvoices(t *testing.T) {
	t.Parallel()
	paid := payment.InvoiceFact{
		ID: "in_1", CreatedAt: day(1), Payment: "pi_1", Paid: ledger.Money{Amount: "10.00", Asset: "USD"}, Settled: true,
		Term: payment.Term{Price: "price_1", Start: day(1), End: day(29)},
	}
	with := func(change func(*payment.InvoiceFact)) payment.InvoiceFact {
		i := paid
		change(&i)
		return i
	}
	old := stripetest.Object{
		"id": "in_1", "created": day(1).Unix(), "status": "paid", "amount_paid": 1000, "currency": "usd", "payment_intent": "pi_1", "subscription": "sub_1",
		"subscription_details": stripetest.Object{"metadata": stripetest.Object{"membership_id": memID}}, "parent": nil, "next_payment_attempt": nil,
		"lines": lines(line(1000, "price_1", day(1), day(29))),
	}
	over := func(fields stripetest.Object) stripetest.Object {
		o := stripetest.Object{}
		for _, from := range []stripetest.Object{old, fields} {
			for name, value := range from {
				o[name] = value
			}
		}
		return o
	}
	for name, c := range map[string]struct {
		eventType string
		fields    stripetest.Object
		want      payment.InvoiceFact
	}{
		"paid": {"invoice.paid", nil, paid},
		"today's": {"invoice.payment_succeeded", stripetest.Object{
			"subscription": nil, "subscription_details": nil, "payment_intent": nil,
			"parent":   stripetest.Object{"subscription_details": stripetest.Object{"subscription": "sub_1", "metadata": stripetest.Object{"membership_id": memID}}},
			"payments": stripetest.Object{"data": []stripetest.Object{{"payment": stripetest.Object{"payment_intent": "pi_1"}}}},
			"lines": lines(stripetest.Object{
				"amount": 1000, "pricing": stripetest.Object{"price_details": stripetest.Object{"price": "price_1"}}, "period": stripetest.Object{"start": day(1).Unix(), "end": day(29).Unix()},
			}),
		}, paid},
		"named in a line": {"invoice.paid", stripetest.Object{"subscription_details": nil, "lines": lines(stripetest.Object{
			"amount": 1000, "price": stripetest.Object{"id": "price_1"}, "period": stripetest.Object{"start": day(1).Unix(), "end": day(29).Unix()},
			"metadata": stripetest.Object{"membership_id": memID},
		})}, paid},
		"a change": {"invoice.paid", stripetest.Object{"lines": lines(line(-700, "price_0", day(8), day(29)), line(1700, "price_1", day(8), day(29)))},
			with(func(i *payment.InvoiceFact) { i.Term.Start = day(8) })},
		"a change, with the next period": {"invoice.paid", stripetest.Object{"lines": lines(
			line(1700, "price_2", day(1), day(8)), line(1000, "price_1", day(8), day(29)), line(-700, "price_0", day(1), day(29)),
		)}, with(func(i *payment.InvoiceFact) { i.Term.Start = day(8) })},
		"for no time": {"invoice.paid", stripetest.Object{"lines": lines(line(1000, "price_1", day(1), day(1)))},
			with(func(i *payment.InvoiceFact) { i.Term = payment.Term{} })},
		"paid elsewhere": {"invoice.paid", stripetest.Object{"paid_out_of_band": true, "payment_intent": nil},
			with(func(i *payment.InvoiceFact) { i.Paid.Amount, i.Payment = "0.00", "" })},
		"failed": {"invoice.payment_failed", stripetest.Object{"status": "open", "amount_paid": 0, "next_payment_attempt": day(3).Unix()},
			with(func(i *payment.InvoiceFact) { i.Paid.Amount, i.Settled, i.NextTry = "0.00", false, day(3) })},
	} {
		body, signature := stripetest.SignedEvent(t, secret, c.eventType, stripetest.Fixture(t, "invoice", over(c.fields)), stripetest.Options{EventID: "evt_1", Created: day(2)})
		m, err := stripepay.New([]string{secret}, stripepay.Config{}).Read(body, signature)
		require.NoError(t, err, name)
		want := payment.Fact{
			Provider: "stripe", EventID: "evt_1", Type: c.eventType, Kind: payment.Billed, OccurredAt: day(2),
			Billing: &payment.BillingFact{Membership: memID, Subscription: "sub_1", Invoice: &c.want},
		}
		assert.Equal(t, want, m.Fact, name)
		assert.True(t, m.Fact.WellFormed(), name)
		command, err := payment.Command(m.Fact)
		require.NoError(t, err)
		assert.Equal(t, payment.CommandRecordBilling, command.Type)
	}
}

func TestSubscriptionStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fields stripetest.Object
		want   payment.SubscriptionFact
	}{
		"incomplete":         {stripetest.Object{"status": "incomplete"}, payment.SubscriptionFact{Status: payment.SubscriptionWaiting}},
		"active":             {stripetest.Object{"status": "active"}, payment.SubscriptionFact{Status: payment.SubscriptionActive}},
		"trialing":           {stripetest.Object{"status": "trialing"}, payment.SubscriptionFact{Status: payment.SubscriptionActive}},
		"past due":           {stripetest.Object{"status": "past_due"}, payment.SubscriptionFact{Status: payment.SubscriptionOverdue}},
		"to end":             {stripetest.Object{"cancel_at_period_end": true}, payment.SubscriptionFact{Status: payment.SubscriptionActive, AtEnd: true}},
		"to end at its end":  {stripetest.Object{"cancel_at": day(29).Unix()}, payment.SubscriptionFact{Status: payment.SubscriptionActive, AtEnd: true}},
		"to end much later":  {stripetest.Object{"cancel_at": day(29).AddDate(1, 0, 0).Unix()}, payment.SubscriptionFact{Status: payment.SubscriptionActive}},
		"unpaid":             {stripetest.Object{"status": "unpaid"}, payment.SubscriptionFact{Status: payment.SubscriptionUnpaid}},
		"never paid":         {stripetest.Object{"status": "incomplete_expired"}, payment.SubscriptionFact{Status: payment.SubscriptionUnpaid}},
		"canceled":           {stripetest.Object{"status": "canceled", "ended_at": day(5).Unix()}, payment.SubscriptionFact{Status: payment.SubscriptionCanceled, EndedAt: day(5)}},
		"ended by no paying": {stripetest.Object{"status": "canceled", "cancellation_details": stripetest.Object{"reason": "payment_failed"}}, payment.SubscriptionFact{Status: payment.SubscriptionUnpaid}},
	} {
		o := stripetest.Fixture(t, "subscription", stripetest.Object{
			"id": "sub_1", "status": "active", "cancel_at_period_end": false, "cancel_at": nil, "ended_at": nil, "metadata": stripetest.Object{"membership_id": memID},
			"items": stripetest.Object{"data": []stripetest.Object{{"current_period_end": day(29).Unix()}}},
		})
		for field, value := range c.fields {
			o[field] = value
		}
		body, signature := stripetest.SignedEvent(t, secret, "customer.subscription.updated", o, stripetest.Options{EventID: "evt_1", Created: day(2)})
		m, err := stripepay.New([]string{secret}, stripepay.Config{}).Read(body, signature)
		require.NoError(t, err, name)
		assert.Equal(t, &payment.BillingFact{Membership: memID, Subscription: "sub_1", Standing: &c.want}, m.Fact.Billing, name)
	}
}

// A page that was closed before anything was bought on it.
func TestPageClosed(t *testing.T) {
	t.Parallel()
	o := stripetest.Fixture(t, "checkout.session", stripetest.Object{"status": "expired", "mode": "subscription", "metadata": stripetest.Object{"membership_id": memID}})
	body, signature := stripetest.SignedEvent(t, secret, "checkout.session.expired", o, stripetest.Options{EventID: "evt_1"})
	m, err := stripepay.New([]string{secret}, stripepay.Config{}).Read(body, signature)
	require.NoError(t, err)
	assert.Equal(t, &payment.BillingFact{Membership: memID, Closed: true}, m.Fact.Billing)
}

func TestSubscriptionsAsked(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	s := stripepay.Subscriptions{Gateway: stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()})}
	order := membership.Order{ID: memID, Price: "price_1", SuccessURL: "https://shop.example.com/paid"}
	api.Next(stripetest.Trouble{Lost: true})
	_, err := s.OpenPage(t.Context(), order)
	require.Error(t, err)
	page, err := s.OpenPage(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, membership.Page{Ref: "cs_test_1", Handover: payment.Handover{CheckoutURL: "https://checkout.stripe.com/c/pay/cs_test_1"}}, page)
	require.Len(t, api.Opened("checkout.session"), 1)
	call := api.Sent()[1]
	for name, want := range map[string]string{
		"mode": "subscription", "line_items[0][price]": "price_1", "line_items[0][quantity]": "1", "metadata[membership_id]": memID,
		"subscription_data[metadata][membership_id]": memID, "client_reference_id": memID,
	} {
		assert.Equal(t, want, call.Form.Get(name), name)
	}

	api.Subscribe("sub_1", "cs_test_1", "price_1")
	wish := func(what, price string) membership.Wish {
		return membership.Wish{Ask: membership.Ask{What: what, Price: price}, Key: "key-" + what, Subscription: "sub_1", Page: "cs_test_1"}
	}
	require.NoError(t, s.Change(t.Context(), wish(membership.AskAtEnd, "")))
	require.Equal(t, true, api.Get("sub_1")["cancel_at_period_end"])
	require.NoError(t, s.Change(t.Context(), wish(membership.AskGoOn, "")))
	require.Equal(t, false, api.Get("sub_1")["cancel_at_period_end"])
	before := len(api.Sent())
	require.NoError(t, s.Change(t.Context(), wish(membership.AskChange, "price_1")))
	require.Len(t, api.Sent(), before+1, "it has that price")
	require.NoError(t, s.Change(t.Context(), wish(membership.AskChange, "price_2")))
	changed := api.Sent()[len(api.Sent())-1]
	assert.Equal(t, []string{"si_sub_1", "price_2", "always_invoice", "error_if_incomplete", "key-change"}, []string{
		changed.Form.Get("items[0][id]"), changed.Form.Get("items[0][price]"), changed.Form.Get("proration_behavior"), changed.Form.Get("payment_behavior"), changed.Key,
	})
	api.Next(stripetest.Trouble{}, stripetest.Trouble{Status: 402, Code: "card_declined"})
	require.ErrorAs(t, s.Change(t.Context(), wish(membership.AskChange, "price_3")), new(payment.Failure))
	require.NoError(t, s.Change(t.Context(), wish(membership.AskEnd, "")))
	require.Equal(t, "canceled", api.Get("sub_1")["status"])
	require.NoError(t, s.Change(t.Context(), wish(membership.AskEnd, "")), "it has ended")
	unknown := wish(membership.AskEnd, "")
	unknown.Subscription = "sub_2"
	require.ErrorAs(t, s.Change(t.Context(), unknown), new(payment.Failure))
	waiting, err := s.OpenPage(t.Context(), membership.Order{ID: memID + "x", Price: "price_1", SuccessURL: "https://shop.example.com/paid"})
	require.NoError(t, err)
	require.NoError(t, s.Change(t.Context(), membership.Wish{Ask: membership.Ask{What: membership.AskEnd}, Page: waiting.Ref}))
	require.Equal(t, "expired", api.Get(waiting.Ref)["status"])
}
