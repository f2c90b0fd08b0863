package wallets

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// SplitTransfer implements api.StrictServerInterface.
func (h *Handlers) SplitTransfer(ctx context.Context, r api.SplitTransferRequestObject) (api.SplitTransferResponseObject, error) {
	b := r.Body
	c := wallet.Split{
		As: handling.ActingAs(request.CallOf(ctx).Principal), FromWallet: b.FromWallet, Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset},
		To: handling.Each(b.To, shareOf), Description: b.Description, Reference: b.Reference, Metadata: b.Metadata,
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{
		CommandType: wallet.CommandSplit, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SplitTransfer202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.TransferOf(request.CallOf(ctx).Principal, a)
	return api.SplitTransfer201JSONResponse(t), err
}

func shareOf(s api.SplitShare) wallet.Share {
	share := wallet.Share{Wallet: s.Wallet, Percent: s.Percent, Rest: s.Rest}
	if s.Amount != nil {
		share.Amount = &ledger.Money{Amount: s.Amount.Amount, Asset: s.Amount.Asset}
	}
	return share
}
