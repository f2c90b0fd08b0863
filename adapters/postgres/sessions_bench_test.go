package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkStanding measures what a request costs whose session is not remembered: one query.
//
//	go test -run '^$' -bench Standing ./adapters/postgres
func BenchmarkStanding(b *testing.B) {
	p := newPeople(b)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(b, 1)
	run(b, p.pool, `INSERT INTO sessions (id, user_id, version, created_at, refreshed_at, expires_at)
		SELECT 'ses_' || n, 'usr_' || n, 1, now(), now(), now() + interval '30 days' FROM generate_series(1, 100000) n`)
	session, _, err := s.Begin(b.Context(), id, version)
	require.NoError(b, err)
	run(b, p.pool, "ANALYZE sessions, state")
	for b.Loop() {
		if _, ok, err := s.Standing(b.Context(), session.ID); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkRefresh measures a refresh, which a client makes four times an hour.
func BenchmarkRefresh(b *testing.B) {
	p := newPeople(b)
	s := NewSessions(p.pool, SessionsConfig{})
	id, version := p.register(b, 1)
	_, token, err := s.Begin(b.Context(), id, version)
	require.NoError(b, err)
	for b.Loop() {
		if _, token, err = s.Refresh(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
