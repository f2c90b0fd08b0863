package httpapi

import (
	"context"

	"github.com/florinledger/florin/ledger"
)

// seeLedger is see for reads of one ledger, which must be there.
//
// Errors: those of see, ledger-not-found.
func (h *booksHandlers) seeLedger(ctx context.Context, name, atLeast string, projections ...string) (at int64, err error) {
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
