package payment

import (
	"context"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Order is a payment as a provider is asked for it.
type Order struct {
	// ID is our id of it, under which the provider recognises that it was asked before. Ref is the provider's id,
	// once it has opened it.
	ID, Ref  string
	WalletID string
	Amount   ledger.Money
	Method   Method
	// SuccessURL, CancelURL and Description are what the payer sees of us on the provider's page.
	SuccessURL, CancelURL, Description string
}

// RefundOrder is a refund as a provider is asked for it.
type RefundOrder struct {
	// ID is our id of it, under which the provider recognises that it was asked before.
	ID, PaymentID, WalletID string
	// Intent is the provider's id of the payment; Ref that of the refund, once it has it.
	Intent, Ref string
	Amount      ledger.Money
	// AskedAt is when it was asked for here. Providers forget what they were asked.
	AskedAt time.Time
}

// Standing is how a payment stands at a provider.
type Standing struct {
	// Ref is the provider's id of what it opened; Intent that of the payment in it, if there is one yet.
	Ref, Intent string
	Told        Status
	// At is when it came to stand so, by the provider's clock.
	At time.Time
	Handover
}

// Handover is what the payer needs in order to pay: whoever has it acts as the payer.
type Handover struct {
	// CheckoutURL is the provider's page, of Checkout.
	CheckoutURL string `json:"checkout_url,omitempty"`
	// ClientSecret is for the provider's elements on the caller's page, of Intent.
	ClientSecret string `json:"client_secret,omitempty"`
}

// String keeps what is handed over out of logs.
func (Handover) String() string { return "[redacted]" }

// GoString keeps what is handed over out of logs.
func (Handover) GoString() string { return "[redacted]" }

// Gateway asks a provider. Every call may be made again, after whatever happened to the one before: the provider
// recognises it by our id.
//
// Errors: a [Failure], which is the provider's last word; anything else says that no answer is known, and the same
// call is to be made again.
type Gateway interface {
	// Open has the provider wait for a payment.
	Open(ctx context.Context, o Order) (Standing, error)
	// Cancel has the provider wait no longer. It is no error that it does not wait any more.
	Cancel(ctx context.Context, o Order) error
	// Refund has the provider give money back to who paid.
	Refund(ctx context.Context, r RefundOrder) (RefundTold, error)
}

// Sight looks at what a provider has, for whoever did not hear of it.
//
// Errors: as with [Gateway].
type Sight interface {
	// Look returns how a payment that the provider has opened stands by now, as a message of the provider's. Messages
	// with one name say the same.
	Look(ctx context.Context, o Order) (Message, error)
	// LookRefund returns how a refund that the provider has stands by now, likewise.
	LookRefund(ctx context.Context, r RefundOrder) (Message, error)
	// Answers returns no error if the provider answers at all.
	Answers(ctx context.Context) error
}

// Commands records what providers answered: *journal.Dispatcher.
type Commands interface {
	// Record has a command decided that tells of what has happened.
	Record(ctx context.Context, c journal.Command) (journal.Answer, error)
}

// Journal reads facts by their places.
type Journal interface {
	// EventsAt returns the events at positions, in no order; positions without one are left out.
	EventsAt(ctx context.Context, shard journal.Shard, positions []int64) ([]journal.Event, error)
}
