package people

import (
	"cmp"
	"context"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/wallet"
)

// BuyMembership implements api.StrictServerInterface. What is bought on a provider's page is asked for first, as any
// other command.
func (h *Handlers) BuyMembership(ctx context.Context, r api.BuyMembershipRequestObject) (api.BuyMembershipResponseObject, error) {
	o := handling.Order{Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	wrong, err := h.buying(ctx, r.Body, &o)
	if err != nil {
		return nil, err
	}
	shown, later, err := h.membershipStep(ctx, o, wrong)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.BuyMembership202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.BuyMembership201JSONResponse(shown), nil
}

// buying is the command by which somebody becomes a member, and what is wrong with its form.
func (h *Handlers) buying(ctx context.Context, b *api.BuyMembership, o *handling.Order) ([]ledger.FieldError, error) {
	principal := request.CallOf(ctx).Principal
	var f wallet.Form
	if b.Method != api.BuyMembershipMethodCheckout {
		c := membership.Buy{As: handling.ActingAs(principal), Plan: b.Plan, WalletID: b.WalletID}
		for pointer, text := range map[string]string{"/user_id": b.UserID, "/success_url": b.SuccessURL, "/cancel_url": b.CancelURL} {
			if text != "" {
				f.Addf(pointer, "is for the method checkout")
			}
		}
		if b.Method != "" && b.Method != api.BuyMembershipMethodWallet {
			f.Addf("/method", "want wallet or checkout")
		}
		o.CommandType, o.Data = membership.CommandBuy, c
		return append(f.Errors(), c.Validate()...), nil
	}
	c := membership.Subscribe{
		As: handling.ActingAs(principal), Provider: h.ports.Provider, Plan: b.Plan, UserID: cmp.Or(b.UserID, principal.Subject),
		SuccessURL: b.SuccessURL, CancelURL: b.CancelURL,
	}
	if b.WalletID != "" {
		f.Addf("/wallet_id", "is for the method wallet")
	}
	wrong := append(f.Errors(), c.Validate()...)
	if len(wrong) == 0 && c.Provider == "" {
		return nil, &request.Problem{Code: "provider-not-configured"}
	}
	o.CommandType, o.Data = membership.CommandSubscribe, c
	return wrong, nil
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
	if err := h.Fetch(ctx, &a); err != nil {
		return api.Membership{}, nil, err
	}
	last, err := h.membershipEvent(a)
	if err == nil && !o.DryRun && membership.WantsBilling(last.Type) {
		last, err = h.AwaitProvider(ctx, last, h.membershipEvent)
	}
	if err != nil {
		return api.Membership{}, nil, err
	}
	m := membership.Membership{}.After(last)
	request.CallOf(ctx).SetVersion(m.Version)
	if why := membership.Refusal(last); why.Code != "" {
		return api.Membership{}, nil, &request.Problem{
			Code: request.CodeProviderRefused, Detail: why.Message, Members: map[string]any{"membership_id": m.MembershipID, "provider_code": why.Code},
		}
	}
	shown, err := h.opened(ctx, m)
	return shown, nil, err
}

// membershipEvent is the event of a command that says how the membership stands after it: each has all of it, and the
// last of them that has an answer of a provider's says why it would not.
func (h *Handlers) membershipEvent(a journal.Answer) (*journal.Event, error) {
	if len(a.Events) == 0 {
		return nil, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	for i := range a.Events {
		if err := h.Registry.Decode(&a.Events[i]); err != nil {
			return nil, err
		}
		if membership.Refusal(&a.Events[i]).Code != "" {
			return &a.Events[i], nil
		}
	}
	return &a.Events[len(a.Events)-1], nil
}

// MembershipAfter shows a membership as a command, and what a provider answered to it, left it, as far as that is known.
func (h *Handlers) MembershipAfter(ctx context.Context, a journal.Answer) (api.Membership, error) {
	if err := h.Fetch(ctx, &a); err != nil {
		return api.Membership{}, err
	}
	last, err := h.membershipEvent(a)
	if err != nil {
		return api.Membership{}, err
	}
	if membership.WantsBilling(last.Type) {
		answer, err := h.ProviderAnswer(ctx, last, h.membershipEvent)
		if err != nil {
			return api.Membership{}, err
		}
		if answer != nil {
			last = answer
		}
	}
	return h.opened(ctx, membership.Membership{}.After(last))
}

// opened shows a membership, and to who acts as the member the page on which it is bought.
func (h *Handlers) opened(ctx context.Context, m membership.Membership) (api.Membership, error) {
	shown := membershipOf(m)
	if m.Billing == nil || len(m.Billing.Handover) == 0 || !handling.ActingAs(request.CallOf(ctx).Principal).Owns(m.UserID) {
		return shown, nil
	}
	page, err := h.ports.Handovers.Open(ctx, m.UserID, m.Billing.Handover)
	if err != nil {
		return shown, request.Unavailable(err)
	}
	shown.CheckoutURL = page.CheckoutURL
	return shown, nil
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
	shown, err := h.opened(ctx, m)
	return api.GetMembership200JSONResponse(shown), err
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
	shown, err := h.opened(ctx, m)
	return api.GetMyMembership200JSONResponse(shown), err
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
		Provider: m.Provider, CreatedAt: handling.Time(m.Since), Version: m.Version,
	}
	if p.Days > 0 {
		out.Period = api.MembershipPeriod{
			Start: handling.Time(p.Start), End: handling.Time(p.End), Days: p.Days, DaysPassed: m.Passed, Price: handling.Money(p.Price),
			Earned: api.Money{Amount: m.Earned, Asset: p.Price.Asset},
		}
	}
	if b := m.Billing; b != nil {
		out.ProviderRef = b.Subscription
		if b.Asked != nil {
			out.Asked = api.MembershipAsked(b.Asked.What)
		}
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
