package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/florinledger/florin/adapters/memory"
	"github.com/florinledger/florin/ledger/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The core of these tests counts: "add" adds N to a counter that may not pass 100.
type (
	add struct {
		To     string `json:"to"`
		N      int    `json:"n"`
		Panic  bool   `json:"panic,omitempty"`
		Poison bool   `json:"poison,omitempty"` // its event makes the append fail
		Chase  int    `json:"chase,omitempty"`  // look-ups that depend on each other
		Odd    bool   `json:"odd,omitempty"`    // a malformed request
	}
	added struct {
		To     string `json:"to"`
		N      int    `json:"n"`
		Poison bool   `json:"poison,omitempty"`
	}
	counter struct {
		Sum int `json:"sum"`
	}
)

var (
	errFull = journal.Refuse("counter-full", "The counter is full.")
	errOdd  = journal.RefuseMalformed("odd", "Odd.")
)

func countingCore() *journal.Registry {
	r := journal.NewRegistry()
	counters := journal.NewKind[counter]("counter")
	journal.Holds(r, counters)
	journal.Records[added](r, "added", 1, nil)
	r.Refuses(errFull, errOdd)
	journal.Decides(r, "add", func(s *journal.Scope, c add) error {
		if c.Panic {
			panic("as asked")
		}
		if c.Odd {
			return errOdd
		}
		for i := range c.Chase {
			if _, ok := counters.Get(s, fmt.Sprintf("%s-%d", c.To, i)); !ok && !s.Complete() {
				return nil
			}
		}
		now, _ := counters.Get(s, c.To)
		if now.Sum+c.N > 100 {
			return errFull.With(now)
		}
		s.Emit(journal.Event{Stream: "counter/" + c.To, Type: "added", Schema: 1, Body: added{To: c.To, N: c.N, Poison: c.Poison}})
		return nil
	})
	r.Evolves(func(s *journal.Scope, e *journal.Event) {
		body, ok := e.Body.(added)
		if !ok {
			return
		}
		now, _ := counters.Get(s, body.To)
		counters.Put(s, body.To, counter{Sum: now.Sum + body.N})
	})
	return r
}

// stream is a source of commands that keeps what was sent, as JetStream does.
type stream struct {
	mu       sync.Mutex
	messages []journal.Delivery
	arrived  chan struct{}
	born     time.Time
}

func newStream() *stream { return &stream{arrived: make(chan struct{}), born: time.Unix(1, 0).UTC()} }

func (s *stream) send(commands ...journal.Command) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, journal.Delivery{Commands: commands, ReplyTo: "caller"})
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// refer sends the id of a command that waits in the inbox.
func (s *stream) refer(id journal.CommandID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, journal.Delivery{Refs: []journal.CommandID{id}, ReplyTo: "caller"})
	close(s.arrived)
	s.arrived = make(chan struct{})
}

