package localpg

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const (
	// ServiceDatabase is a database that every cluster has from its first start. The role florin owns it.
	ServiceDatabase = "florin"
	// VaultDatabase is another one, for the keys of people.
	VaultDatabase = "florin_keys"
)

// ensureRoles makes the role and the databases of the service where they are missing: on the first
// start, or on the second where the first was cut short.
func ensureRoles(ctx context.Context, superURL, password string) (err error) {
	conn, err := pgx.Connect(ctx, superURL)
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()

	var hasRole bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", serviceRole).Scan(&hasRole)
	if err != nil {
		return fmt.Errorf("localpg: look for the service's role: %w", err)
	}
	if !hasRole {
		// A password cannot be a parameter here; newPassword's has nothing to escape.
		if _, err := conn.Exec(ctx, "CREATE ROLE "+pgx.Identifier{serviceRole}.Sanitize()+" LOGIN PASSWORD '"+password+"'"); err != nil {
			return fmt.Errorf("localpg: create the service's role: %w", err)
		}
	}
	return errors.Join(ensureDatabase(ctx, conn, ServiceDatabase), ensureDatabase(ctx, conn, VaultDatabase))
}

func ensureDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return fmt.Errorf("localpg: look for the database %s: %w", name, err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" OWNER "+pgx.Identifier{serviceRole}.Sanitize()); err != nil {
		return fmt.Errorf("localpg: create the database %s: %w", name, err)
	}
	return nil
}
