package membership

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/wallet/payment"
)

// settle notes how a membership that a provider bills stands now, and books its days by difference. When it has ended
// nobody owes anything for what was paid, unless it is being given back: then it is earned. It reports whether the
// membership stands otherwise than before.
func (m Membership) settle(s *journal.Scope, before Membership, at time.Time, source payment.Source) (changed bool, err error) {
	st := m.judged(s.Now())
	m.Standing = st
	b := m.Billing.clone()
	m.Billing = b
	var l legs
	want := Outstanding{Plan: st.Period.Plan}
	switch {
	case st.Live():
		want.Days = st.Period.Days - st.Passed
	case st.Status != StatusPending && !b.ending():
		for i := range b.Bills {
			x := &b.Bills[i]
			l.add(Income, x.rest().Neg(), x.Price.Asset)
			l.add(Deferred(m.MembershipID), x.rest(), x.Price.Asset)
			x.Earned = x.Price.Amount
		}
		b.tidy()
	}
	days := b.Granted.Days
	m.grant(&l, want)
	if st.Status != StatusPending {
		b.Handover = nil
	}
	m.sync()
	m.NextAt = m.next(m.Standing)
	if len(l) == 0 && same(before.Standing, m.Standing) {
		return false, nil
	}
	e := m.turn(before, source, days)
	e.Postings, e.EffectiveAt = l, at
	return true, m.record(s, e)
}

// same reports whether two standings are written alike.
func same(a, b Standing) bool {
	one, errOne := json.Marshal(a)
	two, errTwo := json.Marshal(b)
	return errOne == nil && errTwo == nil && string(one) == string(two)
}

// grant books the difference between the days that stand in the accounts and those that should.
func (m *Membership) grant(l *legs, want Outstanding) {
	have := m.Billing.Granted
	book := func(plan string, days int) {
		d := decimal.NewFromInt(int64(days))
		l.add(Granted(m.MembershipID), d, DayAsset(plan))
		l.add(Owed(m.MembershipID), d.Neg(), DayAsset(plan))
	}
	if have.Plan == want.Plan {
		book(want.Plan, want.Days-have.Days)
	} else {
		book(have.Plan, -have.Days)
		book(want.Plan, want.Days)
	}
	m.Billing.Granted = want
}

// sync shows of the period what came in for it and what of that is earned.
func (m *Membership) sync() {
	if x := m.Billing.bill(m.Billing.Cover.Invoice); x != nil {
		m.Period.Price, m.Earned = x.Price, x.Earned
	}
}

// turn is the event that says how a membership stands otherwise than before. days are those that were left.
func (m Membership) turn(before Membership, source payment.Source, days int) journal.Event {
	st, b := m.Standing, m.Billing
	switch {
	case !before.Live() && st.Live() && !before.Billing.covers():
		return journal.Event{Type: TypeBought, Body: Bought{About: m.About, Standing: st}}
	case before.Live() && st.Live() && b.Cover != before.Billing.Cover && st.Period.Plan != before.Period.Plan:
		return journal.Event{Type: TypeChanged, Body: Changed{
			About: m.About, Standing: st, From: before.Period.Plan, Refunded: before.Period.money(decimal.Zero), Days: days, Paid: st.Period.Price,
		}}
	case st.Live() && (!before.Live() || b.Cover != before.Billing.Cover):
		return journal.Event{Type: TypeRenewed, Body: Renewed{About: m.About, Standing: st}}
	case st.Status == StatusGrace && before.Status != StatusGrace:
		return journal.Event{Type: TypeRenewalRefused, Body: RenewalRefused{About: m.About, Standing: st, Problem: m.problem()}}
	case before.Live() && st.Status == StatusCanceled && days > 0:
		return journal.Event{Type: TypeCanceled, Body: Canceled{About: m.About, Standing: st, Refunded: before.givingBack(), Days: days}}
	case before.Live() && !st.Live():
		return journal.Event{Type: TypeEnded, Body: Ended{About: m.About, Standing: st}}
	case before.Live() && st.Renews != before.Renews:
		return journal.Event{Type: TypeRenewalSet, Body: RenewalSet{About: m.About, Standing: st}}
	}
	return journal.Event{Type: TypeFollowed, Body: Followed{About: m.About, Standing: st, Source: source}}
}

// problem is why a membership that a provider bills is not renewed.
func (m Membership) problem() Problem {
	why := m.Billing.Failed.Failure
	if why.Code == "" {
		why.Code = "payment-failed"
	}
	return Problem{Code: why.Code, Title: "The payment failed.", Detail: why.Message}
}

