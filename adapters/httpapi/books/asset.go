package books

import (
	"context"
	"slices"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// CreateAsset implements api.StrictServerInterface.
func (h *Handlers) CreateAsset(ctx context.Context, r api.CreateAssetRequestObject) (api.CreateAssetResponseObject, error) {
	if r.Body.Scale == nil {
		return nil, request.FieldProblem("invalid-field", "/scale", "want the number of decimals, which is for ever")
	}
	// Whatever does not fit the command's type is as wrong as the next number outside its bounds.
	c := ledger.RegisterAsset{Code: r.Body.Code, Scale: int32(min(max(*r.Body.Scale, -1), ledger.MaxScale+1))}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: ledger.CommandRegisterAsset, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateAsset202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	if a.Outcome.Count == 0 { // it was known, with this scale
		return api.CreateAsset201JSONResponse{Code: c.Code, Scale: int(c.Scale), Builtin: isBuiltin(c.Code)}, nil
	}
	asset, err := h.AssetOf(a)
	return api.CreateAsset201JSONResponse(asset), err
}

// AssetOf shows the asset that a command registered.
func (h *Handlers) AssetOf(a journal.Answer) (api.Asset, error) {
	e, body, err := handling.Only[ledger.AssetRegistered](h.Registry, a)
	if err != nil {
		return api.Asset{}, err
	}
	return api.Asset{Code: body.Code, Scale: int(body.Scale), CreatedAt: handling.Time(e.RecordedAt)}, nil
}

func isBuiltin(code string) bool {
	return slices.ContainsFunc(ledger.ISO4217(), func(a ledger.Asset) bool { return a.Code == code })
}

// ListAssets implements api.StrictServerInterface. Built-in assets are in no projection, and those
// that were registered are few: a page is cut from all of them together.
func (h *Handlers) ListAssets(ctx context.Context, r api.ListAssetsRequestObject) (api.ListAssetsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	registered, err := h.ports.Books.Assets(ctx)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	all := handling.Each(ledger.ISO4217(), func(a ledger.Asset) api.Asset {
		return api.Asset{Code: a.Code, Scale: int(a.Scale), Builtin: true}
	})
	for _, a := range registered {
		all = append(all, api.Asset{Code: a.Code, Scale: a.Scale, CreatedAt: handling.Time(a.CreatedAt)})
	}
	slices.SortFunc(all, func(a, b api.Asset) int { return strings.Compare(a.Code, b.Code) })
	begin := slices.IndexFunc(all, func(a api.Asset) bool { return a.Code > p.Place })
	if begin < 0 {
		begin = len(all)
	}
	data, more, next := handling.Turn(ctx, p, all[begin:], func(a api.Asset) string { return a.Code })
	return api.ListAssets200JSONResponse{Data: data, HasMore: more, NextCursor: next}, nil
}
