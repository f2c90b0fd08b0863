package schedule

import (
	"time"

	"github.com/teambition/rrule-go"
)

// period returns the beginning of the last period, of those that the rule's INTERVAL leaves, that begins at or
// before a time; for an earlier time the one that the start is in. All is on the wall. So a rule is worked
// out from close by, however long ago it began.
func (r Rule) period(shown time.Time) time.Time {
	first, n := r.periodOf(r.start), r.interval()
	if shown.Before(first) {
		return first
	}
	switch r.option.Freq {
	case rrule.YEARLY:
		return first.AddDate((shown.Year()-first.Year())/n*n, 0, 0)
	case rrule.MONTHLY:
		months := 12*(shown.Year()-first.Year()) + int(shown.Month()) - int(first.Month())
		return first.AddDate(0, months/n*n, 0)
	}
	step := time.Duration(n) * r.length()
	return first.Add(shown.Sub(first) / step * step)
}

// length is how long a period is, of those that have a length.
func (r Rule) length() time.Duration {
	switch r.option.Freq {
	case rrule.WEEKLY:
		return 7 * 24 * time.Hour
	case rrule.DAILY:
		return 24 * time.Hour
	}
	return time.Hour
}

// periodOf returns the beginning of the period that a time is in.
func (r Rule) periodOf(shown time.Time) time.Time {
	year, month, day := shown.Date()
	switch r.option.Freq {
	case rrule.YEARLY:
		return time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
	case rrule.MONTHLY:
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	case rrule.WEEKLY:
		sinceMonday := (int(shown.Weekday()) + 6) % 7
		back := (sinceMonday - r.option.Wkst.Day() + 7) % 7
		return time.Date(year, month, day-back, 0, 0, 0, 0, time.UTC)
	case rrule.DAILY:
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return shown.Truncate(time.Hour)
}
