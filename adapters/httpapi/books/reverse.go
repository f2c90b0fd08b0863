package books

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
)

// ReverseTransaction implements api.StrictServerInterface.
func (h *Handlers) ReverseTransaction(ctx context.Context, r api.ReverseTransactionRequestObject) (api.ReverseTransactionResponseObject, error) {
	c := ledger.ReverseTransaction{
		Ledger: r.Ledger, ID: r.ID, Reason: r.Body.Reason, Force: r.Body.Force, AtEffectiveTime: r.Body.AtEffectiveTime,
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{
		CommandType: ledger.CommandReverseTransaction, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.ReverseTransaction202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.TransactionOf(a)
	return api.ReverseTransaction201JSONResponse(t), err
}
