package main

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/telemetry"
)

// askJournal runs florin journal with a service's database.
func (s *service) askJournal(args ...string) (code int, out, errs string) {
	s.t.Helper()
	return invoke(s.t, append(append([]string{"journal"}, args...), "--database-url", s.settings.DatabaseURL)...)
}

// TestTheJournalsTablesAreLookedAfter: what an operator sees of them and does to them beside a running service, and what whoever
// holds the shard does by itself.
func TestTheJournalsTablesAreLookedAfter(t *testing.T) {
	t.Parallel()
	s := startService(t)
	posts := func(key string) {
		t.Helper()
		s.finance().post("/v1/ledgers/main/transactions", key, transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))).is(http.StatusCreated)
	}
	posts("1")
	code, out, errs := s.askJournal("partitions")
	require.Equal(t, 0, code, errs)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 2)
	require.Equal(t, []string{"NAME", "FROM", "TO", "EVENTS", "TABLE", "INDEXES", "TOAST", "PER", "EVENT", "TABLESPACE", "STATUS", "AGE"}, strings.Fields(lines[0]))
	require.Regexp(t, `^events_00000 +1 +9999999 +\d+ +\d+ KiB .* pg_default +filling +\d+$`, lines[1])
	code, out, errs = s.askJournal("reach", "250000000")
	require.Equal(t, 0, code, errs)
	require.Equal(t, "there is room up to position 299999999\n", out)
	code, _, errs = s.askJournal("reach", "25000000000")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "too far ahead")
	code, out, errs = s.askJournal("freeze")
	require.Equal(t, 0, code, errs)
	require.Equal(t, "frozen: none\n", out)
	code, _, errs = s.askJournal("move", "events_00000", "--tablespace", "cold")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "is not full")

	s.stop()
	super, err := pgx.Connect(t.Context(), s.settings.DatabaseURL)
	require.NoError(t, err)
	defer super.Close(t.Context())
	// As if there had been as many events.
	_, err = super.Exec(t.Context(), `UPDATE shard_head SET position = 10000000`)
	require.NoError(t, err)
	held := true
	kept := &partitions{log: s.log, leads: func() bool { return held }}
	pool, err := openPool(t.Context(), s.settings.DatabaseURL, 1, 0)
	require.NoError(t, err)
	defer pool.Close()
	kept.pool = pool
	seen, err := kept.keep(t.Context())
	require.NoError(t, err)
	list, err := postgres.Partitions(t.Context(), pool)
	require.NoError(t, err)
	require.Len(t, list, 4)
	require.True(t, list[0].Frozen)
	require.Equal(t, &telemetry.Partitions{Number: 4, Ahead: 289_999_999, Bytes: bytesOf(list)}, seen)

	code, out, errs = s.askJournal("partitions", "--json")
	require.Equal(t, 0, code, errs)
	var shown []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &shown))
	var statuses []any
	for _, p := range shown {
		statuses = append(statuses, p["status"])
	}
	require.Equal(t, []any{"frozen", "filling", "ahead", "ahead"}, statuses)
}

func bytesOf(list []postgres.Partition) (n int64) {
	for _, p := range list {
		n += p.Table + p.Indexes + p.Toast
	}
	return n
}

// TestEachTableIsListedByHowItGrows holds the handbook against the tables that a running service has.
func TestEachTableIsListedByHowItGrows(t *testing.T) {
	t.Parallel()
	s := startService(t)
	code, out, errs := s.askJournal("sizes", "--json")
	require.Equal(t, 0, code, errs)
	var shown shownSizes
	require.NoError(t, json.Unmarshal([]byte(out), &shown))
	generation := regexp.MustCompile(`^p_(.*)_\d+\.`)
	var there []string
	for _, table := range shown.Tables {
		there = append(there, generation.ReplaceAllString(table.Name, "$1."))
	}
	slices.Sort(there)
	handbook, err := os.ReadFile("../../docs/operating.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(handbook), "\n### Which table grows by what\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z_.`, ]*`) \\|").FindAllStringSubmatch(section, -1) {
		for _, name := range regexp.MustCompile("`([a-z_.]+)`").FindAllStringSubmatch(row[1], -1) {
			listed = append(listed, name[1])
		}
	}
	slices.Sort(listed)
	require.Equal(t, there, listed, "how each table grows is in docs/operating.md")

	code, out, errs = s.askJournal("sizes")
	require.Equal(t, 0, code, errs)
	require.Regexp(t, `(?m)^events +\d+ +\d+ KiB`, out)
	require.Regexp(t, `(?m)^all +\d+`, out)
}
