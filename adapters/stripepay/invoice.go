package stripepay

import (
	"cmp"
	"fmt"
	"time"

	"github.com/florinledger/florin/wallet/payment"
)

// subscription is what a subscription says. The end of its period has moved into its items in newer versions of the API.
type subscription struct {
	ID                string            `json:"id"`
	Status            string            `json:"status"`
	Metadata          map[string]string `json:"metadata"`
	CancelAtPeriodEnd bool              `json:"cancel_at_period_end"`
	CancelAt          int64             `json:"cancel_at"`
	CurrentPeriodEnd  int64             `json:"current_period_end"`
	EndedAt           int64             `json:"ended_at"`
	Items             struct {
		Data []struct {
			CurrentPeriodEnd int64 `json:"current_period_end"`
		} `json:"data"`
	} `json:"items"`
	CancellationDetails struct {
		Reason string `json:"reason"`
	} `json:"cancellation_details"`
}

// subscriptionFact says how a subscription stands.
func subscriptionFact(o subscription) (payment.Fact, error) {
	end := o.CurrentPeriodEnd
	for _, item := range o.Items.Data {
		end = max(end, item.CurrentPeriodEnd)
	}
	standing := payment.SubscriptionFact{
		Status: subscriptionStatus(o.Status, o.CancellationDetails.Reason),
		AtEnd:  o.CancelAtPeriodEnd || o.CancelAt > 0 && o.CancelAt <= end,
	}
	if o.EndedAt > 0 && standing.Status.Over() {
		standing.EndedAt = moment(o.EndedAt)
	}
	return payment.Fact{Kind: payment.Billed, Billing: &payment.BillingFact{
		Membership: o.Metadata[MembershipKey], Subscription: o.ID, Standing: &standing,
	}}, nil
}

// subscriptionStatus puts a subscription's status into our words.
//
// Source: https://docs.stripe.com/api/subscriptions/object#subscription_object-status.
func subscriptionStatus(status, reason string) payment.SubscriptionStatus {
	switch status {
	case "active", "trialing":
		return payment.SubscriptionActive
	case "past_due":
		return payment.SubscriptionOverdue
	case "unpaid", "incomplete_expired", "paused":
		return payment.SubscriptionUnpaid
	case "canceled":
		if reason == "payment_failed" {
			return payment.SubscriptionUnpaid
		}
		return payment.SubscriptionCanceled
	}
	return payment.SubscriptionWaiting
}

// invoice is what an invoice says: in the shape of stripe-go's version and, as Parent, Payments and what lines have of
// their pricing, in that of newer ones.
type invoice struct {
	ID                  string        `json:"id"`
	Created             int64         `json:"created"`
	Status              string        `json:"status"`
	Currency            string        `json:"currency"`
	AmountPaid          int64         `json:"amount_paid"`
	PaidOutOfBand       bool          `json:"paid_out_of_band"`
	NextPaymentAttempt  int64         `json:"next_payment_attempt"`
	Subscription        reference     `json:"subscription"`
	SubscriptionDetails subscriptions `json:"subscription_details"`
	PaymentIntent       reference     `json:"payment_intent"`
	Charge              reference     `json:"charge"`
	Parent              struct {
		SubscriptionDetails subscriptions `json:"subscription_details"`
	} `json:"parent"`
	Payments struct {
		Data []struct {
			Payment struct {
				PaymentIntent reference `json:"payment_intent"`
				Charge        reference `json:"charge"`
			} `json:"payment"`
		} `json:"data"`
	} `json:"payments"`
	Lines struct {
		Data []invoiceLine `json:"data"`
	} `json:"lines"`
}

// subscriptions is what an invoice says of its subscription.
type subscriptions struct {
	Subscription reference         `json:"subscription"`
	Metadata     map[string]string `json:"metadata"`
}

type invoiceLine struct {
	Amount   int64             `json:"amount"`
	Metadata map[string]string `json:"metadata"`
	Period   struct {
		Start int64 `json:"start"`
		End   int64 `json:"end"`
	} `json:"period"`
	Price *struct {
		ID string `json:"id"`
	} `json:"price"`
	Pricing struct {
		PriceDetails struct {
			Price reference `json:"price"`
		} `json:"price_details"`
	} `json:"pricing"`
}

// invoiceFact says how an invoice stands. What was paid elsewhere, and only noted at Stripe, has not moved there.
func invoiceFact(o invoice) (payment.Fact, error) {
	if o.AmountPaid < 0 || o.AmountPaid > MaxMinor {
		return payment.Fact{}, fmt.Errorf("an amount of %d", o.AmountPaid)
	}
	i := payment.InvoiceFact{
		ID: o.ID, CreatedAt: moment(o.Created), Settled: o.Status == "paid", Payment: string(cmp.Or(o.PaymentIntent, o.Charge)),
	}
	for _, p := range o.Payments.Data {
		i.Payment = cmp.Or(i.Payment, string(cmp.Or(p.Payment.PaymentIntent, p.Payment.Charge)))
	}
	if o.PaidOutOfBand || !i.Settled {
		o.AmountPaid = 0
	}
	if !i.Settled && o.NextPaymentAttempt > 0 {
		i.NextTry = moment(o.NextPaymentAttempt)
	}
	var err error
	i.Paid, err = money(o.AmountPaid, o.Currency)
	named := cmp.Or(o.SubscriptionDetails.Metadata[MembershipKey], o.Parent.SubscriptionDetails.Metadata[MembershipKey])
	for _, l := range o.Lines.Data {
		named = cmp.Or(named, l.Metadata[MembershipKey])
		if t := l.term(); l.Amount >= 0 && t.End.After(t.Start) && t.End.Sub(t.Start) <= payment.MaxTerm && laterTerm(t, i.Term) {
			i.Term = t
		}
	}
	return payment.Fact{Kind: payment.Billed, Billing: &payment.BillingFact{
		Membership: named, Subscription: string(cmp.Or(o.Subscription, o.Parent.SubscriptionDetails.Subscription)), Invoice: &i,
	}}, err
}

// laterTerm reports whether a line is for a later time than another: what an invoice for a period says of a change within
// the one before comes with it.
func laterTerm(t, than payment.Term) bool {
	if t.End.Equal(than.End) {
		return t.Start.After(than.Start)
	}
	return t.End.After(than.End)
}

func (l invoiceLine) term() payment.Term {
	t := payment.Term{Price: string(l.Pricing.PriceDetails.Price), Start: moment(l.Period.Start), End: moment(l.Period.End)}
	if l.Price != nil {
		t.Price = l.Price.ID
	}
	return t
}

func moment(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
