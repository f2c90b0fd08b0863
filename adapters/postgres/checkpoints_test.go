package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
)

func TestCheckpointsMoveFromWhereTheyAre(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	c := postgres.NewCheckpoints(pool)
	at := func() any {
		position, ok, err := c.Checkpoint(t.Context(), "notices")
		require.NoError(t, err)
		return []any{position, ok}
	}
	require.Equal(t, []any{int64(0), false}, at())
	require.ErrorIs(t, c.Advance(t.Context(), "notices", 3, 4), journal.ErrOutrun)
	require.NoError(t, c.Advance(t.Context(), "notices", 0, 0))
	require.Equal(t, []any{int64(0), true}, at())
	require.NoError(t, c.Advance(t.Context(), "notices", 0, 5))
	require.ErrorIs(t, c.Advance(t.Context(), "notices", 0, 6), journal.ErrOutrun, "another instance was quicker")
	require.NoError(t, c.Advance(t.Context(), "notices", 5, 7))
	require.ErrorIs(t, c.Advance(t.Context(), "notices", 5, 8), journal.ErrOutrun)
	require.Equal(t, []any{int64(7), true}, at())
}

func TestAloneIsOneAtATime(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	c := postgres.NewCheckpoints(pool)
	entered, leave, second := make(chan struct{}), make(chan struct{}), make(chan struct{})
	failed := errors.New("failed")
	first := make(chan error, 1)
	go func() {
		first <- c.Alone(t.Context(), "notices", func(context.Context) error { close(entered); <-leave; return failed })
	}()
	<-entered
	go func() {
		first <- c.Alone(t.Context(), "notices", func(context.Context) error { close(second); return nil })
	}()
	other := c.Alone(t.Context(), "mails", func(context.Context) error { return nil })
	require.NoError(t, other, "another reactor does not wait")
	select {
	case <-second:
		require.Fail(t, "two at once")
	default:
	}
	close(leave)
	require.ErrorIs(t, <-first, failed)
	require.NoError(t, <-first)
	<-second
}

func TestAloneEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	c := postgres.NewCheckpoints(pool)
	err = c.Alone(t.Context(), "notices", func(ctx context.Context) error {
		_, err := pool.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database d ON d.oid = database
			WHERE locktype = 'advisory' AND datname = current_database()`)
		require.NoError(t, err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Second):
			return nil
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "lock of notices")
}

func TestAcceptedLossTakesReactorsBackToTheEnd(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	c, store := postgres.NewCheckpoints(pool), postgres.NewStore(pool)
	require.NoError(t, c.Advance(t.Context(), "ahead", 0, 7))
	require.NoError(t, c.Advance(t.Context(), "begun", 0, 0))
	_, _, err = store.AcceptLoss(t.Context(), 0, "a stand-by without its last minutes", "tester")
	require.NoError(t, err)
	for reactor, want := range map[string]int64{"ahead": 0, "begun": 0} {
		position, ok, err := c.Checkpoint(t.Context(), reactor)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, position, reactor)
	}
}
