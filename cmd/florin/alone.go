package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// aloneRetry is the pause after a failure, as when the database is away.
const aloneRetry = time.Second

// alone does something at intervals, in one process at a time, until ctx ends: under a name, for whoever does it
// elsewhere. begin is called when it is this process's turn, and returns what to do. It returns nil.
func alone(ctx context.Context, points journal.Checkpoints, name string, interval time.Duration, log *slog.Logger, begin func() func(context.Context) error) error {
	for ctx.Err() == nil {
		err := points.Alone(ctx, name, func(ctx context.Context) error {
			act := begin()
			for ; ctx.Err() == nil; pause(ctx, interval) {
				if err := act(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			if !errors.Is(err, journal.ErrHeld) { // what it reads is still being built
				log.Error("what is to be done by one process is not done", "name", name, "error", err)
			}
			pause(ctx, aloneRetry)
		}
	}
	return nil
}
