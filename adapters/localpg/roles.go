package localpg

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ServiceDatabase is the database that every cluster has from its first start. The role florin owns it.
const ServiceDatabase = "florin"

// ensureRoles makes the role and the database of the service where they are missing: on the first
// start, or on the second where the first was cut short.
func ensureRoles(ctx context.Context, superURL, password string) (err error) {
	conn, err := pgx.Connect(ctx, superURL)
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()

	var hasRole, hasDatabase bool
	err = conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1),
		       EXISTS (SELECT FROM pg_database WHERE datname = $2)`,
		serviceRole, ServiceDatabase).Scan(&hasRole, &hasDatabase)
	if err != nil {
		return fmt.Errorf("localpg: look for the service's role: %w", err)
	}
	role, database := pgx.Identifier{serviceRole}.Sanitize(), pgx.Identifier{ServiceDatabase}.Sanitize()
	if !hasRole {
		// A password cannot be a parameter here; newPassword's has nothing to escape.
		if _, err := conn.Exec(ctx, "CREATE ROLE "+role+" LOGIN PASSWORD '"+password+"'"); err != nil {
			return fmt.Errorf("localpg: create the service's role: %w", err)
		}
	}
	if !hasDatabase {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+database+" OWNER "+role); err != nil {
			return fmt.Errorf("localpg: create the service's database: %w", err)
		}
	}
	return nil
}
