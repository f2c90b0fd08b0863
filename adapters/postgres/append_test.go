package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

// block makes every append to the database stop after its events and before its commit, until the
// transaction ends.
func block(t *testing.T, url string) pgx.Tx { return lock(t, url, "outcomes IN SHARE MODE") }

// lock locks a table as a superuser: the service has not the privileges that a lock on the journal takes.
func lock(t *testing.T, url, table string) pgx.Tx {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.Super(t, url))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	run(t, tx, "LOCK TABLE "+table)
	return tx
}

// waitsForLock returns when the term's backend waits for a lock.
func waitsForLock(t *testing.T, s *Store, hand *term) {
	t.Helper()
	pid := hand.conn.PgConn().PID()
	require.Eventually(t, func() bool {
		return ask[int64](t, s.pool, "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'", pid) == 1
	}, 10*time.Second, 5*time.Millisecond)
}

// TestSlowCommitIsNotSkipped holds a commit open after its events are written. Nobody sees them,
// nobody gets past them, and all of them are read when they are there.
func TestSlowCommitIsNotSkipped(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	store := openStore(t, url)
	slow := begin(t, store)
	quick := twin(t, slow)
	blocker := block(t, url)
	done := make(chan error, 2)
	go func() {
		done <- slow.Append(t.Context(), storetest.NewDraft(slow.Head()).Transfer(storetest.Command("slow", 1), 3).Seal())
	}()
	waitsForLock(t, store, slow)
	events, err := store.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	require.Empty(t, events)
	// The next position, if the slow one were to fail; what it stands on is not there.
	go func() {
		done <- quick.Append(t.Context(), storetest.NewDraft(slow.Head()).Transfer(storetest.Command("quick", 1), 1).Seal())
	}()
	waitsForLock(t, store, quick)
	require.NoError(t, blocker.Rollback(t.Context()))
	first, second := <-done, <-done
	if first != nil {
		first, second = second, first
	}
	require.NoError(t, first)
	require.ErrorIs(t, second, journal.ErrFenced)
	events, err = store.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	require.Len(t, events, 3)
	for i := range events {
		require.Equal(t, storetest.Command("slow", 1), events[i].Command)
	}
}

// TestAppendCutOff: who stops waiting in the middle of a commit knows nothing of its end.
func TestAppendCutOff(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	store := openStore(t, url)
	term := begin(t, store)
	blocker := block(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	b := storetest.NewDraft(term.Head()).Transfer(storetest.Command("cut", 1), 1).Seal()
	go func() { done <- term.Append(ctx, b) }()
	waitsForLock(t, store, term)
	cancel()
	require.ErrorIs(t, <-done, journal.ErrUnknown)
	require.True(t, term.conn.IsClosed())
	// Its term is over; that it was never sent is known of the next one.
	err := term.Append(t.Context(), b)
	require.Error(t, err)
	require.NotErrorIs(t, err, journal.ErrUnknown)
	require.NoError(t, blocker.Rollback(t.Context()))
	next := begin(t, store)
	found, err := next.Load(t.Context(), journal.Wanted{Outcomes: []journal.CommandID{storetest.Command("cut", 1)}})
	require.NoError(t, err)
	// Its take-over has ended the old backend: what is not there now never will be.
	require.Equal(t, next.Head().Position == 1, len(found.Outcomes) == 1)
}

// TestServerErrorBeforeCommit: a statement that the server ended has committed nothing, is nobody's
// fault, and leaves the term alive.
func TestServerErrorBeforeCommit(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	store := openStore(t, url)
	term := begin(t, store)
	blocker := block(t, url)
	b := storetest.NewDraft(term.Head()).Transfer(storetest.Command("ended", 1), 1).Seal()
	done := make(chan error, 1)
	go func() { done <- term.Append(t.Context(), b) }()
	waitsForLock(t, store, term)
	require.True(t, ask[bool](t, store.pool, "SELECT pg_cancel_backend($1)", term.conn.PgConn().PID()))
	err := <-done
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg)
	require.Equal(t, "57014", pg.Code)
	for _, not := range []error{journal.ErrUnknown, journal.ErrBadData, journal.ErrFenced} {
		require.NotErrorIs(t, err, not)
	}
	require.NoError(t, blocker.Rollback(t.Context()))
	require.NoError(t, term.Append(t.Context(), b))
}

