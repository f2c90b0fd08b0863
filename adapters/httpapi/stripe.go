package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// ReceiveStripeEvent implements api.StrictServerInterface. The signature is the caller's credential.
// What the event tells of has happened: it is kept, and any outcome that is recorded is good news to
// the sender, who repeats the event only when there is none.
func (h *paymentsHandlers) ReceiveStripeEvent(ctx context.Context, r api.ReceiveStripeEventRequestObject) (api.ReceiveStripeEventResponseObject, error) {
	c, err := h.ports.Stripe.Receive(ctx, callOf(ctx).body, r.Params.StripeSignature)
	if err != nil {
		return nil, badDelivery(err)
	}
	c.Trace = callOf(ctx).trace()
	// Who hears of no outcome delivers again: what it tells of is kept, and is no less true by then.
	a, err := h.Commands.Record(ctx, c)
	if err != nil {
		return nil, undecided(err)
	}
	if a.Replayed {
		callOf(ctx).setReplayed()
	}
	callOf(ctx).setPosition(journal.Token{Shard: mainShard, Position: a.Outcome.Position})
	if a.Outcome.Status != journal.Done {
		h.log.LogAttrs(ctx, slog.LevelError, "a provider's event was not booked", slog.String("caller", c.Actor),
			slog.String("command", c.ID.String()))
	}
	receipt, err := receiptOf(a.Outcome)
	return api.ReceiveStripeEvent200JSONResponse(receipt), err
}

// badDelivery is the answer to a body that is not taken.
func badDelivery(err error) error {
	switch {
	case errors.Is(err, payment.ErrSignature):
		return &Problem{Code: "invalid-signature", cause: err}
	case errors.Is(err, payment.ErrMalformed):
		return &Problem{Code: "malformed-body", Detail: "it is no event of the provider's", cause: err}
	case errors.Is(err, payment.ErrLivemode):
		return &Problem{Code: "livemode-mismatch", cause: err}
	}
	return away(err)
}

// receiptOf says what became of an event.
func receiptOf(o journal.Outcome) (api.WebhookReceipt, error) {
	receipt := api.WebhookReceipt{Received: true}
	switch o.Status {
	case journal.Done:
		var result payment.Result
		if err := json.Unmarshal(o.Result, &result); err != nil {
			return receipt, fmt.Errorf("result of command %s: %w", o.Command, err)
		}
		receipt.Outcome = result.Result
	case journal.Dead:
		receipt.Outcome = "dead"
	case journal.Refused:
		receipt.Outcome = "refused"
	}
	return receipt, nil
}
