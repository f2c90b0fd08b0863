package messages

import (
	"sync"
	"sync/atomic"
)

// Mailboxes wakes the streams of messages of this process. What it does not hear of, streams find by
// looking.
type Mailboxes struct {
	mu       sync.Mutex
	watchers map[string]map[*watcher]struct{} // by whose mailbox it is
}

// watcher is somebody who watches a mailbox.
type watcher struct {
	woken chan struct{}
	// told is the position that it was told of last; 0 for none in particular.
	told atomic.Int64
}

// NewMailboxes returns one that nobody watches.
func NewMailboxes() *Mailboxes { return &Mailboxes{watchers: map[string]map[*watcher]struct{}{}} }

// Wake tells everybody who watches one of the mailboxes that something is new there at a position, which
// may not be to be read yet. It does not wait.
func (m *Mailboxes) Wake(position int64, owners ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, owner := range owners {
		wake(m.watchers[owner], position)
	}
}

// WakeAll tells everybody: anything may have happened, and what was told of may be lost.
func (m *Mailboxes) WakeAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, watchers := range m.watchers {
		wake(watchers, 0)
	}
}

func wake(watchers map[*watcher]struct{}, position int64) {
	for w := range watchers {
		w.told.Store(position)
		select {
		case w.woken <- struct{}{}:
		default: // it has been told, and has not looked yet
		}
	}
}

// watch watches a mailbox until leave is called; ok is false when MaxStreams do so already.
func (m *Mailboxes) watch(owner string) (w *watcher, leave func(), ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.watchers[owner]) >= MaxStreams {
		return nil, nil, false
	}
	w = &watcher{woken: make(chan struct{}, 1)}
	if m.watchers[owner] == nil {
		m.watchers[owner] = map[*watcher]struct{}{}
	}
	m.watchers[owner][w] = struct{}{}
	return w, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.watchers[owner], w)
		if len(m.watchers[owner]) == 0 {
			delete(m.watchers, owner)
		}
	}, true
}

// Watchers returns how many streams watch a mailbox.
func (m *Mailboxes) Watchers(owner string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.watchers[owner])
}
