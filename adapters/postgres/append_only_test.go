package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

// TestJournalIsAppendOnly tries to change what is written: as the service, which lacks the privilege
// though it owns the tables, and as a superuser, whom no privilege binds, only the trigger.
func TestJournalIsAppendOnly(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	store := openStore(t, url)
	term := begin(t, store)
	run(t, store.pool, "SELECT journal_ensure_partition(250000000)") // a partition made later
	run(t, store.pool, "UPDATE shard_head SET position = 9999999")
	head := term.Head()
	head.Position = 9_999_999
	b := storetest.NewDraft(head).Transfer(storetest.Command("kept", 1), 2).Seal()
	require.NoError(t, term.Append(t.Context(), b))

	service, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer service.Close(t.Context())
	super, err := pgx.Connect(t.Context(), pgtest.Super(t, url))
	require.NoError(t, err)
	defer super.Close(t.Context())
	restore, err := pgx.Connect(t.Context(), pgtest.Super(t, url))
	require.NoError(t, err)
	defer restore.Close(t.Context())
	_, err = restore.Exec(t.Context(), "SET session_replication_role = replica") // ordinary triggers are silent
	require.NoError(t, err)

	for _, table := range []string{"events", "events_00001", "outcomes"} {
		for _, change := range []string{
			"UPDATE " + table + " SET command_id = gen_random_uuid()",
			"DELETE FROM " + table,
			"DELETE FROM " + table + " WHERE shard = 0",
		} {
			require.Equal(t, "42501", refusedWith(t, service, change), change)
			require.Equal(t, "FL004", refusedWith(t, super, change), change)
			require.Equal(t, "FL004", refusedWith(t, restore, change), change)
		}
	}
	for _, table := range []string{"events", "events_00000", "events_00001", "events_00020", "outcomes"} {
		require.Equal(t, "42501", refusedWith(t, service, "TRUNCATE "+table), table)
		require.Equal(t, "FL004", refusedWith(t, super, "TRUNCATE "+table), table)
		require.Equal(t, "FL004", refusedWith(t, restore, "TRUNCATE "+table), table)
	}
	events, err := store.Events(t.Context(), 0, 9_999_999, 10)
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.True(t, events[0].Intact())
	answer, ok, _, err := store.Outcome(t.Context(), storetest.Command("kept", 1))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, journal.Done, answer.Outcome.Status)
}

// refusedWith returns the SQLSTATE with which a statement fails.
func refusedWith(t *testing.T, conn *pgx.Conn, sql string) string {
	t.Helper()
	_, err := conn.Exec(t.Context(), sql)
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg, sql)
	return pg.Code
}

func TestPartitionsAreCrossed(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Database(t))
	run(t, store.pool, "UPDATE shard_head SET position = 9999997")
	term := begin(t, store)
	require.Equal(t, int64(100_000_000), term.partitionedTo, "the next partition is there ahead of time")
	head := term.Head()
	want := []int64{9_999_998, 9_999_999, 10_000_000, 10_000_001}
	b := storetest.NewDraft(head).Transfer(storetest.Command("cross", 1), len(want)).Seal()
	require.NoError(t, term.Append(t.Context(), b))
	events, err := store.Events(t.Context(), 0, head.Position, 10)
	require.NoError(t, err)
	require.Len(t, events, len(want))
	for i := range events {
		require.Equal(t, want[i], events[i].Position)
		require.True(t, events[i].Intact())
	}
	found, err := term.Load(t.Context(), journal.Wanted{Events: want[1:3]})
	require.NoError(t, err)
	require.Len(t, found.Events, 2)
	require.Equal(t, int64(2), ask[int64](t, store.pool, "SELECT count(*) FROM events_00000"))
	require.Equal(t, int64(2), ask[int64](t, store.pool, "SELECT count(*) FROM events_00001"))
}

// TestPartitionsAreMadeAheadOfTime fills positions by moving the head, and looks at what there is.
func TestPartitionsAreMadeAheadOfTime(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	store := openStore(t, url)
	term := begin(t, store)
	appendAt := func(n int, position int64) {
		t.Helper()
		run(t, store.pool, "UPDATE shard_head SET position = $1", position-1)
		head := term.Head()
		head.Position = position - 1
		b := storetest.NewDraft(head).Transfer(storetest.Command("ahead", n), 1).Seal()
		// The chain of a head that was moved by hand is as it was.
		run(t, store.pool, "UPDATE shard_head SET chain = $1", head.Chain[:])
		require.NoError(t, term.Append(t.Context(), b))
	}
	partitions := func() int64 {
		t.Helper()
		return ask[int64](t, store.pool, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass")
	}
	appendAt(1, 4_999_999)
	require.Equal(t, int64(1), partitions())

	// What cannot be made ahead of time is made later: here somebody has the lock that it needs.
	blocker := lock(t, url, "events IN SHARE UPDATE EXCLUSIVE MODE")
	run(t, term.conn, "SET lock_timeout = '50ms'")
	appendAt(2, 5_000_000)
	require.Equal(t, int64(1), partitions())
	require.NoError(t, blocker.Rollback(t.Context()))
	appendAt(3, 5_000_001)
	require.Equal(t, int64(1), partitions(), "it is not tried with every append")
	appendAt(4, 5_000_000+partitionRetry)
	require.Equal(t, int64(2), partitions())

	// A term that finds itself far ahead makes what is missing in between, and only then goes on.
	appendAt(5, 345_000_000)
	require.Equal(t, int64(5), partitions())
}

// TestMissingPartitionIsNobodysFault: no command goes to the dead letters for a table that is not there.
func TestMissingPartitionIsNobodysFault(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Database(t))
	term := begin(t, store)
	run(t, store.pool, "UPDATE shard_head SET position = 70000000")
	term.partitionedTo = 100_000_000 // so it believes
	head := term.Head()
	head.Position = 70_000_000
	err := term.Append(t.Context(), storetest.NewDraft(head).Transfer(storetest.Command("nowhere", 1), 1).Seal())
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg)
	require.Equal(t, "23514", pg.Code)
	require.NotErrorIs(t, err, journal.ErrBadData)
	require.NotErrorIs(t, err, journal.ErrUnknown)
}
