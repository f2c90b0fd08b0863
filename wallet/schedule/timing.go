package schedule

import (
	"errors"
	"fmt"
	"time"

	"github.com/florinledger/florin/wallet"
)

// Timing is when a schedule pays: once At a time, or by RRule.
type Timing struct {
	At *time.Time `json:"at,omitempty"`
	// RRule is a recurrence rule as its maker wrote it: see [ReadRule].
	RRule string `json:"rrule,omitempty"`
	// StartsAt is what the rule is counted from; nothing is paid before it. It has the time of day, and whatever
	// else the rule does not say.
	StartsAt *time.Time `json:"starts_at,omitempty"`
	// TimeZone is the name, in the IANA database, of the zone whose clocks the rule goes by.
	TimeZone string `json:"time_zone,omitempty"`
}

// recurs reports whether it is by a rule.
func (t Timing) recurs() bool { return t.RRule != "" }

// rule is the rule, counted from its start.
func (t Timing) rule() (Rule, error) {
	r, err := ReadRule(t.RRule)
	if err != nil {
		return r, err
	}
	zone, err := wallet.Zone(t.TimeZone)
	switch {
	case err != nil:
		return r, err
	case t.StartsAt == nil:
		return r, errors.New("a rule is counted from a start, and there is none")
	}
	return r.from(*t.StartsAt, zone), nil
}

// next returns the first occurrence after a time, when so many of the rule's have come; ok is false when there
// is none.
func (t Timing) next(after time.Time, counted int) (at time.Time, ok bool) {
	if !t.recurs() {
		return *t.At, t.At.After(after)
	}
	r, err := t.rule()
	if err != nil {
		// It was read before it was kept, and a rule that was good once stays good.
		panic(fmt.Sprintf("schedule: %v", err))
	}
	if r.count > 0 && counted >= r.count {
		return at, false
	}
	return r.next(after)
}

// upcoming returns up to n occurrences from one on, before which so many came.
func (t Timing) upcoming(from time.Time, counted, n int) (list []time.Time) {
	for at, ok := from, true; ok && len(list) < n; at, ok = t.next(at, counted+len(list)) {
		list = append(list, at)
	}
	return list
}
