package membership

import (
	"errors"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/wallet"
)

func decideRun(s *journal.Scope, c RunMemberships) error {
	var ran Ran
	for _, due := range c.Due {
		m, found := Find(s, due.MembershipID)
		switch {
		case !found || !m.NextAt.Equal(due.At): // done already, or not to be
		case !m.due(s.Now()):
			ran.Left = append(ran.Left, due.MembershipID)
		default:
			if err := ran.catchUp(s, m); err != nil {
				return err
			}
		}
	}
	if len(ran.Left) > 0 && ran.Done() == 0 {
		return ErrMembershipNotDue
	}
	s.Result(ran)
	return nil
}

// Done is how much was done.
func (r Ran) Done() int { return r.Days + r.Renewed + r.Refused + r.Ended }

// catchUp does what is due of a membership, in order, up to MaxSteps. It never stops between the last day of a period
// and what follows from it, which are due at one time. While not all is at hand it goes as far as it can, so that what
// many memberships need is loaded in one go.
func (r *Ran) catchUp(s *journal.Scope, m Membership) error {
	for steps := 0; m.due(s.Now()) && (steps < MaxSteps || m.Billing == nil && m.over()); steps++ {
		before := m.Version
		if err := r.step(s, m); err != nil {
			if s.Complete() {
				return err
			}
			return nil
		}
		if m, _ = Find(s, m.MembershipID); m.Version == before { // it is decided again, once all is at hand
			return nil
		}
	}
	return nil
}

// step does the one thing that is due.
func (r *Ran) step(s *journal.Scope, m Membership) error {
	if m.Billing != nil {
		return r.stepBilled(s, m)
	}
	if !m.over() {
		r.Days++
		return m.passDay(s)
	}
	switch {
	case !m.Renews:
		r.Ended++
		return m.end(s, StatusCanceled, "")
	case users.IsErased(s, m.UserID):
		r.Ended++
		return m.end(s, StatusLapsed, BecauseErased)
	}
	err := s.Try(func() error { return m.renew(s) })
	refusal := journal.AsRefusal(err)
	switch {
	case err == nil:
		r.Renewed++
		return nil
	case refusal == nil || !s.Complete():
		return err
	case errors.Is(refusal, wallet.ErrWalletClosed):
		r.Ended++
		return m.end(s, StatusLapsed, BecauseClosed)
	case m.Status == StatusGrace && !s.Now().Before(m.Until):
		r.Ended++
		return m.end(s, StatusLapsed, BecauseRefused)
	}
	r.Refused++
	return m.wait(s, refusal)
}

// passDay books the next day: one less that the membership is good for, and its share of the price. It counts from the
// end of that day, or from when it was paid, if that was later.
func (m Membership) passDay(s *journal.Scope) error {
	days := m.Passed + 1
	earned := m.Period.earned(days)
	amount := earned.Sub(wallet.Figure(m.Earned))
	at := m.Period.dayEnd(days)
	if m.Period.PaidAt.After(at) {
		at = m.Period.PaidAt
	}
	st := m.Standing
	st.Passed, st.Earned, st.NextAt = days, m.Period.figure(earned), m.Period.dayEnd(min(days+1, st.Period.Days))
	err := m.record(s, journal.Event{
		Type: TypeDayPassed, EffectiveAt: at, Postings: m.passed(m.Period, 1, amount, Income),
		Body: DayPassed{About: m.About, Standing: st, Day: days, Amount: m.Period.money(amount)},
	})
	if r := journal.AsRefusal(err); r != nil {
		// The accounts are Florin's own, and hold what was paid.
		return fmt.Errorf("membership: day %d of %s is refused: %s: %s", days, m.MembershipID, r.Code, r.Detail)
	}
	return err
}

// renew pays for the period that begins where the last one ended. Refusals: the wallet's and the ledger's.
func (m Membership) renew(s *journal.Scope) error {
	plan, sold := FindPlan(s, m.Period.Plan)
	w, found := wallet.Find(s, m.WalletID)
	if !sold || !found {
		return fmt.Errorf("membership: the plan or the wallet of %s is not there", m.MembershipID)
	}
	p := plan.period(m.Anchor, m.Nth+1, s.Now().UTC())
	if err := pays(s, w, m.WalletID, p.Price); err != nil {
		return err
	}
	return m.record(s, journal.Event{
		Type: TypeRenewed, Body: Renewed{About: m.About, Standing: began(p, m.Anchor, m.Nth+1)}, Postings: m.paid(p),
	})
}

// wait notes that a renewal was refused, and when it is tried again.
func (m Membership) wait(s *journal.Scope, refusal *journal.Refusal) error {
	st, now := m.Standing, s.Now().UTC()
	if st.Status != StatusGrace {
		st.Status, st.Until = StatusGrace, now.Add(Grace)
	}
	st.NextAt = earlier(now.Add(GraceTry), st.Until)
	return m.record(s, journal.Event{Type: TypeRenewalRefused, Body: RenewalRefused{
		About: m.About, Standing: st, Problem: Problem{Code: refusal.Code, Title: refusal.Title, Detail: refusal.Detail},
	}})
}

// end says that the period was the last one.
func (m Membership) end(s *journal.Scope, status Status, why Why) error {
	return m.record(s, journal.Event{Type: TypeEnded, Body: Ended{About: m.About, Standing: m.ended(status, why, m.Until)}})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
