package journal

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	// tailKept is how many of the newest events a Tail keeps in memory; a reader that is further
	// behind reads the store.
	tailKept = 8_192
	// tailPage is how many events are read from the store at once.
	tailPage = 1_000
	// tailPoll is how often a Tail asks the store for its head, in case the log stands still.
	tailPoll = 500 * time.Millisecond
	// tailRetry is how long it waits before it subscribes again to a log that was lost; meanwhile
	// it reads the store.
	tailRetry = 50 * time.Millisecond
)

// Tail is the newest part of a shard's journal in memory, shared by everything in the process that
// follows it: projections, reactors, streams. It is fed by the published log; where the log has a
// gap, is silent or is away, the store fills in.
type Tail struct {
	shard  Shard
	reader Reader
	log    Subscriber
	logger *slog.Logger

	mu       sync.Mutex
	timeline int64
	last     int64   // the newest position known
	kept     []Event // the newest events, ending at last
	moved    chan struct{}
}

// NewTail returns a Tail of the shard. Run feeds it.
func NewTail(shard Shard, reader Reader, log Subscriber, logger *slog.Logger) *Tail {
	return &Tail{shard: shard, reader: reader, log: log, logger: logger, moved: make(chan struct{})}
}

// known returns the timeline that the tail is on; 0 for none.
func (t *Tail) known() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.timeline
}

// Last returns the newest position known.
func (t *Tail) Last() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// waiting returns when the oldest event after a position was recorded, for who has not passed it: zero when there is
// none, and passed, when whoever asks last saw an event of about that age, where it is too old to be in memory.
func (t *Tail) waiting(position int64, passed time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	first := t.last - int64(len(t.kept)) + 1
	switch {
	case position >= t.last:
		return time.Time{}
	case position+1 >= first:
		return t.kept[position+1-first].RecordedAt
	}
	return passed
}

