package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

// TestHotStatementsOpenOnePartition: what is done for each command, each page of events and each read of a transaction opens the
// partition that it is about and no other, however many there are, and also once the server has seen it often enough to
// make a plan for all its calls, and has found that worse. What is opened is locked until the transaction ends, and there it is
// looked for.
func TestHotStatementsOpenOnePartition(t *testing.T) {
	t.Parallel()
	s := openStore(t, pgtest.Database(t))
	_, err := ReachPosition(t.Context(), s.pool, 950_000_000)
	require.NoError(t, err)
	appendNear(t, s, 199_999_900, "a", 9)
	// So many in each of the others, that it shows what reading all of them would cost.
	run(t, s.pool, `INSERT INTO events (shard, position, recorded_at, epoch, schema, command_id, ledger, stream, type, actor, nonce, prev_hash, leaf_hash, data)
		SELECT 0, b.first + n, now(), 1, 1, gen_random_uuid(), '', '', '', '', '', '', '', '{}'
		  FROM journal_partition b CROSS JOIN generate_series(1, 1000) n WHERE 199999901 NOT BETWEEN b.first AND b.past`)
	run(t, s.pool, "ANALYZE events")
	events, err := s.Events(t.Context(), 0, 199_999_900, 9)
	require.NoError(t, err)
	require.Len(t, events, 9)
	last := events[8]
	run(t, s.pool, "INSERT INTO projection_generation (name, generation, version, position) VALUES ('p', 1, 1, 199999900)")
	conn, err := s.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	for name, do := range map[string]func(context.Context, pgx.Tx) error{
		"a page of events": func(ctx context.Context, tx pgx.Tx) error {
			page, err := Books{tx}.Events(ctx, 0, 199_999_900, 9)
			require.Len(t, page, 9)
			return err
		},
		"events by position": func(ctx context.Context, tx pgx.Tx) error {
			rows, err := tx.Query(ctx, eventsAtSQL, int16(0), []int64{199_999_901, 199_999_905})
			require.NoError(t, err)
			found, err := pgx.CollectRows(rows, scanEvent)
			require.Len(t, found, 2)
			return err
		},
		"how large a page is": func(ctx context.Context, tx pgx.Tx) error {
			var size int64
			err := tx.QueryRow(ctx, eventsSizeSQL, int16(0), int64(199_999_900), int64(9)).Scan(&size)
			require.Positive(t, size)
			return err
		},
		"the checkpoint of a projection": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "SELECT projection_advance('p', 1, 0, 199999900, $1, $2, $3)", last.Position, last.Prev[:], last.Leaf[:])
			return err
		},
	} {
		for n := range 9 { // five plans are made for their parameters, then one for all, which is not taken
			tx, err := conn.Begin(t.Context())
			require.NoError(t, err)
			require.NoError(t, do(t.Context(), tx), name)
			if n > 5 {
				require.Equal(t, []string{"events_00010"}, openPartitions(t, tx), "%s, time %d", name, n)
			}
			require.NoError(t, tx.Rollback(t.Context()))
		}
	}

	hand := begin(t, s)
	head := hand.Head()
	for n := range 10 {
		run(t, hand.conn, "BEGIN")
		b := storetest.NewDraft(head).Transfer(storetest.Command("b", n), 2).Seal()
		require.NoError(t, hand.Append(t.Context(), b))
		require.Equal(t, []string{"events_00010"}, openPartitions(t, hand.conn), "an append")
		run(t, hand.conn, "COMMIT")
		head = b.After
	}
}

// openPartitions are the partitions of the journal that a transaction has opened so far.
func openPartitions(t *testing.T, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT c.relname::text FROM pg_locks l JOIN pg_inherits i ON i.inhrelid = l.relation
		JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND i.inhparent = 'events'::regclass ORDER BY 1`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return names
}
