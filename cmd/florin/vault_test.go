package main

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
)

// The steps of the handbook: a new master key, everything wrapped with it, the old one removed.
func TestMasterKeyRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := vaultSettings{KeysDatabaseURL: pgtest.Vault(t), MasterKeys: filepath.Join(dir, "master-keys")}
	one, two := filepath.Join(s.MasterKeys, "1.key"), filepath.Join(s.MasterKeys, "2.key")
	keygen := func(file string) {
		t.Helper()
		code, _, errs := invoke(t, "vault", "keygen", file)
		require.Equal(t, 0, code, errs)
	}
	rewrap := func() (code int, out, errs string) {
		t.Helper()
		return invoke(t, "vault", "rewrap", "--keys-database-url", s.KeysDatabaseURL, "--master-keys", s.MasterKeys)
	}
	keygen(one)
	code, _, errs := invoke(t, "vault", "keygen", one)
	require.Equal(t, 1, code, "a key is never overwritten")
	require.Contains(t, errs, "file exists")
	v, pool, err := s.openVault(t.Context())
	require.NoError(t, err)
	key, err := v.Create(t.Context(), "usr_ann")
	require.NoError(t, err)
	pool.Close()

	keygen(two)
	code, out, errs := rewrap()
	require.Equal(t, 0, code, errs)
	require.Equal(t, "2 keys wrapped anew; the newest master key wraps all of them\n", out)
	code, out, errs = rewrap()
	require.Equal(t, 0, code, errs)
	require.Equal(t, "0 keys wrapped anew; the newest master key wraps all of them\n", out)

	require.NoError(t, os.Remove(one))
	v, pool, err = s.openVault(t.Context())
	require.NoError(t, err)
	same, err := v.Key(t.Context(), "usr_ann")
	require.NoError(t, err)
	assert.Equal(t, key.Bytes(), same.Bytes())
	pool.Close()

	// The wrong master key is noticed at the start, not at the first read.
	require.NoError(t, os.Remove(two))
	keygen(two)
	_, _, err = s.openVault(t.Context())
	require.ErrorContains(t, err, "the master key is not among those given")
	require.ErrorContains(t, err, s.MasterKeys)
	code, _, _ = rewrap()
	require.Equal(t, 1, code)
}

func TestMigrateMigratesBoth(t *testing.T) {
	t.Parallel()
	journal, vault := pgtest.Database(t), pgtest.Vault(t)
	code, out, errs := invoke(t, "migrate", "--database-url", journal, "--keys-database-url", vault)
	require.Equal(t, 0, code, errs)
	require.Regexp(t, `^schema (\d+) of (\d+)\nvault's schema 1 of 1\n$`, out)
	code, _, errs = invoke(t, "migrate", "--database-url", journal, "--keys-database-url", journal)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "this database holds the journal")
}

func TestServeRefusesAVaultThatIsNotMigrated(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	// The journal's database is one that no vault was ever made in.
	code, _, errs := invoke(t, "serve", "--database-url", s.settings.DatabaseURL, "--nats-url", s.nats.URL(),
		"--token-keys", s.settings.TokenKeys, "--secret-file", s.settings.SecretFile,
		"--keys-database-url", s.settings.DatabaseURL, "--master-keys", s.settings.MasterKeys)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "the vault has schema 0, this binary needs 1: run florin migrate")
}

func TestVaultBesideSomebodysDatabase(t *testing.T) {
	t.Parallel()
	journal := pgtest.Database(t)
	_, err := vaultBeside(t.Context(), journal)
	require.ErrorContains(t, err, "permission denied to create database")
	require.ErrorContains(t, err, "_keys beside the other one, or set KEYS_DATABASE_URL")

	parsed, err := url.Parse(journal)
	require.NoError(t, err)
	want := *parsed
	want.Path += "_keys"
	super := pgtest.Super(t, journal)
	_, err = vaultBeside(t.Context(), super)
	require.NoError(t, err, "who may, makes it")
	got, err := vaultBeside(t.Context(), journal)
	require.NoError(t, err, "it is there")
	assert.Equal(t, want.String(), got)
	conn, err := pgx.Connect(t.Context(), super)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), "DROP DATABASE "+pgx.Identifier{want.Path[1:]}.Sanitize())
	require.NoError(t, err)

	for _, unfit := range []string{"host=localhost dbname=florin", "postgres://localhost", "postgres://localhost/"} {
		_, err = vaultBeside(t.Context(), unfit)
		require.ErrorContains(t, err, "set both", unfit)
	}
}
