package webhooks

import (
	"context"
	"slices"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

// ChangeWebhookEndpoint implements api.StrictServerInterface. The answer is the endpoint as it is read then.
func (h *Handlers) ChangeWebhookEndpoint(ctx context.Context, r api.ChangeWebhookEndpointRequestObject) (api.ChangeWebhookEndpointResponseObject, error) {
	c := webhook.ChangeEndpoint{By: webhookBy(request.CallOf(ctx).Principal), EndpointID: r.ID, Changes: webhook.Changes{
		URL: r.Body.URL, Description: r.Body.Description, Status: (*webhook.Status)(r.Body.Status),
	}}
	var types []api.WebhookEventType
	if r.Body.EventTypes != nil {
		types = *r.Body.EventTypes
		texts := textsOf(types)
		c.EventTypes = &texts
	}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := request.Malformed(slices.Concat(c.Validate(), h.wrongURL(c.URL), wrongEventTypes(types))); err != nil {
		return nil, err
	}
	if _, _, err := h.Submit(ctx, handling.Order{CommandType: webhook.CommandChangeEndpoint, Data: c, Waits: true}); err != nil {
		return nil, err
	}
	e, err := h.webhookEndpoint(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(e.Version)
	return api.ChangeWebhookEndpoint200JSONResponse(webhookEndpointOf(e, time.Now())), nil
}

// DeleteWebhookEndpoint implements api.StrictServerInterface.
func (h *Handlers) DeleteWebhookEndpoint(ctx context.Context, r api.DeleteWebhookEndpointRequestObject) (api.DeleteWebhookEndpointResponseObject, error) {
	c := webhook.DeleteEndpoint{By: webhookBy(request.CallOf(ctx).Principal), EndpointID: r.ID}
	_, _, err := h.Submit(ctx, handling.Order{CommandType: webhook.CommandDeleteEndpoint, Data: c, Waits: true})
	return api.DeleteWebhookEndpoint204Response{}, err
}

// RotateWebhookSecret implements api.StrictServerInterface.
func (h *Handlers) RotateWebhookSecret(ctx context.Context, r api.RotateWebhookSecretRequestObject) (api.RotateWebhookSecretResponseObject, error) {
	if _, err := h.webhookEndpoint(ctx, r.ID); err != nil {
		return nil, err // nothing is put into the vault for what is not there
	}
	c := webhook.RotateSecret{
		By: webhookBy(request.CallOf(ctx).Principal), EndpointID: r.ID, KeyID: webhook.NewKeyID(), Revoke: r.Body.RevokePrevious,
	}
	var body webhook.SecretRotated
	_, secret, err := h.withSecret(ctx, c.KeyID, handling.Order{CommandType: webhook.CommandRotateSecret, Data: c, Key: r.Params.IdempotencyKey},
		func(a journal.Answer) (keyID string, err error) {
			_, body, err = handling.Only[webhook.SecretRotated](h.Registry, a)
			return body.KeyID, err
		})
	if err != nil {
		return nil, err
	}
	answer := api.WebhookSecret{EndpointID: r.ID, Secret: secret}
	if len(body.Replaced) > 0 {
		answer.PreviousUntil = handling.Time(body.Replaced[0].Until)
	}
	return api.RotateWebhookSecret200JSONResponse(answer), nil
}
