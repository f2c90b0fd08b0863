package pgtest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// role is who the tests connect as, by the name it has in production.
const role = "florin"

// rolePassword derives the role's password from the superuser's, so that processes which know nothing
// but the same FLORIN_TEST_POSTGRES agree on it.
func rolePassword(superURL string) (string, error) {
	parsed, err := url.Parse(superURL)
	if err != nil || parsed.Host == "" {
		return "", fmt.Errorf("pgtest: %s is not of the form postgres://user:password@host:port/database", Env)
	}
	secret, _ := parsed.User.Password() // a server that asks for none takes any
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte("pgtest: " + role))
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// setRole gives the role of a server of our own the derived password, in place of localpg's random one.
func setRole(ctx context.Context, superURL string) error {
	password, err := rolePassword(superURL)
	if err != nil {
		return err
	}
	s := &server{super: superURL}
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		return execute(ctx, conn, "ALTER ROLE "+quote(role)+" PASSWORD '"+password+"'")
	})
}

// ensureRole makes the role where it is missing. One that is there is left alone, password and all:
// somebody may have named a server by mistake that is in use.
func (s *server) ensureRole(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&exists); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if !exists {
		return execute(ctx, conn, "CREATE ROLE "+quote(role)+" LOGIN PASSWORD '"+s.password+"'")
	}
	check, err := pgx.Connect(ctx, s.service(conn.Config().Database))
	if err != nil {
		return fmt.Errorf("pgtest: the role %s of the server in %s has a password that is not from pgtest; use a server for tests alone: %w", role, Env, err)
	}
	return errors.Join(check.Close(ctx))
}
