package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

// appendNear moves the head to a position, and appends so many events after it.
func appendNear(t *testing.T, s *Store, position int64, key string, events int) {
	t.Helper()
	run(t, s.pool, "UPDATE shard_head SET position = $1", position)
	term := begin(t, s)
	b := storetest.NewDraft(term.Head()).Transfer(storetest.Command(key, 1), events).Seal()
	require.NoError(t, term.Append(t.Context(), b))
}

func partitionNamed(t *testing.T, s *Store, name string) Partition {
	t.Helper()
	list, err := Partitions(t.Context(), s.pool)
	require.NoError(t, err)
	for _, p := range list {
		if p.Name == name {
			return p
		}
	}
	require.Fail(t, "there is no partition "+name)
	return Partition{}
}

func TestPartitionsAreListed(t *testing.T) {
	t.Parallel()
	s := openStore(t, pgtest.Database(t))
	appendNear(t, s, 9_999_996, "a", 6)
	list, err := Partitions(t.Context(), s.pool)
	require.NoError(t, err)
	require.Len(t, list, 2)
	first, second := list[0], list[1]
	require.Equal(t, []any{"events_00000", int64(1), int64(9_999_999), int64(9_999_999), true, false, "pg_default"},
		[]any{first.Name, first.From, first.To, first.Events, first.Full, first.Frozen, first.Tablespace})
	require.Equal(t, []any{"events_00001", int64(10_000_000), int64(99_999_999), int64(3), false, false},
		[]any{second.Name, second.From, second.To, second.Events, second.Full, second.Frozen})
	require.Equal(t, ask[int64](t, s.pool, "SELECT pg_total_relation_size('events_00000')"), first.Table+first.Indexes+first.Toast)
	require.Positive(t, first.Indexes)
	require.Positive(t, first.Toast, "a table of its own, if only an empty one")

	sizes, events, err := TableSizes(t.Context(), s.pool)
	require.NoError(t, err)
	require.Equal(t, int64(10_000_002), events)
	byName := map[string]TableSize{}
	for i, size := range sizes {
		byName[size.Name] = size
		require.True(t, i == 0 || sizes[i-1].Bytes() >= size.Bytes(), "the largest first")
	}
	require.NotContains(t, byName, "events_00000")
	require.Equal(t, first.Table+second.Table, byName["events"].Table)
	require.Equal(t, first.Indexes+second.Indexes, byName["events"].Indexes)
	require.Equal(t, ask[int64](t, s.pool, "SELECT pg_total_relation_size('outcomes')"), byName["outcomes"].Bytes())
}

// TestWhatIsFullIsFrozenOnce: a partition is frozen when nothing is added to it any more, and not again.
func TestWhatIsFullIsFrozenOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := openStore(t, url)
	appendNear(t, s, 9_999_900, "a", 5)
	freeze := func() (frozen, left []string) {
		t.Helper()
		frozen, left, err := FreezePartitions(t.Context(), s.pool, 0)
		require.NoError(t, err)
		return frozen, left
	}
	frozen, left := freeze()
	require.Empty(t, append(frozen, left...), "the writer still adds to it")
	run(t, s.pool, "VACUUM events_00000") // as autovacuum does while it is filled
	appendNear(t, s, 9_999_905, "b", 100)
	require.False(t, partitionNamed(t, s, "events_00000").Frozen, "pages came after the vacuum")

	// Who began to look before it was full may still see it so.
	early, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer early.Close(t.Context())
	snapshot, err := early.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	require.NoError(t, err)
	_, err = snapshot.Exec(t.Context(), "SELECT 1")
	require.NoError(t, err)
	appendNear(t, s, 99_999_990, "c", 15)
	frozen, left = freeze()
	require.Equal(t, []string{"events_00000"}, frozen)
	require.Equal(t, []string{"events_00001"}, left)
	require.NoError(t, snapshot.Rollback(t.Context()))
	frozen, left = freeze()
	require.Equal(t, []string{"events_00001"}, frozen)
	require.Empty(t, left)

	before := ask[int64](t, s.pool, "SELECT sum(vacuum_count)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'events_0%'")
	frozen, left = freeze()
	require.Empty(t, append(frozen, left...))
	require.Equal(t, before, ask[int64](t, s.pool, "SELECT sum(vacuum_count)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'events_0%'"))
	require.Equal(t, "0", ask[string](t, s.pool, "SELECT current_setting('vacuum_cost_delay')"), "the connection is as it was")
}

func TestRoomIsMadeAheadByHand(t *testing.T) {
	t.Parallel()
	s := openStore(t, pgtest.Database(t))
	for _, c := range []struct{ position, last int64 }{{1, 9_999_999}, {9_999_999, 9_999_999}, {10_000_000, 99_999_999}, {350_000_000, 399_999_999}, {5, 9_999_999}} {
		last, err := ReachPosition(t.Context(), s.pool, c.position)
		require.NoError(t, err)
		require.Equal(t, c.last, last)
	}
	list, err := Partitions(t.Context(), s.pool)
	require.NoError(t, err)
	require.Len(t, list, 5)
	_, err = ReachPosition(t.Context(), s.pool, 10_000_000_001)
	require.ErrorIs(t, err, ErrTooFar)
	appendNear(t, s, 299_999_998, "a", 3)
	require.Equal(t, int64(2), partitionNamed(t, s, "events_00030").Events)
}

