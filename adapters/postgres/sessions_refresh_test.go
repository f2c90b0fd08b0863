package postgres

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/seal"
)

const day = 24 * time.Hour

// age makes the sessions and tokens that there are so much older.
func age(t testing.TB, p *people, by time.Duration) {
	t.Helper()
	run(t, p.pool, `UPDATE sessions SET created_at = created_at - $1::interval, refreshed_at = refreshed_at - $1::interval,
		expires_at = expires_at - $1::interval, revoked_at = revoked_at - $1::interval`, by)
	run(t, p.pool, "UPDATE refresh_tokens SET issued_at = issued_at - $1::interval, used_at = used_at - $1::interval", by)
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	session, token, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	began := session.ExpiresAt.Add(-30 * day)

	// Every 20 days it goes on for another 30, but not beyond the 90th.
	for _, want := range []time.Duration{30, 30, 30, 10} {
		age(t, p, 20*day)
		refreshed, next, err := s.Refresh(t.Context(), token)
		require.NoError(t, err)
		require.Regexp(t, `^florin_rt_[A-Za-z0-9_-]{43}$`, next)
		require.NotEqual(t, token, next)
		require.WithinDuration(t, began.Add(want*day), refreshed.ExpiresAt, time.Minute)
		require.True(t, standing(t, s, session.ID).ExpiresAt.Equal(refreshed.ExpiresAt))
		refreshed.ExpiresAt = session.ExpiresAt
		require.Equal(t, session, refreshed)
		token = next
	}
	age(t, p, 10*day)
	_, _, err = s.Refresh(t.Context(), token)
	require.ErrorIs(t, err, desk.ErrRefreshInvalid)
}

func TestRefreshTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	session, first, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	other, others, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	_, second, err := s.Refresh(t.Context(), first)
	require.NoError(t, err)
	_, third, err := s.Refresh(t.Context(), second)
	require.NoError(t, err)

	ended, none, err := s.Refresh(t.Context(), first)
	require.ErrorIs(t, err, desk.ErrRefreshReused)
	require.Empty(t, none)
	require.Equal(t, session.ID, ended.ID, "the one that others must hear of")
	require.True(t, standing(t, s, session.ID).Revoked)

	_, _, err = s.Refresh(t.Context(), third)
	require.ErrorIs(t, err, desk.ErrRefreshInvalid, "the good token went with its family")
	_, _, err = s.Refresh(t.Context(), second)
	require.ErrorIs(t, err, desk.ErrRefreshReused)
	_, _, err = s.Refresh(t.Context(), others)
	require.NoError(t, err, "another family")
	require.False(t, standing(t, s, other.ID).Revoked)
}

func TestRefreshIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, p *people, s *Sessions, token string) string{
		"no token": func(*testing.T, *people, *Sessions, string) string { return "" },
		"another kind": func(_ *testing.T, _ *people, _ *Sessions, token string) string {
			return strings.Replace(token, "_rt_", "_sk_", 1)
		},
		"too long":     func(_ *testing.T, _ *people, _ *Sessions, token string) string { return token + "A" },
		"NUL":          func(*testing.T, *people, *Sessions, string) string { return "florin_rt_" + strings.Repeat("\x00", 43) },
		"a stranger's": func(*testing.T, *people, *Sessions, string) string { return "florin_rt_" + strings.Repeat("A", 43) },
		"in another case": func(_ *testing.T, _ *people, _ *Sessions, token string) string {
			return "florin_rt_" + swapCase(token[10:])
		},
		"signed out": func(t *testing.T, _ *people, s *Sessions, token string) string {
			t.Helper()
			_, ok, err := s.End(t.Context(), token)
			require.NoError(t, err)
			require.True(t, ok)
			return token
		},
		"not refreshed for 30 days": func(t *testing.T, p *people, _ *Sessions, token string) string {
			t.Helper()
			age(t, p, 30*day)
			return token
		},
		"the password has changed": func(t *testing.T, p *people, _ *Sessions, token string) string {
			t.Helper()
			id := ask[string](t, p.pool, "SELECT user_id FROM sessions")
			p.tell(t, users.CommandChangeUser, users.ChangeUser{UserID: id, Credential: seal.Text("new hash")})
			return token
		},
		"the user is erased": func(t *testing.T, p *people, _ *Sessions, token string) string {
			t.Helper()
			p.tell(t, users.CommandEraseUser, users.EraseUser{UserID: ask[string](t, p.pool, "SELECT user_id FROM sessions")})
			return token
		},
		"the user is not known": func(t *testing.T, p *people, _ *Sessions, token string) string {
			t.Helper()
			run(t, p.pool, "DELETE FROM state")
			return token
		},
		"purged": func(t *testing.T, p *people, s *Sessions, token string) string {
			t.Helper()
			require.NoError(t, s.Purge(t.Context(), ask[string](t, p.pool, "SELECT user_id FROM sessions")))
			return token
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t)
			s := NewSessions(p.pool, SessionsConfig{})
			id, version := p.register(t, 1)
			_, token, err := s.Begin(t.Context(), id, version)
			require.NoError(t, err)
			session, next, err := s.Refresh(t.Context(), spoil(t, p, s, token))
			require.ErrorIs(t, err, desk.ErrRefreshInvalid)
			require.NotErrorIs(t, err, desk.ErrRefreshReused)
			require.Empty(t, next)
			require.Equal(t, users.Session{}, session)
			require.Equal(t, int64(0), ask[int64](t, p.pool, "SELECT count(*) FROM refresh_tokens WHERE used_at IS NOT NULL"))
		})
	}
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if lower := strings.ToLower(string(r)); lower != string(r) {
			return []rune(lower)[0]
		}
		return []rune(strings.ToUpper(string(r)))[0]
	}, text)
}

