package webhooks

import (
	"context"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/messaging/webhook"
)

// ListWebhookDeliveries implements api.StrictServerInterface.
func (h *Handlers) ListWebhookDeliveries(ctx context.Context, r api.ListWebhookDeliveriesRequestObject) (api.ListWebhookDeliveriesResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.webhookEndpoint(ctx, r.ID); err != nil {
		return nil, err
	}
	f := webhook.DeliveryFilter{EndpointID: r.ID, Status: webhook.DeliveryStatus(r.Params.Status), Limit: p.Limit + 1}
	if p.Place != "" {
		if f.After, err = webhook.ParseDeliveryID(p.Place); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	rows, err := h.ports.Deliveries.Deliveries(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(d webhook.Delivery) string { return d.ID() })
	return api.ListWebhookDeliveries200JSONResponse{Data: handling.Each(rows, deliveryOf), HasMore: more, NextCursor: next}, nil
}

func deliveryOf(d webhook.Delivery) api.WebhookDelivery {
	return api.WebhookDelivery{
		ID: d.ID(), EventID: d.EventID(), EventType: api.WebhookEventType(d.Type), EventAt: handling.Time(d.EventAt),
		Status: api.WebhookDeliveryStatus(d.Status), Attempts: d.Attempts, LastAttemptAt: handling.TimeIfAny(d.LastAt), LastStatusCode: d.LastCode,
		LastError: api.WebhookDeliveryError(d.LastFailure), LastDurationMs: int(d.LastTook.Milliseconds()),
		NextAttemptAt: handling.TimeIfAny(d.NextAt), CreatedAt: handling.Time(d.CreatedAt),
	}
}

// RedeliverWebhooks implements api.StrictServerInterface. It is no command: nothing becomes a fact by it.
func (h *Handlers) RedeliverWebhooks(ctx context.Context, r api.RedeliverWebhooksRequestObject) (api.RedeliverWebhooksResponseObject, error) {
	again, err := redelivery(r.ID, r.Body)
	if err != nil {
		return nil, err
	}
	e, err := h.webhookEndpoint(ctx, r.ID)
	switch {
	case err != nil:
		return nil, err
	case e.Status == webhook.Disabled:
		return nil, &request.Problem{Code: "webhook-endpoint-disabled"}
	}
	n, err := h.ports.Deliveries.Redeliver(ctx, again, time.Now())
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case n == 0 && r.Body.DeliveryID != "":
		return nil, &request.Problem{Code: "webhook-delivery-not-found"}
	}
	return api.RedeliverWebhooks202JSONResponse{Deliveries: n, HasMore: n == webhook.MaxRedelivered}, nil
}

// redelivery reads what is to be sent again. Errors: a *request.Problem.
func redelivery(endpointID string, b *api.RedeliverWebhooks) (r webhook.Redelivery, err error) {
	r = webhook.Redelivery{EndpointID: endpointID, Until: time.Now()}
	ofTime := b.From != nil || b.Until != nil
	switch {
	case b.DeliveryID == "" && !ofTime:
		return r, request.FieldProblem("invalid-field", "", "want delivery_id, or from or until")
	case b.DeliveryID != "" && ofTime:
		return r, request.FieldProblem("invalid-field", "/delivery_id", "want delivery_id, or from and until, not both")
	case b.Status != "" && b.Status != api.RedeliverWebhooksStatusFailed:
		return r, request.FieldProblem("invalid-field", "/status", "want failed")
	case b.DeliveryID != "":
		if r.Event, err = webhook.ParseDeliveryID(b.DeliveryID); err != nil {
			return r, &request.Problem{Code: "webhook-delivery-not-found", Cause: err}
		}
		return r, nil
	}
	if b.From != nil {
		r.From = *b.From
	}
	if b.Until != nil {
		r.Until = *b.Until
	}
	if r.Until.Before(r.From) {
		return r, request.FieldProblem("invalid-field", "/until", "want a time that is not before from")
	}
	return r, nil
}
