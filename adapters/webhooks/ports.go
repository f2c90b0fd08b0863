package webhooks

import (
	"context"
	"errors"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

// Store has what is to be sent.
type Store interface {
	// Claim takes deliveries in hand that are due at now, of each endpoint as many as there is room for. Unless they
	// are settled, they are due again at until.
	Claim(ctx context.Context, room map[string]int, now, until time.Time) ([]webhook.Delivery, error)
	// Settle writes down what became of an attempt, and returns since when everything that was sent to the endpoint, which
	// is enabled since enabledAt, has failed; zero for not at all, and where the failure was not the endpoint's.
	Settle(ctx context.Context, d webhook.Delivery, enabledAt time.Time) (failingSince time.Time, err error)
	// PutBack gives back what was not sent, due at d.NextAt.
	PutBack(ctx context.Context, d webhook.Delivery) error
}

// ErrNoEvent says that the journal has no such event any more.
var ErrNoEvent = errors.New("webhooks: there is no such event")

// Ports are what a sender calls out to. All of them are needed.
type Ports struct {
	Store     Store
	Directory webhook.Directory
	Vault     webhook.Vault
	// Render makes the body of what is sent of an event, the same each time, and says which trace the event belongs to,
	// if any. Errors: ErrNoEvent.
	Render func(ctx context.Context, event journal.PlaceID) (body []byte, trace string, err error)
	// Post posts: [Client.Post].
	Post func(ctx context.Context, r Request) Result
	// Disable switches an endpoint off; one that was changed since, or is off already, is left alone, and then done is
	// false.
	Disable func(ctx context.Context, e webhook.Endpoint, reason webhook.Reason) (done bool, err error)
}

// Config is what a sender may be told. The zero value is ready to use.
type Config struct {
	// Done is told of each attempt. Default: nobody is.
	Done func(Outcome)
	// Off is told of each endpoint that is switched off. Default: nobody is.
	Off func(reason webhook.Reason)
	// Jitter returns any number, by which pauses differ. Default: a random one.
	Jitter func() uint
}

// Outcome is what an attempt came to, for counting.
type Outcome string

// What attempts come to.
const (
	// OutcomeDelivered: the endpoint took it.
	OutcomeDelivered Outcome = "delivered"
	// OutcomeFailed: it will be tried again.
	OutcomeFailed Outcome = "failed"
	// OutcomeGivenUp: it will not.
	OutcomeGivenUp Outcome = "given_up"
)
