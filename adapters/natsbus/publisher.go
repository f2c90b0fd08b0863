package natsbus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/ledger/journal"
)

// errForeignAck says that a message was confirmed at another place than it was sent to.
var errForeignAck = errors.New("natsbus: another message is at this place")

// Publisher appends events to the log of published events. It implements journal.Publisher.
//
// Every message names the sequence that must be the stream's last, so a message is stored only
// behind the one before it: one ack for the last message of a run speaks for all of them. A
// publisher that has just looked where the log ends sends its first event alone. Once that is
// stored, the log's positions and sequences are a fixed distance apart, in its view and in that of
// everybody else who publishes, and runs of two publishers that fall into each other still
// make one sequence of the same events.
type Publisher struct {
	js jetstream.JetStream

	mu   sync.Mutex
	ends map[journal.Shard]end
}

// end is where a log ends, as far as this publisher knows.
type end struct {
	place place // of the last event; zero for an empty log
	seq   uint64
	mine  bool   // this publisher stored the last event
	link  uint64 // how often the connection had been made anew: the server may have lost its store
}

// NewPublisher returns a publisher over js.
func NewPublisher(js jetstream.JetStream) *Publisher {
	return &Publisher{js: js, ends: map[journal.Shard]end{}}
}

// Published implements journal.Publisher.
func (p *Publisher) Published(ctx context.Context, shard journal.Shard) (timeline, position int64, err error) {
	e := end{link: p.link()}
	stream, err := p.js.Stream(ctx, eventStream(shard))
	if err != nil {
		return 0, 0, fmt.Errorf("natsbus: end of the event log: %w", err)
	}
	state := stream.CachedInfo().State
	e.seq = state.LastSeq
	if state.Msgs > 0 {
		m, err := stream.GetMsg(ctx, state.LastSeq)
		if err == nil {
			e.place, err = placeOf(m.Header)
		}
		if err != nil {
			return 0, 0, fmt.Errorf("natsbus: end of the event log: %w", err)
		}
	}
	p.note(shard, e)
	return e.place.timeline, e.place.position, nil
}

// Publish implements journal.Publisher. Besides ErrOutrun it gives faults of the connection; after
// any error the log's end has to be asked for again.
func (p *Publisher) Publish(ctx context.Context, timeline int64, events []journal.Event) error {
	if len(events) == 0 {
		return nil
	}
	shard := events[0].Shard
	e, ok := p.take(shard)
	if !ok || e.link != p.link() {
		return fmt.Errorf("%w: the log's end has to be looked up", journal.ErrOutrun)
	}
	if e.place != (place{}) && e.place != (place{timeline, events[0].Position - 1}) {
		return fmt.Errorf("natsbus: event %d of timeline %d does not continue a log that ends at %s", events[0].Position, timeline, e.place)
	}
	r := run{p: p, ctx: ctx, timeline: timeline, seq: e.seq}
	if !e.mine {
		if err := r.send(events[:1]); err != nil {
			return err
		}
		if err := r.settle(0); err != nil {
			return err
		}
		events = events[1:]
	}
	for len(events) > 0 {
		n := min(eventsPerAck, len(events))
		if err := r.send(events[:n]); err != nil {
			return errors.Join(err, r.settle(0))
		}
		events = events[n:]
		if err := r.settle(1); err != nil {
			return err
		}
	}
	if err := r.settle(0); err != nil {
		return err
	}
	p.note(shard, end{place: r.last, seq: r.seq, mine: true, link: e.link})
	return nil
}

