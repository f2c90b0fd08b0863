package localpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"weak"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience bounds every wait for something that takes milliseconds on an idle machine.
const patience = 30 * time.Second

// openFolder is a folder that every user can reach, unlike t.TempDir's, which is closed (0700).
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(Scratch(), "localpg-test-") //nolint:usetesting // that one is what this is not
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// start starts a cluster that the end of the test stops, wherever the test stops.
func start(t *testing.T, cfg Config) *Cluster {
	t.Helper()
	cfg.Offline = true
	cluster, err := Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = cluster.Stop(context.WithoutCancel(t.Context())) }) // the test says whether it must be clean
	return cluster
}

func stop(t *testing.T, cluster *Cluster) {
	t.Helper()
	require.NoError(t, cluster.Stop(t.Context()))
	require.ErrorIs(t, syscall.Kill(cluster.Pid(), 0), syscall.ESRCH, "the server must be gone when Stop returns")
}

// fill makes the row that a later start has to find.
func fill(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
	require.NoError(t, errors.Join(err, conn.Close(t.Context())))
}

func query1[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	var value T
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	require.NoError(t, conn.Close(t.Context()))
	return value
}

func TestDataStayAcrossStarts(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data.new", "left by an interrupted initdb"), 0o700))

	first := start(t, Config{Dir: dir, Durable: true})
	url := first.URL(ServiceDatabase)
	assert.Equal(t, dir, first.Home())
	assert.Equal(t, "florin", query1[string](t, url, "SELECT current_user"))
	assert.False(t, query1[bool](t, url, "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"))
	assert.Equal(t, "florin", query1[string](t, url, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"))
	assert.True(t, query1[bool](t, first.SuperURL("postgres"), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"server_encoding": "UTF8", "lc_collate": "C", "listen_addresses": "127.0.0.1", "TimeZone": "UTC",
		"password_encryption": "scram-sha-256",
	} {
		assert.Equal(t, want, query1[string](t, url, "SELECT current_setting('"+setting+"')"), setting)
	}
	name, err := first.Command(t.Context(), "psql", "-Atc", "SELECT current_user").Output()
	require.NoError(t, err)
	assert.Equal(t, "postgres\n", string(name), "a tool is told who it is, and where the server is")
	fill(t, url)
	stop(t, first)
	require.NoError(t, first.Stop(t.Context()), "a second Stop returns what the first did")

	second := start(t, Config{Dir: dir, Durable: true})
	assert.NotEqual(t, first.Pid(), second.Pid())
	assert.Equal(t, 42, query1[int](t, second.URL(ServiceDatabase), "SELECT n FROM kept"))
	stop(t, second)
}

func TestClusterIsPrivate(t *testing.T) {
	t.Parallel()
	cluster := start(t, Config{Dir: openFolder(t)})

	for name, role := range map[string]string{"service": serviceRole, "super": superRole} {
		_, err := pgx.Connect(t.Context(), connectionURL(role, "guessed", "postgres", cluster.Port()))
		var refused *pgconn.PgError
		require.ErrorAs(t, err, &refused, name)
		assert.Equal(t, "28P01", refused.Code, name)
	}
	// Nor does the socket let anybody in without a password.
	_, err := pgx.Connect(t.Context(), fmt.Sprintf("host=%s port=%d user=postgres password=guessed", cluster.socket, cluster.Port()))
	var refused *pgconn.PgError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "28P01", refused.Code)

	for path, mode := range map[string]os.FileMode{
		filepath.Join(cluster.dir, pgpassFile): 0o600,
		filepath.Join(cluster.dir, logFile):    0o600,
		cluster.data():                         0o700,
		cluster.socket:                         0o700,
	} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm(), path)
	}
	left, err := filepath.Glob(filepath.Join(cluster.home, "initdb-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "the password file of initdb must be gone")

	group, err := syscall.Getpgid(cluster.Pid())
	require.NoError(t, err)
	assert.Equal(t, cluster.Pid(), group, "Ctrl-C must not reach the server")

	info, err := os.Stat(filepath.Join(cluster.data(), "postmaster.pid"))
	require.NoError(t, err)
	runs := ownerOf(info)
	assert.NotZero(t, runs.uid)
	if os.Geteuid() != 0 {
		assert.Equal(t, os.Geteuid(), int(runs.uid))
	}
	assert.Equal(t, "off", query1[string](t, cluster.URL(ServiceDatabase), "SELECT current_setting('fsync')"))
	assert.Equal(t, "200", query1[string](t, cluster.URL(ServiceDatabase), "SELECT current_setting('max_connections')"))
}

func TestSecondStartNamesTheFirst(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	cluster := start(t, Config{Dir: dir, Settings: map[string]string{"work_mem": "7MB", "port": "1"}})
	assert.Equal(t, "7MB", query1[string](t, cluster.URL("florin"), "SELECT current_setting('work_mem')"))

	_, err := Start(t.Context(), Config{Dir: dir})
	require.ErrorIs(t, err, ErrRunning)
	var running *RunningError
	require.ErrorAs(t, err, &running)
	assert.Equal(t, RunningError{Dir: dir, Owner: os.Getpid(), PID: cluster.Pid(), Port: cluster.Port()}, *running)
	assert.Equal(t, 1, query1[int](t, cluster.URL("florin"), "SELECT 1"), "the first must go on")

	_, err = Start(t.Context(), Config{Dir: openFolder(t), Port: cluster.Port()})
	require.ErrorIs(t, err, ErrPortTaken)
}

func TestKilledServerRecovers(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	cluster := start(t, Config{Dir: dir, Durable: true})
	fill(t, cluster.URL(ServiceDatabase))
	// A backend that computes outlives its postmaster, until it has something to send.
	busy, err := pgx.Connect(t.Context(), cluster.URL(ServiceDatabase))
	require.NoError(t, err)
	busy.PgConn().Exec(t.Context(), "SELECT sum(sqrt(n)) FROM generate_series(1, 8000000) n") // sent, and not waited for

	require.NoError(t, syscall.Kill(cluster.Pid(), syscall.SIGKILL))
	select {
	case <-cluster.Done():
	case <-time.After(patience):
		t.Fatal("Done must tell that the server has ended")
	}
	require.Error(t, cluster.Stop(t.Context()), "a server that was killed did not end cleanly")
	require.FileExists(t, filepath.Join(cluster.data(), "postmaster.pid"))

	again := start(t, Config{Dir: dir, Durable: true})
	assert.Equal(t, 42, query1[int](t, again.URL(ServiceDatabase), "SELECT n FROM kept"))
	stop(t, again)
	_ = busy.Close(t.Context()) // its server is gone
}

// A number in a stale postmaster.pid may by now belong to another process of the same user, which
// Postgres itself takes for a server that runs.
func TestStaleProcessIDOfAnother(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	first := start(t, Config{Dir: dir})
	stop(t, first)

	bystander := first.user.command(t.Context(), "/bin/sleep", "600")
	require.NoError(t, bystander.Start())
	t.Cleanup(func() {
		require.NoError(t, bystander.Process.Kill())
		_ = bystander.Wait() // "signal: killed"
	})
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n\n127.0.0.1\n 1 1\nready   \n", bystander.Process.Pid, first.data())
	require.NoError(t, os.WriteFile(filepath.Join(first.data(), "postmaster.pid"), []byte(stale), 0o600))

	stop(t, start(t, Config{Dir: dir}))
}

// startOwner starts this test binary as the owner of a cluster in dir, and waits until it serves.
func startOwner(t *testing.T, dir string, temporary bool) (owner *exec.Cmd, pid int, home, url string) {
	t.Helper()
	owner = exec.CommandContext(t.Context(), os.Args[0])
	owner.Env = append(os.Environ(), ownerEnv+"="+dir)
	if temporary {
		owner.Env = append(owner.Env, temporaryEnv+"=1")
	}
	owner.Stderr = os.Stderr
	output, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	_, err = fmt.Fscan(output, &pid, &home, &url)
	require.NoError(t, err)
	return owner, pid, home, url
}

func kill(t *testing.T, owner *exec.Cmd) {
	t.Helper()
	require.NoError(t, owner.Process.Kill())
	require.ErrorContains(t, owner.Wait(), "signal: killed")
}

func TestKilledOwnerTakesTheServerAlong(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	owner, pid, home, url := startOwner(t, dir, false)
	fill(t, url)
	kill(t, owner)

	// Without a wait: the next start has to cope with a server that is still on its way out.
	again := start(t, Config{Dir: dir})
	assert.False(t, serves(t.Context(), pid, filepath.Join(home, dataFolder)))
	assert.Equal(t, 42, query1[int](t, again.URL(ServiceDatabase), "SELECT n FROM kept"))
	log, err := os.ReadFile(filepath.Join(dir, logFile))
	require.NoError(t, err)
	assert.Contains(t, string(log), "received fast shutdown request")
	assert.NotContains(t, string(log), "was not properly shut down", "the watchdog must let it write its checkpoint")
	stop(t, again)
}

func TestKilledOwnerTakesTemporaryFilesAlong(t *testing.T) {
	t.Parallel()
	// Closed to the server's user, so that root's cluster gets a home elsewhere: both must go.
	dir := filepath.Join(t.TempDir(), "cluster")
	owner, pid, home, _ := startOwner(t, dir, true)
	require.DirExists(t, home)
	kill(t, owner)

	require.Eventually(t, func() bool {
		_, dirErr := os.Stat(dir)
		_, homeErr := os.Stat(home)
		return os.IsNotExist(dirErr) && os.IsNotExist(homeErr) && !serves(t.Context(), pid, filepath.Join(home, dataFolder))
	}, patience, 10*time.Millisecond)
}

func TestTemporaryFilesGoWithStop(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(openFolder(t), strings.Repeat("long-", 24)) // too long for a socket address
	cluster := start(t, Config{Dir: dir, Temporary: true})
	require.NotContains(t, cluster.socket, dir)
	socket, err := net.Dial("unix", filepath.Join(cluster.socket, fmt.Sprintf(".s.PGSQL.%d", cluster.Port())))
	require.NoError(t, err)
	require.NoError(t, socket.Close())
	stop(t, cluster)
	assert.NoDirExists(t, dir)
	assert.NoDirExists(t, cluster.socket)
}

func TestLostPasswordsAreSaid(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	stop(t, start(t, Config{Dir: dir}))
	require.NoError(t, os.Remove(filepath.Join(dir, pgpassFile)))
	_, err := Start(t.Context(), Config{Dir: dir})
	require.ErrorIs(t, err, ErrPasswordsLost)
}

// Whoever forgets the Cluster keeps the server until the end of the process: its pipe and its lock
// close when they are collected, and must not be.
func TestForgottenClusterGoesOn(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	forgotten, url := func() (weak.Pointer[Cluster], string) {
		cluster, err := Start(t.Context(), Config{Dir: dir, Offline: true})
		require.NoError(t, err)
		return weak.Make(cluster), cluster.URL(ServiceDatabase)
	}()
	for range 5 {
		runtime.GC()
	}
	_, err := Start(t.Context(), Config{Dir: dir})
	require.ErrorIs(t, err, ErrRunning)
	assert.Equal(t, 1, query1[int](t, url, "SELECT 1"))
	require.NotNil(t, forgotten.Value())
	stop(t, forgotten.Value())
}

func TestFailedStartShowsTheLog(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(openFolder(t), "d")
	_, err := Start(t.Context(), Config{Dir: dir, Temporary: true, Offline: true, Settings: map[string]string{"shared_buffers": "no number"}})
	require.ErrorContains(t, err, `invalid value for parameter "shared_buffers"`)
	assert.NoDirExists(t, dir)

	_, err = Start(t.Context(), Config{})
	require.ErrorContains(t, err, "Config.Dir is empty")
}
