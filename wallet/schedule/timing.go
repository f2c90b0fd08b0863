package schedule

import (
	"errors"
	"fmt"
	"iter"
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

// after returns the occurrences after a time, in order, when so many of the rule's have come.
func (t Timing) after(last time.Time, counted int) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if !t.recurs() {
			if t.At.After(last) {
				yield(*t.At)
			}
			return
		}
		r, err := t.rule()
		if err != nil {
			// It was read before it was kept, and a rule that was good once stays good.
			panic(fmt.Sprintf("schedule: %v", err))
		}
		if r.count > 0 && counted >= r.count {
			return
		}
		for at := range r.after(last) {
			if counted++; !yield(at) || counted == r.count {
				return
			}
		}
	}
}

// next returns the first occurrence after a time, when so many of the rule's have come; ok is false when there
// is none.
func (t Timing) next(last time.Time, counted int) (at time.Time, ok bool) {
	for at := range t.after(last, counted) {
		return at, true
	}
	return at, false
}
