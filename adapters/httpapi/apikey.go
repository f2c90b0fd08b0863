package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/query"
)

// CreateAPIKey implements api.StrictServerInterface. A replay shows what the first answer did but the
// secret, of which there is only a digest.
func (h *peopleHandlers) CreateAPIKey(ctx context.Context, r api.CreateAPIKeyRequestObject) (api.CreateAPIKeyResponseObject, error) {
	secret, digest := h.ports.NewAPIKey()
	c := users.CreateAPIKey{Name: r.Body.Name, Roles: roleNames(r.Body.Roles), Digest: digest}
	if at := r.Body.ExpiresAt; at != nil {
		if at.IsZero() {
			return nil, fieldProblem("invalid-field", "/expires_at", "want a time to come")
		}
		c.ExpiresAt = *at
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, _, err := h.submit(ctx, order{commandType: users.CommandCreateAPIKey, data: c, key: r.Params.IdempotencyKey, waits: true})
	if err != nil {
		return nil, err
	}
	e, body, err := only[users.APIKeyCreated](h.registry, a)
	if err != nil {
		return nil, err
	}
	k := api.APIKey{ID: body.KeyID, Name: body.Name, Roles: rolesOf(body.Roles), ExpiresAt: shownIfAny(body.ExpiresAt), CreatedAt: shown(e.RecordedAt)}
	if body.Digest == digest {
		k.Secret = secret
	}
	return api.CreateAPIKey201JSONResponse(k), nil
}

// ListAPIKeys implements api.StrictServerInterface.
func (h *peopleHandlers) ListAPIKeys(ctx context.Context, r api.ListAPIKeysRequestObject) (api.ListAPIKeysResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.see(ctx, r.Params.AtLeast, query.Users); err != nil {
		return nil, err
	}
	rows, err := h.ports.Users.APIKeys(ctx, query.KeyFilter{After: p.place, Limit: p.limit + 1})
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(k query.APIKey) string { return k.ID })
	used, err := h.ports.KeyUses.Get(ctx, each(rows, func(k query.APIKey) string { return k.ID }))
	if err != nil {
		return nil, away(err)
	}
	return api.ListAPIKeys200JSONResponse{Data: each(rows, func(k query.APIKey) api.APIKey {
		return api.APIKey{
			ID: k.ID, Name: k.Name, Roles: rolesOf(k.Roles), ExpiresAt: shownIfAny(k.ExpiresAt), RevokedAt: shownIfAny(k.RevokedAt),
			LastUsedAt: shownIfAny(used[k.ID]), CreatedAt: shown(k.CreatedAt),
		}
	}), HasMore: more, NextCursor: next}, nil
}

// RevokeAPIKey implements api.StrictServerInterface.
func (h *peopleHandlers) RevokeAPIKey(ctx context.Context, r api.RevokeAPIKeyRequestObject) (api.RevokeAPIKeyResponseObject, error) {
	_, _, err := h.submit(ctx, order{commandType: users.CommandRevokeAPIKey, data: users.RevokeAPIKey{KeyID: r.ID}, waits: true})
	return api.RevokeAPIKey204Response{}, err
}

// shownIfAny is shown for a time that there may not be, which is left out.
