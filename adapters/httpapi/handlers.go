package httpapi

import (
	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
)

// Handlers makes commands of requests and answers of outcomes. A write is answered from its own
// outcome and events alone, so that a replay says what was said the first time; a read from
// projections, and says up to which position it has seen.
type Handlers struct {
	*base
	*booksHandlers
	*walletsHandlers
	*paymentsHandlers
	*peopleHandlers
	*messagesHandlers
	*webhooksHandlers
	*opsHandlers
}

var _ api.StrictServerInterface = (*Handlers)(nil)

// NewHandlers returns the handlers over ports. registry decodes events. secret is the
// installation's, shared by every instance: it signs cursors and keys the hashes that idempotency
// keys are held to, so with another secret, open cursors are void and repeats of older requests are
// refused.
func NewHandlers(registry *journal.Registry, secret []byte, ports Ports, cfg HandlersConfig) *Handlers {
	shared := newBase(registry, secret, ports.Shared, cfg)
	h := &Handlers{
		base:             shared,
		booksHandlers:    newBooks(shared, ports.Books),
		walletsHandlers:  newWallets(shared, ports.Wallets),
		paymentsHandlers: newPayments(shared, ports.Payments),
		peopleHandlers:   newPeople(shared, ports.People),
		messagesHandlers: newMessages(shared, ports.Messages),
		webhooksHandlers: newWebhooks(shared, ports.Webhooks),
	}
	h.opsHandlers = newOps(shared, h.result)
	return h
}
