package postgres

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// standing asks for a session that must be there.
func standing(t testing.TB, s *Sessions, id string) users.Standing {
	t.Helper()
	found, ok, err := s.Standing(t.Context(), id)
	require.NoError(t, err)
	require.True(t, ok)
	return found
}

func TestSessionBegins(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	began := ask[time.Time](t, p.pool, "SELECT now()")
	session, token, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	require.Regexp(t, `^florin_rt_[A-Za-z0-9_-]{43}$`, token)
	_, err = journal.ParseID("ses", session.ID)
	require.NoError(t, err)
	require.WithinDuration(t, began.Add(30*24*time.Hour), session.ExpiresAt, time.Minute)
	require.Equal(t, users.Session{ID: session.ID, UserID: id, Version: version, ExpiresAt: session.ExpiresAt}, session)

	now := standing(t, s, session.ID)
	require.True(t, now.ExpiresAt.Equal(session.ExpiresAt))
	now.ExpiresAt = session.ExpiresAt
	require.Equal(t, users.Standing{Session: session, User: p.state(t, id)}, now)
	require.True(t, now.Counts(began))
	require.False(t, now.Counts(session.ExpiresAt))

	other, another, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	require.NotEqual(t, session.ID, other.ID)
	require.NotEqual(t, token, another)
}

// A dump of the tables signs nobody in.
func TestSessionsKeepNoToken(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	_, first, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	_, second, err := s.Refresh(t.Context(), first)
	require.NoError(t, err)
	dump := ask[string](t, p.pool, `SELECT (SELECT json_agg(s)::text FROM sessions s) || (SELECT json_agg(r)::text FROM refresh_tokens r)
		|| (SELECT string_agg(encode(digest, 'escape'), ' ') FROM refresh_tokens)`)
	for _, token := range []string{first, second} {
		require.NotContains(t, dump, token)
		require.NotContains(t, dump, strings.TrimPrefix(token, "florin_rt_"))
	}
	require.Contains(t, dump, id)
}

func TestSessionEndsWithItsUser(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		command string
		change  func(id string, version int64) any
		counts  bool
	}{
		"a new password": {users.CommandResetPassword, func(id string, version int64) any {
			return users.ResetPassword{UserID: id, SessionVersion: version, EmailToken: "tok-1", Credential: seal.Text("new hash")}
		}, false},
		"erasure": {users.CommandEraseUser, func(id string, _ int64) any { return users.EraseUser{UserID: id} }, false},
		"new roles": {users.CommandChangeUser, func(id string, _ int64) any {
			return users.ChangeUser{UserID: id, Roles: []string{users.RoleAdmin}, ByAdmin: true}
		}, true},
		"the same password, hashed anew": {users.CommandRehash, func(id string, version int64) any {
			return users.Rehash{UserID: id, SessionVersion: version, Credential: seal.Text("other hash")}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t)
			s := NewSessions(p.pool, SessionsConfig{})
			id, version := p.register(t, 1)
			session, _, err := s.Begin(t.Context(), id, version)
			require.NoError(t, err)
			now := ask[time.Time](t, p.pool, "SELECT now()")
			require.True(t, standing(t, s, session.ID).Counts(now))
			p.tell(t, tt.command, tt.change(id, version))
			after := standing(t, s, session.ID)
			require.Equal(t, p.state(t, id), after.User)
			require.Equal(t, tt.counts, after.Counts(now))
		})
	}
}

// Who signs in while the password is being changed gets a session that was over before it began.
func TestSessionOfAnOldPassword(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	p.tell(t, users.CommandResetPassword, users.ResetPassword{UserID: id, SessionVersion: version, EmailToken: "tok-1", Credential: seal.Text("new")})
	session, _, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	require.False(t, standing(t, s, session.ID).Counts(session.ExpiresAt.Add(-time.Hour)))
}

func TestSessionOfNobody(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	session, _, err := s.Begin(t.Context(), "usr_nobody", 0)
	require.NoError(t, err)
	require.False(t, standing(t, s, session.ID).Counts(session.ExpiresAt.Add(-time.Hour)))
	for _, id := range []string{"", "ses_", "a\x00b", "\xff", journal.FormatID("ses", [16]byte{1}), "usr_nobody"} {
		_, ok, err := s.Standing(t.Context(), id)
		require.NoError(t, err)
		require.False(t, ok)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(t, 1)
	session, first, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	other, _, err := s.Begin(t.Context(), id, version)
	require.NoError(t, err)
	_, second, err := s.Refresh(t.Context(), first)
	require.NoError(t, err)

	// By the token that is good, by one that was used, and again.
	var revokedAt time.Time
	for _, token := range []string{second, first, second} {
		ended, ok, err := s.End(t.Context(), token)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, session.ID, ended)
		at := ask[time.Time](t, p.pool, "SELECT revoked_at FROM sessions WHERE id = $1", session.ID)
		require.True(t, revokedAt.IsZero() || revokedAt.Equal(at), "it ended once")
		revokedAt = at
	}
	require.True(t, standing(t, s, session.ID).Revoked)
	require.False(t, standing(t, s, session.ID).Counts(revokedAt))
	require.True(t, standing(t, s, other.ID).Counts(revokedAt), "another session goes on")

	for _, token := range []string{"", "florin_rt_", strings.Repeat("x", 53), "florin_rt_" + strings.Repeat("\x00", 43), "florin_rt_" + strings.Repeat("A", 43)} {
		_, ok, err := s.End(t.Context(), token)
		require.NoError(t, err)
		require.False(t, ok)
	}
}

func TestEndAllAndPurge(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	s := NewSessions(p.pool, SessionsConfig{})
	ann, annVersion := p.register(t, 1)
	bob, bobVersion := p.register(t, 2)
	var ofAnn []string
	for range 3 {
		session, _, err := s.Begin(t.Context(), ann, annVersion)
		require.NoError(t, err)
		ofAnn = append(ofAnn, session.ID)
	}
	ofBob, _, err := s.Begin(t.Context(), bob, bobVersion)
	require.NoError(t, err)

	ended, err := s.EndAll(t.Context(), ann)
	require.NoError(t, err)
	require.ElementsMatch(t, ofAnn, ended)
	for _, id := range ofAnn {
		require.True(t, standing(t, s, id).Revoked)
	}
	require.False(t, standing(t, s, ofBob.ID).Revoked)
	ended, err = s.EndAll(t.Context(), ann)
	require.NoError(t, err)
	require.Empty(t, ended)

	require.NoError(t, s.Purge(t.Context(), ann))
	require.NoError(t, s.Purge(t.Context(), ann), "again: nothing to do")
	require.Equal(t, []string{ofBob.ID}, ask[[]string](t, p.pool, "SELECT array_agg(id) FROM sessions"))
	require.Equal(t, []string{ofBob.ID}, ask[[]string](t, p.pool, "SELECT array_agg(session_id) FROM refresh_tokens"))
	_, ok, err := s.Standing(t.Context(), ofAnn[0])
	require.NoError(t, err)
	require.False(t, ok)
}
