package natsbus

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/ledger/journal"
)

// parcel is a command, written for the wire, on its way into a message.
type parcel struct {
	body   []byte
	waiter *waiter // nil when nobody waits
}

// lane publishes the commands of one shard. A few publishers take turns: the one whose turn it is
// takes everything that has gathered, sends it as one message, and lets the next one go while it
// waits for its ack. So a lone command leaves at once, and under load commands gather while acks
// are awaited and travel together.
type lane struct {
	js      jetstream.JetStream
	subject string
	head    []byte // how every message begins
	waiting chan *parcel
	bytes   atomic.Int64 // of what is waiting
	closed  <-chan struct{}

	turn sync.Mutex
	held *parcel // did not fit the last message; guarded by turn
}

func newLane(js jetstream.JetStream, shard journal.Shard, replyTo string, closed <-chan struct{}) *lane {
	return &lane{
		js: js, subject: commandSubject(shard), head: journal.AppendDelivery(nil, replyTo),
		waiting: make(chan *parcel, MaxWaiting), closed: closed,
	}
}

// put queues a parcel, or reports false when too much is waiting already.
func (l *lane) put(p *parcel) bool {
	n := int64(len(p.body))
	if l.bytes.Add(n) <= MaxWaitingBytes {
		select {
		case l.waiting <- p:
			return true
		default:
		}
	}
	l.bytes.Add(-n)
	return false
}

// run is one publisher.
func (l *lane) run() {
	message := make([]byte, 0, 64<<10)
	for {
		parcels, ack, err := l.publish(&message)
		if parcels == nil {
			return
		}
		if err == nil {
			err = await(ack, l.closed)
		}
		if err == nil {
			continue
		}
		err = fmt.Errorf("%w: %w", journal.ErrBusAway, err)
		for _, p := range parcels {
			if p.waiter != nil {
				p.waiter.tell(result{err: err})
			}
		}
	}
}

// publish takes its turn: it waits for a first command, adds what else has gathered and fits, and
// sends it. No parcels: the lane is closed.
func (l *lane) publish(message *[]byte) ([]*parcel, jetstream.PubAckFuture, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	p := l.held
	l.held = nil
	if p == nil {
		select {
		case p = <-l.waiting:
		case <-l.closed:
			return nil, nil, nil
		}
	}
	parcels := []*parcel{p}
	buf := append(append((*message)[:0], l.head...), p.body...)
	for l.held == nil && len(parcels) < MaxJoined {
		select {
		case p = <-l.waiting:
		default:
			p = nil
		}
		if p == nil {
			break
		}
		if len(buf)+len(p.body) > MaxMessage {
			l.held = p
			break
		}
		parcels = append(parcels, p)
		buf = append(buf, p.body...)
	}
	*message = buf
	l.bytes.Add(int64(len(l.head) - len(buf)))
	// No second attempt behind our back: whoever waits is told, and decides.
	ack, err := l.js.PublishAsync(l.subject, buf, jetstream.WithRetryAttempts(0))
	return parcels, ack, err
}

// errUnacked says that a stream did not confirm a message in time.
var errUnacked = errors.New("natsbus: no ack")

// await waits for an ack, its refusal or its time-out.
func await(ack jetstream.PubAckFuture, closed <-chan struct{}) error {
	timer := time.NewTimer(2 * ackTimeout) // should the client forget its own time-out
	defer timer.Stop()
	select {
	case <-ack.Ok():
		return nil
	case err := <-ack.Err():
		return err
	case <-timer.C:
		return errUnacked
	case <-closed:
		return errClosed
	}
}
