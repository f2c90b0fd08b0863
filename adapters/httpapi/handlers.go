package httpapi

import (
	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/books"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/messages"
	"github.com/florinledger/florin/adapters/httpapi/ops"
	"github.com/florinledger/florin/adapters/httpapi/payments"
	"github.com/florinledger/florin/adapters/httpapi/people"
	"github.com/florinledger/florin/adapters/httpapi/wallets"
	"github.com/florinledger/florin/adapters/httpapi/webhooks"
	"github.com/florinledger/florin/ledger/journal"
)

// Handlers makes commands of requests and answers of outcomes. A write is answered from its own
// outcome and events alone, so that a replay says what was said the first time; a read from
// projections, and says up to which position it has seen.
type Handlers struct {
	*handling.Base
	*booksHandlers
	*walletsHandlers
	*paymentsHandlers
	*peopleHandlers
	*messagesHandlers
	*webhooksHandlers
	*opsHandlers
}

// The handlers of the areas, by names under which they stand beside each other in one struct.
type (
	booksHandlers    = books.Handlers
	walletsHandlers  = wallets.Handlers
	paymentsHandlers = payments.Handlers
	peopleHandlers   = people.Handlers
	messagesHandlers = messages.Handlers
	webhooksHandlers = webhooks.Handlers
	opsHandlers      = ops.Handlers
)

var _ api.StrictServerInterface = (*Handlers)(nil)

// NewHandlers returns the handlers over ports. registry decodes events. secret is the
// installation's, shared by every instance: it signs cursors and keys the hashes that idempotency
// keys are held to, so with another secret, open cursors are void and repeats of older requests are
// refused.
func NewHandlers(registry *journal.Registry, secret []byte, ports Ports, cfg handling.Config) *Handlers {
	shared := handling.NewBase(registry, secret, ports.Shared, cfg)
	h := &Handlers{
		Base:             shared,
		booksHandlers:    books.New(shared, ports.Books),
		walletsHandlers:  wallets.New(shared, ports.Wallets),
		paymentsHandlers: payments.New(shared, ports.Payments),
		peopleHandlers:   people.New(shared, ports.People),
		messagesHandlers: messages.New(shared, ports.Messages),
		webhooksHandlers: webhooks.New(shared, ports.Webhooks),
	}
	h.opsHandlers = ops.New(shared, ports.Ops, h.result)
	return h
}
