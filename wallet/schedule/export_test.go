package schedule

import "time"

// First returns the first occurrences from a time on.
func (t Timing) First(from time.Time, n int) (list []time.Time) {
	after := from.Add(-time.Nanosecond)
	for at, ok := t.next(after, 0); ok && len(list) < n; at, ok = t.next(at, len(list)) {
		list = append(list, at)
	}
	return list
}
