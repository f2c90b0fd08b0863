package books

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
)

// seeLedger is See for reads of one ledger, which must be there.
//
// Errors: those of See, ledger-not-found.
func (h *Handlers) seeLedger(ctx context.Context, name, atLeast string, projections ...string) (at int64, err error) {
	if ledger.CheckLedgerName(name) != nil {
		return 0, &request.Problem{Code: "ledger-not-found"}
	}
	if at, err = h.See(ctx, atLeast, projections...); err != nil {
		return at, err
	}
	if name == ledger.Main || h.ledgers.has(name) {
		return at, nil
	}
	_, ok, err := h.ports.Books.Ledger(ctx, name)
	switch {
	case err != nil:
		return at, request.Unavailable(err)
	case !ok:
		return at, &request.Problem{Code: "ledger-not-found"}
	}
	h.ledgers.add(name)
	return at, nil
}
