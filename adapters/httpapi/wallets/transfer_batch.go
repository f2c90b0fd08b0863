package wallets

import (
	"context"
	"encoding/json"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/wallet"
)

// CreateTransferBatch implements api.StrictServerInterface.
func (h *Handlers) CreateTransferBatch(ctx context.Context, r api.CreateTransferBatchRequestObject) (api.CreateTransferBatchResponseObject, error) {
	var raw []json.RawMessage
	if r.JSONBody != nil {
		raw = r.JSONBody.Transfers
	}
	b, err := handling.ReadBatch(request.CallOf(ctx), r.JSONBody != nil, raw, r.Body, request.TransferList, newTransfer)
	if err != nil {
		return nil, err
	}
	c := wallet.TransferBatch{As: handling.ActingAs(request.CallOf(ctx).Principal), Mode: handling.ModeOf(r.Params.Mode), Transfers: b.Items}
	if err := b.Check(c.Mode); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	results, later, err := h.SubmitBatch(ctx, b.Bad, len(b.Items), handling.Order{
		CommandType: wallet.CommandTransferBatch, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	if later != nil {
		return api.CreateTransferBatch202JSONResponse{AcceptedJSONResponse: *later}, err
	}
	return results, err
}