func (s *stream) Receive(ctx context.Context, _ journal.Shard, mark journal.Mark, sink func(journal.Delivery) error) error {
	for {
		s.mu.Lock()
		messages, arrived := s.messages, s.arrived
		s.mu.Unlock()
		for mark.Seq < uint64(len(messages)) {
			d := messages[mark.Seq]
			mark = journal.Mark{Born: s.born, Seq: mark.Seq + 1}
			d.Mark = mark
			if err := sink(d); err != nil {
				return err
			}
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// replies keeps every answer that was given.
type replies struct {
	mu    sync.Mutex
	given []journal.Answer
}

func (r *replies) Reply(_ context.Context, _ string, answers []journal.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.given = append(r.given, answers...)
}

func (r *replies) of(id journal.CommandID) (out []journal.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.given {
		if a.Outcome.Command == id {
			out = append(out, a)
		}
	}
	return out
}

// water is a high water mark that can be set.
type water struct {
	mu   sync.Mutex
	head journal.Head
}

func (w *water) Raise(_ context.Context, head journal.Head) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.head = head
	return nil
}

func (w *water) Mark(context.Context, journal.Shard) (timeline, position int64, ok bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.head.Timeline, w.head.Position, w.head.Timeline > 0, nil
}

// faulty is a store whose appends go through a hook.
type faulty struct {
	*memory.Store
	mu      sync.Mutex
	hook    func(batch *journal.Batch, write func() error) error
	stopped string // a holder that does not come to renew its lease, as under SIGSTOP
	asked   map[journal.CommandID]bool
}

// hasAsked reports whether a writer has looked a command up, which it does while deciding it.
func (f *faulty) hasAsked(id journal.CommandID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[id]
}

func (f *faulty) stopRenewing(holder string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = holder
}

func (f *faulty) Campaign(ctx context.Context, shard journal.Shard, holder string) (bool, error) {
	f.mu.Lock()
	stopped := f.stopped == holder
	f.mu.Unlock()
	if stopped {
		<-ctx.Done()
		return false, ctx.Err()
	}
	return f.Store.Campaign(ctx, shard, holder)
}

func (f *faulty) setHook(hook func(*journal.Batch, func() error) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hook = hook
}

func (f *faulty) TakeOver(ctx context.Context, shard journal.Shard) (journal.Term, error) {
	t, err := f.Store.TakeOver(ctx, shard)
	if err != nil {
		return nil, err
	}
	return &faultyTerm{Term: t, store: f}, nil
}

type faultyTerm struct {
	journal.Term
	store *faulty
}

func (t *faultyTerm) Load(ctx context.Context, want journal.Wanted) (journal.Found, error) {
	t.store.mu.Lock()
	if t.store.asked == nil {
		t.store.asked = map[journal.CommandID]bool{}
	}
	for _, id := range want.Outcomes {
		t.store.asked[id] = true
	}
	t.store.mu.Unlock()
	return t.Term.Load(ctx, want)
}

func (t *faultyTerm) Append(ctx context.Context, b *journal.Batch) error {
	t.store.mu.Lock()
	hook := t.store.hook
	t.store.mu.Unlock()
	write := func() error {
		for _, e := range b.Events {
			if body, ok := e.Body.(added); ok && body.Poison {
				return journal.ErrBadData
			}
		}
		return t.Term.Append(ctx, b)
	}
	if hook != nil {
		return hook(b, write)
	}
	return write()
}

// engine is a writer with everything around it.
type engine struct {
	t       *testing.T
	store   *faulty
	stream  *stream
	replies *replies
	water   *water
	writer  *journal.Writer
	stop    func()
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	e := &engine{t: t, store: &faulty{Store: memory.NewStore(memory.Config{})}, stream: newStream(), replies: &replies{}, water: &water{}}
	return e
}

// start runs a writer under a name. It stops with the test, or by e.stop.
func (e *engine) start(holder string, cfg journal.Config) *journal.Writer {
	e.t.Helper()
	cfg.Log = slog.New(slog.DiscardHandler)
	w := journal.NewWriter(0, holder, countingCore(), e.store, e.stream, e.replies, e.water, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	var once sync.Once
	e.stop = func() { once.Do(func() { cancel(); require.NoError(e.t, <-done) }) }
	e.t.Cleanup(e.stop)
	e.writer = w
	return w
}

var commandHash = [16]byte{1} //nolint:gochecknoglobals // what the commands of these tests hash to

func command(key string, body add) journal.Command {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return journal.Command{ID: journal.NewCommandID("test", key), Type: "add", Data: data, Hash: commandHash, Actor: "test"}
}

// answer waits for the n-th answer to a command.
func (e *engine) answer(id journal.CommandID, n int) journal.Answer {
	e.t.Helper()
	require.Eventually(e.t, func() bool { return len(e.replies.of(id)) >= n }, 20*time.Second, time.Millisecond, "answer %d", n)
	return e.replies.of(id)[n-1]
}

// do sends a command and returns its answer.
func (e *engine) do(c journal.Command) journal.Answer {
	e.t.Helper()
	n := len(e.replies.of(c.ID))
	e.stream.send(c)
	return e.answer(c.ID, n+1)
}

// events returns the journal, verified.
func (e *engine) events() []journal.Event {
	e.t.Helper()
	events, _ := e.replay()
	return events
}

// replay reads the journal from its beginning, and finds nothing wrong with it.
func (e *engine) replay() ([]journal.Event, *journal.Replay) {
	e.t.Helper()
	events, err := e.store.Events(context.Background(), 0, 0, 100_000)
	require.NoError(e.t, err)
	replay := journal.NewReplay(countingCore(), 0)
	for i := range events {
		findings, err := replay.Apply(&events[i])
		require.NoError(e.t, err)
		require.Empty(e.t, findings)
	}
	return events, replay
}

// sum is the state of counter x, as JSON; empty when there is none.
func (e *engine) sum() string {
	e.t.Helper()
	_, replay := e.replay()
	row, _, err := replay.Row("counter/x")
	require.NoError(e.t, err)
	return string(row.Data)
}

var errNetwork = errors.New("the network is gone")
