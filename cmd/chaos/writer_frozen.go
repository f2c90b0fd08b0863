package main

import (
	"context"
	"fmt"
	"time"
)

// writerFrozen stops the worker that leads where it stands, waits for another to take over, and lets it go on: it has to
// notice that it leads no more, whatever it was about to commit.
func writerFrozen(ctx context.Context, s *stage) error {
	first, err := s.leader(ctx)
	if err != nil {
		return err
	}
	if err := s.Freeze(first); err != nil {
		return err
	}
	stopped := time.Now()
	// Each client has at most one answer on its way: one more is somebody else's.
	if err := s.answers(ctx, pairs*clientsOfPair+1); err != nil {
		return fmt.Errorf("nobody took over from %s: %w", first, err)
	}
	if took := time.Since(stopped); took > takeOver {
		return fmt.Errorf("it took %s to take over from %s, and may take %s", took, first, takeOver)
	}
	if err := s.answers(ctx, healed); err != nil {
		return err
	}
	if err := s.Thaw(first); err != nil {
		return err
	}
	// It may say that it leads until it has looked.
	return until(ctx, healTimeout, func() error {
		if now := s.Leader(ctx); now == first || now == "" {
			return fmt.Errorf("%s was stopped, and now %q leads", first, now)
		}
		return nil
	})
}