// However many come with one token at once: one gets the next, and the others make that worthless.
func TestRefreshAtOnce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	session, token, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)

	const crowd = 50
	var reused atomic.Int64
	var mu sync.Mutex
	var won []string
	var g errgroup.Group
	for range crowd {
		g.Go(func() error {
			_, next, err := s.Refresh(t.Context(), token)
			switch {
			case errors.Is(err, desk.ErrRefreshReused):
				reused.Add(1)
				return nil
			case err == nil:
				mu.Lock()
				defer mu.Unlock()
				won = append(won, next)
			}
			return err
		})
	}
	require.NoError(t, g.Wait())
	require.Len(t, won, 1)
	require.Equal(t, int64(crowd-1), reused.Load())
	require.True(t, standing(t, s, session.ID).Revoked)
	_, _, err = s.Refresh(t.Context(), won[0])
	require.ErrorIs(t, err, desk.ErrRefreshInvalid)
	require.Equal(t, int64(2), ask[int64](t, p.pool, "SELECT count(*) FROM refresh_tokens"))
}

// Signing out while a refresh is under way leaves nothing that counts, whichever comes first.
func TestRefreshWhileSigningOut(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	const rounds = 20
	for range rounds {
		session, token, err := s.Begin(t.Context(), id, version)
		require.NoError(t, err)
		var g errgroup.Group
		g.Go(func() error {
			_, _, err := s.Refresh(t.Context(), token)
			if errors.Is(err, desk.ErrRefreshInvalid) {
				return nil
			}
			return err
		})
		g.Go(func() error {
			_, _, err := s.End(t.Context(), token)
			return err
		})
		require.NoError(t, g.Wait())
		require.True(t, standing(t, s, session.ID).Revoked)
	}
}

// Erasing a user while their sessions are refreshed neither fails nor leaves a row.
func TestRefreshWhilePurging(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	var g errgroup.Group
	for range 20 {
		_, token, err := s.Begin(t.Context(), id, version)
		require.NoError(t, err)
		g.Go(func() error {
			_, _, err := s.Refresh(t.Context(), token)
			if errors.Is(err, desk.ErrRefreshInvalid) {
				return nil
			}
			return err
		})
	}
	g.Go(func() error { return s.Purge(t.Context(), id) })
	require.NoError(t, g.Wait())
	require.Equal(t, int64(0), ask[int64](t, p.pool, "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM refresh_tokens)"))
}

// A fault is none of the refusals, and uses no token up.
func TestRefreshFails(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	_, token, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	run(t, p.pool, "ALTER TABLE sessions ADD CONSTRAINT full_disk CHECK (refreshed_at = created_at)")
	_, _, err = s.Refresh(t.Context(), token)
	require.Error(t, err)
	require.NotErrorIs(t, err, desk.ErrRefreshInvalid)
	require.NotErrorIs(t, err, desk.ErrRefreshReused)
	require.NotContains(t, err.Error(), token[10:])
	run(t, p.pool, "ALTER TABLE sessions DROP CONSTRAINT full_disk")
	_, _, err = s.Refresh(t.Context(), token)
	require.NoError(t, err)
}
