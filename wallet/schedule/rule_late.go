package schedule

import "time"

const (
	// lookAhead is how many years ahead an occurrence is looked for, from the beginning of the rule's period. The rarest
	// day that people name, a 29th of February that is a certain weekday, comes after 28 years, and once in a century
	// after 40. What comes later is as good as never, and to find it out would take the writer ten times as long.
	lookAhead = 40
	// maxYears is how many years there may be from one period of a rule to the next: with what it takes to come to the end
	// of the one, the next is within lookAhead.
	maxYears = lookAhead / 2
	// lastYear is how far the library looks for an occurrence.
	lastYear = 9999
)

// lateBy returns by how many years later a rule is worked out that is looked at from a year on: so many that the library
// soon comes to its last year, and that the calendar of those years is the one of these, with a year before and one after
// for the weeks that reach into them. So a rule that does not occur any more is found out after some 50 years instead of
// 8,000.
func lateBy(year int) int {
	late := lastYear - 1 - lookAhead - year
	for !sameCalendar(year-1, late) {
		late--
	}
	return late
}

// sameCalendar reports whether the years that are so much later have the same weekdays and leap years. After 400 years
// all have.
func sameCalendar(first, late int) bool {
	if newYear(first) != newYear(first+late) {
		return false
	}
	for year := first; year <= first+lookAhead+2; year++ {
		if isLeap(year) != isLeap(year+late) {
			return false
		}
	}
	return true
}

func newYear(year int) time.Weekday {
	return time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC).Weekday()
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }
