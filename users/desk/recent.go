package desk

import (
	"sync"
	"time"
)

// recent remembers what was done a moment ago, so that it is not done again at once. It is this process's
// memory: several processes do a thing once each.
type recent struct {
	every time.Duration
	most  int

	mu    sync.Mutex
	at    map[string]time.Time
	order []doneAt // the oldest first; one that at does not agree with was released, or done again
}

type doneAt struct {
	what string
	at   time.Time
}

func newRecent(every time.Duration, most int) *recent {
	return &recent{every: every, most: most, at: map[string]time.Time{}}
}

// take reports whether something was not done lately, and notes that it is being done.
func (r *recent) take(what string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.order) > 0 && (len(r.order) >= r.most || now.Sub(r.order[0].at) >= r.every) {
		if oldest := r.order[0]; r.at[oldest.what].Equal(oldest.at) {
			delete(r.at, oldest.what)
		}
		r.order = r.order[1:]
	}
	if _, done := r.at[what]; done {
		return false
	}
	r.at[what] = now
	r.order = append(r.order, doneAt{what: what, at: now})
	return true
}

// release forgets that something was done, because it failed.
func (r *recent) release(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.at, what)
}
