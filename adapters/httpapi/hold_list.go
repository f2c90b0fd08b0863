package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// ListHolds implements api.StrictServerInterface. A user sees those that his wallets pay or are paid by.
func (h *walletsHandlers) ListHolds(ctx context.Context, r api.ListHoldsRequestObject) (api.ListHoldsResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.see(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.HoldFilter{WalletID: r.Params.WalletID, Status: wallet.HoldStatus(r.Params.Status), After: p.place, Limit: p.limit + 1}
	if f.Owner, err = h.whose(ctx, f.WalletID); err != nil {
		return nil, err
	}
	if f.Status != "" && f.WalletID == "" && f.Owner == "" { // no index is by status alone
		return nil, newProblem("invalid-parameter", "want wallet_id: of whose holds is the status asked?")
	}
	rows, err := h.ports.Wallets.Holds(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(hold wallet.Hold) string { return hold.ID })
	return api.ListHolds200JSONResponse{Data: each(rows, holdOf), HasMore: more, NextCursor: next}, nil
}
