package pgtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/migrations"
)

// templateLock is the advisory lock under which role and template are made. Any number that nobody
// else on the server uses; these are the letters "florin".
const templateLock = 0x666c6f72696e

// template is a migrated database that others are copies of.
type template struct {
	name    string
	migrate func(ctx context.Context, databaseURL string) error
}

// templates returns the journal's and the vault's. Their names tell their schemas apart.
func templates() (journal, vault template, err error) {
	sum, err := migrations.Checksum()
	if err != nil {
		return template{}, template{}, fmt.Errorf("pgtest: %w", err)
	}
	vaultSum, err := migrations.ChecksumVault()
	if err != nil {
		return template{}, template{}, fmt.Errorf("pgtest: %w", err)
	}
	return template{name: "florin_template_" + sum[:16], migrate: migrations.Up},
		template{name: "florin_vault_template_" + vaultSum[:16], migrate: migrations.UpVault}, nil
}

// prepare makes the role and the templates where they are missing. Test processes that start at once
// take turns: the first works, the others find it done.
func (s *server) prepare(ctx context.Context) (err error) {
	if s.journal, s.vault, err = templates(); err != nil {
		return err
	}
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		// Held until the connection closes.
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
		if err := s.ensureRole(ctx, conn); err != nil {
			return err
		}
		return errors.Join(s.ensureTemplate(ctx, conn, s.journal), s.ensureTemplate(ctx, conn, s.vault))
	})
}

// ensureTemplate makes the template under another name, and renames it when it is whole: whatever
// bears the name is complete, also after a test process that was killed half-way.
func (s *server) ensureTemplate(ctx context.Context, conn *pgx.Conn, wanted template) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", wanted.name).Scan(&exists); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if exists {
		return nil
	}
	part := wanted.name + "_part"
	if err := execute(ctx, conn, "DROP DATABASE IF EXISTS "+quote(part)+" WITH (FORCE)"); err != nil {
		return err
	}
	// As localpg makes its clusters, whatever the server's own default is.
	if err := execute(ctx, conn, "CREATE DATABASE "+quote(part)+" OWNER "+quote(role)+
		" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		return err
	}
	if err := wanted.migrate(ctx, s.service(part)); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	// A template that nobody can enter can always be copied.
	if err := execute(ctx, conn, "ALTER DATABASE "+quote(part)+" ALLOW_CONNECTIONS false"); err != nil {
		return err
	}
	return execute(ctx, conn, "ALTER DATABASE "+quote(part)+" RENAME TO "+quote(wanted.name))
}
