package authn

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// live remembers what was read a moment ago, for as long as it can be sure of it: Staleness, or
// Remembered while the feed that would tell of a change is known to be whole. It is safe for concurrent use.
type live[V any] struct {
	read  func(ctx context.Context, key string) (v V, ok bool, err error)
	owner func(V) string
	fresh func() time.Time
	now   func() time.Time

	mu      sync.Mutex
	known   *simplelru.LRU[string, noted[V]]
	owned   map[string]map[string]struct{} // the keys of what is known, by owner
	flights map[string]*flight[V]
	counts  Counts
}

// noted is a value as it was at a time, or later: the time at which its reading began.
type noted[V any] struct {
	value V
	at    time.Time
}

// flight is a reading under way, for all who ask meanwhile.
type flight[V any] struct {
	began time.Time
	done  chan struct{}
	value V
	ok    bool
	err   error
}

// newLive returns a memory of at most size values. owner says whose a value is; fresh up to when every
// change has been told.
func newLive[V any](size int, read func(context.Context, string) (V, bool, error), owner func(V) string,
	fresh, now func() time.Time,
) (*live[V], error) {
	l := &live[V]{
		read: read, owner: owner, fresh: fresh, now: now,
		owned: map[string]map[string]struct{}{}, flights: map[string]*flight[V]{},
	}
	var err error
	if l.known, err = simplelru.NewLRU(size, l.dropped); err != nil {
		return nil, fmt.Errorf("authn: cache: %w", err)
	}
	return l, nil
}

// get returns the value of a key, read now where it has to be. What is not there is not remembered:
// anybody can ask for that, and it would take the room of what is.
//
// A reading is shared only by those who ask while it is under way, and is over within Staleness.
func (l *live[V]) get(ctx context.Context, key string) (v V, ok bool, err error) {
	l.mu.Lock()
	if n, ok := l.known.Get(key); ok && l.believed(n.at) {
		l.counts.Hits++
		l.mu.Unlock()
		return n.value, true, nil
	}
	l.counts.Misses++
	f := l.flights[key]
	if f == nil {
		f = &flight[V]{began: l.now(), done: make(chan struct{})}
		l.flights[key] = f
		go l.fly(context.WithoutCancel(ctx), key, f)
	}
	l.mu.Unlock()
	select {
	case <-f.done:
		return f.value, f.ok, f.err
	case <-ctx.Done():
		return v, false, ctx.Err()
	}
}

// believed reports whether what was true at a time is not yet too old. The feed may vouch for it.
func (l *live[V]) believed(at time.Time) bool {
	now := l.now()
	if age := now.Sub(at); age > Staleness {
		return age <= Remembered && now.Sub(l.fresh()) <= Staleness
	}
	return true
}

// fly reads, and remembers unless there was something to forget meanwhile: then the reading may have
// been too early to see it, and those who ask from then on begin another.
func (l *live[V]) fly(ctx context.Context, key string, f *flight[V]) {
	ctx, cancel := context.WithTimeout(ctx, Staleness)
	defer cancel()
	f.value, f.ok, f.err = l.read(ctx, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	defer close(f.done)
	if l.flights[key] != f {
		return
	}
	delete(l.flights, key)
	switch {
	case f.err != nil:
	case f.ok:
		l.known.Remove(key) // its owner too
		l.note(key, f)
	default:
		l.known.Remove(key)
	}
}

func (l *live[V]) note(key string, f *flight[V]) {
	owner := l.owner(f.value)
	if l.owned[owner] == nil {
		l.owned[owner] = map[string]struct{}{}
	}
	l.owned[owner][key] = struct{}{}
	l.known.Add(key, noted[V]{f.value, f.began})
}

// dropped keeps owned in step with known, whatever made a value go.
func (l *live[V]) dropped(key string, n noted[V]) {
	owner := l.owner(n.value)
	if delete(l.owned[owner], key); len(l.owned[owner]) == 0 {
		delete(l.owned, owner)
	}
}

// counted returns how often something was remembered, and how often not.
func (l *live[V]) counted() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// forget forgets one key.
func (l *live[V]) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known.Remove(key)
	delete(l.flights, key)
}

// forgetOwner forgets what is somebody's. Whose it is that is being read, nobody knows yet.
func (l *live[V]) forgetOwner(owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range l.owned[owner] {
		l.known.Remove(key)
	}
	clear(l.flights)
}

// forgetAll forgets everything.
func (l *live[V]) forgetAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known.Purge()
	clear(l.flights)
}
