package localpg

import (
	"context"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStandbyTakesOverWhatWasConfirmed(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"wal_level": "replica", "max_wal_senders": "4", "synchronous_commit": "on"}
	primary := start(t, Config{Dir: openFolder(t), Settings: settings})
	folder := openFolder(t)
	standby := start(t, Config{Dir: folder, Follow: primary, Settings: settings})
	assert.True(t, query1[bool](t, standby.URL(ServiceDatabase), "SELECT pg_is_in_recovery()"), "the service's role and database came along")
	require.NoError(t, primary.Confirm(t.Context(), "FIRST 1 ("+StandbyName+")"))
	require.Eventually(t, func() bool {
		return query1[string](t, primary.SuperURL("postgres"), "SELECT coalesce(max(sync_state), '') FROM pg_stat_replication") == "sync"
	}, patience, pollInterval)

	url := primary.FailoverURL(ServiceDatabase, standby)
	fill(t, url)
	require.NoError(t, syscall.Kill(primary.Pid(), syscall.SIGKILL))
	<-primary.Done()
	require.NoError(t, standby.Promote(t.Context()))
	require.NoError(t, standby.Confirm(t.Context(), ""), "as the primary it would wait for a standby of its own")

	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err, "the one URL finds the new primary")
	defer conn.Close(context.WithoutCancel(t.Context()))
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT n FROM kept").Scan(&n), "what was committed is on the standby")
	assert.Equal(t, 42, n)
	_, err = conn.Exec(t.Context(), "INSERT INTO kept VALUES (43)")
	require.NoError(t, err)

	// A later start goes on with what the folder is by then: a primary.
	require.NoError(t, standby.Stop(t.Context()))
	again := start(t, Config{Dir: folder, Settings: settings})
	assert.Equal(t, 2, query1[int](t, again.URL(ServiceDatabase), "SELECT count(*) FROM kept"))
}

func TestStandbyNeedsItsProgram(t *testing.T) {
	t.Parallel()
	primary := start(t, Config{Dir: openFolder(t)})
	c := &Cluster{cfg: Config{Follow: primary}, dir: t.TempDir()}
	require.ErrorIs(t, c.follow(t.Context(), binaries{dir: t.TempDir()}), ErrNoBinaries)
	assert.NoFileExists(t, c.dir+"/"+pgpassFile)
}
