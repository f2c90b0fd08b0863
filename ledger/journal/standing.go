package journal

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// standingPoll is how often somebody who stands before an event looks whether an operator wants it tried now.
const standingPoll = 500 * time.Millisecond

// Standing is an event that somebody cannot take, who stands before it and tries it again. What is beside it, and those
// that can take it, go on.
type Standing struct {
	Position int64
	// Why is what it failed with the last time.
	Why error
	// Pause is how long it rests until it tries again.
	Pause time.Duration
}

// Rest waits until the event is to be tried again: for the pause, or until due says that somebody wants it tried now.
// Errors: due's.
func (s Standing) Rest(ctx context.Context, due func(ctx context.Context) (bool, error)) error {
	for end := time.Now().Add(s.Pause); ctx.Err() == nil; {
		left := time.Until(end)
		wait(ctx, min(left, standingPoll))
		if left <= standingPoll {
			return nil
		}
		if now, err := due(ctx); now || err != nil {
			return err
		}
	}
	return nil
}

// stuckError says before which event somebody stands.
type stuckError struct {
	position  int64
	eventType string
	err       error
}

// stuckAt says that an event cannot be taken. A context that ended is about no event.
func stuckAt(ctx context.Context, e *Event, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &stuckError{position: e.Position, eventType: e.Type, err: err}
}

func (e *stuckError) Error() string {
	return fmt.Sprintf("at event %d (%s): %v", e.position, e.eventType, e.err)
}

func (e *stuckError) Unwrap() error { return e.err }

// Stands returns where somebody stands who got the error from a [Project] or an effect, without a pause; ok is false when
// it is about no event.
func Stands(err error) (s Standing, ok bool) {
	var stuck *stuckError
	if !errors.As(err, &stuck) {
		return Standing{}, false
	}
	return Standing{Position: stuck.position, Why: stuck.err}, true
}

// restAfter waits after a failure: where it is about an event, by stand, which notes that.
func restAfter(ctx context.Context, failure error, pause time.Duration, stand func(context.Context, Standing) error) error {
	end := time.Now().Add(pause)
	var err error
	if s, ok := Stands(failure); ok && !errors.Is(failure, ErrHeld) {
		s.Pause = pause
		if err = stand(ctx, s); err == nil {
			return nil
		}
	}
	wait(ctx, time.Until(end))
	return err
}
