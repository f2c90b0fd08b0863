package natsbus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// errLost says that a stream cannot be followed further from here: the connection, the consumer or
// a message is gone. Whoever reads begins again from what it has committed.
var errLost = errors.New("natsbus: the stream was lost")

// follow reads a stream in order, without acks, and calls take from this goroutine with what is at
// hand, at most MaxChunk messages, until ctx ends, take fails, or the stream is lost, which it
// notices within two heartbeats.
//
// begin says where to start: the sequence wanted, for the stream as it is. From there every message
// that the stream holds must come: a sequence that is passed over is looked up, and only if
// it is gone (trimmed, too old, purged) does the reading go on.
func follow(ctx context.Context, js jetstream.JetStream, stream string,
	begin func(jetstream.Stream, *jetstream.StreamInfo) (uint64, error),
	take func(born time.Time, batch []jetstream.Msg) error,
) (err error) {
	ctx, cancel, err := whileConnected(ctx, js.Conn())
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errLost, stream, err)
	}
	defer cancel()
	o, err := open(ctx, js, stream, begin)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errLost, stream, because(ctx, err))
	}
	defer func() {
		// After a loss there may be nobody to hear it; the next read should not wait for that.
		if !errors.Is(err, errLost) {
			drop(js, stream, o.consumer)
		}
	}()

	arrived, failed, stop, err := consume(ctx, o.consumer)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errLost, stream, err)
	}
	defer stop()

	batch := make([]jetstream.Msg, 0, MaxChunk)
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", stream, context.Cause(ctx))
		case err := <-failed:
			return fmt.Errorf("%w: %s: %w", errLost, stream, err)
		case m := <-arrived:
			batch = atHand(append(batch[:0], m), arrived)
		}
		// What came in order before a loss is good, and moves the reader's mark.
		n, err := o.inOrder(ctx, batch)
		if n > 0 {
			if err := take(o.born, batch[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %w", errLost, stream, because(ctx, err))
		}
	}
}

// consume hands on what a consumer brings, until ctx ends, or failed says that it brings no more. stop
// has to be called.
func consume(ctx context.Context, consumer jetstream.Consumer) (arrived <-chan jetstream.Msg, failed <-chan error, stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	messages, errs := make(chan jetstream.Msg, MaxChunk), make(chan error, 1)
	running, err := consumer.Consume(
		func(m jetstream.Msg) {
			select {
			case messages <- m:
			case <-ctx.Done():
			}
		},
		jetstream.PullMaxMessagesWithBytesLimit(MaxChunk, MaxFetchBytes),
		jetstream.PullExpiry(pullExpiry),
		jetstream.PullHeartbeat(heartbeat),
		jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
			select {
			case errs <- err:
			default:
			}
		}))
	if err != nil {
		cancel()
		return nil, nil, nil, err
	}
	return messages, errs, func() {
		cancel()
		running.Stop()
		<-running.Closed()
	}, nil
}

// whileConnected returns a context that ends with the connection, so that no question outlives
// the server it was put to. The function ends it and has to be called.
func whileConnected(ctx context.Context, conn *nats.Conn) (context.Context, func(), error) {
	changed := conn.StatusChanged(nats.RECONNECTING, nats.CLOSED)
	if !conn.IsConnected() {
		conn.RemoveStatusListener(changed)
		return nil, nil, errNotConnected
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-changed:
			cancel(fmt.Errorf("%w: %w", errLost, errDisconnected))
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		cancel(nil)
		watching.Wait()
		conn.RemoveStatusListener(changed)
	}, nil
}

// because returns why ctx ended, if it did, instead of the error that followed from it.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// opened is a stream that is being read.
type opened struct {
	stream   jetstream.Stream
	born     time.Time
	consumer jetstream.Consumer
	next     uint64 // the sequence that is due
}

// open makes the consumer, and makes sure that it reads the stream whose birth it notes. It brings what
// has one of the subjects, or everything.
func open(ctx context.Context, js jetstream.JetStream, name string,
	begin func(jetstream.Stream, *jetstream.StreamInfo) (uint64, error), subjects ...string,
) (*opened, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	stream, err := js.Stream(ctx, name)
	if err != nil {
		return nil, err
	}
	info := stream.CachedInfo()
	next, err := begin(stream, info)
	if err != nil {
		return nil, err
	}
	next = max(next, info.State.FirstSeq, 1)
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq: next, FilterSubjects: subjects, InactiveThreshold: consumerIdle, MemoryStorage: true, Replicas: 1,
	})
	if err != nil {
		return nil, err
	}
	// The stream may have been made anew in between; a consumer dies with its stream, so one look
	// after it was made is enough.
	again, err := stream.Info(ctx)
	if err == nil && !again.Created.Equal(info.Created) {
		err = errors.New("it was made anew")
	}
	if err != nil {
		drop(js, name, consumer)
		return nil, err
	}
	return &opened{stream: stream, born: birth(info), consumer: consumer, next: next}, nil
}

// drop removes a consumer that is no longer read. The server would do so by itself, later.
func drop(js jetstream.JetStream, stream string, consumer jetstream.Consumer) {
	if !js.Conn().IsConnected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), heartbeat)
	defer cancel()
	_ = js.DeleteConsumer(ctx, stream, consumer.CachedInfo().Name)
}

// atHand adds what has arrived meanwhile.
func atHand(batch []jetstream.Msg, arrived <-chan jetstream.Msg) []jetstream.Msg {
	for len(batch) < MaxChunk {
		select {
		case m := <-arrived:
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}

// inOrder counts the messages that follow on each other, and moves next behind them. The error says
// what came instead of the next one.
func (o *opened) inOrder(ctx context.Context, batch []jetstream.Msg) (int, error) {
	for i, m := range batch {
		seq, err := sequence(m)
		if err == nil && seq != o.next {
			err = o.gone(ctx, seq)
		}
		if err != nil {
			return i, err
		}
		o.next = seq + 1
	}
	return len(batch), nil
}

// gone makes sure that the stream holds nothing from the sequence that is due up to the one that
// came.
func (o *opened) gone(ctx context.Context, came uint64) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	m, err := o.stream.GetMsg(ctx, o.next, jetstream.WithGetMsgSubject(">"))
	if err != nil {
		return fmt.Errorf("message %d came where %d was due: %w", came, o.next, err)
	}
	if m.Sequence < came || came < o.next {
		return fmt.Errorf("message %d came where %d was due", came, o.next)
	}
	return nil
}

// sequence returns a message's place in its stream.
func sequence(m jetstream.Msg) (uint64, error) {
	meta, err := m.Metadata()
	if err != nil {
		return 0, err
	}
	return meta.Sequence.Stream, nil
}
