package schedule

import (
	"iter"
	"time"

	"github.com/teambition/rrule-go"
)

// Rule says when a transfer recurs: a recurrence rule of RFC 5545 (3.3.10) that has been read, and what it is
// counted from.
//
// It goes by the clock on the wall: 09:00 is 09:00, in summer and in winter. What clocks skip when they are put
// forward comes at the moment at which it would have come, and what they show twice counts once, the first time.
// Occurrences that come to the same moment are one. A day that a month has not got (BYMONTHDAY=31) is left
// out; the last day is BYMONTHDAY=-1.
type Rule struct {
	option rrule.ROption // without COUNT and UNTIL, and with all that it takes from its start written out
	count  int           // 0 for no end
	until  end
	start  time.Time // on the wall
	zone   *time.Location
}

// end is what UNTIL says: at is in UTC, or on the wall. The zero end is none.
type end struct {
	at    time.Time
	isUTC bool
}

// from returns the rule counted from a start, in a time zone. What the rule does not say it takes from there.
func (r Rule) from(start time.Time, zone *time.Location) Rule {
	r.start, r.zone = wall(start, zone), zone
	o := &r.option
	weekday := [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}[r.start.Weekday()]
	days := len(o.Byweekday) + len(o.Bymonthday) + len(o.Byyearday)
	switch {
	case days > 0:
	case o.Freq == rrule.WEEKLY || len(o.Byweekno) > 0:
		o.Byweekday = []rrule.Weekday{weekday}
	case o.Freq == rrule.YEARLY:
		if len(o.Bymonth) == 0 {
			o.Bymonth = []int{int(r.start.Month())}
		}
		o.Bymonthday = []int{r.start.Day()}
	case o.Freq == rrule.MONTHLY:
		o.Bymonthday = []int{r.start.Day()}
	}
	if len(o.Byhour) == 0 && o.Freq < rrule.HOURLY {
		o.Byhour = []int{r.start.Hour()}
	}
	if len(o.Byminute) == 0 {
		o.Byminute = []int{r.start.Minute()}
	}
	if len(o.Bysecond) == 0 {
		o.Bysecond = []int{r.start.Second()}
	}
	return r
}

// after returns the occurrences after a time, and not before the start, in order, for as long as [lookAhead] says. What
// it takes to find the first does not grow with the time since the start.
func (r Rule) after(last time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if !r.reachable() {
			return
		}
		option := r.option
		// Two days before, so that no clock that was put forward or back is missed.
		begin := r.period(wall(last, r.zone).AddDate(0, 0, -2))
		late := lateBy(begin.Year())
		option.Dtstart = begin.AddDate(late, 0, 0)
		rule, err := rrule.NewRRule(option)
		if err != nil {
			return // it was read, so that it has no error
		}
		walk := rule.Iterator()
		for found, ok := walk(); ok; found, ok = walk() {
			shown := found.AddDate(-late, 0, 0)
			at := instant(shown, r.zone)
			if shown.Year() > begin.Year()+lookAhead || r.until.passed(shown, at) {
				return
			}
			if shown.Before(r.start) || !at.After(last) {
				continue
			}
			if last = at; !yield(at) {
				return
			}
		}
	}
}

// passed reports whether an occurrence is later than the rule goes.
func (e end) passed(shown, at time.Time) bool {
	switch {
	case e.at.IsZero():
		return false
	case e.isUTC:
		return at.After(e.at)
	}
	return shown.After(e.at)
}

// reachable reports whether an hourly rule ever comes to one of its hours. The library would look for ever.
func (r Rule) reachable() bool {
	if r.option.Freq != rrule.HOURLY || len(r.option.Byhour) == 0 {
		return true
	}
	step := r.interval()
	for hour, n := r.start.Hour(), 0; n < 24; hour, n = (hour+step)%24, n+1 {
		for _, wanted := range r.option.Byhour {
			if hour == wanted {
				return true
			}
		}
	}
	return false
}

func (r Rule) interval() int { return max(r.option.Interval, 1) }