// Reset implements journal.Publisher. It moves the sequence on, so that what an earlier publisher
// still has under way finds no place in the new log.
func (p *Publisher) Reset(ctx context.Context, shard journal.Shard) error {
	e := end{link: p.link()}
	p.forget(shard)
	stream, err := p.js.Stream(ctx, eventStream(shard))
	if err != nil {
		return fmt.Errorf("natsbus: reset the event log: %w", err)
	}
	e.seq = stream.CachedInfo().State.LastSeq + resetGap
	if err := stream.Purge(ctx, jetstream.WithPurgeSequence(e.seq+1)); err != nil {
		return fmt.Errorf("natsbus: reset the event log: %w", err)
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("natsbus: reset the event log: %w", err)
	}
	if info.State.Msgs > 0 || info.State.LastSeq != e.seq {
		return fmt.Errorf("%w: the log was reset by another publisher too", journal.ErrOutrun)
	}
	p.note(shard, e)
	return nil
}

func (p *Publisher) link() uint64 { return p.js.Conn().Stats().Reconnects }

// take returns the known end and forgets it: it is known again once a publication went well.
func (p *Publisher) take(shard journal.Shard) (end, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.ends[shard]
	delete(p.ends, shard)
	return e, ok
}

func (p *Publisher) note(shard journal.Shard, e end) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends[shard] = e
}

func (p *Publisher) forget(shard journal.Shard) { p.take(shard) }

// run is one call of Publish: events under way and the acks that are awaited.
type run struct {
	p        *Publisher
	ctx      context.Context
	timeline int64
	seq      uint64 // of the last message sent
	last     place
	buf      []byte
	acks     []awaited
}

// awaited is an ack that must confirm the message at seq.
type awaited struct {
	ack jetstream.PubAckFuture
	seq uint64
}

// send publishes events, the last of them for an ack.
func (r *run) send(events []journal.Event) error {
	for i := range events {
		m, err := r.message(&events[i])
		if err != nil {
			return err
		}
		if i < len(events)-1 {
			err = r.p.js.Conn().PublishMsg(m)
		} else {
			var ack jetstream.PubAckFuture
			if ack, err = r.p.js.PublishMsgAsync(m, jetstream.WithRetryAttempts(0)); err == nil {
				r.acks = append(r.acks, awaited{ack, r.seq})
			}
		}
		if err != nil {
			return fmt.Errorf("natsbus: publish event %d: %w", events[i].Position, err)
		}
	}
	return nil
}

// message makes the message of an event, behind the last one sent.
func (r *run) message(e *journal.Event) (*nats.Msg, error) {
	subject, err := eventSubject(e)
	if err != nil {
		return nil, err
	}
	r.last = place{r.timeline, e.Position}
	// Keys are in canonical form already; Header.Set would look at each letter again.
	header := nats.Header{
		timelineHeader:                  {strconv.FormatInt(r.timeline, 10)},
		positionHeader:                  {strconv.FormatInt(e.Position, 10)},
		jetstream.MsgIDHeader:           {r.last.String()},
		jetstream.ExpectedLastSeqHeader: {strconv.FormatUint(r.seq, 10)},
	}
	if e.Trace != "" { // for readers other than Florin, who do not read it in the event
		header[traceHeader] = []string{e.Trace}
	}
	r.seq++
	r.buf = journal.AppendEvent(r.buf[:0], e)
	return &nats.Msg{Subject: subject, Header: header, Data: r.buf}, nil
}

// settle waits until at most n acks are outstanding. After a refusal it waits for all of them, so
// that nothing of this call is under way when it returns.
func (r *run) settle(n int) error {
	var failed error
	for len(r.acks) > n {
		a := r.acks[0]
		r.acks = r.acks[1:]
		if err := r.confirmed(a); err != nil && failed == nil {
			failed, n = err, 0
		}
	}
	return failed
}

func (r *run) confirmed(a awaited) error {
	select {
	case ack := <-a.ack.Ok():
		if ack.Duplicate || ack.Sequence != a.seq {
			return fmt.Errorf("%w: %w", journal.ErrOutrun, errForeignAck)
		}
		return nil
	case err := <-a.ack.Err():
		if outrun(err) {
			return fmt.Errorf("%w: %w", journal.ErrOutrun, err)
		}
		return fmt.Errorf("natsbus: publish events: %w", err)
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}
