package people

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

// ReceiveMembershipEvent implements api.StrictServerInterface. The signature is the caller's credential, and says that
// the caller may hear what is wrong with the body.
func (h *Handlers) ReceiveMembershipEvent(ctx context.Context, r api.ReceiveMembershipEventRequestObject) (api.ReceiveMembershipEventResponseObject, error) {
	c, err := h.ports.Billing.Receive(ctx, request.CallOf(ctx).Body, r.Params.WebhookID, r.Params.WebhookTimestamp, r.Params.WebhookSignature)
	if err != nil {
		return nil, handling.BadDelivery(err, err.Error())
	}
	receipt, err := h.Take(ctx, c)
	return api.ReceiveMembershipEvent200JSONResponse(receipt), err
}
