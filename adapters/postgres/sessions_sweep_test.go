package postgres

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/users/desk"
)

func TestSweep(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	gone, _, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	age(t, p, day)
	session, first, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	age(t, p, 15*day)
	_, second, err := s.Refresh(t.Context(), first)
	require.NoError(t, err)
	age(t, p, 15*day)
	_, _, err = s.Refresh(t.Context(), second)
	require.NoError(t, err)
	sweep := func() []int64 {
		sessions, tokens, err := s.Sweep(t.Context())
		require.NoError(t, err)
		return []int64{sessions, tokens}
	}

	// 31 days, or a hair more: the first session was over a day ago, and its token went before it.
	require.Equal(t, []int64{1, 1}, sweep())
	_, ok, err := s.Standing(t.Context(), gone.ID)
	require.NoError(t, err)
	require.False(t, ok)
	require.Equal(t, []int64{0, 0}, sweep())

	// The other is 30 days old and goes on. Its first token, used or not, would be over by now: it is kept a
	// day longer.
	_, _, err = s.Refresh(t.Context(), first)
	require.ErrorIs(t, err, desk.ErrRefreshReused)
	age(t, p, day)
	require.Equal(t, []int64{0, 1}, sweep())
	require.True(t, standing(t, s, session.ID).Revoked)
	_, _, err = s.Refresh(t.Context(), first)
	require.ErrorIs(t, err, desk.ErrRefreshInvalid)
	require.Equal(t, int64(2), ask[int64](t, p.pool, "SELECT count(*) FROM refresh_tokens"))
}

// Sweeps at once share the work, in batches, and each row counts once.
func TestSweepAtOnce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	const many = 3*sweepSessions + 7
	run(t, p.pool, `INSERT INTO sessions (id, user_id, version, created_at, refreshed_at, expires_at)
		SELECT 'ses_' || n, 'usr', 1, now(), now(), now() - interval '25 hours' FROM generate_series(1, $1) n`, many)
	run(t, p.pool, `INSERT INTO refresh_tokens (digest, session_id, issued_at)
		SELECT sha256(n::text::bytea), 'ses_' || n % $1 + 1, now() - interval '32 days' FROM generate_series(1, $2) n`, many, 2*sweepTokens+9)
	var sessions, tokens atomic.Int64
	var g errgroup.Group
	for range 4 {
		g.Go(func() error {
			a, b, err := s.Sweep(t.Context())
			sessions.Add(a)
			tokens.Add(b)
			return err
		})
	}
	require.NoError(t, g.Wait())
	a, b, err := s.Sweep(t.Context()) // what the others held when each of them looked
	require.NoError(t, err)
	require.Equal(t, int64(many), sessions.Load()+a)
	require.LessOrEqual(t, tokens.Load()+b, int64(2*sweepTokens+9), "some went with their session")
	require.Equal(t, int64(0), ask[int64](t, p.pool, "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM refresh_tokens)"))
}
