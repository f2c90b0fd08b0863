package natsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/florinledger/florin/ledger/journal"
)

var (
	errClosed       = errors.New("natsbus: the bus is closed")
	errNotConnected = errors.New("natsbus: not connected")
	errDisconnected = errors.New("natsbus: the connection was lost")
	errFull         = fmt.Errorf("natsbus: %d commands or %d bytes are waiting to be published", MaxWaiting, MaxWaitingBytes)
)

// Bus sends commands and brings their answers back. It implements journal.Bus.
//
// Commands that arrive while others are being published travel together (lane.go). The answers
// come, joined as well, on a subject of this process alone.
type Bus struct {
	js      jetstream.JetStream
	log     *slog.Logger
	replyTo string
	replies *nats.Subscription
	waiters *waiters
	closed  chan struct{}
	running sync.WaitGroup

	mu    sync.Mutex
	lanes map[journal.Shard]*lane
	done  bool
}

// NewBus returns a bus over js. Close it before the connection.
func NewBus(js jetstream.JetStream, log *slog.Logger) (*Bus, error) {
	b := &Bus{
		js: js, log: log, replyTo: "florin.replies." + nuid.Next(), waiters: newWaiters(),
		closed: make(chan struct{}), lanes: map[journal.Shard]*lane{},
	}
	replies, err := js.Conn().Subscribe(b.replyTo, b.answered)
	if err != nil {
		return nil, fmt.Errorf("natsbus: subscribe to replies: %w", err)
	}
	b.replies = replies
	b.running.Go(b.watch)
	return b, nil
}

// Close stops the bus: calls that wait end with journal.ErrBusAway.
func (b *Bus) Close() error {
	b.mu.Lock()
	if !b.done {
		b.done = true
		close(b.closed)
	}
	b.mu.Unlock()
	b.running.Wait()
	b.waiters.fail(fmt.Errorf("%w: %w", journal.ErrBusAway, errClosed))
	if err := b.replies.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) && !errors.Is(err, nats.ErrBadSubscription) {
		return fmt.Errorf("natsbus: %w", err)
	}
	return nil
}

// Send implements journal.Bus. Several calls may wait for one command id at once: each is answered.
// The answer may be shared between them and must not be changed. With ref the answer is about the
// body in the inbox, whose hash may be another than c's: compare.
//
// journal.ErrBusAway means: not connected, the stream is missing, full, or has not confirmed the
// message in time, too much is waiting already, the connection was lost, or the command is too
// large for a message (MaxMessage). In all but the first and the last it may have arrived.
func (b *Bus) Send(ctx context.Context, shard journal.Shard, c journal.Command, ref bool) (journal.Answer, error) {
	if err := ctx.Err(); err != nil {
		return journal.Answer{}, err
	}
	body, err := b.write(&c, ref)
	if err != nil {
		return journal.Answer{}, err
	}
	w := b.waiters.add(&c, ref)
	defer b.waiters.remove(w)
	if err := b.put(shard, &parcel{body: body, waiter: w}); err != nil {
		return journal.Answer{}, err
	}
	select {
	case r := <-w.result:
		return r.answer, r.err
	case <-ctx.Done():
		return journal.Answer{}, ctx.Err()
	}
}

// Hint implements journal.Bus. A hint that cannot be sent is dropped: the writer looks into the
// inbox by itself, a little later.
func (b *Bus) Hint(shard journal.Shard, id journal.CommandID) {
	if err := b.put(shard, &parcel{body: journal.AppendRef(nil, id)}); err != nil {
		b.log.Debug("hint dropped", "shard", shard, "command", id.String(), "error", err)
	}
}

// write writes the command for the wire.
func (b *Bus) write(c *journal.Command, ref bool) ([]byte, error) {
	if ref {
		return journal.AppendRef(nil, c.ID), nil
	}
	size := journal.CommandSize(c)
	if size > MaxMessage-maxHead {
		return nil, fmt.Errorf("%w: a command of %d bytes does not fit a message", journal.ErrBusAway, size)
	}
	return journal.AppendCommand(make([]byte, 0, size), c), nil
}

// put hands a parcel to the shard's lane.
func (b *Bus) put(shard journal.Shard, p *parcel) error {
	// After the waiter is in its list: a connection lost from here on is told to it by watch.
	if !b.js.Conn().IsConnected() {
		return fmt.Errorf("%w: %w", journal.ErrBusAway, errNotConnected)
	}
	l := b.lane(shard)
	if l == nil {
		return fmt.Errorf("%w: %w", journal.ErrBusAway, errClosed)
	}
	if !l.put(p) {
		return fmt.Errorf("%w: %w", journal.ErrBusAway, errFull)
	}
	return nil
}

// lane returns the lane of a shard, made on first use; nil when the bus is closed.
func (b *Bus) lane(shard journal.Shard) *lane {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done {
		return nil
	}
	l, ok := b.lanes[shard]
	if !ok {
		l = newLane(b.js, shard, b.replyTo, b.closed)
		b.lanes[shard] = l
		for range publishers {
			b.running.Go(l.run)
		}
	}
	return l
}

// answered takes a message of answers.
func (b *Bus) answered(m *nats.Msg) {
	answers, err := journal.ParseAnswers(m.Data)
	if err != nil {
		b.log.Warn("answers cannot be read", "bytes", len(m.Data), "error", err)
		return
	}
	for _, a := range answers {
		b.waiters.answer(a)
	}
}

// watch tells those who wait when the connection is lost: their answers may be, too.
func (b *Bus) watch() {
	conn := b.js.Conn()
	lost := conn.StatusChanged(nats.RECONNECTING, nats.CLOSED)
	defer conn.RemoveStatusListener(lost)
	for {
		select {
		case _, ok := <-lost:
			if !ok {
				return
			}
			b.waiters.fail(fmt.Errorf("%w: %w", journal.ErrBusAway, errDisconnected))
		case <-b.closed:
			return
		}
	}
}
