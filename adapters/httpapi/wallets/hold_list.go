package wallets

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// ListHolds implements api.StrictServerInterface. A user sees those that his wallets pay or are paid by.
func (h *Handlers) ListHolds(ctx context.Context, r api.ListHoldsRequestObject) (api.ListHoldsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.HoldFilter{WalletID: r.Params.WalletID, Status: wallet.HoldStatus(r.Params.Status), After: p.Place, Limit: p.Limit + 1}
	if f.Owner, err = h.whose(ctx, f.WalletID); err != nil {
		return nil, err
	}
	if f.Status != "" && f.WalletID == "" && f.Owner == "" { // no index is by status alone
		return nil, request.NewProblem("invalid-parameter", "want wallet_id: of whose holds is the status asked?")
	}
	rows, err := h.ports.Wallets.Holds(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(hold wallet.Hold) string { return hold.ID })
	return api.ListHolds200JSONResponse{Data: handling.Each(rows, holdOf), HasMore: more, NextCursor: next}, nil
}
