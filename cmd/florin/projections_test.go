package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
)

// projections is `florin projections` over a service's databases.
func (s *service) projections(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return invoke(t, append(append([]string{"projections"}, args...), "--database-url", s.settings.DatabaseURL)...)
}

// vaultArgs are where its vault is.
func (s *service) vaultArgs() []string {
	return []string{"--keys-database-url", s.settings.KeysDatabaseURL, "--master-keys", s.settings.MasterKeys}
}

// An operator looks after the projections from the command line, with the service running and without, and
// whoever is killed at a rebuild, another goes on.
func TestProjectionsCommand(t *testing.T) {
	t.Parallel()
	s := startService(t)
	b := s.mainBook(t)
	b.fund("assets:bank:main", "100", "JPY")
	s.wallet(t, "usr_ann", 100)

	code, out, errs := s.projections(t, "list")
	require.Equal(t, 0, code, errs)
	require.Equal(t, len(readmodel.Names())+1, strings.Count(out, "\n"), out)
	require.Contains(t, out, "running")
	for _, wrong := range [][]string{{"show", "balances"}, {"rebuild"}, {"rebuild", "balances"}, {"rebuild", "--all", "entries"},
		{"rebuild", "messages", "--master-keys", s.settings.MasterKeys}, {"pause", "entries", "--reason", " "},
		{"skip", "accounts", "--position", "1", "--reason", "test"}, {"skip", "users", "--position", "1", "--reason", "test"}} {
		code, _, errs := s.projections(t, wrong...)
		require.Equal(t, 1, code, wrong)
		require.Contains(t, errs, "florin: ", wrong)
	}

	code, out, errs = s.projections(t, append([]string{"rebuild", "--all"}, s.vaultArgs()...)...)
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "accounts: generation 2 is read")
	require.Contains(t, errs, "events")
	b.fund("assets:bank:main", "1", "JPY")
	code, out, errs = s.projections(t, append([]string{"rebuild", "--all", "--compare", "--json", "--nats-url", s.settings.NatsURL}, s.vaultArgs()...)...)
	require.Equal(t, 0, code, errs)
	var last projectionJSON
	for line := range strings.Lines(out) {
		require.NoError(t, json.Unmarshal([]byte(line), &last))
	}
	require.Equal(t, "memberships", last.Name)
	require.Equal(t, "compare", last.Rebuild.Stage)
	require.Zero(t, last.Rebuild.Comparison.Differ)

	code, _, errs = s.projections(t, "pause", "entries", "--reason", "looking")
	require.Equal(t, 0, code, errs)
	s.exec(t, `UPDATE p_entries_2.entry SET position = -position WHERE position = (SELECT max(position) FROM p_entries_2.entry)`)
	_, out, _ = s.projections(t, "show", "entries")
	require.Contains(t, out, "looking")
	code, _, errs = s.projections(t, "resume", "entries")
	require.Equal(t, 0, code, errs)
	code, out, _ = s.projections(t, "rebuild", "entries", "--compare")
	require.Equal(t, 1, code)
	require.Regexp(t, `entries: entry \(-\d+, [0-9a-f-]+\) follows from no event`, out)
	code, out, errs = s.projections(t, "rebuild", "entries", "--detach")
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "asked for: entries")
	require.Eventually(t, func() bool {
		_, out, _ := s.projections(t, "show", "entries")
		return strings.Contains(out, "done at")
	}, 30*time.Second, 50*time.Millisecond)

	s.stop()
	// The tables that are read are held, so that the rebuild cannot end.
	conn, err := pgx.Connect(t.Context(), s.settings.DatabaseURL)
	require.NoError(t, err)
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `SELECT FROM projection_generation WHERE name = 'accounts' AND retired_at IS NULL FOR UPDATE`)
	require.NoError(t, err)
	p := florin(t, t.TempDir(), "projections", "rebuild", "accounts", "--database-url", s.settings.DatabaseURL)
	require.Eventually(t, func() bool {
		_, out, _ := s.projections(t, "show", "accounts")
		return strings.Contains(out, "follow at")
	}, 30*time.Second, 50*time.Millisecond)
	p.kill()
	require.NoError(t, tx.Rollback(t.Context()))
	require.NoError(t, conn.Close(t.Context()))
	var built int
	s.query(t, &built, `SELECT max(generation) FROM projection_generation WHERE name = 'accounts'`)
	code, out, errs = s.projections(t, "rebuild", "accounts")
	require.Equal(t, 0, code, errs)
	var now int
	s.query(t, &now, `SELECT generation FROM projection_live WHERE name = 'accounts'`)
	require.Equal(t, built, now, "it went on with the tables that were there: %s", out)
	s.start()
	s.verify()
}
