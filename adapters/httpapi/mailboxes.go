package httpapi

import "sync"

// Mailboxes wakes the streams of messages of this process. What it does not hear of, streams find by
// looking.
type Mailboxes struct {
	mu       sync.Mutex
	watchers map[string]map[chan struct{}]struct{}
}

// NewMailboxes returns one that nobody watches.
func NewMailboxes() *Mailboxes { return &Mailboxes{watchers: map[string]map[chan struct{}]struct{}{}} }

// Wake tells everybody who watches one of the mailboxes that something is new there. It does not wait.
func (m *Mailboxes) Wake(owners ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, owner := range owners {
		wake(m.watchers[owner])
	}
}

// WakeAll tells everybody: anything may have happened.
func (m *Mailboxes) WakeAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, watchers := range m.watchers {
		wake(watchers)
	}
}

func wake(watchers map[chan struct{}]struct{}) {
	for watcher := range watchers {
		select {
		case watcher <- struct{}{}:
		default: // it has been told, and has not looked yet
		}
	}
}

// Watch watches a mailbox until leave is called; ok is false when MaxStreams do so already.
func (m *Mailboxes) Watch(owner string) (woken <-chan struct{}, leave func(), ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.watchers[owner]) >= MaxStreams {
		return nil, nil, false
	}
	watcher := make(chan struct{}, 1)
	if m.watchers[owner] == nil {
		m.watchers[owner] = map[chan struct{}]struct{}{}
	}
	m.watchers[owner][watcher] = struct{}{}
	return watcher, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.watchers[owner], watcher)
		if len(m.watchers[owner]) == 0 {
			delete(m.watchers, owner)
		}
	}, true
}