// begun waits until the tail knows where the journal ends, and returns the newest position.
func (t *Tail) begun(ctx context.Context) (int64, error) {
	for {
		t.mu.Lock()
		timeline, last, moved := t.timeline, t.last, t.moved
		t.mu.Unlock()
		if timeline != 0 {
			return last, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// Run feeds the tail until ctx ends. It returns nil.
func (t *Tail) Run(ctx context.Context) error {
	var poller sync.WaitGroup
	poller.Go(func() { t.poll(ctx) })
	defer poller.Wait()
	quiet := false
	for ctx.Err() == nil {
		if err := t.catchUp(ctx); err != nil {
			t.report(ctx, "the journal cannot be read", err)
			wait(ctx, retryInterval)
			continue
		}
		err := t.log.Subscribe(ctx, t.shard, t.Last(), func(timeline int64, events []Event) error {
			quiet = false
			return t.take(ctx, timeline, events)
		})
		if !quiet {
			t.report(ctx, "published events are away; reading the journal", err)
		}
		quiet = true
		wait(ctx, tailRetry)
	}
	return nil
}

func (t *Tail) report(ctx context.Context, what string, err error) {
	if ctx.Err() == nil && err != nil {
		t.logger.Warn("the tail falls back", "why", what, "shard", t.shard, "position", t.Last(), "error", err)
	}
}

// poll catches up from the store when its head is ahead of the tail for two looks running.
func (t *Tail) poll(ctx context.Context) {
	behind := int64(-1)
	for {
		wait(ctx, tailPoll)
		if ctx.Err() != nil {
			return
		}
		last, known := t.Last(), t.known()
		head, err := t.reader.Head(ctx, t.shard)
		switch {
		case err != nil:
			behind = -1
		case known != head.Timeline:
			if err := t.catchUp(ctx); err != nil {
				t.report(ctx, "the journal cannot be read", err)
			}
		case head.Position <= last:
			behind = -1
		case behind == last:
			if err := t.catchUp(ctx); err != nil {
				t.report(ctx, "the journal cannot be read", err)
			}
		default:
			behind = last
		}
	}
}

// catchUp brings the tail to the store's head. A tail that begins, or finds another timeline,
// starts there.
func (t *Tail) catchUp(ctx context.Context) error {
	head, err := t.reader.Head(ctx, t.shard)
	if err != nil {
		return err
	}
	t.mu.Lock()
	if t.timeline != head.Timeline {
		t.begin(head.Timeline, head.Position)
	}
	t.mu.Unlock()
	return t.fill(ctx, head.Timeline, head.Position)
}

// Distrust forgets what is kept: it holds events that the store does not have, because the store
// has lost them. What is read next comes from the store.
func (t *Tail) Distrust() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timeline = 0 // of no journal: the next look at the store begins the tail anew
	t.kept = nil
}

// begin empties the tail at a position. t.mu is held.
func (t *Tail) begin(timeline, position int64) {
	t.timeline, t.last, t.kept = timeline, position, nil
	close(t.moved)
	t.moved = make(chan struct{})
}

// take adds published events, from the store where one is missing.
func (t *Tail) take(ctx context.Context, timeline int64, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	t.mu.Lock()
	if t.timeline == 0 { // distrusted: the store is asked first
		t.mu.Unlock()
		return ErrStale
	}
	if timeline > t.timeline {
		t.begin(timeline, events[0].Position-1)
	}
	gap := timeline == t.timeline && events[0].Position > t.last+1
	t.mu.Unlock()
	if gap {
		if err := t.fill(ctx, timeline, events[0].Position-1); err != nil {
			return err
		}
	}
	t.add(timeline, events)
	return nil
}

// fill reads from the store up to a position, as long as the tail is on the timeline.
func (t *Tail) fill(ctx context.Context, timeline, upTo int64) error {
	for {
		if now := t.known(); now != timeline { // begun anew or distrusted: nothing would be added
			return fmt.Errorf("%w: timeline %d, the tail is on %d", ErrStale, timeline, now)
		}
		last := t.Last()
		if last >= upTo {
			return nil
		}
		events, err := t.reader.Events(ctx, t.shard, last, tailPage)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return fmt.Errorf("%w: the journal has no event %d of shard %d", ErrStale, last+1, t.shard)
		}
		t.add(timeline, events)
	}
}

// add appends what continues the tail; old events and those of another timeline are passed by.
func (t *Tail) add(timeline int64, events []Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if timeline != t.timeline {
		return
	}
	for len(events) > 0 && events[0].Position <= t.last {
		events = events[1:]
	}
	if len(events) == 0 || events[0].Position != t.last+1 {
		return
	}
	if len(t.kept)+len(events) > 2*tailKept {
		keep := t.kept[max(0, len(t.kept)-tailKept):]
		t.kept = append(make([]Event, 0, 2*tailKept), keep...)
	}
	t.kept = append(t.kept, events...)
	t.last = events[len(events)-1].Position
	close(t.moved)
	t.moved = make(chan struct{})
}

// Read returns up to limit events after a position, waiting for the first. The events are the
// caller's own. Errors: ctx's, or the store's, or that another timeline began while it waited: the
// position may be one of those that were lost.
func (t *Tail) Read(ctx context.Context, after int64, limit int) ([]Event, error) {
	begun := t.known()
	for {
		t.mu.Lock()
		timeline, last, kept, moved := t.timeline, t.last, t.kept, t.moved
		t.mu.Unlock()
		if begun == 0 {
			begun = timeline
		}
		if timeline != 0 && timeline != begun {
			return nil, errNewTimeline
		}
		switch first := last - int64(len(kept)) + 1; {
		case after >= last:
			select {
			case <-moved:
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		case after >= first-1:
			from := kept[after-first+1:]
			return append([]Event(nil), from[:min(limit, len(from))]...), nil
		default:
			events, err := t.reader.Events(ctx, t.shard, after, min(limit, tailPage))
			if err == nil && len(events) == 0 {
				err = fmt.Errorf("%w: the journal has no event %d of shard %d", ErrStale, after+1, t.shard)
			}
			return events, err
		}
	}
}
