package wallet

import (
	"slices"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// HoldExpiry is when a hold expired: the members of ErrHoldExpired.
type HoldExpiry struct {
	ExpiresAt time.Time `json:"expires_at"`
}

// expiry is when a hold that is placed now expires; zero for never.
func (c PlaceHold) expiry(now time.Time) (time.Time, error) {
	var at time.Time
	switch {
	case c.ExpiresIn != nil:
		at = now.Add(time.Duration(*c.ExpiresIn) * time.Second)
	case c.ExpiresAt != nil:
		at = *c.ExpiresAt
	default:
		return at, nil
	}
	at = at.UTC().Truncate(time.Microsecond) // as times are kept everywhere
	switch {
	case !at.After(now):
		return at, ledger.ErrInvalidField.At("/expires_at").Because("want a time to come: it is %s now", now.Format(time.RFC3339))
	case at.After(now.Add(MaxExpiry)):
		return at, ledger.ErrInvalidField.At("/expires_at").Because("want at most %d days from now", MaxExpiry/(24*time.Hour))
	}
	return at, nil
}

// due reports whether a hold has come to its time.
func (h hold) due(now time.Time) bool {
	return h.Status == HoldOpen && !h.ExpiresAt.IsZero() && !h.ExpiresAt.After(now)
}

// over refuses what is asked of a hold that is over. One that has come to its time is, whether or not
// that is a fact yet: whoever comes late is told the same, however fast the sweep.
func (h hold) over(now time.Time) error {
	switch {
	case h.Status == HoldEndedExpired || h.due(now):
		return ErrHoldExpired.With(HoldExpiry{ExpiresAt: h.ExpiresAt})
	case h.Status != HoldOpen:
		return ErrHoldClosed.With(HoldEnd{Status: h.Status})
	}
	return nil
}

// ExpireDue makes it a fact that holds of a wallet have come to their time. Whatever is decided by
// what a wallet has available or held calls it first, so that it is decided by what there is at
// that moment and not by when somebody last looked. A refusal takes these facts back with it: they
// come again with the next command that is done, or with the sweep's.
func ExpireDue(s *journal.Scope, walletID string) error {
	for _, d := range dueHolds(s, walletID) {
		h, ok := holds().Get(s, d.ID)
		if !ok {
			continue // it is decided again, once all is at hand; until then, all is asked for in one go
		}
		if err := h.expire(s, d.ID); err != nil && s.Complete() {
			return err
		}
	}
	return nil
}

// expire gives back what remains. No floor and no freeze keeps from its owner what nobody has a claim
// to any more.
func (h hold) expire(s *journal.Scope, id string) error {
	rest := h.remaining()
	h.Released, h.Status = journal.FormatAmount(Figure(h.Released).Add(rest)), HoldEndedExpired
	forced := Policy(s)
	forced.Force = true
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: Stream(h.Wallet), Type: TypeHoldExpired, Schema: 1,
		Body:     HoldExpired{HoldID: id, WalletID: h.Wallet, Amount: h.money(rest), HoldFigures: h.figures()},
		Postings: Move(rest, h.Asset, Account(h.Wallet, Held), Account(h.Wallet, Available)),
	}, forced)
	return err
}

func decideExpireHolds(s *journal.Scope, c ExpireHolds) error {
	var left []string
	released := 0
	for _, id := range c.HoldIDs {
		h, found := findAnyHold(s, id)
		switch {
		case !found || h.Status != HoldOpen:
		case !h.due(s.Now()) || released >= MaxExpiring:
			left = append(left, id)
		default:
			released += len(dueHolds(s, h.Wallet))
			if err := ExpireDue(s, h.Wallet); err != nil {
				return err
			}
		}
	}
	switch {
	case len(left) == 0:
	case released == 0:
		return ErrHoldNotDue
	default:
		s.Result(HoldsLeft{Left: left})
	}
	return nil
}

// dueHolds are the holds of a wallet that have come to their time, in the order in which they did.
func dueHolds(s *journal.Scope, walletID string) (due []DueHold) {
	w, _ := Find(s, walletID)
	due = dueOf(w.Due, s.Now())
	for i, page := range w.Expiring {
		if page.Holds > 0 && !page.First.After(s.Now()) {
			due = append(due, dueOf(w.page(s, walletID, i+1), s.Now())...)
		}
	}
	slices.SortFunc(due, inTime)
	return due
}

// dueOf are those of a page that have come to their time.
func dueOf(page []DueHold, now time.Time) []DueHold {
	end := slices.IndexFunc(page, func(d DueHold) bool { return d.At.After(now) })
	if end < 0 {
		end = len(page)
	}
	return slices.Clone(page[:end])
}
