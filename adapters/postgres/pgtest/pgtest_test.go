package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/localpg"
	"github.com/florinledger/florin/migrations"
)

// patience bounds every wait for something that takes milliseconds on an idle machine.
const patience = 30 * time.Second

func query1[T any](t testing.TB, databaseURL, sql string, args ...any) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	var value T
	require.NoError(t, conn.QueryRow(t.Context(), sql, args...).Scan(&value))
	require.NoError(t, conn.Close(t.Context()))
	return value
}

// trial is a test whose end and outcome another test decides.
type trial struct {
	testing.TB
	failed   bool
	cleanups []func()
	log      bytes.Buffer
}

func (tr *trial) Failed() bool                   { return tr.failed }
func (tr *trial) Cleanup(f func())               { tr.cleanups = append(tr.cleanups, f) }
func (tr *trial) Logf(format string, arg ...any) { fmt.Fprintf(&tr.log, format+"\n", arg...) }

func (tr *trial) end() {
	for i := len(tr.cleanups) - 1; i >= 0; i-- {
		tr.cleanups[i]()
	}
}

func TestDatabaseIsMigratedAndOwnedByTheService(t *testing.T) {
	t.Parallel()
	database := Database(t)
	current, latest, err := migrations.Status(t.Context(), database)
	require.NoError(t, err)
	assert.Equal(t, latest, current)
	assert.Positive(t, latest)

	assert.Equal(t, "florin", query1[string](t, database, "SELECT current_user"))
	assert.False(t, query1[bool](t, database, "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"))
	assert.Equal(t, "florin", query1[string](t, database, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"))
	assert.Equal(t, int64(0), query1[int64](t, database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'florin'"))
	assert.Equal(t, "C", query1[string](t, database, "SELECT datcollate FROM pg_database WHERE datname = current_database()"))

	super := Super(t, database)
	assert.True(t, query1[bool](t, super, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
	assert.Equal(t,
		query1[string](t, database, "SELECT current_database()"),
		query1[string](t, super, "SELECT current_database()"))
}

func TestVaultIsMigratedAndOwnedByTheService(t *testing.T) {
	t.Parallel()
	vault := Vault(t)
	current, latest, err := migrations.StatusVault(t.Context(), vault)
	require.NoError(t, err)
	assert.Equal(t, latest, current)
	assert.Positive(t, latest)
	assert.Equal(t, int64(0), query1[int64](t, vault, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'florin'"))
	assert.True(t, query1[bool](t, vault, "SELECT to_regclass('events') IS NULL"))
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	one, two := Database(t), Database(t)
	assert.Equal(t, "CREATE TABLE", tag(t, one, "CREATE TABLE only_here (n int)"))
	assert.True(t, query1[bool](t, two, "SELECT to_regclass('only_here') IS NULL"))
	assert.Equal(t, "CREATE TABLE", tag(t, two, "CREATE TABLE only_here (n int)"))
}

func tag(t *testing.T, databaseURL, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	result, err := conn.Exec(t.Context(), sql)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	return result.String()
}

func TestDroppedOnSuccessKeptOnFailure(t *testing.T) {
	t.Parallel()
	exists := func(databaseURL string) bool {
		parsed, err := url.Parse(databaseURL)
		require.NoError(t, err)
		return query1[bool](t, Super(t, "/postgres"), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", parsed.Path[1:])
	}
	good := &trial{TB: t}
	database := Database(good)
	held, err := pgx.Connect(t.Context(), database) // a connection that the test forgot
	require.NoError(t, err)
	require.True(t, exists(database))
	good.end()
	assert.False(t, exists(database))
	assert.Empty(t, good.log.String())
	var cut *pgconn.PgError
	_, err = held.Exec(t.Context(), "SELECT 1")
	require.ErrorAs(t, err, &cut)
	assert.Equal(t, "57P01", cut.Code)

	bad := &trial{TB: t, failed: true}
	database = Database(bad)
	bad.end()
	assert.True(t, exists(database))
	parsed, err := url.Parse(database)
	require.NoError(t, err)
	assert.Contains(t, bad.log.String(), "database "+parsed.Path[1:]+" is kept at postgres://postgres:xxxxx@")
	server, err := theServer()
	require.NoError(t, err)
	require.NoError(t, server.drop(t.Context(), parsed.Path[1:]))
}

func TestDatabaseName(t *testing.T) {
	t.Parallel()
	one, err := databaseName("TestA/with_ünï & \"quotes\"" + strings.Repeat("x", 100))
	require.NoError(t, err)
	two, err := databaseName("TestA")
	require.NoError(t, err)
	again, err := databaseName("TestA")
	require.NoError(t, err)
	assert.Regexp(t, `^t_testa_with_[a-z0-9_]{27,}_[0-9a-f]{12}$`, one)
	assert.LessOrEqual(t, len(one), 63)
	assert.Regexp(t, `^t_testa_[0-9a-f]{12}$`, two)
	assert.NotEqual(t, two, again)
}

// process is this test binary as another test process.
type process struct {
	*exec.Cmd
	database, data string
	pid            int // of the server
}

// startProcess starts one with the server that super names, or with one of its own, and waits until
// it has a database.
func startProcess(t *testing.T, ending, super string) process {
	t.Helper()
	p := process{Cmd: exec.CommandContext(t.Context(), os.Args[0])}
	p.Env = append(os.Environ(), processEnv+"="+ending, Env+"="+super)
	output, err := p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	_, err = fmt.Fscan(output, &p.database, &p.data, &p.pid)
	require.NoError(t, err)
	return p
}

func TestOwnServerGoesWithTheProcess(t *testing.T) {
	t.Parallel()
	for _, ending := range []string{"return", "exit", "panic", "be killed"} {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			p := startProcess(t, ending, "")
			if ending == "be killed" {
				require.NoError(t, p.Process.Kill())
			}
			assert.Equal(t, ending == "panic" || ending == "be killed", p.Wait() != nil)
			folder := filepath.Dir(p.data)
			require.Contains(t, folder, "florin-pgtest-")
			require.Eventually(t, func() bool {
				_, err := os.Stat(folder)
				return os.IsNotExist(err) && gone(p.pid)
			}, patience, 10*time.Millisecond)
		})
	}
}

// gone reports that a process has ended. Where nobody reaps orphans it stays as a zombie, without an
// executable.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return true
	}
	_, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return os.IsNotExist(err)
}

func TestManyProcessesShareAServer(t *testing.T) {
	t.Parallel()
	cluster, err := localpg.Start(t.Context(), localpg.Config{Dir: t.TempDir(), Temporary: true, Offline: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop(context.WithoutCancel(t.Context()))) })
	super := cluster.SuperURL("postgres")
	require.NoError(t, setRole(t.Context(), super))

	var crowd errgroup.Group
	for range 6 {
		crowd.Go(func() error { return startProcess(t, "return", super).Wait() })
	}
	require.NoError(t, crowd.Wait())
	assert.Equal(t, int64(1), query1[int64](t, super, "SELECT count(*) FROM pg_database WHERE datname LIKE 'florin_template_%'"))
	assert.Equal(t, int64(1), query1[int64](t, super, "SELECT count(*) FROM pg_database WHERE datname LIKE 'florin_vault_template_%'"))
	assert.Equal(t, int64(6), query1[int64](t, super, "SELECT count(*) FROM pg_database WHERE datname LIKE 't_process_%'"))
}

// A server that is in use must not have its role's password changed by a test that was pointed there
// by mistake.
func TestForeignRoleIsLeftAlone(t *testing.T) {
	t.Parallel()
	cluster, err := localpg.Start(t.Context(), localpg.Config{Dir: t.TempDir(), Temporary: true, Offline: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop(context.WithoutCancel(t.Context()))) })

	s := &server{super: cluster.SuperURL("postgres")}
	s.password, err = rolePassword(s.super)
	require.NoError(t, err)
	require.ErrorContains(t, s.prepare(t.Context()), "use a server for tests alone")
	assert.Equal(t, "florin", query1[string](t, cluster.URL("florin"), "SELECT current_user"), "its own password still holds")

	// Where there is no such role it is made.
	assert.Equal(t, "DROP DATABASE", tag(t, s.super, "DROP DATABASE florin"))
	assert.Equal(t, "DROP DATABASE", tag(t, s.super, "DROP DATABASE florin_keys"))
	assert.Equal(t, "DROP ROLE", tag(t, s.super, "DROP ROLE florin"))
	require.NoError(t, s.prepare(t.Context()))
	require.NoError(t, s.copyTemplate(t.Context(), s.journal, "made"))
	assert.Equal(t, "made", query1[string](t, s.service("made"), "SELECT current_database()"))
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	err := advise(fmt.Errorf("looked around: %w", localpg.ErrNoBinaries))
	require.ErrorIs(t, err, localpg.ErrNoBinaries)
	require.ErrorContains(t, err, "install postgresql or set FLORIN_TEST_POSTGRES")
	assert.Equal(t, fs.ErrClosed, advise(fs.ErrClosed))

	_, err = rolePassword("host=somewhere user=postgres")
	require.ErrorContains(t, err, "FLORIN_TEST_POSTGRES is not of the form postgres://")
}
