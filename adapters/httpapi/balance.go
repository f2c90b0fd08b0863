package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/query"
)

// GetBalances implements api.StrictServerInterface. An account that nobody posted to is empty, not
// absent: any address is one that could be posted to.
func (h *booksHandlers) GetBalances(ctx context.Context, r api.GetBalancesRequestObject) (api.GetBalancesResponseObject, error) {
	if err := checkAddress(r.Address); err != nil {
		return nil, err
	}
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	rows, err := h.ports.Accounts.Balances(ctx, r.Ledger, r.Params.Asset, r.Address)
	if err != nil {
		return nil, away(err)
	}
	return api.GetBalances200JSONResponse{Data: each(rows, balanceOf)}, nil
}
