package payments

import (
	"cmp"
	"context"
	"log/slog"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

// paymentOf shows a payment. What the payer is given is shown to who acts for the wallet's owner, while it is good for
// something: whoever has it acts as the payer.
func (h *Handlers) paymentOf(ctx context.Context, p payment.Payment, whole bool) (api.Payment, error) {
	sum := func(amount string) api.Money {
		return handling.Money(ledger.Money{Amount: cmp.Or(amount, p.Zero().Amount), Asset: p.Amount.Asset})
	}
	out := api.Payment{
		ID: p.PaymentID, WalletID: p.WalletID, Provider: p.Provider, ProviderRef: p.ProviderRef, ProviderPayment: p.Intent,
		Status: api.PaymentStatus(p.Status), Method: api.PaymentMethod(p.Method), Amount: handling.Money(p.Amount),
		Risk:     api.PaymentRisk{Decision: api.RiskDecisionAllow, Reasons: []string{}},
		Received: sum(p.Received), Refunded: sum(p.Refunded), Disputed: sum(p.Disputed),
		Description: p.Description, Metadata: handling.Metadata(p.Metadata), CreatedAt: handling.Time(p.CreatedAt), Version: p.Version,
	}
	if p.Risk != nil {
		out.Risk = api.PaymentRisk{Decision: api.RiskDecision(p.Risk.Decision), Reasons: reasonTexts(p.Risk.Reasons)}
	}
	if p.Fee.Asset != "" {
		out.Fee = handling.Money(p.Fee)
	}
	if p.Failure.Code != "" {
		out.Failure = &api.PaymentFailure{Code: p.Failure.Code, Message: p.Failure.Message}
	}
	if !whole || !p.Waits() || !handling.ActingAs(request.CallOf(ctx).Principal).Owns(p.Owner) {
		return out, nil
	}
	given, err := h.ports.Handovers.Open(ctx, p.Owner, p.Handover)
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelError, "what a payer is given does not open", slog.String("payment", p.PaymentID))
		return out, request.Unavailable(err)
	}
	out.CheckoutURL, out.ClientSecret = given.CheckoutURL, given.ClientSecret
	return out, nil
}
