package journal

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	// projectionPage is the most events that a projection takes in one transaction: the more, the fewer
	// rows there are to change for each, since what happens often happens to the same accounts.
	projectionPage = 4_000
	// projectionPace is how long a busy projection waits for more events to take in one transaction,
	// since that costs as much as dozens of events, and busyPage from how many events at once it
	// is busy: who waits to read a write of their own on a quiet service does not wait for this.
	projectionPace = 50 * time.Millisecond
	busyPage       = 32
	// maxBackoff bounds the pause before a projection tries an event again that it failed on.
	maxBackoff = 10 * time.Second
	// heldPoll is how often a projector looks whether its projection may move again.
	heldPoll = 250 * time.Millisecond
)

// ErrHeld says that the projection is not to move now: an operator has paused it, or its tables are still being
// built. That is no failure.
var ErrHeld = errors.New("journal: the projection is held")

// Target is one generation of a projection's tables.
type Target interface {
	// Checkpoint returns the position up to which events are in the tables; ErrHeld when nothing may
	// be added now.
	Checkpoint(ctx context.Context) (int64, error)
	// Apply adds events, the first of which is after+1, and moves the checkpoint from after to the
	// last of them, in one transaction. ErrOutrun when the checkpoint is not at after; ErrStale when
	// the last of them is not in the journal that the tables stand beside.
	Apply(ctx context.Context, after int64, events []Event) error
	// Stand notes, for operators, that the tables stand before an event, and returns once it is to be tried again: see
	// [Standing.Rest].
	Stand(ctx context.Context, s Standing) error
}

// ProjectionStatus is what a projection says of itself.
type ProjectionStatus struct {
	Name     string
	Position int64
	// Head is the newest position known to the process.
	Head int64
	// Error is why it stands still, FailedAt the event it stands at; nil and 0 when it runs.
	Error    error
	FailedAt int64
	// Waiting is when the oldest event was recorded that it has not taken yet; zero for none, or where that is not known.
	Waiting time.Time
}

// Projector keeps a projection up with the journal. A batch of events counts once however often it
// is delivered, because its rows and its checkpoint are one commit. On an event that it cannot
// take, it stops at exactly that one, says so, and tries again; its neighbours go on.
type Projector struct {
	name   string
	tail   *Tail
	target Target
	logger *slog.Logger

	observer Observer

	mu     sync.Mutex
	status ProjectionStatus
	seen   time.Time // when the event in hand, or the last one, was recorded
}

// NewProjector returns the projector of a target.
func NewProjector(name string, tail *Tail, target Target, logger *slog.Logger) *Projector {
	return &Projector{name: name, tail: tail, target: target, logger: logger, observer: nobody{}}
}

// Observed has o told of what the projector takes, and returns p.
func (p *Projector) Observed(o Observer) *Projector {
	p.observer = o
	return p
}

// Status returns how far the projection is.
func (p *Projector) Status() ProjectionStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.status
	s.Name, s.Head, s.Waiting = p.name, p.tail.Last(), p.tail.waiting(s.Position, p.seen)
	return s
}

// Run projects until ctx ends. It returns nil.
func (p *Projector) Run(ctx context.Context) error {
	backoff := retryInterval
	for ctx.Err() == nil {
		before := p.Status().Position
		if err := p.follow(ctx); ctx.Err() == nil {
			backoff = p.rest(ctx, err, p.Status().Position > before, backoff)
		}
	}
	return nil
}

// rest waits after a failure, and returns how long to wait after the next one.
func (p *Projector) rest(ctx context.Context, err error, progress bool, backoff time.Duration) time.Duration {
	if errors.Is(err, ErrOutrun) { // another instance does the work
		wait(ctx, relayYield)
		return retryInterval
	}
	if errors.Is(err, ErrHeld) {
		wait(ctx, heldPoll)
		return retryInterval
	}
	if errors.Is(err, ErrStale) {
		p.tail.Distrust()
	}
	if progress {
		backoff = retryInterval
	}
	p.fail(err)
	if err := restAfter(ctx, err, backoff, p.target.Stand); err != nil {
		p.logger.Warn("where a projection stands cannot be noted", "projection", p.name, "error", err)
	}
	return min(2*backoff, maxBackoff)
}

// follow applies events from the checkpoint on until something fails.
func (p *Projector) follow(ctx context.Context) error {
	position, err := p.target.Checkpoint(ctx)
	if err != nil {
		return err
	}
	p.reach(position)
	for {
		begun := time.Now()
		events, err := p.tail.Read(ctx, position, projectionPage)
		if err != nil {
			return err
		}
		p.see(events[0].RecordedAt)
		applying := time.Now()
		err = p.apply(ctx, position, events)
		p.observer.Carried(Carriage{By: p.name, Events: events, Began: applying, Took: time.Since(applying), Err: err})
		if err != nil {
			return err
		}
		position = events[len(events)-1].Position
		p.see(events[len(events)-1].RecordedAt)
		p.reach(position)
		if n := len(events); n >= busyPage && n < projectionPage {
			wait(ctx, projectionPace-time.Since(begun))
		}
	}
}

// apply applies events together and, where that fails, as far as they go, one by one.
func (p *Projector) apply(ctx context.Context, after int64, events []Event) error {
	reached, err := Project(ctx, p.target, after, events)
	if reached > after {
		p.reach(reached)
	}
	return err
}

// Project applies events to a target together and, where that fails, as far as they go, one by one. It
// returns how far they went. An error about an event that cannot be taken says so to [Stands].
func Project(ctx context.Context, target Target, after int64, events []Event) (reached int64, err error) {
	err = apply(ctx, target, after, events)
	if err == nil {
		return events[len(events)-1].Position, nil
	}
	if errors.Is(err, ErrOutrun) || errors.Is(err, ErrStale) || ctx.Err() != nil {
		return after, err
	}
	for i := range events {
		e := events[i : i+1]
		if err := apply(ctx, target, after, e); err != nil {
			if errors.Is(err, ErrOutrun) || errors.Is(err, ErrStale) {
				return after, err
			}
			return after, stuckAt(ctx, &e[0], err)
		}
		after = e[0].Position
	}
	return after, nil
}

// apply adds events to a target.
func apply(ctx context.Context, target Target, after int64, events []Event) (err error) {
	defer contain(&err)
	return target.Apply(ctx, after, events)
}

func (p *Projector) see(recorded time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = recorded
}

func (p *Projector) reach(position int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = ProjectionStatus{Position: position}
}

func (p *Projector) fail(err error) {
	p.mu.Lock()
	p.status.Error = err
	if at, ok := Stands(err); ok {
		p.status.FailedAt = at.Position
	}
	s := p.status
	p.mu.Unlock()
	p.logger.Error("projection stands still", "projection", p.name, "position", s.Position, "error", err)
}