// TestCommitWithWarning: the server says "committed", and warns. That is how it says that a wait for
// a synchronous stand-by was cancelled: committed here, and may be lost all the same. A deferred
// trigger warns at that same moment.
func TestCommitWithWarning(t *testing.T) {
	t.Parallel()
	store := openStore(t, pgtest.Database(t))
	term := begin(t, store)
	run(t, store.pool, `CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN RAISE WARNING 'committed locally'; RETURN NULL; END $$`)
	run(t, store.pool, `CREATE CONSTRAINT TRIGGER warn AFTER UPDATE ON shard_head
		DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()`)
	id := storetest.Command("alone", 1)
	err := term.Append(t.Context(), storetest.NewDraft(term.Head()).Transfer(id, 1).Seal())
	require.ErrorIs(t, err, journal.ErrUnknown)
	require.True(t, term.conn.IsClosed())

	// A take-over is a commit too: until it is clean, there is no new term either.
	_, err = store.TakeOver(t.Context(), 0)
	require.ErrorIs(t, err, journal.ErrUnknown)

	run(t, store.pool, "DROP TRIGGER warn ON shard_head")
	next := begin(t, store)
	require.Equal(t, int64(3), next.Head().Epoch)
	found, err := next.Load(t.Context(), journal.Wanted{Outcomes: []journal.CommandID{id}})
	require.NoError(t, err)
	require.Contains(t, found.Outcomes, id, "it was committed, and the new term finds it")
	require.Equal(t, int64(1), next.Head().Position)
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	pgError := func(severity, code, table string) error {
		return fmt.Errorf("wrapped: %w", &pgconn.PgError{SeverityUnlocalized: severity, Code: code, TableName: table})
	}
	kinds := []error{journal.ErrFenced, journal.ErrBadData, journal.ErrUnknown, journal.ErrClockSkew}
	for name, c := range map[string]struct {
		err     error
		warning *pgconn.PgError
		want    error // nil: none of the kinds
	}{
		"fenced":                      {err: pgError("ERROR", "FL001", ""), want: journal.ErrFenced},
		"state moved":                 {err: pgError("ERROR", "FL003", ""), want: journal.ErrFenced},
		"clock":                       {err: pgError("ERROR", "FL002", ""), want: journal.ErrClockSkew},
		"data exception":              {err: pgError("ERROR", "22021", ""), want: journal.ErrBadData},
		"constraint":                  {err: pgError("ERROR", "23505", "outcomes"), want: journal.ErrBadData},
		"program limit":               {err: pgError("ERROR", "54000", ""), want: journal.ErrBadData},
		"no partition":                {err: pgError("ERROR", "23514", "events")},
		"position taken":              {err: pgError("ERROR", "23505", "events_00003")},
		"disk full":                   {err: pgError("ERROR", "53100", "")},
		"deadlock":                    {err: pgError("ERROR", "40P01", "")},
		"lock timeout":                {err: pgError("ERROR", "55P03", "")},
		"terminated":                  {err: pgError("FATAL", "57P01", ""), want: journal.ErrUnknown},
		"crash":                       {err: pgError("PANIC", "XX000", ""), want: journal.ErrUnknown},
		"data exception as a warning": {warning: &pgconn.PgError{SeverityUnlocalized: "WARNING", Code: "22000"}, want: journal.ErrUnknown},
		"connection lost":             {err: fmt.Errorf("read: connection reset by peer"), want: journal.ErrUnknown},
		"time-out":                    {err: context.DeadlineExceeded, want: journal.ErrUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := verdict(c.err, c.warning)
			require.Error(t, got)
			for _, kind := range kinds {
				if errors.Is(kind, c.want) {
					require.ErrorIs(t, got, kind)
				} else {
					require.NotErrorIs(t, got, kind)
				}
			}
			if c.err != nil {
				require.ErrorIs(t, got, c.err)
			}
		})
	}
	require.NoError(t, verdict(nil, nil))
}
