package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/localpg"
)

// deployed is where the scripts of operators lie.
const deployed = "../../docs/deploy/postgres"

// backedUp is a Postgres server that is backed up as docs/operating.md says, by the scripts that it names.
type backedUp struct {
	*localpg.Cluster
	t    *testing.T
	root string // with scripts, archive and backups
	dir  string // of the server that runs
}

// startBackedUp starts one whose log is archived from its first segment on.
func startBackedUp(t *testing.T) *backedUp {
	t.Helper()
	root, err := os.MkdirTemp(localpg.Scratch(), "florin-backup-") //nolint:usetesting // the server's user has to get there
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(root)) })
	b := &backedUp{t: t, root: root, dir: filepath.Join(root, "first")}
	require.NoError(t, os.CopyFS(b.path("scripts"), os.DirFS(deployed)))
	for _, open := range []string{root, b.path("scripts")} {
		require.NoError(t, os.Chmod(open, 0o711), "the server may run as another user")
	}
	b.start()
	for _, own := range []string{"archive", "backups"} {
		b.makeOwn(b.path(own))
	}
	return b
}

func (b *backedUp) path(name string) string { return filepath.Join(b.root, name) }

// script is the path of one, where the server's user gets to it.
func (b *backedUp) script(name string) string { return filepath.Join(b.root, "scripts", name) }

// data is the folder of the server that runs.
func (b *backedUp) data() string { return filepath.Join(b.Home(), "data") }

// start starts the server in b.dir.
func (b *backedUp) start() { b.t.Helper(); b.Cluster = b.run(b.dir, nil) }

// run runs a server in a folder, which follows another one unless that is nil.
func (b *backedUp) run(dir string, primary *localpg.Cluster) *localpg.Cluster {
	b.t.Helper()
	cluster, err := localpg.Start(b.t.Context(), localpg.Config{Dir: dir, Follow: primary, Temporary: true, Offline: true, Settings: map[string]string{
		"wal_level": "replica", "max_wal_senders": "4", "synchronous_commit": "on", "archive_mode": "always",
		"archive_command": b.script("archive.sh") + " " + b.path("archive") + " %p %f",
	}})
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = cluster.Stop(context.WithoutCancel(b.t.Context())) }) // it may have been killed
	return cluster
}

// makeOwn makes a folder that belongs to the server's user.
func (b *backedUp) makeOwn(path string) {
	b.t.Helper()
	require.NoError(b.t, os.Mkdir(path, 0o700))
	data, err := os.Stat(b.data())
	require.NoError(b.t, err)
	owner := data.Sys().(*syscall.Stat_t)
	require.NoError(b.t, os.Chown(path, int(owner.Uid), int(owner.Gid)))
}

// runs runs a script as the server's user, and returns what it prints.
func (b *backedUp) runs(env []string, script string, args ...string) (string, error) {
	b.t.Helper()
	cmd := b.Command(b.t.Context(), b.script(script), args...)
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// backUp makes a base backup and returns its folder.
func (b *backedUp) backUp() string {
	b.t.Helper()
	out, err := b.runs(nil, "backup.sh", b.path("backups"), b.path("archive"), "14", "--checkpoint", "fast", "--no-sync")
	require.NoError(b.t, err, out)
	all := b.backups()
	return all[len(all)-1]
}

// backups are the folders of base backups, oldest first.
func (b *backedUp) backups() []string {
	b.t.Helper()
	all, err := filepath.Glob(filepath.Join(b.path("backups"), "*Z"))
	require.NoError(b.t, err)
	return all
}

// archived are the names of what is in the archive.
func (b *backedUp) archived() (names []string) {
	b.t.Helper()
	entries, err := os.ReadDir(b.path("archive"))
	require.NoError(b.t, err)
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".gz"))
	}
	return names
}

// archive has the log archived as far as it has come, by the server and by those that follow it.
func (b *backedUp) archive(standbys ...*localpg.Cluster) {
	b.t.Helper()
	ask[string](b, "SELECT pg_create_restore_point('earlier')::text") // so that there is something to archive
	segment := ask[string](b, "SELECT pg_walfile_name(pg_switch_wal())")
	ask[string](b, "SELECT pg_create_restore_point('later')::text") // a standby closes a segment when the next one begins
	for _, server := range append(standbys, b.Cluster) {
		require.Eventually(b.t, func() bool {
			return askOf[bool](b, server, "SELECT coalesce(last_archived_wal >= $1, false) FROM pg_stat_archiver", segment)
		}, patience, 10*time.Millisecond, "%s is not archived", segment)
		require.Zero(b.t, askOf[int](b, server, "SELECT failed_count FROM pg_stat_archiver"), "what one has archived is well for the other")
	}
}

// die kills the server. Its data stay until the test has ended.
func (b *backedUp) die() {
	b.t.Helper()
	require.NoError(b.t, syscall.Kill(b.Pid(), syscall.SIGKILL))
	<-b.Done()
}

// restore makes a new server of a backup, as restore.sh is told, which is the one from then on.
func (b *backedUp) restore(name string, env []string, backup string, settings ...string) {
	b.t.Helper()
	passwords, err := os.ReadFile(filepath.Join(b.dir, "pgpass"))
	require.NoError(b.t, err)
	dir := b.path(name)
	require.NoError(b.t, os.Mkdir(dir, 0o711))
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, "pgpass"), passwords, 0o600))
	data := filepath.Join(dir, "data")
	b.makeOwn(data)
	out, err := b.runs(env, "restore.sh", append([]string{backup, b.path("archive"), data}, settings...)...)
	require.NoError(b.t, err, out)
	out, err = b.runs(env, "restore.sh", backup, b.path("archive"), data)
	require.Error(b.t, err, "nothing is restored over what is there")
	require.Contains(b.t, out, "is not empty")

	require.NoError(b.t, b.stopped())
	b.dir = dir
	b.start()
	require.Eventually(b.t, func() bool { return !ask[bool](b, "SELECT pg_is_in_recovery()") }, patience, 10*time.Millisecond)
	psql, err := b.Command(b.t.Context(), "psql", "-v", "ON_ERROR_STOP=1", "-f", b.script("restored.sql")).CombinedOutput()
	require.NoError(b.t, err, "%s", psql)
	require.Zero(b.t, ask[int](b, "SELECT count(*) FROM pg_file_settings WHERE name LIKE 'recovery%' OR name = 'restore_command'"),
		"a standby that is made of this server would stop there again")
}

// stopped stops the server, if it runs.
func (b *backedUp) stopped() error {
	select {
	case <-b.Done():
		return nil
	default:
		return b.Stop(b.t.Context())
	}
}

// ask asks the server that runs, as its superuser.
func ask[T any](b *backedUp, sql string, args ...any) T {
	b.t.Helper()
	return askOf[T](b, b.Cluster, sql, args...)
}

// askOf asks another server.
func askOf[T any](b *backedUp, server *localpg.Cluster, sql string, args ...any) (value T) {
	b.t.Helper()
	ask := func() error {
		conn, err := pgx.Connect(b.t.Context(), server.SuperURL("postgres"))
		if err != nil {
			return err
		}
		defer conn.Close(context.WithoutCancel(b.t.Context()))
		return conn.QueryRow(b.t.Context(), sql, args...).Scan(&value)
	}
	require.NoError(b.t, ask(), sql)
	return value
}
