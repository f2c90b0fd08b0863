package natsbus

import (
	"context"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go/jetstream"
)

// tail reads some subjects of a stream from now on, and knows how far it has come.
type tail struct {
	*opened
	js   jetstream.JetStream
	name string

	mu    sync.Mutex
	done  uint64        // everything wanted up to this sequence has been handled
	moved chan struct{} // closed when done has moved
}

// openTail begins behind the stream's last message.
func openTail(ctx context.Context, js jetstream.JetStream, stream string, subjects ...string) (*tail, error) {
	t := &tail{js: js, name: stream, moved: make(chan struct{})}
	var err error
	t.opened, err = open(ctx, js, stream, func(_ jetstream.Stream, info *jetstream.StreamInfo) (uint64, error) {
		t.done = info.State.LastSeq
		return t.done + 1, nil
	}, subjects...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stream, err)
	}
	return t, nil
}

// drop removes the consumer.
func (t *tail) drop() { drop(t.js, t.name, t.consumer) }

// run calls take with every message until ctx ends, take fails, or the stream is lost. Messages of
// other subjects are between those that come, so what is counted is what the consumer has sent.
func (t *tail) run(ctx context.Context, take func(jetstream.Msg) error) error {
	arrived, failed, stop, err := consume(ctx, t.consumer)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errLost, t.name, err)
	}
	defer stop()
	for sent := uint64(1); ; sent++ {
		var m jetstream.Msg
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", t.name, context.Cause(ctx))
		case err := <-failed:
			return fmt.Errorf("%w: %s: %w", errLost, t.name, err)
		case m = <-arrived:
		}
		meta, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("%w: %s: %w", errLost, t.name, err)
		}
		if meta.Sequence.Consumer != sent {
			return fmt.Errorf("%w: %s: message %d came where %d was due", errLost, t.name, meta.Sequence.Consumer, sent)
		}
		if err := take(m); err != nil {
			return err
		}
		t.note(meta.Sequence.Stream)
	}
}

func (t *tail) note(seq uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = seq
	close(t.moved)
	t.moved = make(chan struct{})
}

// await waits until a sequence of a message that is wanted has been handled, or ctx ends.
func (t *tail) await(ctx context.Context, seq uint64) error {
	for {
		t.mu.Lock()
		done, moved := t.done, t.moved
		t.mu.Unlock()
		if done >= seq {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("%s: message %d has not come: %w", t.name, seq, ctx.Err())
		}
	}
}
