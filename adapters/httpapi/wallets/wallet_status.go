package wallets

import (
	"context"
	"maps"
	"slices"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// FreezeWallet implements api.StrictServerInterface.
func (h *Handlers) FreezeWallet(ctx context.Context, r api.FreezeWalletRequestObject) (api.FreezeWalletResponseObject, error) {
	c := wallet.FreezeWallet{WalletID: r.ID, Reason: r.Body.Reason}
	err := h.onWallet(ctx, handling.Order{CommandType: wallet.CommandFreezeWallet, Data: c, Key: r.Params.IdempotencyKey}, c.Validate())
	return api.FreezeWallet204Response{}, err
}

// UnfreezeWallet implements api.StrictServerInterface.
func (h *Handlers) UnfreezeWallet(ctx context.Context, r api.UnfreezeWalletRequestObject) (api.UnfreezeWalletResponseObject, error) {
	c := wallet.UnfreezeWallet{WalletID: r.ID, Reason: r.Body.Reason}
	err := h.onWallet(ctx, handling.Order{CommandType: wallet.CommandUnfreezeWallet, Data: c, Key: r.Params.IdempotencyKey}, c.Validate())
	return api.UnfreezeWallet204Response{}, err
}

// CloseWallet implements api.StrictServerInterface.
func (h *Handlers) CloseWallet(ctx context.Context, r api.CloseWalletRequestObject) (api.CloseWalletResponseObject, error) {
	c := wallet.CloseWallet{As: handling.ActingForAnybody(request.CallOf(ctx).Principal), WalletID: r.ID, Reason: r.Body.Reason}
	err := h.onWallet(ctx, handling.Order{CommandType: wallet.CommandCloseWallet, Data: c, Key: r.Params.IdempotencyKey}, c.Validate())
	return api.CloseWallet204Response{}, err
}

// SetCreditLimit implements api.StrictServerInterface.
func (h *Handlers) SetCreditLimit(ctx context.Context, r api.SetCreditLimitRequestObject) (api.SetCreditLimitResponseObject, error) {
	c := wallet.SetCreditLimit{WalletID: r.ID, Limit: ledger.Money{Amount: r.Body.Amount, Asset: r.Asset}}
	err := h.onWallet(ctx, handling.Order{CommandType: wallet.CommandSetCreditLimit, Data: c, Key: r.Params.IdempotencyKey}, c.Validate())
	return api.SetCreditLimit204Response{}, err
}

// SetSpendingLimit implements api.StrictServerInterface.
func (h *Handlers) SetSpendingLimit(ctx context.Context, r api.SetSpendingLimitRequestObject) (api.SetSpendingLimitResponseObject, error) {
	c := wallet.SetSpendingLimit{WalletID: r.ID, Asset: r.Asset, PerTransaction: r.Body.PerTransaction, PerDay: r.Body.PerDay}
	err := h.onWallet(ctx, handling.Order{CommandType: wallet.CommandSetSpendingLimit, Data: c, Key: r.Params.IdempotencyKey}, c.Validate())
	return api.SetSpendingLimit204Response{}, err
}

// spendingOf shows the limits of a wallet, by asset.
func spendingOf(w wallet.Wallet) []api.WalletSpendingLimit {
	return handling.Each(slices.Sorted(maps.Keys(w.Spending)), func(asset string) api.WalletSpendingLimit {
		limit := w.Spending[asset]
		return api.WalletSpendingLimit{Asset: asset, PerTransaction: limit.PerTransaction, PerDay: limit.PerDay}
	})
}

// onWallet has a command on a wallet decided that is answered with nothing but that it is done.
func (h *Handlers) onWallet(ctx context.Context, o handling.Order, wrong []ledger.FieldError) error {
	if err := request.Malformed(wrong); err != nil {
		return err
	}
	o.Waits = true
	_, _, err := h.Submit(ctx, o)
	return err
}
