package membership

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Status says what a membership is good for.
type Status string

// The states of a membership.
const (
	// StatusPending: it was asked for, and is not paid.
	StatusPending Status = "pending"
	// StatusActive: it is paid for.
	StatusActive Status = "active"
	// StatusGrace: its period is over and could not be renewed; it is good all the same, for a while.
	StatusGrace Status = "grace"
	// StatusLapsed: it was not renewed.
	StatusLapsed Status = "lapsed"
	// StatusCanceled: somebody wanted it to end.
	StatusCanceled Status = "canceled"
)

// Why says why a membership has lapsed.
type Why string

// The reasons.
const (
	// BecauseRefused: its renewal was refused until the grace was over.
	BecauseRefused Why = "refused"
	// BecauseClosed: its wallet is closed.
	BecauseClosed Why = "wallet-closed"
	// BecauseErased: the member is no more.
	BecauseErased Why = "user-erased"
	// BecauseUnpaid: it was asked for, and never paid.
	BecauseUnpaid Why = "unpaid"
)

const membershipPrefix = "mem"

// About is what never changes of a membership.
type About struct {
	MembershipID string `json:"membership_id"`
	// UserID is the member, who owns the wallet that pays, if one does.
	UserID   string `json:"user_id"`
	WalletID string `json:"wallet_id,omitempty"`
	// Provider is who bills it; empty when a wallet pays.
	Provider string `json:"provider,omitempty"`
	// Since is when it was bought, or asked for.
	Since time.Time `json:"since"`
}

// Standing is how a membership stands after an event. Events carry it whole, so that whoever reads one needs no other.
type Standing struct {
	Status Status `json:"status"`
	// Why is why it has lapsed; else empty.
	Why Why `json:"why,omitempty"`
	// Until is up to when it is good, as things stand.
	Until time.Time `json:"until"`
	// Renews says that it is renewed at the period's end.
	Renews bool `json:"renews"`
	// Period is the one that was paid last.
	Period Period `json:"period"`
	// Anchor is when the first period of the plan began, and Nth which period since then this one is.
	Anchor time.Time `json:"anchor"`
	Nth    int       `json:"nth"`
	// Passed is how many days of the period are booked, and Earned how much of its price.
	Passed int    `json:"passed"`
	Earned string `json:"earned"`
	// NextAt is when something is due: the end of a day, or the next try; zero for never.
	NextAt time.Time `json:"next_at,omitzero"`
	// Billing is what there is of it at a provider; nil when a wallet pays.
	Billing *Billing `json:"billing,omitempty"`
}

// Membership is a membership as it is shown, and what the writer knows of it.
type Membership struct {
	About
	Standing
	// Version is the position of the last event of its own.
	Version int64 `json:"version"`
}

// member is which membership somebody has, or had last.
type member struct {
	MembershipID string `json:"membership_id"`
	// Live says that it is good.
	Live bool `json:"live,omitempty"`
}

func memberships() journal.Kind[Membership] { return journal.NewKind[Membership]("membership") }

func members() journal.Kind[member] { return journal.NewKind[member]("member") }

// Find returns what is known of a membership. ok is false when there is none of that id, which may be any text.
func Find(s *journal.Scope, id string) (m Membership, ok bool) {
	if _, err := journal.ParsePlaceID(membershipPrefix, id); err != nil {
		return Membership{}, false
	}
	return memberships().Get(s, id)
}

// Live reports whether it is good, paid or in grace.
func (st Standing) Live() bool { return st.Status == StatusActive || st.Status == StatusGrace }

// After returns a membership as an event of its own left it: each event has all of it. The event has been decoded.
// Other events leave it as it was.
func (m Membership) After(e *journal.Event) Membership {
	if about, standing, ok := partsOf(e.Body); ok {
		return Membership{About: about, Standing: standing, Version: e.Position}
	}
	return m
}

// due reports whether something of it is due.
func (st Standing) due(now time.Time) bool { return !st.NextAt.IsZero() && !st.NextAt.After(now) }

// over reports whether all days of the period are booked.
func (st Standing) over() bool { return st.Passed == st.Period.Days }

// rest is what is not earned of the period's price, and how many days have not passed.
func (st Standing) rest() (unearned decimal.Decimal, days int64) {
	return wallet.Figure(st.Period.Price.Amount).Sub(wallet.Figure(st.Earned)), int64(st.Period.Days - st.Passed)
}

// began returns how a membership stands when a period has been paid.
func began(p Period, anchor time.Time, nth int) Standing {
	return Standing{
		Status: StatusActive, Until: p.End, Renews: true, Period: p, Anchor: anchor, Nth: nth,
		Earned: p.figure(decimal.Zero), NextAt: p.dayEnd(1),
	}
}

// ended returns how it stands when it is good no more.
func (st Standing) ended(status Status, why Why, until time.Time) Standing {
	st.Status, st.Why, st.Until, st.Renews, st.NextAt = status, why, until, false, time.Time{}
	return st
}

// Tells reports whether an event of a type says what somebody is a member of, after which the membership stands so. A day
// says nothing of it, nor what is told of a membership that is not paid yet, or is over.
func (m Membership) Tells(eventType string) bool {
	switch eventType {
	case TypeDayPassed, TypeOrdered, TypePageOpened:
		return false
	case TypeInvoicePaid, TypeInvoiceRefunded, TypeFollowed, TypeAsked, TypeAnswered:
		return m.Live()
	}
	return true
}
