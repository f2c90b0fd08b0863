package httpapi

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
)

// opsHandlers answers the routes of the machinery.
type opsHandlers struct {
	*base
	result result
}

// result is what a command's request is answered with; nil when it leaves nothing to show.
type result func(context.Context, journal.Answer) (any, error)

// newOps returns them. result shows what became of commands of all types.
func newOps(shared *base, result result) *opsHandlers {
	return &opsHandlers{base: shared, result: result}
}
