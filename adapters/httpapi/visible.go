package httpapi

import (
	"context"
	"errors"

	"github.com/florinledger/florin/ledger"
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
func (h *Handlers) see(ctx context.Context, atLeast string, projections ...string) (at int64, err error) {
	promised, err := promisedPosition(atLeast)
	if err != nil {
		return 0, err
	}
	cl := callOf(ctx)
	at, err = h.ports.Positions.Await(ctx, max(promised, h.seen.of(cl.principal.Subject)), projections...)
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

// seeLedger is see for reads of one ledger, which must be there.
//
// Errors: those of see, ledger-not-found.
func (h *Handlers) seeLedger(ctx context.Context, name, atLeast string, projections ...string) (at int64, err error) {
	if ledger.CheckLedgerName(name) != nil {
		return 0, &Problem{Code: "ledger-not-found"}
	}
	if at, err = h.see(ctx, atLeast, projections...); err != nil {
		return at, err
	}
	if name == ledger.Main || h.ledgers.has(name) {
		return at, nil
	}
	_, ok, err := h.ports.Books.Ledger(ctx, name)
	switch {
	case err != nil:
		return at, away(err)
	case !ok:
		return at, &Problem{Code: "ledger-not-found"}
	}
	h.ledgers.add(name)
	return at, nil
}
