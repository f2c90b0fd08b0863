package handling

import (
	"context"
	"sync"
	"time"
)

// togetherTimeout bounds a question that is asked for several requests, and so ends with none of them.
const togetherTimeout = 5 * time.Second

// together asks the same question for many requests at once: what is asked for while an answer is under way waits
// for it, and is then asked in one go. Who comes alone is answered at once.
type together[K comparable, V any] struct {
	ask func(ctx context.Context, keys []K) (map[K]V, error)

	mu   sync.Mutex
	busy bool
	next *round[K, V] // what waits; nil for nothing
}

// round is one question. What is found is set when done is closed.
type round[K comparable, V any] struct {
	keys  []K
	found map[K]V
	err   error
	done  chan struct{}
}

// get returns what there is under a key; ok is false for nothing. Errors: those of ask, or ctx's.
func (t *together[K, V]) get(ctx context.Context, key K) (v V, ok bool, err error) {
	r := t.join(key)
	select {
	case <-r.done:
		v, ok = r.found[key]
		return v, ok, r.err
	case <-ctx.Done():
		return v, false, ctx.Err()
	}
}

// join adds a key to the next round, which it begins when nothing is under way.
func (t *together[K, V]) join(key K) *round[K, V] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next = &round[K, V]{done: make(chan struct{})}
	}
	r := t.next
	r.keys = append(r.keys, key)
	if !t.busy {
		t.busy = true
		go t.run()
	}
	return r
}

// run asks round after round until nothing waits.
func (t *together[K, V]) run() {
	for r := t.take(); r != nil; r = t.take() {
		ctx, cancel := context.WithTimeout(context.Background(), togetherTimeout)
		r.found, r.err = t.ask(ctx, r.keys)
		cancel()
		close(r.done)
	}
}

func (t *together[K, V]) take() *round[K, V] {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.next
	t.next, t.busy = nil, r != nil
	return r
}