// stepBilled does the one thing that is due of a membership that a provider bills.
func (r *Ran) stepBilled(s *journal.Scope, m Membership) error {
	at := m.NextAt
	if m.dayDue(at) {
		r.Days++
		return m.passBilled(s, at)
	}
	before := m
	if m.Status == StatusGrace || m.Status == StatusActive {
		r.Ended++
	}
	m.Billing = m.Billing.clone()
	_, err := m.settle(s, before, at, payment.Source{})
	return err
}

// dayDue reports whether a day of the period, or of a bill, is over at a time.
func (m Membership) dayDue(at time.Time) bool {
	due := m.Live() && m.Passed < m.Period.Days && !m.Period.dayEnd(m.Passed+1).After(at)
	for _, x := range m.Billing.Bills {
		due = due || x.Passed < x.Days && !x.dayEnd(x.Passed+1).After(at)
	}
	return due
}

// passBilled books a day that is over at a time: one less that the membership is good for, and of each bill its share. It
// counts from then, or from when it was paid, if that was later.
func (m Membership) passBilled(s *journal.Scope, at time.Time) error {
	b := m.Billing.clone()
	m.Billing = b
	effective, amount := at, decimal.Zero
	later := func(t time.Time) {
		if t.After(effective) {
			effective = t
		}
	}
	var l legs
	for i := range b.Bills {
		x := &b.Bills[i]
		if x.Passed == x.Days || x.dayEnd(x.Passed+1).After(at) {
			continue
		}
		earned := x.earn()
		l.add(Deferred(m.MembershipID), earned, x.Price.Asset)
		l.add(Income, earned.Neg(), x.Price.Asset)
		later(x.PaidAt)
		if x.Price.Asset == m.Period.Price.Asset {
			amount = amount.Add(earned)
		}
	}
	if m.Live() && m.Passed < m.Period.Days && !m.Period.dayEnd(m.Passed+1).After(at) {
		m.Passed++
		m.grant(&l, Outstanding{Plan: m.Period.Plan, Days: m.Period.Days - m.Passed})
		later(m.Period.PaidAt)
	}
	m.sync()
	b.tidy()
	m.Standing = m.judgedPassing()
	err := m.record(s, journal.Event{
		Type: TypeDayPassed, EffectiveAt: effective, Postings: l,
		Body: DayPassed{About: m.About, Standing: m.Standing, Day: m.Passed, Amount: m.Period.money(amount)},
	})
	if err != nil {
		return err
	}
	m, _ = Find(s, m.MembershipID)
	if m.Live() && m.Passed == m.Period.Days {
		if _, err := m.settle(s, m, at, payment.Source{}); err != nil {
			return err
		}
		m, _ = Find(s, m.MembershipID)
	}
	if users.IsErased(s, m.UserID) && m.Live() && m.Renews && b.Asked == nil && m.Provider == payment.Stripe {
		return m.ask(s, Ask{What: AskAtEnd}, florin)
	}
	return nil
}

// judgedPassing is how it stands when a day has passed: no otherwise, but for when something is due next. When the
// period is over it is good until it is known that it is not renewed.
func (m Membership) judgedPassing() Standing {
	st := m.Standing
	if st.Live() && st.Passed == st.Period.Days && !st.Until.After(st.Period.End) {
		if st.Renews {
			st.Until = st.Period.End.Add(Grace)
		}
		if st.Billing.Failed.Until.After(st.Until) {
			st.Until = st.Billing.Failed.Until
		}
	}
	m.Standing = st
	st.NextAt = m.next(st)
	return st
}

// legs are the postings of a transaction.
type legs []journal.Posting

// add debits an account, or credits it with an amount below zero. Nothing is no posting.
func (l *legs) add(account string, amount decimal.Decimal, asset string) {
	side := journal.Debit
	if amount.IsNegative() {
		side = journal.Credit
	}
	if !amount.IsZero() {
		*l = append(*l, journal.Posting{Account: account, Side: side, Amount: amount.Abs(), Asset: asset})
	}
}

// balance has an account take what the others leave of an asset.
func (l *legs) balance(account, asset string) {
	sum := decimal.Zero
	for _, p := range *l {
		switch {
		case p.Asset != asset:
		case p.Side == journal.Debit:
			sum = sum.Add(p.Amount)
		default:
			sum = sum.Sub(p.Amount)
		}
	}
	l.add(account, sum.Neg(), asset)
}
