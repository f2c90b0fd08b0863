package natsbus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/ledger/journal"
)

// Subscriber reads the log of published events. It implements journal.Subscriber.
type Subscriber struct {
	js jetstream.JetStream
}

// NewSubscriber returns a reader of what is published over js.
func NewSubscriber(js jetstream.JetStream) *Subscriber { return &Subscriber{js: js} }

// Subscribe implements journal.Subscriber. What is at hand comes together, at most MaxChunk events
// of one timeline. after counts on the timeline that the log is on when Subscribe is called; events
// of another timeline are handed on whatever their position.
func (s *Subscriber) Subscribe(ctx context.Context, shard journal.Shard, after int64, sink func(timeline int64, events []journal.Event) error) error {
	reader := eventReader{after: after, sink: sink}
	err := follow(ctx, s.js, eventStream(shard),
		func(stream jetstream.Stream, info *jetstream.StreamInfo) (uint64, error) {
			return reader.begin(ctx, stream, info)
		}, reader.take)
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// eventReader is one call of Subscribe.
type eventReader struct {
	after    int64
	timeline int64 // that after counts on; 0 while the log is empty
	sink     func(timeline int64, events []journal.Event) error
}

// begin finds the sequence of position after+1. Within a timeline positions and sequences are a
// fixed distance apart, which the log's two ends show; a log that is not like that is read
// whole.
func (r *eventReader) begin(ctx context.Context, stream jetstream.Stream, info *jetstream.StreamInfo) (uint64, error) {
	state := info.State
	if state.Msgs == 0 {
		return state.LastSeq + 1, nil
	}
	first, err := placeAt(ctx, stream, state.FirstSeq)
	if err != nil {
		return 0, err
	}
	last, err := placeAt(ctx, stream, state.LastSeq)
	if err != nil {
		return 0, err
	}
	r.timeline = last.timeline
	if last.position-first.position != int64(state.LastSeq-state.FirstSeq) {
		return state.FirstSeq, nil
	}
	if r.after >= last.position {
		return state.LastSeq + 1, nil
	}
	return state.FirstSeq + uint64(max(0, r.after+1-first.position)), nil
}

func placeAt(ctx context.Context, stream jetstream.Stream, seq uint64) (place, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	m, err := stream.GetMsg(ctx, seq)
	if err != nil {
		return place{}, fmt.Errorf("message %d: %w", seq, err)
	}
	return placeOf(m.Header)
}

// take reads messages and hands their events on, one timeline at a time.
func (r *eventReader) take(_ time.Time, batch []jetstream.Msg) error {
	events := make([]journal.Event, 0, len(batch))
	timeline := int64(0)
	for _, m := range batch {
		p, err := placeOf(m.Headers())
		if err != nil {
			return err
		}
		e, err := journal.ParseEvent(m.Data())
		if err != nil {
			return fmt.Errorf("natsbus: published event %s: %w", p, err)
		}
		if p.timeline == r.timeline && e.Position <= r.after {
			continue
		}
		if p.timeline != timeline && len(events) > 0 {
			if err := r.sink(timeline, events); err != nil {
				return err
			}
			events = make([]journal.Event, 0, len(batch))
		}
		timeline = p.timeline
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil
	}
	return r.sink(timeline, events)
}
