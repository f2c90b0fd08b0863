package schedule

import "time"

// First returns the first occurrences from a time on.
func (t Timing) First(from time.Time, n int) (list []time.Time) {
	for at := range t.after(from.Add(-time.Nanosecond), 0) {
		if list = append(list, at); len(list) == n {
			break
		}
	}
	return list
}