// TestAFullPartitionIsMoved: with its indexes, to another tablespace and back, and what protects it with it.
func TestAFullPartitionIsMoved(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := openStore(t, url)
	appendNear(t, s, 9_999_996, "a", 6)
	super, err := pgx.Connect(t.Context(), pgtest.Super(t, url))
	require.NoError(t, err)
	defer super.Close(t.Context())
	name := "cold_" + super.Config().Database
	for _, statement := range []string{
		"SET allow_in_place_tablespaces = on", // a folder of the server's own
		"CREATE TABLESPACE " + pgx.Identifier{name}.Sanitize() + " LOCATION ''",
		"GRANT CREATE ON TABLESPACE " + pgx.Identifier{name}.Sanitize() + " TO PUBLIC",
	} {
		_, err = super.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	move := func(partition, to string) error { return MovePartition(t.Context(), s.pool, partition, to) }
	require.ErrorIs(t, move("events_00001", name), ErrNotFull)
	require.ErrorIs(t, move("outcomes", name), ErrNoPartition)
	require.Error(t, move("events_00000", "nowhere"))

	require.NoError(t, move("events_00000", name))
	require.Equal(t, name, partitionNamed(t, s, "events_00000").Tablespace)
	require.Equal(t, int64(3), ask[int64](t, s.pool, `SELECT count(*) FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace
		WHERE t.spcname = $1 AND (c.oid = 'events_00000'::regclass OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'events_00000'::regclass))`, name))
	events, err := s.Events(t.Context(), 0, 9_999_996, 10)
	require.NoError(t, err)
	require.Len(t, events, 6)
	require.True(t, events[0].Intact())
	require.Equal(t, "FL004", refusedWith(t, super, "DELETE FROM events_00000"))

	// Somebody reads: whoever moves gives up soon, since everybody who comes meanwhile waits behind.
	reader := lock(t, url, "events_00000 IN ACCESS SHARE MODE")
	var busy *pgconn.PgError
	require.ErrorAs(t, move("events_00000", "pg_default"), &busy)
	require.Equal(t, "55P03", busy.Code)
	require.NoError(t, reader.Rollback(t.Context()))
	require.NoError(t, move("events_00000", "pg_default"))
	require.Equal(t, "pg_default", partitionNamed(t, s, "events_00000").Tablespace)
	_, err = super.Exec(t.Context(), "DROP TABLESPACE "+pgx.Identifier{name}.Sanitize())
	require.NoError(t, err)
}

// TestEachPartitionIsAppendOnly looks at what protects each of them, however it came to be: those of the first migration, those
// that the writer makes, and one that was moved or frozen is the same table.
func TestEachPartitionIsAppendOnly(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := openStore(t, url)
	_, err := ReachPosition(t.Context(), s.pool, 450_000_000)
	require.NoError(t, err)
	appendNear(t, s, 499_999_999, "a", 1) // and one that the writer makes
	list, err := Partitions(t.Context(), s.pool)
	require.NoError(t, err)
	require.Len(t, list, 7)
	for _, p := range list {
		require.Zero(t, ask[int64](t, s.pool, `SELECT count(*) FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
			WHERE c.oid = $1::regclass AND a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')`, p.Name), p.Name)
		require.Equal(t, "append_only:A:t never_emptied:A:f", ask[string](t, s.pool, `SELECT string_agg(
			t.tgname || ':' || t.tgenabled::text || ':' || (t.tgtype & 1 > 0)::text::char(1), ' ' ORDER BY t.tgname)
			FROM pg_trigger t WHERE t.tgrelid = $1::regclass AND t.tgfoid = 'journal_refuse_change'::regproc`, p.Name), p.Name)
		require.Contains(t, ask[[]string](t, s.pool, `SELECT reloptions FROM pg_class WHERE oid = $1::regclass`, p.Name), "autovacuum_freeze_min_age=0")
	}
}

// TestSmallPartitionsAreFollowedByLargeOnes: as in a database whose partitions were all of ten million positions.
func TestSmallPartitionsAreFollowedByLargeOnes(t *testing.T) {
	t.Parallel()
	s := openStore(t, pgtest.Database(t))
	run(t, s.pool, "CREATE TABLE events_00001 (LIKE events INCLUDING DEFAULTS)")
	run(t, s.pool, "ALTER TABLE events ATTACH PARTITION events_00001 FOR VALUES FROM (10000000) TO (20000000)")
	for _, c := range []struct{ position, past int64 }{
		{5, 10_000_000}, {19_999_999, 20_000_000}, {20_000_000, 100_000_000}, {250_000_000, 300_000_000}, {150_000_000, 200_000_000},
	} {
		require.Equal(t, c.past, ask[int64](t, s.pool, "SELECT journal_ensure_partition($1)", c.position))
	}
	list, err := Partitions(t.Context(), s.pool)
	require.NoError(t, err)
	var names []string
	next := int64(1)
	for _, p := range list {
		require.Equal(t, next, p.From, p.Name)
		names, next = append(names, p.Name), p.To+1
	}
	require.Equal(t, []string{"events_00000", "events_00001", "events_00002", "events_00010", "events_00020"}, names)
}
