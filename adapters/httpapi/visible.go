package httpapi

import (
	"context"
	"errors"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// see waits until the projections that a read asks have seen what the caller must see, and returns up
// to where they have seen everything, which Florin-Position says too. A list shows nothing above it: the
// projections do not keep step, and what one of them does not know yet, a cursor would pass by.
//
// at_least is waited for until the read fails; the caller's own last write, as far as this instance
// remembers it, as long as the wait takes, and then the read answers with what there is.
//
// Errors: a *Problem: not-yet-visible, unavailable.
func (h *base) see(ctx context.Context, atLeast string, projections ...string) (at int64, err error) {
	promised, err := promisedPosition(atLeast)
	if err != nil {
		return 0, err
	}
	cl := callOf(ctx)
	at, err = h.Positions.Await(ctx, max(promised, h.seen.of(cl.principal.Subject)), projections...)
	switch {
	case errors.Is(err, query.ErrNotYetVisible) && at < promised:
		return at, &Problem{Code: "not-yet-visible", cause: err}
	case err != nil && !errors.Is(err, query.ErrNotYetVisible):
		return at, away(err)
	}
	cl.setPosition(journal.Token{Shard: mainShard, Position: at})
	return at, nil
}

// promisedPosition reads the at_least of a read; 0 for none.
func promisedPosition(atLeast string) (int64, error) {
	if atLeast == "" {
		return 0, nil
	}
	token, err := journal.ParseToken(atLeast)
	if err != nil || token.Shard != mainShard {
		return 0, newProblem("invalid-parameter", "at_least is no position of this service")
	}
	return token.Position, nil
}
