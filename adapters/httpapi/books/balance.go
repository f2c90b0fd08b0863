package books

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/query"
)

// GetBalances implements api.StrictServerInterface. An account that nobody posted to is empty, not
// absent: any address is one that could be posted to.
func (h *Handlers) GetBalances(ctx context.Context, r api.GetBalancesRequestObject) (api.GetBalancesResponseObject, error) {
	if err := checkAddress(r.Address); err != nil {
		return nil, err
	}
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	rows, err := h.ports.Accounts.Balances(ctx, r.Ledger, r.Params.Asset, r.Address)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	return api.GetBalances200JSONResponse{Data: handling.Each(rows, balanceOf)}, nil
}

// balanceOf shows a balance on its account's normal side.
func balanceOf(b query.Balance) api.Balance {
	scale := handling.Scale(b.Debits, b.Credits)
	return api.Balance{
		Asset: b.Asset, Debits: b.Debits.StringFixed(scale), Credits: b.Credits.StringFixed(scale),
		Balance: handling.OnNormalSide(b).StringFixed(scale), Version: b.Version,
	}
}
