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
	due := dueHolds(s, walletID)
	if len(due) == 0 {
		return nil
	}
	// All is asked for before the first one moves, so that what is not at hand is loaded in one go.
	for _, d := range due {
		if h, ok := holds().Get(s, d.ID); ok {
			ledger.BalanceOf(s, ledger.Main, Account(h.Wallet, Held), h.Asset)
			ledger.BalanceOf(s, ledger.Main, Account(h.Wallet, Available), h.Asset)
		}
	}
	if !s.Complete() {
		return nil // it is decided again, once all is at hand
	}
	for _, d := range due {
		h, _ := holds().Get(s, d.ID)
		if err := h.expire(s, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// expire gives back what remains. No floor and no freeze keeps from its owner what nobody has a claim
// to any more.
func (h hold) expire(s *journal.Scope, id string) error {
	rest := h.remaining()
	h.Released, h.Status = journal.FormatAmount(figure(h.Released).Add(rest)), HoldEndedExpired
	forced := policy(s)
	forced.Force = true
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: stream(h.Wallet), Type: TypeHoldExpired, Schema: 1,
		Body:     HoldExpired{HoldID: id, WalletID: h.Wallet, Amount: h.money(rest), HoldFigures: h.figures()},
		Postings: move(rest, h.Asset, Account(h.Wallet, Held), Account(h.Wallet, Available)),
	}, forced)
	return err
}

func decideExpireHold(s *journal.Scope, c ExpireHold) error {
	if _, err := journal.ParsePlaceID(holdPrefix, c.HoldID); err != nil {
		return ErrHoldNotFound
	}
	h, found := holds().Get(s, c.HoldID)
	switch {
	case !found:
		return ErrHoldNotFound
	case h.Status != HoldOpen:
		return nil
	case !h.due(s.Now()):
		return ErrHoldNotDue
	}
	return ExpireDue(s, h.Wallet)
}

// dueHolds are the holds of a wallet that have come to their time, in the order in which they did.
func dueHolds(s *journal.Scope, walletID string) (due []dueHold) {
	w, _ := Find(s, walletID)
	for number, page := range w.Expiring {
		if page.Holds == 0 || page.First.After(s.Now()) {
			continue
		}
		list, _ := expiring().Get(s, pageID(walletID, number))
		for _, d := range list {
			if d.At.After(s.Now()) {
				break
			}
			due = append(due, d)
		}
	}
	slices.SortFunc(due, inTime)
	return due
}
