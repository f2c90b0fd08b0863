package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// script runs one, and returns its exit code and what it prints.
func script(t *testing.T, name string, args ...string) (code int, out string) {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), filepath.Join(deployed, name), args...).CombinedOutput()
	if err != nil {
		var ended *exec.ExitError
		require.ErrorAs(t, err, &ended)
		return ended.ExitCode(), string(text)
	}
	return 0, string(text)
}

func TestTheArchiveKeepsWhatItPromised(t *testing.T) {
	t.Parallel()
	dir, archive := t.TempDir(), t.TempDir()
	segment := func(name string, with byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte{with}, 1<<20), 0o600))
		return path
	}
	const name = "000000010000000000000001"
	one, fetched := segment("one", 1), filepath.Join(dir, "fetched")
	same := func() {
		t.Helper()
		code, out := script(t, "fetch.sh", archive, name, fetched)
		require.Zero(t, code, out)
		want, err := os.ReadFile(one)
		require.NoError(t, err)
		got, err := os.ReadFile(fetched)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
	}

	for range 2 { // the second time is well, too
		code, out := script(t, "archive.sh", archive, one, name)
		require.Zero(t, code, out)
		same()
	}
	code, out := script(t, "archive.sh", archive, segment("other", 2), name)
	require.Equal(t, 1, code)
	require.Contains(t, out, name+".gz is there with other contents")
	same()
	code, out = script(t, "archive.sh", filepath.Join(archive, "unmounted"), one, name)
	require.Equal(t, 1, code)
	require.Contains(t, out, "unmounted is not there")
	code, _ = script(t, "archive.sh", archive, filepath.Join(dir, "none"), "000000010000000000000002")
	require.NotZero(t, code)
	left, err := os.ReadDir(archive)
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing half done is left, under any name")

	// The end of the log is one thing, and what cannot be read is another: Postgres gives up above 125 alone.
	code, _ = script(t, "fetch.sh", archive, "000000010000000000000002", fetched)
	require.Equal(t, 1, code)
	code, out = script(t, "fetch.sh", filepath.Join(archive, "unmounted"), name, fetched)
	require.Equal(t, 200, code)
	require.Contains(t, out, "unmounted is not there")
	packed, err := os.ReadFile(filepath.Join(archive, name+".gz"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(archive, name+".gz"), packed[:len(packed)/2], 0o600))
	code, out = script(t, "fetch.sh", archive, name, fetched)
	require.Equal(t, 200, code)
	require.Contains(t, out, "cannot be read")
	code, out = script(t, "archive.sh", archive, one, name)
	require.Equal(t, 1, code, "a segment that was spoilt is not taken for one that is there")
	require.Contains(t, out, "is there with other contents")
}
