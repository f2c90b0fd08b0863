package httpapi

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

// webhookBy says for whom a command on webhook endpoints is decided.
func webhookBy(p Principal) webhook.By {
	return webhook.By{Principal: p.Subject, Admin: p.Roles.Has(RoleAdmin)}
}

// CreateWebhookEndpoint implements api.StrictServerInterface. The secret is made before the command, which names the
// vault's key to it alone. A replay's command names another key than was made for it, and shows no secret.
func (h *webhooksHandlers) CreateWebhookEndpoint(ctx context.Context, r api.CreateWebhookEndpointRequestObject) (api.CreateWebhookEndpointResponseObject, error) {
	c := webhook.CreateEndpoint{
		By: webhookBy(callOf(ctx).principal), URL: r.Body.URL, EventTypes: textsOf(r.Body.EventTypes), Description: r.Body.Description,
		KeyID: webhook.NewKeyID(),
	}
	if err := malformed(slices.Concat(c.Validate(), h.wrongURL(&c.URL), wrongEventTypes(r.Body.EventTypes))); err != nil {
		return nil, err
	}
	a, secret, err := h.withSecret(ctx, c.KeyID, order{commandType: webhook.CommandCreateEndpoint, data: c, key: r.Params.IdempotencyKey},
		func(a journal.Answer) (string, error) {
			_, body, err := only[webhook.Created](h.registry, a)
			return body.KeyID, err
		})
	if err != nil {
		return nil, err
	}
	made, err := webhook.Show(&a.Events[0])
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(made.Version)
	shown := webhookEndpointOf(made, made.CreatedAt)
	shown.Secret = secret
	return api.CreateWebhookEndpoint201JSONResponse(shown), nil
}

// withSecret has a command decided that gives an endpoint a new secret, made from a key that is put into the vault
// first. used says which key the command, as it was decided first, has named. The secret is empty for a replay.
func (h *webhooksHandlers) withSecret(ctx context.Context, keyID string, o order, used func(journal.Answer) (string, error)) (a journal.Answer, secret string, err error) {
	key, err := h.ports.Keys.Create(ctx, keyID)
	if err != nil {
		return a, "", away(err)
	}
	o.waits = true
	a, _, err = h.submit(ctx, o)
	if err != nil && asProblem(err).Code == "outcome-unknown" {
		return a, "", err // it may be decided yet; if it is not, the vault's sweep takes the key away
	}
	named := ""
	if err == nil {
		named, err = used(a)
	}
	if named == keyID {
		return a, webhook.SecretOf(key).Reveal(), err
	}
	if discarding := h.ports.Keys.Discard(context.WithoutCancel(ctx), keyID); discarding != nil {
		h.log.Warn("a webhook's key that came to nothing stays in the vault until it is swept", "key", keyID, "error", discarding)
	}
	return a, "", err
}

// wrongURL says what stands against an address here; nothing for none.
func (h *webhooksHandlers) wrongURL(url *string) []ledger.FieldError {
	if url == nil {
		return nil
	}
	if wrong := h.ports.CheckURL(*url); wrong != "" {
		return []ledger.FieldError{{Pointer: "/url", Detail: wrong}}
	}
	return nil
}

// wrongEventTypes says which types there are not.
func wrongEventTypes(types []api.WebhookEventType) (wrong []ledger.FieldError) {
	for i, name := range types {
		if !name.Valid() {
			wrong = append(wrong, ledger.FieldError{Pointer: fmt.Sprintf("/event_types/%d", i), Detail: "there is no such type of events"})
		}
	}
	return wrong
}

func textsOf(types []api.WebhookEventType) []string {
	return each(types, func(name api.WebhookEventType) string { return string(name) })
}

// webhookEndpointOf shows an endpoint as it stands at a time, without its secret.
func webhookEndpointOf(e webhook.Endpoint, at time.Time) api.WebhookEndpoint {
	shownEndpoint := api.WebhookEndpoint{
		ID: e.ID, OwnerID: e.Owner, URL: e.URL, Description: e.Description, Status: api.WebhookEndpointStatus(e.Status),
		EventTypes: each(e.EventTypes, func(name string) api.WebhookEventType { return api.WebhookEventType(name) }),
		Secrets:    len(e.Keys(at)), CreatedAt: shown(e.CreatedAt), Version: e.Version,
	}
	if e.Status == webhook.Disabled {
		shownEndpoint.DisabledReason, shownEndpoint.DisabledAt = api.WebhookDisabledReason(e.Reason), shown(e.StatusAt)
	}
	return shownEndpoint
}

// webhookEndpoint returns an endpoint that is there for the caller. Errors: a *Problem.
func (h *webhooksHandlers) webhookEndpoint(ctx context.Context, id string) (webhook.Endpoint, error) {
	e, ok, err := h.ports.Endpoints.Endpoint(ctx, id)
	switch {
	case err != nil:
		return e, away(err)
	case !ok || !webhookBy(callOf(ctx).principal).Sees(e.Owner):
		return e, &Problem{Code: "webhook-endpoint-not-found"}
	}
	return e, nil
}

// GetWebhookEndpoint implements api.StrictServerInterface. It is read from decision state, which a write's answer never
// comes before.
func (h *webhooksHandlers) GetWebhookEndpoint(ctx context.Context, r api.GetWebhookEndpointRequestObject) (api.GetWebhookEndpointResponseObject, error) {
	e, err := h.webhookEndpoint(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(e.Version)
	return api.GetWebhookEndpoint200JSONResponse(webhookEndpointOf(e, time.Now())), nil
}

// ListWebhookEndpoints implements api.StrictServerInterface.
func (h *webhooksHandlers) ListWebhookEndpoints(ctx context.Context, r api.ListWebhookEndpointsRequestObject) (api.ListWebhookEndpointsResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	by := webhookBy(callOf(ctx).principal)
	owner := by.Principal
	if by.Admin {
		owner = ""
	}
	rows, err := h.ports.Endpoints.Endpoints(ctx, owner, p.place, p.limit+1)
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(e webhook.Endpoint) string { return e.ID })
	now := time.Now()
	return api.ListWebhookEndpoints200JSONResponse{
		Data: each(rows, func(e webhook.Endpoint) api.WebhookEndpoint { return webhookEndpointOf(e, now) }), HasMore: more, NextCursor: next,
	}, nil
}
