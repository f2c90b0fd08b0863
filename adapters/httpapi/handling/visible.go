package handling

import (
	"context"
	"errors"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// See waits until the projections that a read asks have seen what the caller must see, and returns up
// to where they have seen everything, which Florin-Position says too. A list shows nothing above it: the
// projections do not keep step, and what one of them does not know yet, a cursor would pass by.
//
// at_least is waited for until the read fails; the caller's own last write, as far as this instance
// remembers it, as long as the wait takes, and then the read answers with what there is.
//
// Errors: a *request.Problem: not-yet-visible, unavailable.
func (h *Base) See(ctx context.Context, atLeast string, projections ...string) (at int64, err error) {
	promised, err := PromisedPosition(atLeast)
	if err != nil {
		return 0, err
	}
	cl := request.CallOf(ctx)
	at, err = h.Positions.Await(ctx, max(promised, h.seen.Of(cl.Principal.Subject)), projections...)
	switch {
	case errors.Is(err, query.ErrNotYetVisible) && at < promised:
		return at, &request.Problem{Code: "not-yet-visible", Cause: err}
	case err != nil && !errors.Is(err, query.ErrNotYetVisible):
		return at, request.Unavailable(err)
	}
	cl.SetPosition(journal.Token{Shard: MainShard, Position: at})
	return at, nil
}

// PromisedPosition reads the at_least of a read; 0 for none.
func PromisedPosition(atLeast string) (int64, error) {
	if atLeast == "" {
		return 0, nil
	}
	token, err := journal.ParseToken(atLeast)
	if err != nil || token.Shard != MainShard {
		return 0, request.NewProblem("invalid-parameter", "at_least is no position of this service")
	}
	return token.Position, nil
}
