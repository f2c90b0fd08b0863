package books

import (
	"github.com/florinledger/florin/adapters/httpapi/handling"
)

// Handlers answers the routes of ledgers, accounts and transactions.
type Handlers struct {
	*handling.Base
	ports    Ports
	ledgers  *knownLedgers
	rendered *renderings
}

// New returns them over their ports.
func New(shared *handling.Base, ports Ports) *Handlers {
	return &Handlers{Base: shared, ports: ports, ledgers: newKnownLedgers(MaxKnownLedgers), rendered: newRenderings()}
}
