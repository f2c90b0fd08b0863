package payments

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// What others are told of by webhooks. The shapes that no operation answers are those of openapi.yaml, by the same names.

// webhookPayment is what a provider said of a payment.
type webhookPayment struct {
	Provider      string    `json:"provider"`
	ProviderRef   string    `json:"provider_ref"`
	WalletID      string    `json:"wallet_id,omitempty"`
	Amount        api.Money `json:"amount"`
	TransactionID string    `json:"transaction_id,omitempty"`
}

// PaymentAt shows what a provider said of a payment.
func (h *Handlers) PaymentAt(_ context.Context, e *journal.Event) (any, error) {
	show := func(provider, ref, walletID string, amount ledger.Money) (any, error) {
		return webhookPayment{provider, ref, walletID, handling.Money(amount), handling.TransactionID(e)}, nil
	}
	switch b := e.Body.(type) {
	case payment.Received:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	case payment.Refunded:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	case payment.Assigned:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	}
	return nil, handling.NotShown(e)
}
