package httpapi

import (
	"context"
	"slices"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

// ChangeWebhookEndpoint implements api.StrictServerInterface. The answer is the endpoint as it is read then.
func (h *webhooksHandlers) ChangeWebhookEndpoint(ctx context.Context, r api.ChangeWebhookEndpointRequestObject) (api.ChangeWebhookEndpointResponseObject, error) {
	c := webhook.ChangeEndpoint{By: webhookBy(callOf(ctx).principal), EndpointID: r.ID, Changes: webhook.Changes{
		URL: r.Body.URL, Description: r.Body.Description, Status: (*webhook.Status)(r.Body.Status),
	}}
	var types []api.WebhookEventType
	if r.Body.EventTypes != nil {
		types = *r.Body.EventTypes
		texts := textsOf(types)
		c.EventTypes = &texts
	}
	var err error
	if c.IfVersion, err = ifMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := malformed(slices.Concat(c.Validate(), h.wrongURL(c.URL), wrongEventTypes(types))); err != nil {
		return nil, err
	}
	if _, _, err := h.submit(ctx, order{commandType: webhook.CommandChangeEndpoint, data: c, waits: true}); err != nil {
		return nil, err
	}
	e, err := h.webhookEndpoint(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(e.Version)
	return api.ChangeWebhookEndpoint200JSONResponse(webhookEndpointOf(e, time.Now())), nil
}

// DeleteWebhookEndpoint implements api.StrictServerInterface.
func (h *webhooksHandlers) DeleteWebhookEndpoint(ctx context.Context, r api.DeleteWebhookEndpointRequestObject) (api.DeleteWebhookEndpointResponseObject, error) {
	c := webhook.DeleteEndpoint{By: webhookBy(callOf(ctx).principal), EndpointID: r.ID}
	_, _, err := h.submit(ctx, order{commandType: webhook.CommandDeleteEndpoint, data: c, waits: true})
	return api.DeleteWebhookEndpoint204Response{}, err
}

// RotateWebhookSecret implements api.StrictServerInterface.
func (h *webhooksHandlers) RotateWebhookSecret(ctx context.Context, r api.RotateWebhookSecretRequestObject) (api.RotateWebhookSecretResponseObject, error) {
	if _, err := h.webhookEndpoint(ctx, r.ID); err != nil {
		return nil, err // nothing is put into the vault for what is not there
	}
	c := webhook.RotateSecret{
		By: webhookBy(callOf(ctx).principal), EndpointID: r.ID, KeyID: webhook.NewKeyID(), Revoke: r.Body.RevokePrevious,
	}
	var body webhook.SecretRotated
	_, secret, err := h.withSecret(ctx, c.KeyID, order{commandType: webhook.CommandRotateSecret, data: c, key: r.Params.IdempotencyKey},
		func(a journal.Answer) (keyID string, err error) {
			_, body, err = only[webhook.SecretRotated](h.registry, a)
			return body.KeyID, err
		})
	if err != nil {
		return nil, err
	}
	answer := api.WebhookSecret{EndpointID: r.ID, Secret: secret}
	if len(body.Replaced) > 0 {
		answer.PreviousUntil = shown(body.Replaced[0].Until)
	}
	return api.RotateWebhookSecret200JSONResponse(answer), nil
}
