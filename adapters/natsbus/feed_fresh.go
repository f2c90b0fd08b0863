package natsbus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// rounds finds out, again and again, how fresh the feed is. A round that fails leaves it as fresh as it
// was; the feed is not lost for that.
func (f *Feed) rounds(ctx context.Context, events, sessions *tail) error {
	ticker := time.NewTicker(beatInterval)
	defer ticker.Stop()
	dull := 0
	for {
		err := f.round(ctx, events, sessions)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			if dull++; dull == dullRounds {
				f.log.Warn("it cannot be told how fresh sessions are; they are read from postgres each second", "error", err)
			}
		default:
			if dull >= dullRounds {
				f.log.Info("sessions are known to be fresh again")
			}
			dull = 0
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// round sends a beat through SESSIONS and waits until it has come back, with every session before it
// that has ended; and until everything has been heard that the journal had when the round began.
func (f *Feed) round(ctx context.Context, events, sessions *tail) error {
	ctx, cancel := context.WithTimeout(ctx, roundTimeout)
	defer cancel()
	began := f.now()
	beat, err := f.js.Publish(ctx, f.beat, nil, jetstream.WithRetryAttempts(0))
	if err != nil {
		return fmt.Errorf("natsbus: beat: %w", err)
	}
	if err := f.published(ctx, events); err != nil {
		return err
	}
	last, err := events.stream.GetLastMsgForSubject(ctx, bareSubjects(f.shard))
	switch {
	case err == nil:
		if err := events.await(ctx, last.Sequence); err != nil {
			return err
		}
	case !errors.Is(err, jetstream.ErrMsgNotFound):
		return fmt.Errorf("natsbus: end of the event log: %w", err)
	}
	if err := sessions.await(ctx, beat.Sequence); err != nil {
		return err
	}
	f.fresh.Store(&began)
	return nil
}

// published waits until the relay has published what the journal has now.
func (f *Feed) published(ctx context.Context, events *tail) error {
	head, err := f.head(ctx)
	if err != nil {
		return err
	}
	if f.timeline != head.Timeline && f.timeline != 0 {
		f.gap() // what was remembered may not have happened
	}
	f.timeline = head.Timeline
	want := placeOfHead(head)
	for {
		last, err := events.stream.GetLastMsgForSubject(ctx, eventSubjects(f.shard))
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			if want.position == 0 {
				return nil
			}
		case err != nil:
			return fmt.Errorf("natsbus: end of the event log: %w", err)
		default:
			at, err := placeOf(last.Header)
			if err != nil {
				return err
			}
			if at.timeline == want.timeline && at.position >= want.position {
				return nil
			}
		}
		select {
		case <-time.After(publishedPoll):
		case <-ctx.Done():
			return fmt.Errorf("natsbus: the journal is at %s, and not all of it is published: %w", want, ctx.Err())
		}
	}
}
