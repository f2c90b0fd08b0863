package postgres

import (
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

const backendCount = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"

// TestTakeOverEndsTheOldBackend stops a writer as SIGSTOP does: it sits in an open transaction, has
// the lock on the head, and will never send the rest.
func TestTakeOverEndsTheOldBackend(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Database(t))
	old := begin(t, store)
	pid := old.conn.PgConn().PID()
	run(t, old.conn, "BEGIN")
	b := storetest.NewDraft(old.Head()).Transfer(storetest.Command("stopped", 1), 3).Seal()
	send, err := encodeBatch(b)
	require.NoError(t, err)
	require.NoError(t, old.conn.PgConn().ExecBatch(t.Context(), send).Close())

	start := time.Now()
	current := begin(t, store)
	require.Less(t, time.Since(start), terminateTimeout)
	require.Equal(t, int64(0), ask[int64](t, store.pool, backendCount, pid))
	require.Equal(t, int64(2), current.Head().Epoch)
	require.Equal(t, int64(0), current.Head().Position)

	// SIGCONT: it tries to commit.
	_, err = old.conn.Exec(t.Context(), "COMMIT")
	require.Error(t, err)
	_, ok, _, err := store.Outcome(t.Context(), storetest.Command("stopped", 1))
	require.NoError(t, err)
	require.False(t, ok)
	require.NoError(t, current.Append(t.Context(), storetest.NewDraft(current.Head()).Transfer(storetest.Command("stopped", 1), 3).Seal()))
}

// TestTerminatedAppendIsUnknown: the old writer cannot tell whether its last commit counted.
func TestTerminatedAppendIsUnknown(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	store := openStore(t, url)
	old := begin(t, store)
	blocker := block(t, url)
	done := make(chan error, 1)
	go func() {
		done <- old.Append(t.Context(), storetest.NewDraft(old.Head()).Transfer(storetest.Command("cut", 1), 1).Seal())
	}()
	waitsForLock(t, store, old)
	taken := make(chan journal.Term, 1)
	go func() {
		next, err := store.TakeOver(t.Context(), 0)
		assert.NoError(t, err)
		taken <- next
	}()
	require.ErrorIs(t, <-done, journal.ErrUnknown)
	require.True(t, old.conn.IsClosed())
	require.NoError(t, blocker.Rollback(t.Context()))
	current := <-taken
	require.Equal(t, journal.Head{Timeline: 1, Epoch: 2}, current.Head())
	require.NoError(t, current.Close())
}

// TestTakeOverSparesStrangers: pids are used again, and one may belong to anybody by now.
func TestTakeOverSparesStrangers(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	store := openStore(t, url)
	stranger, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer stranger.Close(t.Context())
	elsewhere, err := pgx.ParseConfig(pgtest.Database(t))
	require.NoError(t, err)
	elsewhere.RuntimeParams["application_name"] = writerName(0)
	namesake, err := pgx.ConnectConfig(t.Context(), elsewhere) // the writer of another database
	require.NoError(t, err)
	defer namesake.Close(t.Context())
	for i, conn := range []*pgx.Conn{stranger, namesake} {
		run(t, store.pool, "UPDATE shard_head SET backend_pid = $1", int32(conn.PgConn().PID()))
		term := begin(t, store)
		require.Equal(t, int64(i+1), term.Head().Epoch)
		require.NoError(t, conn.Ping(t.Context()))
	}
}

// Between the look at the old backend and its end it may end by itself.
func TestABackendThatEndedByItselfIsGone(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Database(t))
	next := begin(t, store)
	old := twin(t, next)
	pid := old.conn.PgConn().PID()
	require.NoError(t, old.conn.Close(t.Context()))
	require.Eventually(t, func() bool {
		var there bool
		require.NoError(t, store.pool.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", pid).Scan(&there))
		return !there
	}, 10*time.Second, 5*time.Millisecond)
	var gone bool
	require.NoError(t, next.conn.QueryRow(t.Context(), terminateSQL, int32(pid), terminateTimeout.Milliseconds()).Scan(&gone))
	require.True(t, gone)
}

// TestTakeOversAtOnce: whoever gets a term has an epoch of its own, and the last one can write.
func TestTakeOversAtOnce(t *testing.T) {
	t.Parallel()
	const hands = 6
	store := openStore(t, pgtest.Database(t))
	terms := make([]journal.Term, hands)
	var all sync.WaitGroup
	for i := range hands {
		all.Go(func() { terms[i], _ = store.TakeOver(t.Context(), 0) }) // the losers fail in many ways
	}
	all.Wait()
	last := map[int64]*term{}
	highest := int64(0)
	for _, taken := range terms {
		if taken == nil {
			continue
		}
		epoch := taken.Head().Epoch
		require.NotContains(t, last, epoch)
		last[epoch] = taken.(*term)
		highest = max(highest, epoch)
	}
	require.NotEmpty(t, last)
	head, err := store.Head(t.Context(), 0)
	require.NoError(t, err)
	for epoch, hand := range last {
		b := storetest.NewDraft(hand.Head()).Refuse(storetest.Command("at once", int(epoch))).Seal()
		err := hand.Append(t.Context(), b)
		if epoch == head.Epoch {
			require.NoError(t, err)
		} else {
			require.Error(t, err)
		}
		_ = hand.Close()
	}
	require.Contains(t, last, head.Epoch)
	require.Equal(t, highest, head.Epoch)
}

func TestTakeOverOfNoShard(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Database(t))
	_, err := store.TakeOver(t.Context(), 7)
	require.ErrorContains(t, err, "take over shard 7: there is no such shard")
	_, err = store.Head(t.Context(), 7)
	require.ErrorContains(t, err, "there is no such shard")
}

// TestWriterIsDurable: a database that is set to lose commits is not followed.
func TestWriterIsDurable(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Database(t))
	for _, c := range []struct{ set, want string }{{"off", "on"}, {"remote_apply", "remote_apply"}, {"on", "on"}} {
		run(t, store.pool, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = "+c.set+"', current_database()); END $$")
		var got string
		require.NoError(t, begin(t, store).conn.QueryRow(t.Context(), "SHOW synchronous_commit").Scan(&got))
		require.Equal(t, c.want, got)
	}
}
