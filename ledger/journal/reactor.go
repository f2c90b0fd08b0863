package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"
)

// reactorPace is how often a reactor notes that it has passed events which are none of its business. Passing
// them again costs nothing; noting each would be a commit for every event of the journal.
const reactorPace = time.Second

// Checkpoints keep how far a reactor has come. Unlike a projection's, they are never set back, but to the
// end of a journal that has lost events.
type Checkpoints interface {
	// Checkpoint returns the position of the named reactor; ok is false when it never ran.
	Checkpoint(ctx context.Context, reactor string) (position int64, ok bool, err error)
	// Advance moves it from one position to a later one. ErrOutrun when it is not at from.
	Advance(ctx context.Context, reactor string, from, to int64) error
	// Alone waits until no other process runs the reactor, and then runs f, whose ctx ends when that can no
	// longer be said. It returns what f returns, or its own error.
	Alone(ctx context.Context, reactor string, f func(ctx context.Context) error) error
	// Stand notes, for operators, that the reactor stands before an event, and returns once it is to be tried again: see
	// [Standing.Rest].
	Stand(ctx context.Context, reactor string, s Standing) error
}

// Effect acts on an event. key(n) names its n-th effect for ever: whoever receives the effect
// recognises a repeat by it, because an effect whose checkpoint was lost is made again.
type Effect func(ctx context.Context, e *Event, key func(n int) string) error

// PageEffect acts on events that were read together, in order. It is for effects that a repeat of the same events
// does not make again, and that there may be many of: all of them are passed in one step. acted is false when there was
// nothing to do, so that passing them need not be noted at once.
type PageEffect func(ctx context.Context, events []*Event) (acted bool, err error)

// Watch is what a reactor does that keeps in memory what it looks out for. All of it is called from one
// goroutine.
type Watch struct {
	// Begin is called each time that the process begins to run the reactor, before it sees an event, also
	// after a failure. What it remembers is of then or later. It returns the position after which there may
	// be something to look at: a reactor that never ran begins there, or at the journal's end if that
	// comes first.
	Begin func(ctx context.Context) (since int64, err error)
	// Wants reports whether an event has an effect. It is asked of every event, in order, so it is quick.
	Wants  func(e *Event) bool
	Effect Effect
}

// Reactor makes effects from events, in order, once each or under the same key again. It begins at
// the journal's end when it is first run, and is never rebuilt. One process runs it at a time.
type Reactor struct {
	name   string
	tail   *Tail
	points Checkpoints
	watch  Watch
	page   PageEffect // instead of the watch's effect
	logger *slog.Logger

	observer Observer

	mu     sync.Mutex
	status ReactorStatus
	seen   time.Time // when the event in hand, or the last one, was recorded
}

// ReactorStatus is what a reactor says of itself.
type ReactorStatus struct {
	Name string
	// Running is whether this process runs it; Position is 0 where it does not.
	Running  bool
	Position int64
	// Head is the newest position known to the process.
	Head int64
	// Error is why it stands still, FailedAt the event that it stands before; nil and 0 when it runs, and FailedAt 0 too
	// when it is about no event.
	Error    error
	FailedAt int64
	// Waiting is when the oldest event was recorded that it has not passed yet; zero for none, and where it does not run.
	Waiting time.Time
}

// NewReactor returns the reactor that makes effect of every event whose type it wants.
func NewReactor(name string, tail *Tail, points Checkpoints, wants func(eventType string) bool, effect Effect, logger *slog.Logger) *Reactor {
	return NewWatcher(name, tail, points, watchTypes(wants, effect), logger)
}

// watchTypes is to look out for events of some types, from whenever the reactor is first run.
func watchTypes(wants func(eventType string) bool, effect Effect) Watch {
	return Watch{
		Begin:  func(context.Context) (int64, error) { return math.MaxInt64, nil },
		Wants:  func(e *Event) bool { return wants(e.Type) },
		Effect: effect,
	}
}

// NewWatcher returns the reactor that makes effects of what it watches.
func NewWatcher(name string, tail *Tail, points Checkpoints, w Watch, logger *slog.Logger) *Reactor {
	return &Reactor{name: name, tail: tail, points: points, watch: w, logger: logger, observer: nobody{}}
}

// NewPageReactor is NewReactor for an effect of many events at once. begin is the Begin of a [Watch].
func NewPageReactor(name string, tail *Tail, points Checkpoints, begin func(ctx context.Context) (since int64, err error),
	wants func(eventType string) bool, page PageEffect, logger *slog.Logger,
) *Reactor {
	watch := watchTypes(wants, nil)
	watch.Begin = begin
	return &Reactor{name: name, tail: tail, points: points, watch: watch, page: page, logger: logger, observer: nobody{}}
}

// Observed has o told of what the reactor acts on, and returns r.
func (r *Reactor) Observed(o Observer) *Reactor {
	r.observer = o
	return r
}

// Status returns how far the reactor is.
func (r *Reactor) Status() ReactorStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.status
	s.Name, s.Head = r.name, r.tail.Last()
	if s.Position > 0 {
		s.Waiting = r.tail.waiting(s.Position, r.seen)
	}
	return s
}

// Run reacts until ctx ends. It returns nil.
func (r *Reactor) Run(ctx context.Context) error {
	backoff := retryInterval
	for ctx.Err() == nil {
		progress, failure := r.turn(ctx)
		if progress {
			backoff = retryInterval
		}
		err := restAfter(ctx, failure, backoff, func(ctx context.Context, s Standing) error { return r.points.Stand(ctx, r.name, s) })
		if err != nil && ctx.Err() == nil {
			r.logger.Warn("where a reactor stands cannot be noted", "reactor", r.name, "error", err)
		}
		backoff = min(2*backoff, maxBackoff)
	}
	return nil
}

