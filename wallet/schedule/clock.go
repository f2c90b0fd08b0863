package schedule

import "time"

// wall returns what the clock on the wall shows at a time, to the second. It is written as a time in UTC, where
// every day has 24 hours, so that rules can be worked out by it.
func wall(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	year, month, day := local.Date()
	hour, minute, second := local.Clock()
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}

// instant returns when the clock on the wall shows something. Where clocks are put back it shows it twice, and
// the first time counts. Where they are put forward it never does: then it is when it would have, had
// nobody touched it. Both are what RFC 5545 (3.3.5) says; time.Date promises neither.
func instant(shown time.Time, zone *time.Location) time.Time {
	before := ahead(shown.Add(-24*time.Hour), zone)
	for _, offset := range [...]time.Duration{before, ahead(shown.Add(24*time.Hour), zone)} {
		if at := shown.Add(-offset); wall(at, zone).Equal(shown) {
			return at
		}
	}
	return shown.Add(-before)
}

// ahead is by how much the clock on the wall is ahead of UTC.
func ahead(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
