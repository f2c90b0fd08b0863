package people

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/query"
)

// CreateAPIKey implements api.StrictServerInterface. A replay shows what the first answer did but the
// secret, of which there is only a digest.
func (h *Handlers) CreateAPIKey(ctx context.Context, r api.CreateAPIKeyRequestObject) (api.CreateAPIKeyResponseObject, error) {
	secret, digest := h.ports.NewAPIKey()
	c := users.CreateAPIKey{Name: r.Body.Name, Roles: roleNames(r.Body.Roles), Digest: digest}
	if at := r.Body.ExpiresAt; at != nil {
		if at.IsZero() {
			return nil, request.FieldProblem("invalid-field", "/expires_at", "want a time to come")
		}
		c.ExpiresAt = *at
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, _, err := h.Submit(ctx, handling.Order{CommandType: users.CommandCreateAPIKey, Data: c, Key: r.Params.IdempotencyKey, Waits: true})
	if err != nil {
		return nil, err
	}
	e, body, err := handling.Only[users.APIKeyCreated](h.Registry, a)
	if err != nil {
		return nil, err
	}
	k := api.APIKey{ID: body.KeyID, Name: body.Name, Roles: rolesOf(body.Roles), ExpiresAt: handling.TimeIfAny(body.ExpiresAt), CreatedAt: handling.Time(e.RecordedAt)}
	if body.Digest == digest {
		k.Secret = secret
	}
	return api.CreateAPIKey201JSONResponse(k), nil
}

// ListAPIKeys implements api.StrictServerInterface.
func (h *Handlers) ListAPIKeys(ctx context.Context, r api.ListAPIKeysRequestObject) (api.ListAPIKeysResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, query.Users); err != nil {
		return nil, err
	}
	rows, err := h.ports.Users.APIKeys(ctx, query.KeyFilter{After: p.Place, Limit: p.Limit + 1})
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(k query.APIKey) string { return k.ID })
	used, err := h.ports.KeyUses.Get(ctx, handling.Each(rows, func(k query.APIKey) string { return k.ID }))
	if err != nil {
		return nil, request.Unavailable(err)
	}
	return api.ListAPIKeys200JSONResponse{Data: handling.Each(rows, func(k query.APIKey) api.APIKey {
		return api.APIKey{
			ID: k.ID, Name: k.Name, Roles: rolesOf(k.Roles), ExpiresAt: handling.TimeIfAny(k.ExpiresAt), RevokedAt: handling.TimeIfAny(k.RevokedAt),
			LastUsedAt: handling.TimeIfAny(used[k.ID]), CreatedAt: handling.Time(k.CreatedAt),
		}
	}), HasMore: more, NextCursor: next}, nil
}

// RevokeAPIKey implements api.StrictServerInterface.
func (h *Handlers) RevokeAPIKey(ctx context.Context, r api.RevokeAPIKeyRequestObject) (api.RevokeAPIKeyResponseObject, error) {
	_, _, err := h.Submit(ctx, handling.Order{CommandType: users.CommandRevokeAPIKey, Data: users.RevokeAPIKey{KeyID: r.ID}, Waits: true})
	return api.RevokeAPIKey204Response{}, err
}
