package journal

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	// relayPage is how many events are published at once.
	relayPage = 1_000
	// relayPoll is how often the relay looks at the journal when nobody wakes it.
	relayPoll = 100 * time.Millisecond
	// relayYield is how long a relay that was outrun leaves the work to the other one.
	relayYield = 500 * time.Millisecond
	// relayWindow is how far back a relay begins when the log is empty: readers have the store
	// for what is older.
	relayWindow = 10_000
)

// Relay publishes a shard's events in order. Any number may run; the log's compare-and-set lets
// one at a time get anywhere.
type Relay struct {
	shard  Shard
	reader Reader
	recent *Recent
	log    Publisher
	wake   <-chan struct{}
	logger *slog.Logger

	observer Observer

	mu     sync.Mutex
	status RelayStatus
}

// RelayStatus is what a relay says of itself. A relay that is outrun says what it last knew.
type RelayStatus struct {
	// Position is the last one known to be published, Head the last one known of the journal.
	Position, Head int64
	// Waiting is when the oldest event was recorded that it could not publish yet; zero for none.
	Waiting time.Time
	// Error is why nothing can be published; nil when it runs.
	Error error
}

// NewRelay returns a relay that reads recent where it can, and reader where it has to. A value on
// wake says that the journal has grown; it may be nil.
func NewRelay(shard Shard, reader Reader, recent *Recent, log Publisher, wake <-chan struct{}, logger *slog.Logger) *Relay {
	return &Relay{shard: shard, reader: reader, recent: recent, log: log, wake: wake, logger: logger, observer: nobody{}}
}

// Observed has o told of what the relay publishes, and returns r.
func (r *Relay) Observed(o Observer) *Relay {
	r.observer = o
	return r
}

// Status returns how far the relay is.
func (r *Relay) Status() RelayStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

func (r *Relay) note(change func(*RelayStatus)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.status)
}

// Run publishes until ctx ends. It returns nil.
func (r *Relay) Run(ctx context.Context) error {
	failing := false
	for ctx.Err() == nil {
		err := r.publish(ctx, &failing)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, ErrOutrun):
			wait(ctx, relayYield)
		default:
			if !failing {
				r.logger.Warn("events cannot be published; they wait in the journal", "shard", r.shard, "error", err)
			}
			failing = true
			r.note(func(s *RelayStatus) { s.Error = err })
			wait(ctx, retryInterval)
		}
	}
	return nil
}

// publish goes on from the log's end until something fails.
func (r *Relay) publish(ctx context.Context, failing *bool) error {
	timeline, position, err := r.begin(ctx)
	if err != nil {
		return err
	}
	// One for all waits: however often the relay is woken, it looks at the head now and then.
	look := time.NewTicker(relayPoll)
	defer look.Stop()
	return r.publishFrom(ctx, timeline, position, look.C, failing)
}

// publishFrom publishes what follows a position until something fails.
func (r *Relay) publishFrom(ctx context.Context, timeline, position int64, look <-chan time.Time, failing *bool) error {
	looked := true
	for {
		var err error
		more := r.recent.growth()
		events := r.recent.after(timeline, position, relayPage)
		// Behind what the writer beside it committed last, there is rarely anything in the store.
		if len(events) == 0 && (looked || !r.recent.endsAt(timeline, position)) {
			if events, err = r.reader.Events(ctx, r.shard, position, relayPage); err != nil {
				return err
			}
		}
		if len(events) == 0 {
			if looked, err = r.idle(ctx, timeline, more, look); err != nil {
				return err
			}
			continue
		}
		if err := r.send(ctx, timeline, events); err != nil {
			return err
		}
		if *failing {
			*failing = false
			r.logger.Info("events are published again", "shard", r.shard, "position", position)
		}
		position = events[len(events)-1].Position
	}
}

// send publishes events, and notes how far that is.
func (r *Relay) send(ctx context.Context, timeline int64, events []Event) error {
	first, last := &events[0], &events[len(events)-1]
	r.note(func(s *RelayStatus) { s.Waiting, s.Head = first.RecordedAt, max(s.Head, last.Position) })
	began := time.Now()
	err := r.log.Publish(ctx, timeline, events)
	r.observer.Carried(Carriage{By: RelayStep, Events: events, Began: began, Took: time.Since(began), Err: err})
	if err == nil {
		r.note(func(s *RelayStatus) { *s = RelayStatus{Position: last.Position, Head: max(s.Head, last.Position)} })
	}
	return err
}

// begin finds where to go on; a log of an older timeline is emptied first.
func (r *Relay) begin(ctx context.Context) (timeline, position int64, err error) {
	head, err := r.reader.Head(ctx, r.shard)
	if err != nil {
		return 0, 0, err
	}
	r.note(func(s *RelayStatus) {
		if s.Head = head.Position; s.Waiting.IsZero() && s.Head > s.Position { // as long as the log's end is not known
			s.Waiting = head.RecordedAt
		}
	})
	timeline, position, err = r.log.Published(ctx, r.shard)
	if err != nil {
		return 0, 0, err
	}
	switch {
	case timeline == head.Timeline && position <= head.Position:
		r.note(func(s *RelayStatus) { *s = RelayStatus{Position: position, Head: head.Position} })
		return timeline, position, nil
	case timeline == head.Timeline, timeline > head.Timeline:
		return 0, 0, ErrStale
	case timeline > 0:
		if err := r.log.Reset(ctx, r.shard); err != nil {
			return 0, 0, err
		}
	}
	return head.Timeline, max(0, head.Position-relayWindow), nil
}

// errNewTimeline makes the relay begin again.
var errNewTimeline = errors.New("journal: the shard is on a new timeline")

// idle waits for the journal to grow. looked is true when it is time to look into the store.
func (r *Relay) idle(ctx context.Context, timeline int64, more <-chan struct{}, look <-chan time.Time) (looked bool, err error) {
	select {
	case <-more:
		return false, nil
	case <-r.wake:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	case <-look:
	}
	head, err := r.reader.Head(ctx, r.shard)
	if err != nil {
		return false, err
	}
	if head.Timeline != timeline {
		return false, errNewTimeline
	}
	r.note(func(s *RelayStatus) { s.Head, s.Error = head.Position, nil })
	return true, nil
}
