package stripepay

import (
	"cmp"
	"strings"

	"github.com/florinledger/florin/wallet/payment"
)

// intentTold says how far an intent is that nobody has paid.
func intentTold(o intent) (payment.Fact, error) {
	f := payment.Fact{Kind: payment.Told, Payment: o.ID, Asset: asset(o.Currency), Order: o.Metadata[PaymentKey], Invoiced: o.Invoice != "", Invoice: string(o.Invoice)}
	var failed bool
	if f.Told, failed = toldOfIntent(o.Status, o.LastError != nil); failed {
		f.Failure = payment.Failure{Code: cmp.Or(o.LastError.DeclineCode, o.LastError.Code, "failed"), Message: excerpt(o.LastError.Message)}
	}
	return f, nil
}

// toldOfIntent puts an intent's status into our words. One that a try to pay has failed on waits for another.
//
// Source: https://docs.stripe.com/payments/paymentintents/lifecycle.
func toldOfIntent(status string, failedBefore bool) (told payment.Status, failed bool) {
	switch status {
	case "requires_payment_method":
		if failedBefore {
			return payment.StatusFailed, true
		}
	case "requires_action":
		return payment.StatusRequiresAction, false
	case "processing", "requires_capture":
		return payment.StatusProcessing, false
	case "succeeded":
		return payment.StatusSucceeded, false
	case "canceled":
		return payment.StatusCanceled, false
	}
	return payment.StatusCreated, false
}

// sessionTold says how far a session is that will not be paid any more.
func sessionTold(o session) (payment.Fact, error) {
	if id := o.Metadata[MembershipKey]; id != "" && o.Status == "expired" {
		return payment.Fact{Kind: payment.Billed, Billing: &payment.BillingFact{Membership: id, Closed: true}}, nil
	}
	f := payment.Fact{Kind: payment.Told, Payment: string(o.PaymentIntent), Asset: asset(o.Currency), Order: o.Metadata[PaymentKey], Told: payment.StatusFailed}
	if o.Status == "expired" {
		f.Told = payment.StatusCanceled
	} else {
		f.Failure = payment.Failure{Code: payment.FailureLate, Message: "The payment was not completed."}
	}
	return f, nil
}

// toldOfSession puts a session's status into our words. Who has gone through it may still have to be paid for.
func toldOfSession(status string) payment.Status {
	switch status {
	case "complete":
		return payment.StatusProcessing
	case "expired":
		return payment.StatusCanceled
	}
	return payment.StatusCreated
}

// excerpt is as much of what Stripe says as is kept, in characters that every database takes.
func excerpt(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), MaxMessage)], ""), "\x00", "")
}
