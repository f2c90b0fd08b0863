package rediscache

import (
	"sync"
	"time"
)

// breaker leaves a Redis alone that failed, so that its callers do not wait for one time-out each. When
// the rest is over one call tries, for all.
type breaker struct {
	mu    sync.Mutex
	rest  time.Duration // 0 while all is well
	until time.Time
}

// allow says whether a call may be made, and whether it is the one that tries.
func (b *breaker) allow(now time.Time) (trial, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rest == 0 {
		return false, true
	}
	if now.Before(b.until) {
		return false, false
	}
	b.until = now.Add(b.rest) // the others wait for what this one finds
	return true, true
}

// resting says that no call would be allowed now, without taking the turn of the one that tries.
func (b *breaker) resting(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rest > 0 && now.Before(b.until)
}

// failing says that the last call that counts has failed.
func (b *breaker) failing() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rest > 0
}

// failed notes a call that failed, and says whether it was the first after all was well. Of the many
// that were under way together only one counts.
func (b *breaker) failed(now time.Time, trial bool) (first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.rest == 0:
		b.rest, first = minRest, true
	case trial:
		b.rest = min(2*b.rest, maxRest)
	default:
		return false
	}
	b.until = now.Add(b.rest)
	return first
}

// succeeded notes a call that went well, and says whether Redis is back with it. One that began before
// the failure proves nothing.
func (b *breaker) succeeded(trial bool) (back bool) {
	if !trial {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	back = b.rest > 0
	b.rest = 0
	return back
}
