package membership

import (
	"time"

	"github.com/florinledger/florin/wallet/payment"
)

// judged returns how a membership that a provider bills stands: it follows from what was told and paid, in whatever
// order that was heard of.
func (m Membership) judged(now time.Time) Standing {
	st, b := m.Standing, m.Billing
	st.Renews = b.covers() && !b.Told.AtEnd
	st.Why = ""
	switch {
	case b.Told.Status.Over():
		st = st.overAt(m.Since)
	case !b.covers():
		st.Until = m.Since.Add(PageLife)
		if st.Status = StatusPending; !now.Before(st.Until) {
			st = st.ended(StatusLapsed, BecauseUnpaid, st.Until)
		}
	case st.Passed < st.Period.Days:
		st.Status, st.Until = StatusActive, st.Period.End
	case b.Told.AtEnd:
		st = st.ended(StatusCanceled, "", st.Period.End)
	default:
		st.Until = st.Period.End.Add(Grace)
		if b.Failed.Until.After(st.Until) {
			st.Until = b.Failed.Until
		}
		// A provider takes some time to make the next invoice, which is no fault of the member's.
		st.Status = StatusActive
		if b.Failed.Invoice != "" || b.Told.Status == payment.SubscriptionOverdue {
			st.Status = StatusGrace
		}
		if !now.Before(st.Until) {
			st = st.ended(StatusLapsed, BecauseRefused, st.Until)
		}
	}
	st.NextAt = m.next(st)
	return st
}

// overAt is how it stands when the provider says that it is over.
func (st Standing) overAt(since time.Time) Standing {
	status, why, until := StatusCanceled, Why(""), st.Billing.Told.EndedAt
	if st.Billing.Told.Status == payment.SubscriptionUnpaid {
		status, why = StatusLapsed, BecauseRefused
	}
	if until.IsZero() {
		until = st.Billing.Told.At
	}
	if st.Billing.covers() && st.Period.End.Before(until) {
		until = st.Period.End
	}
	if until.Before(since) {
		until = since
	}
	return st.ended(status, why, until)
}

// next is when something is due of a membership that a provider bills; zero for never.
func (m Membership) next(st Standing) (at time.Time) {
	b := st.Billing
	if b.ending() { // and until the provider has answered nothing is earned
		return at
	}
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if st.Live() && st.Passed < st.Period.Days {
		sooner(st.Period.dayEnd(st.Passed + 1))
	}
	for _, x := range b.Bills {
		if x.Passed < x.Days {
			sooner(x.dayEnd(x.Passed + 1))
		}
	}
	if st.Status == StatusPending || st.Live() && st.Passed == st.Period.Days {
		sooner(st.Until)
	}
	return at
}
