package ops

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger/journal"
)

// Handlers answers the routes of the machinery.
type Handlers struct {
	*handling.Base
	ports  Ports
	result result
}

// result is what a command's request is answered with; nil when it leaves nothing to show.
type result func(context.Context, journal.Answer) (any, error)

// New returns them over their ports. result shows what became of commands of all types.
func New(shared *handling.Base, ports Ports, result result) *Handlers {
	return &Handlers{Base: shared, ports: ports, result: result}
}
