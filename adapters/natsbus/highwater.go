package natsbus

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/ledger/journal"
)

// HighWater keeps the last position of each shard that was spoken of, in a stream of one message per
// shard. It implements journal.HighWater.
type HighWater struct {
	js jetstream.JetStream

	mu   sync.Mutex
	seqs map[journal.Shard]uint64 // of the mark this one raised last
}

// NewHighWater returns the high water marks kept over js.
func NewHighWater(js jetstream.JetStream) *HighWater {
	return &HighWater{js: js, seqs: map[journal.Shard]uint64{}}
}

// Raise implements journal.HighWater. It is a compare-and-set, because a mark must not sink: a
// writer that was stopped after its last commit may wake up long after another one took over.
func (h *HighWater) Raise(ctx context.Context, head journal.Head) error {
	want := placeOfHead(head)
	seq, known := h.last(head.Shard)
	for range raiseAttempts {
		if !known {
			noted, at, ok, err := h.read(ctx, head.Shard)
			if err != nil {
				return err
			}
			if ok && !noted.before(want) {
				return nil
			}
			seq = at
		}
		ack, err := h.js.Publish(ctx, headSubject(head.Shard), []byte(want.String()),
			jetstream.WithExpectLastSequencePerSubject(seq), jetstream.WithRetryAttempts(0))
		if err == nil {
			h.note(head.Shard, ack.Sequence)
			return nil
		}
		h.forget(head.Shard)
		if !outrun(err) {
			return fmt.Errorf("natsbus: raise the high water: %w", err)
		}
		known = false
	}
	return fmt.Errorf("natsbus: raise the high water: others did so %d times meanwhile", raiseAttempts)
}

// Mark implements journal.HighWater. What was published counts too: the relay may be quicker than
// whoever raises the mark.
func (h *HighWater) Mark(ctx context.Context, shard journal.Shard) (timeline, position int64, ok bool, err error) {
	noted, _, ok, err := h.read(ctx, shard)
	if err != nil {
		return 0, 0, false, err
	}
	timeline, position, err = NewPublisher(h.js).Published(ctx, shard)
	if published := (place{timeline, position}); err == nil && noted.before(published) {
		return timeline, position, true, nil
	}
	// Without the event log the note is all there is to know.
	return noted.timeline, noted.position, ok, nil
}

// Heads calls heard with every head of the shard as it is raised, until ctx ends (nil) or heard or
// the connection fails. It is for waking up early: what is raised while the connection is away is
// not heard, and a raise that lost against a higher one is. Whoever relies on it also polls.
func (h *HighWater) Heads(ctx context.Context, shard journal.Shard, heard func(timeline, position int64) error) error {
	sub, err := h.js.Conn().SubscribeSync(headSubject(shard))
	if err != nil {
		return fmt.Errorf("natsbus: listen to heads: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // fails only where the connection is closed
	for {
		m, err := sub.NextMsgWithContext(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, nats.ErrSlowConsumer):
			continue // heads were dropped; a later one says more
		case err != nil:
			return fmt.Errorf("natsbus: listen to heads: %w", err)
		}
		p, err := parsePlace(string(m.Data))
		if err == nil {
			err = heard(p.timeline, p.position)
		}
		if err != nil {
			return err
		}
	}
}

// read returns what is noted and the sequence of the note; zeroes when there is none.
func (h *HighWater) read(ctx context.Context, shard journal.Shard) (place, uint64, bool, error) {
	stream, err := h.js.Stream(ctx, headStream)
	if err != nil {
		return place{}, 0, false, fmt.Errorf("natsbus: read the high water: %w", err)
	}
	m, err := stream.GetLastMsgForSubject(ctx, headSubject(shard))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return place{}, 0, false, nil
	}
	if err != nil {
		return place{}, 0, false, fmt.Errorf("natsbus: read the high water: %w", err)
	}
	noted, err := parsePlace(string(m.Data))
	return noted, m.Sequence, err == nil, err
}

func (h *HighWater) last(shard journal.Shard) (uint64, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	seq, ok := h.seqs[shard]
	return seq, ok
}

func (h *HighWater) note(shard journal.Shard, seq uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seqs[shard] = seq
}

func (h *HighWater) forget(shard journal.Shard) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.seqs, shard)
}

// outrun reports whether a message was refused because the stream's end was not where it was
// expected.
func outrun(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}
