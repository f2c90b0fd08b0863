package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, pgtest.IgnoreServer()) }

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		store := openStore(t, pgtest.Database(t))
		return storetest.Harness{
			Store: store, Reader: store, Inbox: store,
			Turn: func(t *testing.T, d time.Duration) {
				run(t, store.pool, "UPDATE lease SET until = until - $1::interval", d)
			},
			Twin: func(t *testing.T, of journal.Term) journal.Term { return twin(t, of.(*term)) },
			Dead: func(t *testing.T) []journal.DeadLetter { return deadLetters(t, store.pool) },
		}
	})
}

// openStore returns the store in a database of pgtest's.
func openStore(t testing.TB, url string) *Store {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return NewStore(pool)
}

// begin takes shard 0 over.
func begin(t testing.TB, s *Store) *term {
	t.Helper()
	taken, err := s.TakeOver(t.Context(), 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() }) // some tests have ended it already
	return taken.(*term)
}

// twin returns a second connection that claims of's term without having taken over.
func twin(t testing.TB, of *term) *term {
	t.Helper()
	other := &term{store: of.store, head: of.head, partitionedTo: of.partitionedTo}
	require.NoError(t, other.connect(t.Context(), of.head.Shard))
	t.Cleanup(func() { _ = other.Close() })
	require.NoError(t, other.prepare(t.Context()))
	return other
}

func run(t testing.TB, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, sql string, args ...any) {
	t.Helper()
	rows, err := db.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	rows.Close()
	require.NoError(t, rows.Err())
}

// ask returns the one value of a query.
func ask[T any](t testing.TB, pool *pgxpool.Pool, sql string, args ...any) T {
	t.Helper()
	rows, err := pool.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	require.NoError(t, err)
	return v
}

func deadLetters(t testing.TB, pool *pgxpool.Pool) []journal.DeadLetter {
	t.Helper()
	rows, err := pool.Query(t.Context(), "SELECT command_id, command, reason, at FROM dead_letters ORDER BY at, command_id")
	require.NoError(t, err)
	dead, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d journal.DeadLetter, err error) {
		var id pgtype.UUID
		var body []byte
		err = row.Scan(&id, &body, &d.Reason, &d.At)
		d.Command = decodeCommand(id.Bytes, body)
		return d, err
	})
	require.NoError(t, err)
	return dead
}
