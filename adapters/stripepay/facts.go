package stripepay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/florinledger/florin/wallet/payment"
)

// WalletKey is the key of Stripe's metadata under which an integration names the wallet to credit.
const WalletKey = "wallet_id"

// PaymentKey is the key under which payments that were asked for here have our id.
const PaymentKey = "payment_id"

// factOf puts an event's object into the words of payments. The types handled are those that say
// how much of a payment was received or refunded in all, how far a payment is that nobody has paid yet, what a
// dispute has moved in all, how far a payout has come, and how a subscription and its invoices stand; every one of them is enough by itself.
func factOf(e envelope) (payment.Fact, error) {
	switch e.Type {
	case "payment_intent.succeeded":
		return read(e.Data.Object, intentFact)
	case "payment_intent.created", "payment_intent.processing", "payment_intent.requires_action",
		"payment_intent.payment_failed", "payment_intent.canceled":
		return read(e.Data.Object, intentTold)
	case "checkout.session.expired", "checkout.session.async_payment_failed":
		return read(e.Data.Object, sessionTold)
	case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated":
		return read(e.Data.Object, refundFact)
	case "charge.succeeded", "charge.captured", "charge.updated", "charge.refunded":
		return read(e.Data.Object, chargeFact)
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		return read(e.Data.Object, sessionFact)
	case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
		"charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated":
		return read(e.Data.Object, disputeFact)
	case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
		"customer.subscription.paused", "customer.subscription.resumed":
		return read(e.Data.Object, subscriptionFact)
	case "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed":
		return read(e.Data.Object, invoiceFact)
	case "payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled":
		return read(e.Data.Object, payoutFact)
	}
	return payment.Fact{Kind: payment.Ignored, Reason: payment.UnhandledType}, nil
}

// read decodes an object and makes its fact.
func read[O any](data json.RawMessage, fact func(O) (payment.Fact, error)) (payment.Fact, error) {
	var object O
	if len(data) == 0 {
		return payment.Fact{}, errors.New("no data.object")
	}
	if err := json.Unmarshal(data, &object); err != nil {
		return payment.Fact{}, err
	}
	return fact(object)
}

// reference is the id of another object, or, where the endpoint expands it, that object.
type reference string

// UnmarshalJSON implements json.Unmarshaler.
func (r *reference) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("{")) {
		var object struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(data, &object)
		*r = reference(object.ID)
		return err
	}
	return json.Unmarshal(data, (*string)(r))
}

type intent struct {
	ID             string            `json:"id"`
	AmountReceived int64             `json:"amount_received"`
	Currency       string            `json:"currency"`
	Metadata       map[string]string `json:"metadata"`
	Invoice        reference         `json:"invoice"`
	Status         string            `json:"status"`
	LastError      *struct {
		Code        string `json:"code"`
		DeclineCode string `json:"decline_code"`
		Message     string `json:"message"`
	} `json:"last_payment_error"`
}

func intentFact(o intent) (payment.Fact, error) {
	return paid(sums{
		payment: o.ID, currency: o.Currency, received: o.AmountReceived,
		wallet: o.Metadata[WalletKey], order: o.Metadata[PaymentKey], invoice: o.Invoice,
	})
}

type charge struct {
	ID             string            `json:"id"`
	PaymentIntent  reference         `json:"payment_intent"`
	Amount         int64             `json:"amount"`
	AmountCaptured int64             `json:"amount_captured"`
	AmountRefunded int64             `json:"amount_refunded"`
	Status         string            `json:"status"`
	Currency       string            `json:"currency"`
	Metadata       map[string]string `json:"metadata"`
	Invoice        reference         `json:"invoice"`
	Method         struct {
		Card *card `json:"card"`
	} `json:"payment_method_details"`
}

func chargeFact(o charge) (payment.Fact, error) {
	f, err := paid(sums{
		// A charge made without an intent is a payment by itself.
		payment: cmp.Or(string(o.PaymentIntent), o.ID), currency: o.Currency,
		received: o.received(), refunded: o.givenBack(),
		wallet: o.Metadata[WalletKey], order: o.Metadata[PaymentKey], invoice: o.Invoice,
	})
	f.Card = o.Method.Card.seen()
	return f, err
}

// received is how much of it is ours. A charge by direct debit is captured, and pending for days, and may fail then.
func (o charge) received() int64 {
	if o.Status == "pending" || o.Status == "failed" {
		return 0
	}
	return o.AmountCaptured
}

// givenBack is how much of what was captured went back. When an authorization is released, or
// captured in part, Stripe counts what it will never capture as refunded too (and sends
// charge.refunded), although it never was anybody's money.
func (o charge) givenBack() int64 {
	if uncaptured := o.Amount - o.AmountCaptured; uncaptured > 0 && o.AmountRefunded > 0 {
		return max(o.AmountRefunded-uncaptured, 0)
	}
	return o.AmountRefunded
}

type session struct {
	Status        string            `json:"status"`
	PaymentIntent reference         `json:"payment_intent"`
	PaymentStatus string            `json:"payment_status"`
	AmountTotal   int64             `json:"amount_total"`
	Currency      string            `json:"currency"`
	Metadata      map[string]string `json:"metadata"`
	Invoice       reference         `json:"invoice"`
}

func sessionFact(o session) (payment.Fact, error) {
	s := sums{
		payment: string(o.PaymentIntent), currency: o.Currency,
		wallet: o.Metadata[WalletKey], order: o.Metadata[PaymentKey], invoice: o.Invoice,
	}
	switch {
	case o.Invoice == "" && o.PaymentIntent == "":
		return payment.Fact{Kind: payment.Ignored, Reason: payment.NoPayment}, nil // a set-up, or nothing to pay
	case o.PaymentStatus == "paid":
		s.received = o.AmountTotal
	}
	f, err := paid(s)
	if s.received == 0 {
		f.Told = toldOfSession(o.Status)
	}
	return f, err
}

// sums is what an object says of a payment, in Stripe's minor units.
type sums struct {
	payment, currency, wallet, order string
	received, refunded               int64
	invoice                          reference
}

func paid(s sums) (payment.Fact, error) {
	for _, minor := range []int64{s.received, s.refunded} {
		if minor < 0 || minor > MaxMinor {
			return payment.Fact{}, fmt.Errorf("an amount of %d", minor)
		}
	}
	return payment.Fact{
		Kind: payment.Paid, Payment: s.payment, Asset: asset(s.currency),
		Received: amount(s.received, s.currency), Refunded: amount(s.refunded, s.currency),
		Wallet: s.wallet, Order: s.order, Invoiced: s.invoice != "", Invoice: string(s.invoice),
	}, nil
}
