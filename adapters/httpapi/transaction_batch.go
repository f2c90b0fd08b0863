package httpapi

import (
	"context"
	"encoding/json"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
)

// CreateTransactionBatch implements api.StrictServerInterface.
func (h *booksHandlers) CreateTransactionBatch(ctx context.Context, r api.CreateTransactionBatchRequestObject) (api.CreateTransactionBatchResponseObject, error) {
	var raw []json.RawMessage
	if r.JSONBody != nil {
		raw = r.JSONBody.Transactions
	}
	b, err := readBatch(callOf(ctx), r.JSONBody != nil, raw, r.Body, transactionList, newTransaction)
	if err != nil {
		return nil, err
	}
	c := ledger.PostBatch{Ledger: r.Ledger, Mode: modeOf(r.Params.Mode), Transactions: b.items}
	if err := b.check(c.Mode); err != nil {
		return nil, err
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	results, later, err := h.onBatch(ctx, b.bad, len(b.items), order{
		commandType: ledger.CommandPostBatch, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun,
	})
	if later != nil {
		return api.CreateTransactionBatch202JSONResponse{AcceptedJSONResponse: *later}, err
	}
	return results, err
}
