package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// Database returns the URL of a fresh database with all migrations applied. Its role, florin, owns
// everything in it and is no superuser, as in production.
//
// The database is dropped when t succeeds, with whatever connections are left. When t fails it is
// kept, and the log names it; a server of the test's own making still goes with the process.
func Database(t testing.TB) string {
	t.Helper()
	return fresh(t, func(s *server) template { return s.journal })
}

// Vault returns the URL of a fresh database with the vault's migrations applied; otherwise it is as
// those of Database.
func Vault(t testing.TB) string {
	t.Helper()
	return fresh(t, func(s *server) template { return s.vault })
}

// fresh makes a database for t as a copy of a template.
func fresh(t testing.TB, from func(*server) template) string {
	t.Helper()
	server, err := theServer()
	require.NoError(t, err)
	name, err := databaseName(t.Name())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), databaseTimeout)
	defer cancel()
	require.NoError(t, server.copyTemplate(ctx, from(server), name))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("database %s is kept at %s%s", name, redacted(server.super), server.fate)
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), databaseTimeout)
		defer cancel()
		require.NoError(t, server.drop(ctx, name))
	})
	return server.service(name)
}

// Super returns the superuser's URL of the database that databaseURL, from Database, names.
func Super(t testing.TB, databaseURL string) string {
	t.Helper()
	server, err := theServer()
	require.NoError(t, err)
	parsed, err := url.Parse(databaseURL)
	require.NoError(t, err)
	return withDatabase(server.super, strings.TrimPrefix(parsed.Path, "/"))
}

// IgnoreServer tells goleak about the goroutines that wait for a server of the test's own. They end
// with the process: `goleak.VerifyTestMain(m, pgtest.IgnoreServer())`.
func IgnoreServer() goleak.Option {
	return goleak.IgnoreAnyFunction("github.com/florinledger/florin/adapters/localpg.(*child).reap")
}

// databaseName makes a name that says which test it belongs to, and is unique among processes.
func databaseName(test string) (string, error) {
	readable := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, test)
	unique := make([]byte, 6)
	if _, err := rand.Read(unique); err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	return "t_" + readable[:min(len(readable), maxName)] + "_" + hex.EncodeToString(unique), nil
}

// copyTemplate makes database name as a copy of a migrated template. By copying files: the other
// strategy writes the whole database to the log as well.
func (s *server) copyTemplate(ctx context.Context, from template, name string) error {
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		return execute(ctx, conn, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(from.name)+" OWNER "+quote(role)+" STRATEGY file_copy")
	})
}

func (s *server) drop(ctx context.Context, name string) error {
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		return execute(ctx, conn, "DROP DATABASE "+quote(name)+" WITH (FORCE)")
	})
}

// asSuper lends f a superuser's connection. One per call: a pool would be a goroutine that no test ends.
func (s *server) asSuper(ctx context.Context, f func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.super)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return errors.Join(f(conn), conn.Close(context.WithoutCancel(ctx)))
}

func execute(ctx context.Context, conn *pgx.Conn, statement string) error {
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("pgtest: %s: %w", statement, err)
	}
	return nil
}

func quote(identifier string) string { return pgx.Identifier{identifier}.Sanitize() }
