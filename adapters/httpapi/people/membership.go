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

// BuyMembership implements api.StrictServerInterface.
func (h *Handlers) BuyMembership(ctx context.Context, r api.BuyMembershipRequestObject) (api.BuyMembershipResponseObject, error) {
	c := membership.Buy{As: handling.ActingAs(request.CallOf(ctx).Principal), Plan: r.Body.Plan, WalletID: r.Body.WalletID}
	o := handling.Order{CommandType: membership.CommandBuy, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	shown, later, err := h.membershipStep(ctx, o, c.Validate())
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.BuyMembership202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.BuyMembership201JSONResponse(shown), nil
}

// CancelMembership implements api.StrictServerInterface.
func (h *Handlers) CancelMembership(ctx context.Context, r api.CancelMembershipRequestObject) (api.CancelMembershipResponseObject, error) {
	on, err := onMembership(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := membership.Cancel{On: on, At: membership.When(r.Body.At)}
	o := handling.Order{CommandType: membership.CommandCancel, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	shown, later, err := h.membershipStep(ctx, o, c.Validate())
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CancelMembership202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.CancelMembership200JSONResponse(shown), nil
}

// ChangeMembership implements api.StrictServerInterface.
func (h *Handlers) ChangeMembership(ctx context.Context, r api.ChangeMembershipRequestObject) (api.ChangeMembershipResponseObject, error) {
	on, err := onMembership(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := membership.Change{On: on, Plan: r.Body.Plan}
	o := handling.Order{CommandType: membership.CommandChange, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	shown, later, err := h.membershipStep(ctx, o, c.Validate())
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.ChangeMembership202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.ChangeMembership200JSONResponse(shown), nil
}

// onMembership is which membership the caller acts on, and at which version.
func onMembership(ctx context.Context, id, etag string) (membership.On, error) {
	version, err := request.IfMatch(etag)
	return membership.On{As: handling.ActingAs(request.CallOf(ctx).Principal), MembershipID: id, IfVersion: version}, err
}

// membershipStep has a command on a membership decided and shows the membership as it left it.
func (h *Handlers) membershipStep(ctx context.Context, o handling.Order, wrong []ledger.FieldError) (api.Membership, *api.AcceptedJSONResponse, error) {
	if err := request.Malformed(wrong); err != nil {
		return api.Membership{}, nil, err
	}
	a, later, err := h.Submit(ctx, o)
	if err != nil || later != nil {
		return api.Membership{}, later, err
	}
	shown, err := h.MembershipAfter(ctx, a)
	if err == nil {
		request.CallOf(ctx).SetVersion(shown.Version)
	}
	return shown, nil, err
}

// MembershipAfter shows a membership as the last event of a command left it: each event has all of it.
func (h *Handlers) MembershipAfter(ctx context.Context, a journal.Answer) (api.Membership, error) {
	if err := h.Fetch(ctx, &a); err != nil {
		return api.Membership{}, err
	}
	if len(a.Events) == 0 {
		return api.Membership{}, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	last := &a.Events[len(a.Events)-1]
	if err := h.Registry.Decode(last); err != nil {
		return api.Membership{}, err
	}
	return membershipOf(membership.Membership{}.After(last)), nil
}

// GetMembership implements api.StrictServerInterface.
func (h *Handlers) GetMembership(ctx context.Context, r api.GetMembershipRequestObject) (api.GetMembershipResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, query.Memberships); err != nil {
		return nil, err
	}
	m, ok, err := h.ports.Memberships.Membership(ctx, r.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok || !handling.MaySee(request.CallOf(ctx).Principal, m.UserID):
		return nil, &request.Problem{Code: membership.ErrMembershipNotFound.Code}
	}
	request.CallOf(ctx).SetVersion(m.Version)
	return api.GetMembership200JSONResponse(membershipOf(m)), nil
}

// GetMyMembership implements api.StrictServerInterface.
func (h *Handlers) GetMyMembership(ctx context.Context, r api.GetMyMembershipRequestObject) (api.GetMyMembershipResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, query.Memberships); err != nil {
		return nil, err
	}
	m, ok, err := h.ports.Memberships.MembershipOf(ctx, request.CallOf(ctx).Principal.Subject)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok:
		return nil, &request.Problem{Code: membership.ErrMembershipNotFound.Code}
	}
	request.CallOf(ctx).SetVersion(m.Version)
	return api.GetMyMembership200JSONResponse(membershipOf(m)), nil
}

// ListMemberships implements api.StrictServerInterface. A user sees his own, whatever he asks for.
func (h *Handlers) ListMemberships(ctx context.Context, r api.ListMembershipsRequestObject) (api.ListMembershipsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, query.Memberships); err != nil {
		return nil, err
	}
	f := query.MembershipFilter{
		UserID: r.Params.UserID, Plan: r.Params.Plan, Status: membership.Status(r.Params.Status), After: p.Place, Limit: p.Limit + 1,
	}
	if principal := request.CallOf(ctx).Principal; !handling.MaySee(principal, "") {
		if f.UserID != "" && f.UserID != principal.Subject {
			return api.ListMemberships200JSONResponse{Data: []api.Membership{}}, nil
		}
		f.UserID = principal.Subject
	}
	rows, err := h.ports.Memberships.Memberships(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(m membership.Membership) string { return m.MembershipID })
	return api.ListMemberships200JSONResponse{Data: handling.Each(rows, membershipOf), HasMore: more, NextCursor: next}, nil
}

// membershipOf shows a membership.
func membershipOf(m membership.Membership) api.Membership {
	p := m.Period
	out := api.Membership{
		ID: m.MembershipID, UserID: m.UserID, WalletID: m.WalletID, Plan: p.Plan, Status: api.MembershipState(m.Status),
		StatusReason: api.MembershipStatusReason(m.Why), Since: handling.Time(m.Since), Until: handling.Time(m.Until), Renews: m.Renews,
		Period: api.MembershipPeriod{
			Start: handling.Time(p.Start), End: handling.Time(p.End), Days: p.Days, DaysPassed: m.Passed, Price: handling.Money(p.Price),
			Earned: api.Money{Amount: m.Earned, Asset: p.Price.Asset},
		},
		CreatedAt: handling.Time(m.Since), Version: m.Version,
	}
	if m.Live() && !m.Renews {
		out.CancelAt = handling.Time(m.Until)
	}
	return out
}

// memberships shows what people are members of, by their ids.
func (h *Handlers) memberships(ctx context.Context, userIDs ...string) (map[string]api.UserMembership, error) {
	members, err := h.ports.Memberships.Members(ctx, userIDs)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	out := make(map[string]api.UserMembership, len(userIDs))
	for _, id := range userIDs {
		out[id] = api.UserMembership{Status: api.MembershipStatusNone}
		if m, ok := members[id]; ok {
			out[id] = api.UserMembership{Status: api.MembershipStatus(m.Status), Plan: m.Plan, Until: handling.Time(m.Until)}
		}
	}
	return out, nil
}
