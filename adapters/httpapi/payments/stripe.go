package payments

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

// ReceiveStripeEvent implements api.StrictServerInterface. The signature is the caller's credential.
func (h *Handlers) ReceiveStripeEvent(ctx context.Context, r api.ReceiveStripeEventRequestObject) (api.ReceiveStripeEventResponseObject, error) {
	c, err := h.ports.Stripe.Receive(ctx, request.CallOf(ctx).Body, r.Params.StripeSignature)
	if err != nil {
		return nil, handling.BadDelivery(err, "it is no event of the provider's")
	}
	receipt, err := h.Take(ctx, c)
	return api.ReceiveStripeEvent200JSONResponse(receipt), err
}
