package httpapi

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/wallet/payment"
)

// club answers what there is of plans and memberships, from the facts of a house.
type club struct{ h *house }

// all returns the memberships as their events left them, newest first.
func (c club) all() (out []membership.Membership) {
	last := map[string]membership.Membership{}
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	for _, e := range c.h.bench.Events() {
		if id := membership.IDOf(e.Body); id != "" {
			last[id] = membership.Membership{}.After(e)
		}
	}
	for _, m := range last {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b membership.Membership) int { return strings.Compare(b.MembershipID, a.MembershipID) })
	return out
}

func (c club) find(is func(membership.Membership) bool) (m membership.Membership, ok bool, err error) {
	all := c.all()
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true, c.h.broken
	}
	return m, false, c.h.broken
}

func (c club) Membership(_ context.Context, id string) (membership.Membership, bool, error) {
	return c.find(func(m membership.Membership) bool { return m.MembershipID == id })
}

func (c club) MembershipOf(_ context.Context, userID string) (membership.Membership, bool, error) {
	return c.find(func(m membership.Membership) bool { return m.UserID == userID })
}

func (c club) Memberships(_ context.Context, f query.MembershipFilter) (out []membership.Membership, err error) {
	for _, m := range c.all() {
		if (f.UserID == "" || m.UserID == f.UserID) && (f.Status == "" || m.Status == f.Status) &&
			(f.Plan == "" || m.Period.Plan == f.Plan) && (f.After == "" || m.MembershipID < f.After) {
			out = append(out, m)
		}
	}
	return out[:min(f.Limit, len(out))], c.h.broken
}

func (c club) Members(ctx context.Context, userIDs []string) (map[string]query.Member, error) {
	out := map[string]query.Member{}
	for _, id := range userIDs {
		if m, ok, _ := c.MembershipOf(ctx, id); ok {
			out[id] = query.Member{Status: m.Status, Plan: m.Period.Plan, Until: m.Until}
		}
	}
	return out, c.h.broken
}

func (c club) Plan(ctx context.Context, code string) (p membership.Plan, ok bool, err error) {
	all, err := c.Plans(ctx, query.PlanFilter{Limit: 1000})
	if i := slices.IndexFunc(all, func(p membership.Plan) bool { return p.Code == code }); i >= 0 {
		return all[i], true, err
	}
	return p, false, err
}

func (c club) Plans(_ context.Context, f query.PlanFilter) (out []membership.Plan, err error) {
	plans := map[string]membership.Plan{}
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	for _, e := range c.h.bench.Events() {
		if code := membership.CodeOf(e.Body); code != "" {
			plans[code] = plans[code].After(e)
		}
	}
	for _, p := range plans {
		if p.Code > f.After && (p.Active || !f.Active) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b membership.Plan) int { return cmp.Compare(a.Code, b.Code) })
	return out[:min(f.Limit, len(out))], c.h.broken
}

// deliveries are what another billing system tells; a signature names what was signed.
type deliveries struct{ *house }

// Receive implements people.Billing.
func (d deliveries) Receive(ctx context.Context, body []byte, _, _, signature string) (journal.Command, error) {
	return payment.NewReceiver(d, d).Receive(ctx, body, signature)
}
