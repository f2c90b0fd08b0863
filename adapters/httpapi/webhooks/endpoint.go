package webhooks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

// webhookBy says for whom a command on webhook endpoints is decided.
func webhookBy(p request.Principal) webhook.By {
	return webhook.By{Principal: p.Subject, Admin: p.Roles.Has(request.RoleAdmin)}
}

// CreateWebhookEndpoint implements api.StrictServerInterface. The secret is made before the command, which names the
// vault's key to it alone. A replay's command names another key than was made for it, and shows no secret.
func (h *Handlers) CreateWebhookEndpoint(ctx context.Context, r api.CreateWebhookEndpointRequestObject) (api.CreateWebhookEndpointResponseObject, error) {
	c := webhook.CreateEndpoint{
		By: webhookBy(request.CallOf(ctx).Principal), URL: r.Body.URL, EventTypes: textsOf(r.Body.EventTypes), Description: r.Body.Description,
		KeyID: webhook.NewKeyID(),
	}
	if err := request.Malformed(slices.Concat(c.Validate(), h.wrongURL(&c.URL), wrongEventTypes(r.Body.EventTypes))); err != nil {
		return nil, err
	}
	a, secret, err := h.withSecret(ctx, c.KeyID, handling.Order{CommandType: webhook.CommandCreateEndpoint, Data: c, Key: r.Params.IdempotencyKey},
		func(a journal.Answer) (string, error) {
			_, body, err := handling.Only[webhook.Created](h.Registry, a)
			return body.KeyID, err
		})
	if err != nil {
		return nil, err
	}
	made, err := webhook.Show(&a.Events[0])
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(made.Version)
	shown := webhookEndpointOf(made, made.CreatedAt)
	shown.Secret = secret
	return api.CreateWebhookEndpoint201JSONResponse(shown), nil
}

// withSecret has a command decided that gives an endpoint a new secret, made from a key that is put into the vault
// first. used says which key the command, as it was decided first, has named. The secret is empty for a replay.
func (h *Handlers) withSecret(ctx context.Context, keyID string, o handling.Order, used func(journal.Answer) (string, error)) (a journal.Answer, secret string, err error) {
	key, err := h.ports.Keys.Create(ctx, keyID)
	if err != nil {
		return a, "", request.Unavailable(err)
	}
	o.Waits = true
	a, _, err = h.Submit(ctx, o)
	if err != nil && request.AsProblem(err).Code == "outcome-unknown" {
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
		h.Log.Warn("a webhook's key that came to nothing stays in the vault until it is swept", "key", keyID, "error", discarding)
	}
	return a, "", err
}

// wrongURL says what stands against an address here; nothing for none.
func (h *Handlers) wrongURL(url *string) []ledger.FieldError {
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
	return handling.Each(types, func(name api.WebhookEventType) string { return string(name) })
}

// webhookEndpointOf shows an endpoint as it stands at a time, without its secret.
func webhookEndpointOf(e webhook.Endpoint, at time.Time) api.WebhookEndpoint {
	shownEndpoint := api.WebhookEndpoint{
		ID: e.ID, OwnerID: e.Owner, URL: e.URL, Description: e.Description, Status: api.WebhookEndpointStatus(e.Status),
		EventTypes: handling.Each(e.EventTypes, func(name string) api.WebhookEventType { return api.WebhookEventType(name) }),
		Secrets:    len(e.Keys(at)), CreatedAt: handling.Time(e.CreatedAt), Version: e.Version,
	}
	if e.Status == webhook.Disabled {
		shownEndpoint.DisabledReason, shownEndpoint.DisabledAt = api.WebhookDisabledReason(e.Reason), handling.Time(e.StatusAt)
	}
	return shownEndpoint
}

// webhookEndpoint returns an endpoint that is there for the caller. Errors: a *request.Problem.
func (h *Handlers) webhookEndpoint(ctx context.Context, id string) (webhook.Endpoint, error) {
	e, ok, err := h.ports.Endpoints.Endpoint(ctx, id)
	switch {
	case err != nil:
		return e, request.Unavailable(err)
	case !ok || !webhookBy(request.CallOf(ctx).Principal).Sees(e.Owner):
		return e, &request.Problem{Code: "webhook-endpoint-not-found"}
	}
	return e, nil
}

// GetWebhookEndpoint implements api.StrictServerInterface. It is read from decision state, which a write's answer never
// comes before.
func (h *Handlers) GetWebhookEndpoint(ctx context.Context, r api.GetWebhookEndpointRequestObject) (api.GetWebhookEndpointResponseObject, error) {
	e, err := h.webhookEndpoint(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(e.Version)
	return api.GetWebhookEndpoint200JSONResponse(webhookEndpointOf(e, time.Now())), nil
}

// ListWebhookEndpoints implements api.StrictServerInterface.
func (h *Handlers) ListWebhookEndpoints(ctx context.Context, r api.ListWebhookEndpointsRequestObject) (api.ListWebhookEndpointsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	by := webhookBy(request.CallOf(ctx).Principal)
	owner := by.Principal
	if by.Admin {
		owner = ""
	}
	rows, err := h.ports.Endpoints.Endpoints(ctx, owner, p.Place, p.Limit+1)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(e webhook.Endpoint) string { return e.ID })
	now := time.Now()
	return api.ListWebhookEndpoints200JSONResponse{
		Data: handling.Each(rows, func(e webhook.Endpoint) api.WebhookEndpoint { return webhookEndpointOf(e, now) }), HasMore: more, NextCursor: next,
	}, nil
}
