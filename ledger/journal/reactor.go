package journal

import (
	"context"
	"fmt"
	"log/slog"
)

// Checkpoints keep how far a reactor has come. Unlike a projection's, they are never set back.
type Checkpoints interface {
	// Checkpoint returns the position of the named reactor; ok is false when it never ran.
	Checkpoint(ctx context.Context, reactor string) (position int64, ok bool, err error)
	// Advance moves it from one position to a later one. ErrOutrun when it is not at from.
	Advance(ctx context.Context, reactor string, from, to int64) error
}

// Effect acts on an event. key(n) names its n-th effect for ever: whoever receives the effect
// recognises a repeat by it, because an effect whose checkpoint was lost is made again.
type Effect func(ctx context.Context, e *Event, key func(n int) string) error

// Reactor makes effects from events, in order, once each or under the same key again. It begins at
// the journal's end when it is first run, and is never rebuilt.
type Reactor struct {
	name   string
	tail   *Tail
	points Checkpoints
	effect Effect
	logger *slog.Logger
}

// NewReactor returns the reactor that makes effect of every event.
func NewReactor(name string, tail *Tail, points Checkpoints, effect Effect, logger *slog.Logger) *Reactor {
	return &Reactor{name: name, tail: tail, points: points, effect: effect, logger: logger}
}

// Run reacts until ctx ends. It returns nil.
func (r *Reactor) Run(ctx context.Context) error {
	backoff := retryInterval
	for ctx.Err() == nil {
		progress, err := r.follow(ctx)
		if progress {
			backoff = retryInterval
		}
		if ctx.Err() == nil {
			r.logger.Error("reactor stands still", "reactor", r.name, "error", err)
			wait(ctx, backoff)
			backoff = min(2*backoff, maxBackoff)
		}
	}
	return nil
}

// follow reacts from the checkpoint on until something fails.
func (r *Reactor) follow(ctx context.Context) (progress bool, err error) {
	position, ok, err := r.points.Checkpoint(ctx, r.name)
	if err != nil {
		return false, err
	}
	if !ok {
		if position, err = r.tail.begun(ctx); err != nil {
			return false, err
		}
		if err := r.points.Advance(ctx, r.name, 0, position); err != nil {
			return false, err
		}
	}
	for {
		events, err := r.tail.Read(ctx, position, projectionPage)
		if err != nil {
			return progress, err
		}
		for i := range events {
			e := &events[i]
			key := func(n int) string { return fmt.Sprintf("%s/%s/%d", r.name, e.ID().Format("evt"), n) }
			if err := r.effect(ctx, e, key); err != nil {
				return progress, fmt.Errorf("at event %d (%s): %w", e.Position, e.Type, err)
			}
			if err := r.points.Advance(ctx, r.name, position, e.Position); err != nil {
				return progress, err
			}
			position, progress = e.Position, true
		}
	}
}
