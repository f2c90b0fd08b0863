package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// selfEnv makes this test binary behave as withpg itself.
const selfEnv = "WITHPG_TEST_SELF"

const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(selfEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

func withpg(t *testing.T, super string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), selfEnv+"=1", "FLORIN_TEST_POSTGRES="+super)
	return cmd
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		want int
	}{
		"success":         {args: []string{"--", "true"}, want: 0},
		"without dashes":  {args: []string{"sh", "-c", "exit 7"}, want: 7},
		"a signal":        {args: []string{"--", "sh", "-c", "kill -KILL $$"}, want: 137},
		"no such command": {args: []string{"--", "/nowhere/at/all"}, want: 125},
		"no command":      {args: []string{"--"}, want: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := withpg(t, "postgres://given", test.args...) // no server is started then
			_ = cmd.Run()                                      // judged by its exit code
			assert.Equal(t, test.want, cmd.ProcessState.ExitCode())
		})
	}
}

func TestCommandGetsAServerForItsLife(t *testing.T) {
	t.Parallel()
	cmd := withpg(t, "", "--", "sh", "-c", `echo "$FLORIN_TEST_POSTGRES"; read -r _; exit 3`)
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var url string
	_, err = fmt.Fscan(output, &url)
	require.NoError(t, err)

	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	var folder string
	require.NoError(t, conn.QueryRow(t.Context(), "SHOW data_directory").Scan(&folder))
	require.DirExists(t, folder)
	require.NoError(t, conn.Close(t.Context()))

	_, err = input.Write([]byte("\n"))
	require.NoError(t, err)
	require.Error(t, cmd.Wait())
	assert.Equal(t, 3, cmd.ProcessState.ExitCode())
	assert.NoDirExists(t, folder, "gone when withpg returns")
	_, err = pgx.Connect(t.Context(), url)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestGivenServerIsHandedOn(t *testing.T) {
	t.Parallel()
	cmd := withpg(t, "postgres://given", "--", "sh", "-c", `echo "$FLORIN_TEST_POSTGRES"`)
	output, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, "postgres://given", strings.TrimSpace(string(output)))
}

func TestSignalsAreHandedOn(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		cmd := withpg(t, "postgres://given", "--", "sh", "-c",
			`trap 'exit 41' INT TERM HUP; echo ready; while :; do sleep 0.01; done`)
		output, err := cmd.StdoutPipe()
		require.NoError(t, err)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		require.NoError(t, cmd.Start())
		var ready string
		_, err = fmt.Fscan(output, &ready)
		require.NoError(t, err)
		require.NoError(t, cmd.Process.Signal(signal))
		require.Error(t, cmd.Wait(), signal)
		assert.Equal(t, 41, cmd.ProcessState.ExitCode(), signal)
		assert.Empty(t, stderr.String(), signal)
	}
}

func TestKilledWithpgLeavesNothing(t *testing.T) {
	t.Parallel()
	cmd := withpg(t, "", "--", "sh", "-c", `echo "$FLORIN_TEST_POSTGRES"; read -r _`)
	_, err := cmd.StdinPipe() // held open until the test ends
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var url string
	_, err = fmt.Fscan(output, &url)
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	var folder string
	require.NoError(t, conn.QueryRow(t.Context(), "SHOW data_directory").Scan(&folder))

	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.Eventually(t, func() bool {
		_, err := os.Stat(folder)
		return os.IsNotExist(err)
	}, patience, 10*time.Millisecond)
	require.Error(t, conn.Ping(t.Context()))
	_ = conn.Close(t.Context()) // its server is gone
}
