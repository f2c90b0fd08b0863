package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"time"
)

var (
	//go:embed queries/session_sweep.sql
	sessionSweepSQL string
	//go:embed queries/session_sweep_tokens.sql
	sessionSweepTokensSQL string
)

// Sweep deletes, a few at a time, the sessions whose time was over a day ago, and of the others the used
// tokens that are so old that they would be over even if nobody had used them. Until then a used token
// is kept, because the one that it was stolen from may still come with it. It returns how many sessions
// and how many tokens it deleted; the tokens that go with a session are not counted.
//
// Sweeps at the same time, here or elsewhere, do not wait for each other.
func (s *Sessions) Sweep(ctx context.Context) (sessions, tokens int64, err error) {
	if tokens, err = s.sweep(ctx, sessionSweepTokensSQL, s.cfg.Idle+sessionKept, sweepTokens); err != nil {
		return 0, tokens, fmt.Errorf("sweep refresh tokens: %w", err)
	}
	if sessions, err = s.sweep(ctx, sessionSweepSQL, sessionKept, sweepSessions); err != nil {
		return sessions, tokens, fmt.Errorf("sweep sessions: %w", err)
	}
	return sessions, tokens, nil
}

// sweep deletes what is older than an age, in batches, until one is not full.
func (s *Sessions) sweep(ctx context.Context, statement string, age time.Duration, batch int64) (deleted int64, err error) {
	for {
		tag, err := s.pool.Exec(ctx, statement, age, batch)
		if err != nil {
			return deleted, err
		}
		deleted += tag.RowsAffected()
		if tag.RowsAffected() < batch {
			return deleted, nil
		}
	}
}
