package pgtest

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/migrations"
)

// templateLock is the advisory lock under which role and template are made. Any number that nobody
// else on the server uses; these are the letters "florin".
const templateLock = 0x666c6f72696e

// prepare makes the role and the template where they are missing. Test processes that start at once
// take turns: the first works, the others find it done.
func (s *server) prepare(ctx context.Context) error {
	sum, err := migrations.Checksum()
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.template = "florin_template_" + sum[:16]
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		// Held until the connection closes.
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
		if err := s.ensureRole(ctx, conn); err != nil {
			return err
		}
		return s.ensureTemplate(ctx, conn)
	})
}

// ensureTemplate makes the template under another name, and renames it when it is whole: whatever
// bears the name is complete, also after a test process that was killed half-way.
func (s *server) ensureTemplate(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", s.template).Scan(&exists); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if exists {
		return nil
	}
	part := s.template + "_part"
	if err := execute(ctx, conn, "DROP DATABASE IF EXISTS "+quote(part)+" WITH (FORCE)"); err != nil {
		return err
	}
	// As localpg makes its clusters, whatever the server's own default is.
	if err := execute(ctx, conn, "CREATE DATABASE "+quote(part)+" OWNER "+quote(role)+
		" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		return err
	}
	if err := migrations.Up(ctx, s.service(part)); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	// A template that nobody can enter can always be copied.
	if err := execute(ctx, conn, "ALTER DATABASE "+quote(part)+" ALLOW_CONNECTIONS false"); err != nil {
		return err
	}
	return execute(ctx, conn, "ALTER DATABASE "+quote(part)+" RENAME TO "+quote(s.template))
}
