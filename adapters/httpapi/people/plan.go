package people

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
)

// CreatePlan implements api.StrictServerInterface.
func (h *Handlers) CreatePlan(ctx context.Context, r api.CreatePlanRequestObject) (api.CreatePlanResponseObject, error) {
	b := r.Body
	c := membership.CreatePlan{Code: b.Code, Period: membership.Length(b.Period), Offer: membership.Offer{
		Name: b.Name, Price: ledger.Money{Amount: b.Price.Amount, Asset: b.Price.Asset}, ProviderPrice: b.ProviderPrice,
		Active: b.Active == nil || *b.Active,
	}}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: membership.CommandCreatePlan, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreatePlan202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	p, err := h.CreatedPlan(a)
	if err == nil {
		request.CallOf(ctx).SetVersion(p.Version)
	}
	return api.CreatePlan201JSONResponse(p), err
}

// CreatedPlan shows the plan that a command made, after the asset of its days.
func (h *Handlers) CreatedPlan(a journal.Answer) (api.Plan, error) {
	if len(a.Events) == 0 {
		return api.Plan{}, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	e := &a.Events[len(a.Events)-1]
	if err := h.Registry.Decode(e); err != nil {
		return api.Plan{}, err
	}
	return planOf(membership.Plan{}.After(e)), nil
}

// GetPlan implements api.StrictServerInterface.
func (h *Handlers) GetPlan(ctx context.Context, r api.GetPlanRequestObject) (api.GetPlanResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, query.Memberships); err != nil {
		return nil, err
	}
	p, ok, err := h.ports.Memberships.Plan(ctx, r.Code)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok:
		return nil, &request.Problem{Code: membership.ErrPlanNotFound.Code}
	}
	request.CallOf(ctx).SetVersion(p.Version)
	return api.GetPlan200JSONResponse(planOf(p)), nil
}

// ListPlans implements api.StrictServerInterface.
func (h *Handlers) ListPlans(ctx context.Context, r api.ListPlansRequestObject) (api.ListPlansResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, query.Memberships); err != nil {
		return nil, err
	}
	rows, err := h.ports.Memberships.Plans(ctx, query.PlanFilter{Active: r.Params.Active, After: p.Place, Limit: p.Limit + 1})
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(p membership.Plan) string { return p.Code })
	return api.ListPlans200JSONResponse{Data: handling.Each(rows, planOf), HasMore: more, NextCursor: next}, nil
}

// ChangePlan implements api.StrictServerInterface. The answer is the plan as it is read then, with what was changed,
// whatever the read model knows of it yet.
func (h *Handlers) ChangePlan(ctx context.Context, r api.ChangePlanRequestObject) (api.ChangePlanResponseObject, error) {
	b := r.Body
	c := membership.ChangePlan{Code: r.Code, Name: b.Name, Price: handling.MoneyChange(b.Price), ProviderPrice: b.ProviderPrice, Active: b.Active}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, _, err := h.Submit(ctx, handling.Order{CommandType: membership.CommandChangePlan, Data: c, Waits: true})
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, "", query.Memberships); err != nil {
		return nil, err
	}
	p, ok, err := h.ports.Memberships.Plan(ctx, r.Code)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok: // it was made a moment ago, and is changed; only the reading is late
		return nil, &request.Problem{Code: "not-yet-visible"}
	}
	if a.Outcome.Count > 0 && p.Version < a.Outcome.First {
		if err := h.Fetch(ctx, &a); err != nil {
			return nil, err
		}
		changed := a.Events[0]
		if err := h.Registry.Decode(&changed); err != nil {
			return nil, err
		}
		p = p.After(&changed)
	}
	request.CallOf(ctx).SetVersion(p.Version)
	return api.ChangePlan200JSONResponse(planOf(p)), nil
}

// planOf shows a plan.
func planOf(p membership.Plan) api.Plan {
	return api.Plan{
		Code: p.Code, Name: p.Name, Price: handling.Money(p.Price), Period: api.PlanPeriod(p.Period), ProviderPrice: p.ProviderPrice,
		DayAsset: membership.DayAsset(p.Code), Active: p.Active, CreatedAt: handling.Time(p.CreatedAt), Version: p.Version,
	}
}
