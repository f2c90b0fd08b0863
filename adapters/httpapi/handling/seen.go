package handling

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// LastWrites remembers where each caller's last write stands, so that a read of theirs that does
// not say at_least sees it all the same. It is a courtesy of this instance: another one knows
// nothing of it, and at_least is the promise.
type LastWrites struct {
	mu        sync.Mutex
	positions simplelru.LRUCache[string, int64]
}

// NewLastWrites returns one that remembers up to limit callers.
func NewLastWrites(limit int) *LastWrites {
	return &LastWrites{positions: NewLRU[string, int64](limit)}
}

// Note takes down a write. Answers may come in another order than they were decided in.
func (l *LastWrites) Note(subject string, position int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if before, ok := l.positions.Get(subject); !ok || position > before {
		l.positions.Add(subject, position)
	}
}

// Of returns where the last write of a caller stands; 0 when none is remembered.
func (l *LastWrites) Of(subject string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	position, _ := l.positions.Get(subject)
	return position
}

// NewLRU returns a memory of so many things. It panics for a limit below 1.
func NewLRU[K comparable, V any](limit int) *simplelru.LRU[K, V] {
	lru, err := simplelru.NewLRU[K, V](limit, nil)
	if err != nil {
		panic("httpapi: " + err.Error()) // a limit below 1: a fault of this package
	}
	return lru
}
