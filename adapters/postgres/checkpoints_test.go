package postgres_test

import (
	"testing"

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
