package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// vaultSuffix is what the name of the vault's database has after that of the journal's, where nobody
// says otherwise.
const vaultSuffix = "_keys"

// noSuchDatabase is Postgres' code invalid_catalog_name.
const noSuchDatabase = "3D000"

// vaultBeside returns the URL of a database for the vault beside somebody's own for the journal, and
// makes it where it is missing.
func vaultBeside(ctx context.Context, databaseURL string) (string, error) {
	parsed, err := url.Parse(databaseURL)
	if err != nil || parsed.Scheme == "" || strings.Trim(parsed.Path, "/") == "" {
		return "", errors.New("KEYS_DATABASE_URL is not set, and DATABASE_URL names no database as a URL does: set both")
	}
	parsed.Path += vaultSuffix
	name := strings.TrimPrefix(parsed.Path, "/")
	conn, err := pgx.Connect(ctx, parsed.String())
	if err == nil {
		return parsed.String(), conn.Close(ctx)
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != noSuchDatabase {
		return "", fmt.Errorf("the vault's database %s: %w", name, err)
	}
	if err := createDatabase(ctx, databaseURL, name); err != nil {
		return "", fmt.Errorf("the keys of people want a database of their own: create %s beside the other one, or set KEYS_DATABASE_URL: %w", name, err)
	}
	return parsed.String(), nil
}

func createDatabase(ctx context.Context, databaseURL, name string) (err error) {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	return err
}
