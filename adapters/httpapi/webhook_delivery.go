package httpapi

import (
	"context"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/messaging/webhook"
)

// ListWebhookDeliveries implements api.StrictServerInterface.
func (h *webhooksHandlers) ListWebhookDeliveries(ctx context.Context, r api.ListWebhookDeliveriesRequestObject) (api.ListWebhookDeliveriesResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.webhookEndpoint(ctx, r.ID); err != nil {
		return nil, err
	}
	f := webhook.DeliveryFilter{EndpointID: r.ID, Status: webhook.DeliveryStatus(r.Params.Status), Limit: p.limit + 1}
	if p.place != "" {
		if f.After, err = webhook.ParseDeliveryID(p.place); err != nil {
			return nil, &Problem{Code: "invalid-cursor", cause: err}
		}
	}
	rows, err := h.ports.Deliveries.Deliveries(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(d webhook.Delivery) string { return d.ID() })
	return api.ListWebhookDeliveries200JSONResponse{Data: each(rows, deliveryOf), HasMore: more, NextCursor: next}, nil
}

func deliveryOf(d webhook.Delivery) api.WebhookDelivery {
	return api.WebhookDelivery{
		ID: d.ID(), EventID: d.EventID(), EventType: api.WebhookEventType(d.Type), EventAt: shown(d.EventAt),
		Status: api.WebhookDeliveryStatus(d.Status), Attempts: d.Attempts, LastAttemptAt: shownIfAny(d.LastAt), LastStatusCode: d.LastCode,
		LastError: api.WebhookDeliveryError(d.LastFailure), LastDurationMs: int(d.LastTook.Milliseconds()),
		NextAttemptAt: shownIfAny(d.NextAt), CreatedAt: shown(d.CreatedAt),
	}
}

// RedeliverWebhooks implements api.StrictServerInterface. It is no command: nothing becomes a fact by it.
func (h *webhooksHandlers) RedeliverWebhooks(ctx context.Context, r api.RedeliverWebhooksRequestObject) (api.RedeliverWebhooksResponseObject, error) {
	again, err := redelivery(r.ID, r.Body)
	if err != nil {
		return nil, err
	}
	e, err := h.webhookEndpoint(ctx, r.ID)
	switch {
	case err != nil:
		return nil, err
	case e.Status == webhook.Disabled:
		return nil, &Problem{Code: "webhook-endpoint-disabled"}
	}
	n, err := h.ports.Deliveries.Redeliver(ctx, again, time.Now())
	switch {
	case err != nil:
		return nil, away(err)
	case n == 0 && r.Body.DeliveryID != "":
		return nil, &Problem{Code: "webhook-delivery-not-found"}
	}
	return api.RedeliverWebhooks202JSONResponse{Deliveries: n, HasMore: n == webhook.MaxRedelivered}, nil
}

// redelivery reads what is to be sent again. Errors: a *Problem.
func redelivery(endpointID string, b *api.RedeliverWebhooks) (r webhook.Redelivery, err error) {
	r = webhook.Redelivery{EndpointID: endpointID, Until: time.Now()}
	ofTime := b.From != nil || b.Until != nil
	switch {
	case b.DeliveryID == "" && !ofTime:
		return r, fieldProblem("invalid-field", "", "want delivery_id, or from or until")
	case b.DeliveryID != "" && ofTime:
		return r, fieldProblem("invalid-field", "/delivery_id", "want delivery_id, or from and until, not both")
	case b.Status != "" && b.Status != api.RedeliverWebhooksStatusFailed:
		return r, fieldProblem("invalid-field", "/status", "want failed")
	case b.DeliveryID != "":
		if r.Event, err = webhook.ParseDeliveryID(b.DeliveryID); err != nil {
			return r, &Problem{Code: "webhook-delivery-not-found", cause: err}
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
		return r, fieldProblem("invalid-field", "/until", "want a time that is not before from")
	}
	return r, nil
}
