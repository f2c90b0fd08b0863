package journal

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// Patience is how long a synchronous caller waits for an outcome, and the deadline that its
	// command carries.
	Patience = 10 * time.Second
	// replyPatience is how long an answer is awaited from the bus before the command goes by the inbox too, and its
	// outcome is looked for in the store: a command and a reply can get lost, an outcome cannot.
	replyPatience = 4 * time.Second
	// outcomePoll and outcomePollMax are the pauses between two looks for an outcome.
	outcomePoll    = 10 * time.Millisecond
	outcomePollMax = 500 * time.Millisecond
	// MaxInline is the most bytes of a command that travel on the bus; a larger one waits in the
	// inbox and its id travels. A batch of a thousand transactions fits: by the inbox its body would
	// be written twice, read once and deleted (docs/performance.md).
	MaxInline = 768 << 10
)

// ErrOutcomeUnknown says that no outcome was seen in time. The same command sent again is answered
// with it, once there is one.
var ErrOutcomeUnknown = errors.New("journal: the outcome is not known yet")

// Dispatcher takes commands to the writer and returns with their outcome: over the bus, and where
// the bus is away, by the inbox.
type Dispatcher struct {
	shard  Shard
	bus    Bus
	inbox  Inbox
	reader Reader
	now    func() time.Time

	observer Observer
}

// NewDispatcher returns a dispatcher to the writer of the shard.
func NewDispatcher(shard Shard, bus Bus, inbox Inbox, reader Reader, now func() time.Time) *Dispatcher {
	return &Dispatcher{shard: shard, bus: bus, inbox: inbox, reader: reader, now: now, observer: nobody{}}
}

// Observed has o told of each command, and returns d.
func (d *Dispatcher) Observed(o Observer) *Dispatcher {
	d.observer = o
	return d
}

// Do has c decided and returns the answer, events included. A refusal is an answer, not an error.
// Errors: ErrOutcomeUnknown, ctx's, or the store's when the store is away.
func (d *Dispatcher) Do(ctx context.Context, c Command) (Answer, error) {
	now := d.now().UTC()
	c.Deadline = now.Add(Patience)
	return d.do(ctx, c, now)
}

// Record is Do for a command that tells of what has happened: whenever it is decided, it is not too late. So
// it has no deadline, and who hears no outcome in time sends it again.
func (d *Dispatcher) Record(ctx context.Context, c Command) (Answer, error) {
	c.Deadline = time.Time{}
	return d.do(ctx, c, d.now().UTC())
}

func (d *Dispatcher) do(ctx context.Context, c Command, sent time.Time) (a Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, Patience+time.Second)
	defer cancel()
	ctx, ended := d.observer.Asked(ctx, &c)
	defer func() { ended(a, err) }()
	a, err = d.send(ctx, c, sent)
	if err != nil {
		return Answer{}, err
	}
	// A dry run's events are nowhere but in its answer: where they would stand, others do.
	if a.Outcome.Count > 0 && len(a.Events) == 0 && !c.DryRun {
		a.Events, err = d.events(ctx, a.Outcome)
	}
	return a, err
}

// send tries the bus and then the store.
func (d *Dispatcher) send(ctx context.Context, c Command, sent time.Time) (Answer, error) {
	ref := len(c.Data) > MaxInline
	if ref && c.DryRun {
		return Answer{}, fmt.Errorf("a dry run of %d bytes: at most %d travel", len(c.Data), MaxInline)
	}
	if ref {
		if err := d.inbox.Put(ctx, d.shard, c); err != nil {
			return Answer{}, err
		}
	}
	bus, cancel := context.WithTimeout(ctx, replyPatience)
	a, err := d.bus.Send(bus, d.shard, c, ref)
	cancel()
	switch {
	case err == nil && a.Outcome.Hash == c.Hash:
		if ref { // the writer may have found the body in the inbox before the id came, and call that a repeat
			a.Replayed = a.Outcome.At.Before(sent)
		}
		return a, nil
	case err == nil: // about another request under the same id, whose caller waits beside this one
		return d.await(ctx, c, sent)
	case ctx.Err() != nil:
		return Answer{}, ErrOutcomeUnknown
	}
	if c.DryRun { // the inbox is for what will be done
		return Answer{}, fmt.Errorf("%w: a dry run has no other way than the bus: %w", ErrOutcomeUnknown, err)
	}
	// A bus that has stored the command may have nobody to bring it, as JetStream for ten seconds while it elects. Each
	// caller puts at most one row into the inbox for as long as it waits, so that a writer that is merely late does not drown.
	if !ref {
		if err := d.inbox.Put(ctx, d.shard, c); err != nil {
			return Answer{}, err
		}
	}
	return d.await(ctx, c, sent)
}

// await looks for the outcome in the store until there is one. One from before c was sent, or of
// another request under c's id, is told as the writer would tell it.
func (d *Dispatcher) await(ctx context.Context, c Command, sent time.Time) (Answer, error) {
	for pause := outcomePoll; ; pause = min(2*pause, outcomePollMax) {
		a, ok, _, err := d.inbox.Outcome(ctx, c.ID)
		if ctx.Err() != nil {
			return Answer{}, ErrOutcomeUnknown
		}
		if err != nil {
			return Answer{}, err
		}
		if ok && a.Outcome.Hash != c.Hash {
			a.Outcome.Status, a.Outcome.Refusal, a.Outcome.Count, a.Events = Refused, ErrKeyReused, 0, nil
			return a, nil
		}
		if ok {
			a.Replayed = a.Outcome.At.Before(sent)
			return a, nil
		}
		wait(ctx, pause)
	}
}

// Accept stores c in the inbox and returns: from then on it cannot be lost.
func (d *Dispatcher) Accept(ctx context.Context, c Command) (err error) {
	ctx, ended := d.observer.Asked(ctx, &c)
	defer func() { ended(Answer{}, err) }()
	if err := d.inbox.Put(ctx, d.shard, c); err != nil {
		return err
	}
	d.bus.Hint(d.shard, c.ID)
	return nil
}

// events reads an outcome's events from the journal.
func (d *Dispatcher) events(ctx context.Context, o Outcome) ([]Event, error) {
	events := make([]Event, 0, o.Count)
	for len(events) < o.Count {
		page, err := d.reader.Events(ctx, d.shard, o.First-1+int64(len(events)), min(o.Count-len(events), tailPage))
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return nil, fmt.Errorf("%w: event %d of an outcome", ErrStale, o.First+int64(len(events)))
		}
		events = append(events, page...)
	}
	return events, nil
}
