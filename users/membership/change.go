package membership

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// ready returns a membership that the caller may change, with all days booked that have passed. What is asked for of a
// period that is over is decided as if its end had been: it is renewed, or ends.
func (c On) ready(s *journal.Scope) (Membership, error) {
	m, found := Find(s, c.MembershipID)
	switch {
	case !found || !c.As.Owns(m.UserID):
		return m, ErrMembershipNotFound
	case c.IfVersion != nil && *c.IfVersion != m.Version:
		return m, ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: m.Version})
	}
	if err := new(Ran).catchUp(s, m); err != nil {
		return m, err
	}
	m, _ = Find(s, c.MembershipID)
	switch {
	case !m.Live() && m.Status != StatusPending:
		return m, ErrMembershipEnded
	case m.due(s.Now()):
		return m, ErrMembershipBehind
	}
	return m, nil
}

func decideCancel(s *journal.Scope, c Cancel) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	m, err := c.ready(s)
	if err != nil {
		return err
	}
	if m.Billing != nil {
		return m.askCancel(s, c)
	}
	if c.At == AtPeriodEnd && m.Status == StatusActive {
		return m.setRenewal(s, false)
	}
	w, _ := wallet.Find(s, m.WalletID)
	unearned, days := m.rest()
	if unearned.IsPositive() {
		if err := w.Takes(); err != nil {
			return err
		}
	}
	return m.record(s, journal.Event{
		Type: TypeCanceled, Postings: m.passed(m.Period, days, unearned, wallet.Account(m.WalletID, wallet.Available)),
		Body: Canceled{About: m.About, Standing: m.ended(StatusCanceled, "", s.Now().UTC()), Refunded: m.Period.money(unearned), Days: int(days)},
	})
}

// setRenewal says whether the period is renewed when it is over.
func (m Membership) setRenewal(s *journal.Scope, renews bool) error {
	if m.Renews == renews {
		return ErrMembershipUnchanged
	}
	st := m.Standing
	st.Renews = renews
	return m.record(s, journal.Event{Type: TypeRenewalSet, Body: RenewalSet{About: m.About, Standing: st}})
}

func decideChange(s *journal.Scope, c Change) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	m, err := c.ready(s)
	if err != nil {
		return err
	}
	if m.Billing != nil {
		return m.askChange(s, c)
	}
	plan, sold := FindPlan(s, c.Plan)
	w, _ := wallet.Find(s, m.WalletID)
	switch {
	case m.Status == StatusGrace:
		return ErrMembershipInGrace
	case c.Plan == m.Period.Plan:
		return m.setRenewal(s, true)
	case !sold:
		return ErrPlanNotFound.At("/plan")
	case !plan.Active:
		return ErrPlanInactive.At("/plan")
	}
	now := s.Now().UTC()
	p := plan.period(now, 1, now)
	unearned, days := m.rest()
	back := m.Period.money(unearned)
	out := paidOut(p.Price, back)
	if err := w.Takes(); err != nil {
		return err
	}
	if wallet.Figure(out.Amount).IsPositive() {
		if err := pays(s, w, m.WalletID, out); err != nil {
			return err
		}
	}
	return m.record(s, journal.Event{
		Type:     TypeChanged,
		Postings: append(m.passed(m.Period, days, unearned, wallet.Account(m.WalletID, wallet.Available)), m.paid(p)...),
		Body:     Changed{About: m.About, Standing: began(p, now, 1), From: m.Period.Plan, Refunded: back, Days: int(days), Paid: out},
	})
}

// paidOut is what a wallet gives out in sum that pays a price and gets something back: nothing, if that is more.
func paidOut(price, back ledger.Money) ledger.Money {
	if price.Asset != back.Asset {
		return price
	}
	sum := decimal.Max(wallet.Figure(price.Amount).Sub(wallet.Figure(back.Amount)), decimal.Zero)
	return ledger.Money{Amount: sum.StringFixed(-wallet.Figure(price.Amount).Exponent()), Asset: price.Asset}
}
