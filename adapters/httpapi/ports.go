package httpapi

import (
	"github.com/florinledger/florin/adapters/httpapi/books"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/messages"
	"github.com/florinledger/florin/adapters/httpapi/ops"
	"github.com/florinledger/florin/adapters/httpapi/payments"
	"github.com/florinledger/florin/adapters/httpapi/people"
	"github.com/florinledger/florin/adapters/httpapi/wallets"
	"github.com/florinledger/florin/adapters/httpapi/webhooks"
)

// Ports are what the handlers call out to, by the areas that do.
type Ports struct {
	Shared   handling.Ports
	Books    books.Ports
	Wallets  wallets.Ports
	Payments payments.Ports
	People   people.Ports
	Messages messages.Ports
	Webhooks webhooks.Ports
	Ops      ops.Ports
}
