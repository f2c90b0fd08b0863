package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
)

// A journal goes into a file and from there into another database, with everything that it answers for: it is the
// same file when it is written out again, and what was changed on the way is found in its line.
func TestAWholeJournalTravelsInAFile(t *testing.T) {
	t.Parallel()
	s := furnish(t)
	said := s.finance().post("/v1/ledgers/main/transactions", "1", transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))).is(http.StatusCreated)
	refused := s.finance().post("/v1/ledgers/main/transactions", "no", transaction(pays("equity:opening", "liabilities:user:a", "1", "NOPE"))).is(http.StatusUnprocessableEntity)
	s.stop()
	was, dir := s.settings.DatabaseURL, t.TempDir()
	first, second := filepath.Join(dir, "first.jsonl"), filepath.Join(dir, "second.jsonl")
	code, _, errs := invoke(t, "export", first, "--database-url", was)
	require.Equal(t, 0, code, errs)
	whole, err := os.ReadFile(first)
	require.NoError(t, err)
	code, _, errs = invoke(t, "export", first, "--database-url", was)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "is there already")

	now := pgtest.Database(t)
	lines := bytes.SplitAfter(whole, []byte("\n"))
	lines = lines[:len(lines)-1] // there is nothing after the last line break
	damaged := filepath.Join(dir, "damaged.jsonl")
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"an event's byte":    {flip(lines, 3, len(lines[2])/2), "line 3: it was changed"},
		"an outcome's byte":  {flip(lines, len(lines)/2, 30), ": it was changed"},
		"the last line":      {flip(lines, len(lines), 12), ": it was changed"},
		"a sum":              {flip(lines, 5, len(lines[4])-6), "line 5: it was changed"},
		"a line break":       {flip(lines, 4, len(lines[3])-1), "line 4: it was changed"},
		"a line that is out": {bytes.Join(append(append([][]byte{}, lines[:6]...), lines[7:]...), nil), "line 7: it was changed, or one is missing before it"},
		"cut between lines":  {bytes.Join(lines[:9], nil), "line 10: the file is cut off"},
		"cut within a line":  {whole[:len(whole)-9], "the file is cut off"},
		"nothing":            {nil, "line 1: the file is cut off"},
		"more than that":     {append(bytes.Clone(whole), lines[0]...), "it was changed"},
		"another file":       {[]byte("{\"reference\":\"r\"}\n"), "line 1: it has no sum"},
	} {
		require.NoError(t, os.WriteFile(damaged, c.file, 0o600))
		code, out, errs := invoke(t, "import", "--whole", damaged, "--database-url", now)
		require.Equal(t, 1, code, "%s: %s", name, out)
		require.Contains(t, errs, "nothing was imported: "+damaged+": line ", name)
		require.Contains(t, errs, c.want, name)
	}

	code, out, errs := invoke(t, "import", "--whole", first, "--database-url", now)
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "the books are sound")
	code, _, errs = invoke(t, "import", "--whole", first, "--database-url", now)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "the database is not empty")
	code, _, errs = invoke(t, "export", second, "--database-url", now)
	require.Equal(t, 0, code, errs)
	again, err := os.ReadFile(second)
	require.NoError(t, err)
	require.True(t, bytes.Equal(whole, again), "it is written out as it came in")

	s.settings.DatabaseURL = now
	s.start()
	f := s.finance()
	require.JSONEq(t, string(said.Body), string(f.post("/v1/ledgers/main/transactions", "1", transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))).is(http.StatusCreated).Body))
	repeated := f.post("/v1/ledgers/main/transactions", "no", transaction(pays("equity:opening", "liabilities:user:a", "1", "NOPE"))).is(http.StatusUnprocessableEntity)
	require.Equal(t, refused.str("code"), repeated.str("code"))
	require.Equal(t, "true", repeated.Header.Get("Idempotent-Replayed"))
	f.post("/v1/ledgers/main/transactions", "new", transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))).is(http.StatusCreated)
	f.read("/v1/ledgers/main/accounts/liabilities:user:a/entries").is(http.StatusOK)
	s.verify()
}

// flip returns the file with one bit of a line changed; lines count from 1, bytes from 0.
func flip(lines [][]byte, line, at int) []byte {
	file := bytes.Join(lines, nil)
	file[len(bytes.Join(lines[:line-1], nil))+at] ^= 1
	return file
}
