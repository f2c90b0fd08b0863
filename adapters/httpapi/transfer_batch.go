package httpapi

import (
	"context"
	"encoding/json"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/wallet"
)

// CreateTransferBatch implements api.StrictServerInterface.
func (h *walletsHandlers) CreateTransferBatch(ctx context.Context, r api.CreateTransferBatchRequestObject) (api.CreateTransferBatchResponseObject, error) {
	var raw []json.RawMessage
	if r.JSONBody != nil {
		raw = r.JSONBody.Transfers
	}
	b, err := readBatch(callOf(ctx), r.JSONBody != nil, raw, r.Body, transferList, newTransfer)
	if err != nil {
		return nil, err
	}
	c := wallet.TransferBatch{As: asOf(callOf(ctx).principal), Mode: modeOf(r.Params.Mode), Transfers: b.items}
	if err := b.check(c.Mode); err != nil {
		return nil, err
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	results, later, err := h.onBatch(ctx, b.bad, len(b.items), order{
		commandType: wallet.CommandTransferBatch, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun,
	})
	if later != nil {
		return api.CreateTransferBatch202JSONResponse{AcceptedJSONResponse: *later}, err
	}
	return results, err
}
