package migrations_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/migrations"
)

// emptyDatabase makes a database that lacks everything, beside one of pgtest's, which does not.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	empty, err := url.Parse(pgtest.Database(t))
	require.NoError(t, err)
	name := strings.TrimPrefix(empty.Path, "/") + "_empty"
	super := pgtest.Super(t, "/postgres")
	execute(t, super, "CREATE DATABASE "+name+" OWNER florin")
	t.Cleanup(func() {
		if !t.Failed() {
			execute(t, super, "DROP DATABASE "+name+" WITH (FORCE)")
		}
	})
	empty.Path = "/" + name
	return empty.String()
}

func execute(t *testing.T, databaseURL, sql string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, databaseURL)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, sql)
	require.NoError(t, err)
	require.NoError(t, conn.Close(ctx))
}

func query1[T any](t *testing.T, databaseURL, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
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
	one := fstest.MapFS{"00001_one.sql": sqlFile("CREATE TABLE one (n int); INSERT INTO one VALUES (1);")}
	three := fstest.MapFS{
		"00001_one.sql":   one["00001_one.sql"],
		"00002_two.sql":   sqlFile("SELECT pg_sleep(0.2); INSERT INTO one VALUES (2);"),
		"00003_three.sql": sqlFile("INSERT INTO one VALUES (3);"),
	}

	t.Run("the real ones", func(t *testing.T) {
		t.Parallel()
		url := emptyDatabase(t)
		current, latest, err := migrations.Status(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, int64(0), current)
		assert.Positive(t, latest)
		assert.Equal(t, int64(0), query1[int64](t, url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "Status only reads")

		require.NoError(t, migrations.Up(t.Context(), url))
		require.NoError(t, migrations.Up(t.Context(), url), "again: nothing to do")
		current, again, err := migrations.Status(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, latest, current)
		assert.Equal(t, latest, again)
	})

	t.Run("the vault's", func(t *testing.T) {
		t.Parallel()
		url := emptyDatabase(t)
		current, latest, err := migrations.StatusVault(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, int64(0), current)
		require.NoError(t, migrations.UpVault(t.Context(), url))
		require.NoError(t, migrations.UpVault(t.Context(), url), "again: nothing to do")
		current, again, err := migrations.StatusVault(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, []int64{latest, latest}, []int64{current, again})

		journal := pgtest.Database(t)
		require.ErrorContains(t, migrations.UpVault(t.Context(), journal), "this database holds the journal")
		assert.True(t, query1[bool](t, journal, "SELECT to_regclass('person_key') IS NULL"))
	})

	t.Run("step by step", func(t *testing.T) {
		t.Parallel()
		url := emptyDatabase(t)
		require.NoError(t, migrations.UpFrom(t.Context(), url, one))
		current, latest, err := migrations.StatusFrom(t.Context(), url, three)
		require.NoError(t, err)
		assert.Equal(t, []int64{1, 3}, []int64{current, latest})
		require.NoError(t, migrations.UpFrom(t.Context(), url, three))
		assert.Equal(t, "1,2,3", query1[string](t, url, "SELECT string_agg(n::text, ',' ORDER BY n) FROM one"))

		err = migrations.UpFrom(t.Context(), url, one)
		require.ErrorIs(t, err, migrations.ErrNewer)
		require.ErrorContains(t, err, "it is at 3, the newest known here is 1")
	})

	t.Run("eight instances at once", func(t *testing.T) {
		t.Parallel()
		url := emptyDatabase(t)
		began := time.Now()
		var instances errgroup.Group
		for range 8 {
			instances.Go(func() error { return migrations.UpFrom(t.Context(), url, three) })
		}
		require.NoError(t, instances.Wait())
		assert.Equal(t, "1,2,3", query1[string](t, url, "SELECT string_agg(n::text, ',' ORDER BY n) FROM one"), "each ran once")
		assert.Less(t, time.Since(began), time.Minute)
	})

	t.Run("a broken one leaves nothing", func(t *testing.T) {
		t.Parallel()
		url := emptyDatabase(t)
		broken := fstest.MapFS{
			"00001_one.sql": one["00001_one.sql"],
			"00002_two.sql": sqlFile("INSERT INTO one VALUES (2); INSERT INTO missing VALUES (1);"),
		}
		require.ErrorContains(t, migrations.UpFrom(t.Context(), url, broken), "version:2")
		current, _, err := migrations.StatusFrom(t.Context(), url, broken)
		require.NoError(t, err)
		assert.Equal(t, int64(1), current)
		assert.Equal(t, int64(1), query1[int64](t, url, "SELECT count(*) FROM one"))
	})
}

func TestChecksum(t *testing.T) {
	t.Parallel()
	sum := func(files fstest.MapFS) string {
		got, err := migrations.ChecksumOf(files)
		require.NoError(t, err)
		require.Len(t, got, 64)
		return got
	}
	base := sum(fstest.MapFS{"1.sql": sqlFile("a"), "2.sql": sqlFile("b")})
	assert.Equal(t, base, sum(fstest.MapFS{"2.sql": sqlFile("b"), "1.sql": sqlFile("a"), "x.go": sqlFile("c")}))
	assert.NotEqual(t, base, sum(fstest.MapFS{"1.sql": sqlFile("a"), "2.sql": sqlFile("c")}))
	assert.NotEqual(t, base, sum(fstest.MapFS{"1.sql": sqlFile("a"), "3.sql": sqlFile("b")}))
	assert.NotEqual(t, base, sum(fstest.MapFS{"1.sql": sqlFile("a")}))
	ours, err := migrations.Checksum()
	require.NoError(t, err)
	assert.Len(t, ours, 64)
	vault, err := migrations.ChecksumVault()
	require.NoError(t, err)
	assert.Len(t, vault, 64)
	assert.NotEqual(t, ours, vault)
}
