// Package memory keeps the journal in memory, for the tests of cores and of the engine. It passes the
// same suite as the journal in Postgres (ledger/journal/storetest), and forgets everything when it is
// dropped.
package memory

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// Config are the choices of a Store. The zero value means the defaults.
type Config struct {
	// Now is the store's clock, on which leases lapse; default time.Now.
	Now func() time.Time
}

// Store is the journal of any number of shards. It is safe for use by many goroutines.
type Store struct {
	now func() time.Time

	mu       sync.Mutex
	shards   map[journal.Shard]*shard
	outcomes map[journal.CommandID]placed
	inbox    []waiting
	dead     []journal.DeadLetter
}

// shard is the journal of one shard.
type shard struct {
	head   journal.Head
	events []journal.Event
	state  map[string]journal.StateRow
	holder string
	until  time.Time
}

// placed is an outcome and the shard that has its events.
type placed struct {
	outcome journal.Outcome
	shard   journal.Shard
}

// waiting is a command in the inbox.
type waiting struct {
	shard   journal.Shard
	command journal.Command
}

var (
	_ journal.Store  = (*Store)(nil)
	_ journal.Reader = (*Store)(nil)
	_ journal.Inbox  = (*Store)(nil)
)

// NewStore returns an empty journal.
func NewStore(cfg Config) *Store {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Store{now: cfg.Now, shards: map[journal.Shard]*shard{}, outcomes: map[journal.CommandID]placed{}}
}

// shard returns a shard, which exists as soon as it is asked for. The caller has the lock.
func (s *Store) shard(n journal.Shard) *shard {
	sh := s.shards[n]
	if sh == nil {
		sh = &shard{head: journal.Head{Shard: n, Timeline: 1}, state: map[string]journal.StateRow{}}
		s.shards[n] = sh
	}
	return sh
}

// Campaign implements journal.Store.
func (s *Store) Campaign(ctx context.Context, n journal.Shard, holder string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sh, now := s.shard(n), s.now()
	if left := sh.until.Sub(now); sh.holder != holder && left > 0 && left <= journal.MaxLease {
		return false, nil
	}
	sh.holder, sh.until = holder, now.Add(journal.LeaseTerm)
	return true, nil
}

// Resign implements journal.Store.
func (s *Store) Resign(_ context.Context, n journal.Shard, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh := s.shard(n); sh.holder == holder {
		sh.until = time.Time{}
	}
	return nil
}

// TakeOver implements journal.Store.
func (s *Store) TakeOver(ctx context.Context, n journal.Shard) (journal.Term, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shard(n)
	sh.head.Epoch++
	return &term{store: s, head: sh.head}, nil
}

// Events implements journal.Reader.
func (s *Store) Events(ctx context.Context, n journal.Shard, after int64, limit int) ([]journal.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run(n, after, limit), nil
}

// run returns up to limit events after a position. The caller has the lock.
func (s *Store) run(n journal.Shard, after int64, limit int) []journal.Event {
	events := s.shard(n).events
	from := min(after, int64(len(events)))
	to := min(from+int64(limit), int64(len(events)))
	return slices.Clone(events[from:to])
}

// Head implements journal.Reader.
func (s *Store) Head(ctx context.Context, n journal.Shard) (journal.Head, error) {
	if err := ctx.Err(); err != nil {
		return journal.Head{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shard(n).head, nil
}

// Put implements journal.Inbox.
func (s *Store) Put(ctx context.Context, n journal.Shard, c journal.Command) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ended := s.outcomes[c.ID]; ended || s.find(c.ID) >= 0 {
		return nil
	}
	s.inbox = append(s.inbox, waiting{n, c})
	return nil
}

// find returns where in the inbox a command is, or -1. The caller has the lock.
func (s *Store) find(id journal.CommandID) int {
	return slices.IndexFunc(s.inbox, func(w waiting) bool { return w.command.ID == id })
}

// Outcome implements journal.Inbox.
func (s *Store) Outcome(ctx context.Context, id journal.CommandID) (answer journal.Answer, ok, waits bool, err error) {
	if err := ctx.Err(); err != nil {
		return answer, false, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.outcomes[id]
	if i := s.find(id); !ok && i >= 0 {
		c := s.inbox[i].command
		return journal.Answer{Outcome: journal.Outcome{Command: id, Type: c.Type, Hash: c.Hash, Caller: c.Actor}}, false, true, nil
	}
	if !ok {
		return answer, false, false, nil
	}
	answer = journal.Answer{Outcome: p.outcome, Replayed: true}
	if p.outcome.Count == 0 {
		return answer, true, false, nil
	}
	size := 0
	events := s.run(p.shard, p.outcome.First-1, p.outcome.Count)
	for i := range events {
		size += 300 + len(events[i].Data) + 100*len(events[i].Postings)
	}
	if size <= journal.MaxReplyEvents {
		answer.Events = events
	}
	return answer, true, false, nil
}

// Dead returns the dead letters, oldest first.
func (s *Store) Dead() []journal.DeadLetter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.dead)
}
