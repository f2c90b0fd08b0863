package books

import (
	"context"
	"encoding/json"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
)

// CreateTransactionBatch implements api.StrictServerInterface.
func (h *Handlers) CreateTransactionBatch(ctx context.Context, r api.CreateTransactionBatchRequestObject) (api.CreateTransactionBatchResponseObject, error) {
	var raw []json.RawMessage
	if r.JSONBody != nil {
		raw = r.JSONBody.Transactions
	}
	b, err := handling.ReadBatch(request.CallOf(ctx), r.JSONBody != nil, raw, r.Body, request.TransactionList, newTransaction)
	if err != nil {
		return nil, err
	}
	c := ledger.PostBatch{Ledger: r.Ledger, Mode: handling.ModeOf(r.Params.Mode), Transactions: b.Items}
	if err := b.Check(c.Mode); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	results, later, err := h.SubmitBatch(ctx, b.Bad, len(b.Items), handling.Order{
		CommandType: ledger.CommandPostBatch, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	if later != nil {
		return api.CreateTransactionBatch202JSONResponse{AcceptedJSONResponse: *later}, err
	}
	return results, err
}
