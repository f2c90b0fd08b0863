package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// retryInterval is how long the writer waits before it tries again what failed.
	retryInterval = 200 * time.Millisecond
	// replyTimeout bounds the replies of one batch; who misses one asks for the outcome.
	replyTimeout = 2 * time.Second
)

// Config are the choices of a Writer. The zero value means the defaults.
type Config struct {
	// Now is the clock; default time.Now.
	Now func() time.Time
	// MaxCached bounds the rows of decision state in memory; default MaxCached.
	MaxCached int
	// CommitTimeout is how long a commit may take before its end is called unknown; default 10 s.
	CommitTimeout time.Duration
	// Observer is told of every commit; default nobody.
	Observer Observer
	// Recent, if set, is given what every commit wrote.
	Recent *Recent
	// Log; default slog.Default().
	Log *slog.Logger
}

// Role is what a writer is doing.
type Role string

// The roles of a writer.
const (
	// StandingBy: another one holds the shard.
	StandingBy Role = "standby"
	// Leading: this one decides.
	Leading Role = "leader"
	// Halted: the shard needs an operator; WriterStatus.Error says why.
	Halted Role = "halted"
)

// WriterStatus is what a writer says of itself.
type WriterStatus struct {
	Role Role
	// Settled is set once it is known who holds the shard.
	Settled bool
	Since   time.Time
	Head    Head
	Cached  int
	Error   error
}

// Writer decides the commands of one shard, in the order in which they arrive, whenever it holds
// the shard. Any number of writers may run for a shard; one holds it.
type Writer struct {
	shard    Shard
	holder   string
	registry *Registry
	store    Store
	source   Source
	replier  Replier
	water    HighWater
	cfg      Config

	alone atomic.Bool // the source is away

	mu     sync.Mutex
	status WriterStatus
	raised Head // the head that the high water mark was last raised to
}

// NewWriter returns a writer of the shard that signs as holder, a name no other process has.
func NewWriter(shard Shard, holder string, registry *Registry, store Store, source Source, replier Replier, water HighWater, cfg Config) *Writer {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxCached == 0 {
		cfg.MaxCached = MaxCached
	}
	if cfg.CommitTimeout == 0 {
		cfg.CommitTimeout = 10 * time.Second
	}
	if cfg.Recent == nil {
		cfg.Recent = NewRecent()
	}
	if cfg.Observer == nil {
		cfg.Observer = nobody{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Writer{shard: shard, holder: holder, registry: registry, store: store, source: source,
		replier: replier, water: water, cfg: cfg, status: WriterStatus{Role: StandingBy, Since: cfg.Now()}}
}

// Status returns what the writer is doing.
func (w *Writer) Status() WriterStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

// Run holds the shard whenever it can, until ctx ends; then it lets what was decided land and
// gives the shard up. It returns nil: whatever goes wrong ends a term, not the writer.
func (w *Writer) Run(ctx context.Context) error {
	defer w.resign()
	for ctx.Err() == nil {
		held, err := w.campaign(ctx)
		if err == nil && held {
			err = w.hold(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		switch {
		case err == nil:
			w.become(StandingBy, nil)
			wait(ctx, LeaseRenewal)
		case errors.Is(err, ErrStale):
			w.become(Halted, err)
			wait(ctx, LeaseRenewal)
		case errors.Is(err, ErrClockSkew):
			w.become(Halted, err)
			w.resign() // somebody whose clock is right may go on
			wait(ctx, LeaseTerm)
		default:
			w.become(StandingBy, err)
			wait(ctx, retryInterval)
		}
	}
	return nil
}

// campaign asks for the lease, no longer than the lease would last: a question that hangs in a
// connection gone dead keeps the shard from being held by this writer ever after.
func (w *Writer) campaign(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, LeaseTerm)
	defer cancel()
	return w.store.Campaign(ctx, w.shard, w.holder)
}

// hold takes the shard over and serves one term.
func (w *Writer) hold(ctx context.Context) error {
	// A halted shard is looked at again and again; only one that may go on gets a new epoch.
	if err := w.inspect(ctx); err != nil {
		return err
	}
	store, err := w.store.TakeOver(ctx, w.shard)
	if err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			w.cfg.Log.Debug("close the term's connection", "error", err)
		}
	}()
	if err := w.compareHighWater(ctx, store.Head()); err != nil {
		return err
	}
	term := newTerm(w, store)
	w.landed(term.head, 0)
	w.become(Leading, nil)
	w.cfg.Recent.lead(true)
	defer w.cfg.Recent.lead(false)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var keeper sync.WaitGroup
	keeper.Go(func() { w.keepLease(ctx, cancel) })
	err = term.run(ctx)
	cancel(nil)
	keeper.Wait()
	return err
}

// inspect looks at the shard without taking it over. It bounds the question as campaign does.
func (w *Writer) inspect(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, LeaseTerm)
	defer cancel()
	head, err := w.store.Head(bounded, w.shard)
	if err != nil {
		return fmt.Errorf("read the head: %w", err)
	}
	return w.compareHighWater(ctx, head)
}

