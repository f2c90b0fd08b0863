package migrations

import (
	"context"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/localpg"
)

// server starts a throwaway Postgres: pgtest's databases are migrated already.
func server(t *testing.T) *localpg.Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "florin-migrations-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	cluster, err := localpg.Start(t.Context(), localpg.Config{Dir: dir, Temporary: true, Offline: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop(context.WithoutCancel(t.Context()))) })
	return cluster
}

func database(t *testing.T, cluster *localpg.Cluster, name string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), cluster.SuperURL("postgres"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE DATABASE "+name+" OWNER florin")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	return cluster.URL(name)
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

func sqlFile(body string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + body)}
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	cluster := server(t)
	one := fstest.MapFS{"00001_one.sql": sqlFile("CREATE TABLE one (n int); INSERT INTO one VALUES (1);")}
	three := fstest.MapFS{
		"00001_one.sql":   one["00001_one.sql"],
		"00002_two.sql":   sqlFile("SELECT pg_sleep(0.2); INSERT INTO one VALUES (2);"),
		"00003_three.sql": sqlFile("INSERT INTO one VALUES (3);"),
	}

	t.Run("the real ones", func(t *testing.T) {
		t.Parallel()
		url := database(t, cluster, "real")
		current, latest, err := Status(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, int64(0), current)
		assert.Positive(t, latest)
		assert.Equal(t, int64(0), query1[int64](t, url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "Status only reads")

		require.NoError(t, Up(t.Context(), url))
		require.NoError(t, Up(t.Context(), url), "again: nothing to do")
		current, again, err := Status(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, latest, current)
		assert.Equal(t, latest, again)
	})

	t.Run("step by step", func(t *testing.T) {
		t.Parallel()
		url := database(t, cluster, "steps")
		require.NoError(t, up(t.Context(), url, one))
		current, latest, err := status(t.Context(), url, three)
		require.NoError(t, err)
		assert.Equal(t, []int64{1, 3}, []int64{current, latest})
		require.NoError(t, up(t.Context(), url, three))
		assert.Equal(t, "1,2,3", query1[string](t, url, "SELECT string_agg(n::text, ',' ORDER BY n) FROM one"))

		err = up(t.Context(), url, one)
		require.ErrorIs(t, err, ErrNewer)
		require.ErrorContains(t, err, "it is at 3, the newest known here is 1")
	})

	t.Run("eight instances at once", func(t *testing.T) {
		t.Parallel()
		url := database(t, cluster, "crowd")
		began := time.Now()
		var instances errgroup.Group
		for range 8 {
			instances.Go(func() error { return up(t.Context(), url, three) })
		}
		require.NoError(t, instances.Wait())
		assert.Equal(t, "1,2,3", query1[string](t, url, "SELECT string_agg(n::text, ',' ORDER BY n) FROM one"), "each ran once")
		assert.Less(t, time.Since(began), time.Minute)
	})

	t.Run("a broken one leaves nothing", func(t *testing.T) {
		t.Parallel()
		url := database(t, cluster, "broken")
		broken := fstest.MapFS{
			"00001_one.sql": one["00001_one.sql"],
			"00002_two.sql": sqlFile("INSERT INTO one VALUES (2); INSERT INTO missing VALUES (1);"),
		}
		require.ErrorContains(t, up(t.Context(), url, broken), "version:2")
		current, _, err := status(t.Context(), url, broken)
		require.NoError(t, err)
		assert.Equal(t, int64(1), current)
		assert.Equal(t, int64(1), query1[int64](t, url, "SELECT count(*) FROM one"))
	})
}

func TestChecksum(t *testing.T) {
	t.Parallel()
	sum := func(migrations fstest.MapFS) string {
		got, err := checksum(migrations)
		require.NoError(t, err)
		require.Len(t, got, 64)
		return got
	}
	base := sum(fstest.MapFS{"1.sql": sqlFile("a"), "2.sql": sqlFile("b")})
	assert.Equal(t, base, sum(fstest.MapFS{"2.sql": sqlFile("b"), "1.sql": sqlFile("a"), "x.go": sqlFile("c")}))
	assert.NotEqual(t, base, sum(fstest.MapFS{"1.sql": sqlFile("a"), "2.sql": sqlFile("c")}))
	assert.NotEqual(t, base, sum(fstest.MapFS{"1.sql": sqlFile("a"), "3.sql": sqlFile("b")}))
	assert.NotEqual(t, base, sum(fstest.MapFS{"1.sql": sqlFile("a")}))
	ours, err := Checksum()
	require.NoError(t, err)
	assert.Len(t, ours, 64)
}
