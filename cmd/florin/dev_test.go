package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// firstCall is the call that `florin dev` prints, as a newcomer pastes it.
func firstCall(t *testing.T, output string) string {
	t.Helper()
	from := strings.Index(output, "  source ")
	to := strings.Index(output, "Ctrl-C stops")
	require.True(t, from > 0 && to > from, output)
	return output[from:to]
}

// devFolder is a folder for florin dev. Where the server's user cannot reach it, its cluster has a home
// elsewhere, which is gone with the test too.
func devFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		if home, err := os.ReadFile(filepath.Join(dir, ".florin", "postgres", "cluster")); err == nil {
			require.NoError(t, os.RemoveAll(strings.TrimSpace(string(home))))
		}
	})
	return dir
}

func TestDevIsAllThatANewcomerNeeds(t *testing.T) {
	dir := devFolder(t)
	p := florin(t, dir, "dev")
	p.says("Ctrl-C stops all of it")

	paste := exec.CommandContext(t.Context(), "bash", "-c", firstCall(t, p.output()))
	paste.Dir = dir
	out, err := paste.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), `"id":"txn_`)
	require.Contains(t, string(out), `"balance_after"`)

	// A second start here says that one is running; one elsewhere takes other ports.
	again := florin(t, dir, "dev")
	require.Equal(t, 1, again.ends())
	env := readEnv(t, dir)
	require.Contains(t, again.output(), "already running")
	require.Contains(t, again.output(), env["FLORIN_URL"])
	elsewhere := devFolder(t)
	other := florin(t, elsewhere, "dev")
	other.says("Ctrl-C stops all of it")
	otherEnv := readEnv(t, elsewhere)
	require.NotEqual(t, env["FLORIN_URL"], otherEnv["FLORIN_URL"])
	answers(t, otherEnv["FLORIN_URL"]+"/readyz")
	answers(t, otherEnv["FLORIN_ADMIN_URL"]+"/metrics")
	answers(t, otherEnv["FLORIN_URL"]+"/docs")
	other.signal(syscall.SIGTERM)
	require.Equal(t, 0, other.ends(), other.output())

	// What was written survives the end, and a kill.
	p.kill()
	p = florin(t, dir, "dev")
	p.says("Ctrl-C stops all of it")
	paste = exec.CommandContext(t.Context(), "bash", "-c", firstCall(t, p.output()))
	paste.Dir = dir
	repeated, err := paste.CombinedOutput()
	require.NoError(t, err, "%s", repeated)
	require.JSONEq(t, lastLine(out), lastLine(repeated), "the same key has the same answer")
	p.signal(syscall.SIGINT)
	require.Equal(t, 0, p.ends(), p.output())
	require.NoFileExists(t, filepath.Join(dir, ".florin", "dev.env"))
	http.DefaultClient.CloseIdleConnections()
}

// lastLine is the body that curl printed.
func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// readEnv reads dev.env.
func readEnv(t *testing.T, dir string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, ".florin", "dev.env"))
	require.NoError(t, err)
	env := map[string]string{}
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		require.True(t, ok, line)
		env[name] = value
	}
	return env
}