// keepLease renews the lease and ends the term when another holder has it. A store that cannot be
// reached ends nothing here: the next commit will tell.
func (w *Writer) keepLease(ctx context.Context, end context.CancelCauseFunc) {
	for {
		wait(ctx, LeaseRenewal)
		if ctx.Err() != nil {
			return
		}
		held, err := w.campaign(ctx)
		if err == nil && !held {
			end(ErrFenced)
			return
		}
	}
}

// compareHighWater halts the shard when the store holds less than was spoken of. The writer's own
// memory counts too: it outlives the store's connection.
func (w *Writer) compareHighWater(ctx context.Context, head Head) error {
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	timeline, position, ok, err := w.water.Mark(ctx, w.shard)
	if err != nil {
		w.cfg.Log.Warn("high water mark cannot be read", "shard", w.shard, "error", err)
		ok = false
	}
	own := w.Status().Head
	if own.Timeline == head.Timeline && (!ok || timeline < own.Timeline || position < own.Position) {
		timeline, position, ok = own.Timeline, own.Position, own.Position > 0
	}
	if ok && timeline == head.Timeline && position > head.Position {
		return fmt.Errorf("%w: shard %d ends at %d, but %d was answered", ErrStale, w.shard, head.Position, position)
	}
	if ok && timeline > head.Timeline {
		return fmt.Errorf("%w: shard %d is on timeline %d, but %d was begun", ErrStale, w.shard, head.Timeline, timeline)
	}
	return nil
}

// landed notes the head that may be spoken of.
func (w *Writer) landed(head Head, cached int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status.Head, w.status.Cached = head, cached
}

// raise lifts the high water mark to the last landed position.
func (w *Writer) raise(ctx context.Context) {
	w.mu.Lock()
	head, raised := w.status.Head, w.raised
	w.mu.Unlock()
	if head.Timeline == raised.Timeline && head.Position <= raised.Position {
		return
	}
	if err := w.water.Raise(ctx, head); err != nil {
		w.cfg.Log.Warn("high water mark cannot be raised", "shard", w.shard, "position", head.Position, "error", err)
		return
	}
	w.mu.Lock()
	w.raised = head
	w.mu.Unlock()
}

func (w *Writer) become(role Role, why error) {
	w.mu.Lock()
	changed := w.status.Role != role || (why == nil) != (w.status.Error == nil)
	w.status.Role, w.status.Error = role, why
	w.status.Settled = w.status.Settled || why == nil
	if changed {
		w.status.Since = w.cfg.Now()
	}
	head := w.status.Head
	w.mu.Unlock()
	if !changed {
		return
	}
	attrs := []any{"shard", w.shard, "role", string(role), "epoch", head.Epoch, "position", head.Position}
	if why != nil {
		w.cfg.Log.Error("writer", append(attrs, "error", why)...)
		return
	}
	w.cfg.Log.Info("writer", attrs...)
}

func (w *Writer) resign() {
	ctx, cancel := context.WithTimeout(context.Background(), replyTimeout)
	defer cancel()
	if err := w.store.Resign(ctx, w.shard, w.holder); err != nil {
		w.cfg.Log.Warn("lease not given up; it lapses by itself", "shard", w.shard, "error", err)
	}
}

// wait waits for d or the end of ctx.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
