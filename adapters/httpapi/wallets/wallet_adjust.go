package wallets

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// CreditWallet implements api.StrictServerInterface.
func (h *Handlers) CreditWallet(ctx context.Context, r api.CreditWalletRequestObject) (api.CreditWalletResponseObject, error) {
	c := wallet.CreditWallet(adjustmentOf(r.ID, r.Body))
	t, later, err := h.onMoney(ctx, c.Validate(), handling.Order{
		CommandType: wallet.CommandCreditWallet, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	if later != nil {
		return api.CreditWallet202JSONResponse{AcceptedJSONResponse: *later}, err
	}
	return api.CreditWallet201JSONResponse(t), err
}

// DebitWallet implements api.StrictServerInterface.
func (h *Handlers) DebitWallet(ctx context.Context, r api.DebitWalletRequestObject) (api.DebitWalletResponseObject, error) {
	c := wallet.DebitWallet(adjustmentOf(r.ID, r.Body))
	t, later, err := h.onMoney(ctx, c.Validate(), handling.Order{
		CommandType: wallet.CommandDebitWallet, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	if later != nil {
		return api.DebitWallet202JSONResponse{AcceptedJSONResponse: *later}, err
	}
	return api.DebitWallet201JSONResponse(t), err
}

func adjustmentOf(id string, b *api.AdjustWallet) wallet.Adjustment {
	return wallet.Adjustment{
		WalletID: id, Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset}, Account: b.Account,
		Description: b.Description, Reference: b.Reference, Metadata: b.Metadata,
	}
}

// onMoney has a command decided that makes one transaction, and shows it.
func (h *Handlers) onMoney(ctx context.Context, wrong []ledger.FieldError, o handling.Order) (t api.Transaction, later *api.AcceptedJSONResponse, err error) {
	if err := request.Malformed(wrong); err != nil {
		return t, nil, err
	}
	a, later, err := h.Submit(ctx, o)
	if err != nil || later != nil {
		return t, later, err
	}
	t, err = h.TransactionOf(a)
	return t, nil, err
}
