package readmodel_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	people "github.com/florinledger/florin/users/query"
)

func at(position int64) func(query.Projection) bool {
	return func(p query.Projection) bool { return p.Position == position }
}

func as(status query.ProjectionStatus) func(query.Projection) bool {
	return func(p query.Projection) bool { return p.Status == status }
}

// A projection stops at the event that it cannot take, and its neighbours go on. Of one that shows no money, an
// operator may have it passed by: that is kept, shown, and holds for what is built anew.
func TestAnEventIsPassedBy(t *testing.T) {
	t.Parallel()
	p := openPost(t, 0)
	bad, good := personID(1), personID(2)
	_, err := p.pool.Exec(t.Context(), `INSERT INTO p_users_1.person (id, status, confirmed, roles, version, created_at) VALUES ($1, 'active', false, '{}', 0, now())`, bad)
	require.NoError(t, err)
	p.register(bad)
	poison := p.head.Position
	p.register(good)
	p.follow()
	p.is(query.Accounts, at(p.head.Position))
	stuck := p.is(people.Users, as(query.ProjectionFailed))
	require.Equal(t, poison, stuck.FailedAt)
	require.Contains(t, stuck.Error, "duplicate key")
	require.Equal(t, poison-1, stuck.Position)
	require.Positive(t, stuck.Lag)
	require.Equal(t, int64(2), stuck.LagEvents())

	c := p.control()
	require.ErrorIs(t, c.Skip(t.Context(), people.Users, poison+1, "wrong", "ann"), query.ErrNotStuck)
	require.ErrorIs(t, c.Skip(t.Context(), query.Accounts, poison, "wrong", "ann"), query.ErrMoneyProjection)
	require.ErrorIs(t, c.Skip(t.Context(), "nobody", poison, "wrong", "ann"), query.ErrNoProjection)
	require.NoError(t, c.Skip(t.Context(), people.Users, poison, "twice in the table", "ann"))
	degraded := p.is(people.Users, at(p.head.Position))
	require.Equal(t, query.ProjectionDegraded, degraded.Status)
	require.Len(t, degraded.Skips, 1)
	require.Equal(t, []any{poison, "twice in the table", "ann"}, []any{degraded.Skips[0].Position, degraded.Skips[0].Reason, degraded.Skips[0].Actor})
	require.Zero(t, degraded.Lag)
	require.ErrorIs(t, c.Skip(t.Context(), people.Users, poison, "again", "ann"), query.ErrNotStuck)

	p.rebuild(people.Users)
	require.Equal(t, query.ProjectionDegraded, p.is(people.Users, at(p.head.Position)).Status)
	var ids []string
	require.NoError(t, p.pool.QueryRow(t.Context(), `SELECT array_agg(id) FROM p_users_2.person`).Scan(&ids))
	require.Equal(t, []string{good}, ids)
}

// A paused projection takes nothing, nor does what is built of it, until it is resumed.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.fill(5)
	l.follow()
	l.is(query.Accounts, at(l.head.Position))
	stood := l.head.Position
	require.NoError(t, l.control().Pause(t.Context(), query.Accounts, "looking at it", "ann"))
	require.NoError(t, l.control().Rebuild(t.Context(), query.Accounts, false, "ann"))
	require.NoError(t, l.control().Rebuild(t.Context(), query.Entries, false, "ann"))
	l.fill(5)
	l.rebuilder(l.store)
	l.is(query.Entries, rebuilt)
	l.is(query.Transactions, at(l.head.Position))
	p := l.is(query.Accounts, as(query.ProjectionPaused))
	require.Equal(t, stood, p.Position)
	require.Equal(t, query.StageAsked, p.Rebuild.Stage)
	require.Equal(t, []string{"looking at it", "ann"}, []string{p.Pause.Reason, p.Pause.Actor})
	require.ErrorIs(t, l.control().Pause(t.Context(), "nobody", "", ""), query.ErrNoProjection)

	require.NoError(t, l.control().Resume(t.Context(), query.Accounts))
	l.is(query.Accounts, rebuilt)
	p = l.is(query.Accounts, at(l.head.Position))
	require.Equal(t, query.ProjectionRunning, p.Status)
	require.Equal(t, 2, p.Generation)
	l.fill(5)
	l.is(query.Accounts, at(l.head.Position))
}

// A rebuild that meets an event that it cannot take says which, and the others are built meanwhile; what is read
// stays as it is. It goes on where somebody can take the event.
func TestARebuildStopsAtTheEventItCannotTake(t *testing.T) {
	t.Parallel()
	p := openPost(t, 0)
	p.fill(15)
	p.register(personID(1))
	poison := p.head.Position
	p.fill(15)
	p.project(1_000)
	older := journal.NewRegistry()
	ledger.Register(older)
	log := slog.New(slog.DiscardHandler)
	tail := journal.NewTail(0, p.store, journal.NoLog{}, log)
	running(t, tail.Run)
	stop := running(t, func(ctx context.Context) error {
		return readmodel.NewRebuilder(p.pool, older, p.vault, p.store, tail, log).InSmall(4).Run(ctx)
	})
	for _, name := range []string{people.Users, query.Entries} {
		require.NoError(t, p.control().Rebuild(t.Context(), name, false, "ann"))
	}
	p.is(query.Entries, rebuilt)
	stuck := p.is(people.Users, func(p query.Projection) bool { return p.Rebuild.Error != "" })
	require.Contains(t, stuck.Rebuild.Error, "unknown type")
	require.Equal(t, query.StageFollow, stuck.Rebuild.Stage)
	require.Equal(t, query.ProjectionRunning, stuck.Status)
	require.Equal(t, 1, stuck.Generation)
	p.is(people.Users, func(pr query.Projection) bool { return pr.Rebuild.Position == poison-1 })
	stop()
	p.rebuilder(p.store)
	done := p.is(people.Users, rebuilt)
	require.Equal(t, 2, done.Generation)
	require.Empty(t, done.Rebuild.Error)
}
