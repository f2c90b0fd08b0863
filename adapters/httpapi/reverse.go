package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
)

// ReverseTransaction implements api.StrictServerInterface.
func (h *booksHandlers) ReverseTransaction(ctx context.Context, r api.ReverseTransactionRequestObject) (api.ReverseTransactionResponseObject, error) {
	c := ledger.ReverseTransaction{
		Ledger: r.Ledger, ID: r.ID, Reason: r.Body.Reason, Force: r.Body.Force, AtEffectiveTime: r.Body.AtEffectiveTime,
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{
		commandType: ledger.CommandReverseTransaction, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.ReverseTransaction202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.transactionOf(a)
	return api.ReverseTransaction201JSONResponse(t), err
}