// turn reacts until something fails, and reports whether it came further.
func (r *Reactor) turn(ctx context.Context) (progress bool, err error) {
	err = r.points.Alone(ctx, r.name, func(ctx context.Context) (err error) {
		progress, err = r.follow(ctx)
		return err
	})
	at, _ := Stands(err)
	r.note(ReactorStatus{Error: err, FailedAt: at.Position})
	// Otherwise another process thought it was alone, or what the effect reads is still being built.
	if ctx.Err() == nil && !errors.Is(err, ErrOutrun) && !errors.Is(err, ErrHeld) {
		r.logger.Error("reactor stands still", "reactor", r.name, "error", err)
	}
	return progress, err
}

func (r *Reactor) see(recorded time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = recorded
}

func (r *Reactor) note(s ReactorStatus) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = s
}

// follow reacts from the checkpoint on until something fails.
func (r *Reactor) follow(ctx context.Context) (progress bool, err error) {
	noted, err := r.begin(ctx)
	if err != nil {
		return false, err
	}
	position, next := noted, time.Now().Add(reactorPace)
	advance := func(to int64) error {
		if err := r.points.Advance(ctx, r.name, noted, to); err != nil {
			return err
		}
		noted, progress, next = to, true, time.Now().Add(reactorPace)
		return nil
	}
	for {
		r.note(ReactorStatus{Running: true, Position: position})
		events, err := r.read(ctx, position, noted, next)
		if err != nil {
			return progress, err
		}
		if len(events) == 0 {
			if err := advance(position); err != nil {
				return progress, err
			}
			continue
		}
		r.see(events[0].RecordedAt)
		newest := events[len(events)-1].RecordedAt
		act := r.actOnEach
		if r.page != nil {
			act = r.actOnPage
		}
		if err := act(ctx, events, advance); err != nil {
			return progress, err
		}
		position = events[len(events)-1].Position
		r.see(newest)
		if position > noted && time.Now().After(next) {
			if err := advance(position); err != nil {
				return progress, err
			}
		}
	}
}

// read waits for events after a position; for none, and no longer than until the time to note what was passed, where there is
// something to note: on a quiet service it is to be seen that a reactor is not behind.
func (r *Reactor) read(ctx context.Context, position, noted int64, next time.Time) ([]Event, error) {
	if position <= noted || position < r.tail.Last() {
		return r.tail.Read(ctx, position, projectionPage)
	}
	reading, cancel := context.WithDeadline(ctx, next)
	defer cancel()
	events, err := r.tail.Read(reading, position, projectionPage)
	if err != nil && ctx.Err() == nil && reading.Err() != nil {
		return nil, nil
	}
	return events, err
}

// actOnEach makes the effects of those of the events that are wanted, one after the other, and advances past each.
func (r *Reactor) actOnEach(ctx context.Context, events []Event, advance func(to int64) error) error {
	for i := range events {
		e := &events[i]
		wanted, err := r.act(ctx, e)
		if err != nil {
			return stuckAt(ctx, e, err)
		}
		if !wanted {
			continue
		}
		if err := advance(e.Position); err != nil {
			return err
		}
	}
	return nil
}

// act makes the effect of one event, if it is wanted.
func (r *Reactor) act(ctx context.Context, e *Event) (wanted bool, err error) {
	defer contain(&err)
	if !r.watch.Wants(e) {
		return false, nil
	}
	key := func(n int) string { return fmt.Sprintf("%s/%s/%d", r.name, e.ID().Format("evt"), n) }
	ctx, ended := r.observer.Reacting(ctx, r.name, []*Event{e})
	defer func() { ended(err) }()
	defer contain(&err)
	return true, r.watch.Effect(ctx, e, key)
}

// actOnPage makes the effects of those of the events that are wanted together. Where that fails it takes one, and then
// twice as many each time that it succeeds, so that it comes to stand before the very event that cannot be acted on, with
// everything before it done.
func (r *Reactor) actOnPage(ctx context.Context, events []Event, advance func(to int64) error) error {
	var wanted []*Event
	for i := range events {
		if r.watch.Wants(&events[i]) {
			wanted = append(wanted, &events[i])
		}
	}
	for most := len(wanted); len(wanted) > 0; {
		n := min(most, len(wanted))
		acted, err := r.actOn(ctx, wanted[:n])
		switch {
		case err != nil && (n == 1 || ctx.Err() != nil):
			return stuckAt(ctx, wanted[0], err)
		case err != nil:
			most = 1
			continue
		}
		last := wanted[n-1].Position
		if wanted, most = wanted[n:], 2*n; len(wanted) == 0 {
			last = events[len(events)-1].Position
		}
		if acted {
			if err := advance(last); err != nil {
				return err
			}
		}
	}
	return nil
}

// actOn makes the effects of some events together.
func (r *Reactor) actOn(ctx context.Context, events []*Event) (acted bool, err error) {
	ctx, ended := r.observer.Reacting(ctx, r.name, events)
	defer func() { ended(err) }()
	defer contain(&err)
	return r.page(ctx, events)
}

// begin returns the checkpoint; a reactor that never ran begins at the journal's end, or where what it
// watches does. The end is looked at first: what there is to watch by then is known after it.
func (r *Reactor) begin(ctx context.Context) (position int64, err error) {
	position, ran, err := r.points.Checkpoint(ctx, r.name)
	if err != nil {
		return 0, err
	}
	if !ran {
		if position, err = r.tail.begun(ctx); err != nil {
			return 0, err
		}
	}
	since, err := r.watch.Begin(ctx)
	if err != nil || ran {
		return position, err
	}
	position = min(position, since)
	return position, r.points.Advance(ctx, r.name, 0, position)
}
