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
	"github.com/florinledger/florin/ledger/query"
)

// What a reactor stands before is noted where everybody sees it; whoever rests there is woken, and let past, by an operator, who
// may do so for the one event alone, and not at all where something would be lost.
func TestAReactorIsWokenAndHadToPassAnEventBy(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), `UPDATE shard_head SET position = 10`)
	require.NoError(t, err)
	c := postgres.NewCheckpoints(pool).At("here/7")
	reactors := postgres.NewReactors(pool, 0, []query.ReactorKind{{Name: "mail"}, {Name: "erasures", Vital: true}})
	is := func(name string, condition func(query.Reactor) bool) (r query.Reactor) {
		require.Eventually(t, func() bool {
			r, err = reactors.Reactor(t.Context(), name)
			return err == nil && condition(r)
		}, 20*time.Second, 5*time.Millisecond, name)
		return r
	}
	tried := func(n int) func(query.Reactor) bool {
		return func(r query.Reactor) bool { return r.Failure != nil && r.Failure.Tries == n }
	}
	for _, name := range []string{"mail", "erasures"} {
		require.NoError(t, c.Advance(t.Context(), name, 0, 4))
	}
	stands := func(name string) (rests chan error) {
		rests = make(chan error, 1)
		go func() {
			rests <- c.Stand(t.Context(), name, journal.Standing{Position: 7, Why: errors.New("no\x00t\xff now"), Pause: time.Hour})
		}()
		return rests
	}

	wakes := func(rests chan error) {
		t.Helper()
		select {
		case err := <-rests:
			require.NoError(t, err)
		case <-time.After(20 * time.Second):
			require.Fail(t, "it rests still")
		}
	}

	rests := stands("mail")
	first := is("mail", tried(1))
	require.Equal(t, query.ReactorFailed, first.Status)
	require.Equal(t, []any{int64(7), "no?t? now", int64(4), int64(10)}, []any{first.Failure.Position, first.Failure.Error, first.Position, first.Head})
	require.Greater(t, first.Failure.Next.Sub(first.Failure.Since), 59*time.Minute)
	require.ErrorIs(t, reactors.Requeue(t.Context(), "mail", 8, "mended", "ann"), query.ErrReactorNotStuck)
	require.ErrorIs(t, reactors.Requeue(t.Context(), "nobody", 7, "mended", "ann"), query.ErrNoReactor)
	require.NoError(t, reactors.Requeue(t.Context(), "mail", 7, "mended", "ann"))
	wakes(rests)

	rests = stands("mail")
	again := is("mail", tried(2))
	require.Equal(t, first.Failure.Since, again.Failure.Since)
	vital := stands("erasures")
	is("erasures", tried(1))
	require.ErrorIs(t, reactors.Skip(t.Context(), "erasures", 7, "no", "ann"), query.ErrVitalReactor)
	require.ErrorIs(t, reactors.Skip(t.Context(), "nobody", 7, "no", "ann"), query.ErrNoReactor)
	require.ErrorIs(t, reactors.Skip(t.Context(), "mail", 6, "no", "ann"), query.ErrReactorNotStuck)
	require.ErrorIs(t, reactors.Skip(t.Context(), "mail", 8, "no", "ann"), query.ErrReactorNotStuck)
	require.NoError(t, reactors.Skip(t.Context(), "mail", 7, "nobody is there", "ann"))
	wakes(rests)
	require.ErrorIs(t, reactors.Skip(t.Context(), "mail", 7, "nobody is there", "ann"), query.ErrReactorNotStuck)
	at, _, err := c.Checkpoint(t.Context(), "mail")
	require.NoError(t, err)
	require.EqualValues(t, 7, at)
	stopped := is("mail", func(r query.Reactor) bool { return r.Failure == nil })
	require.Equal(t, query.ReactorStopped, stopped.Status)
	require.Len(t, stopped.Skips, 1)
	require.Equal(t, []any{int64(7), "nobody is there", "ann"}, []any{stopped.Skips[0].Position, stopped.Skips[0].Reason, stopped.Skips[0].Actor})

	require.NoError(t, c.Alone(t.Context(), "mail", func(context.Context) error {
		runs := is("mail", func(r query.Reactor) bool { return r.Status == query.ReactorDegraded })
		require.Equal(t, "here/7", runs.Place)
		all, err := reactors.Reactors(t.Context())
		require.NoError(t, err)
		require.Equal(t, []query.ReactorStatus{query.ReactorDegraded, query.ReactorFailed}, []query.ReactorStatus{all[0].Status, all[1].Status})
		return nil
	}))

	// What stands after the end of a journal that has lost events stands nowhere.
	_, err = pool.Exec(t.Context(), `UPDATE shard_head SET position = 5`)
	require.NoError(t, err)
	_, _, err = postgres.NewStore(pool).AcceptLoss(t.Context(), 0, "a stand-by without its last minutes", "tester")
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `UPDATE shard_head SET position = 10`)
	require.NoError(t, err)
	require.Nil(t, is("erasures", func(r query.Reactor) bool { return r.Position == 4 }).Failure)
	require.NoError(t, c.Advance(t.Context(), "erasures", 4, 7))
	wakes(vital) // it is past
}
