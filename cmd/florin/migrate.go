package main

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/migrations"
)

// migrateCommand applies migrations.
type migrateCommand struct {
	DatabaseURL     string `help:"Postgres, as a URL of the role that owns the schema." env:"DATABASE_URL" required:""`
	KeysDatabaseURL string `help:"Postgres database of the vault, in the same way." env:"KEYS_DATABASE_URL" required:""`
}

// Run applies what is missing and says where the schemas are.
func (c *migrateCommand) Run(ctx context.Context, con console) error {
	if err := migrateBoth(ctx, c.DatabaseURL, c.KeysDatabaseURL); err != nil {
		return err
	}
	current, latest, err := migrations.Status(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	vault, vaultLatest, err := migrations.StatusVault(ctx, c.KeysDatabaseURL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(con.Out, "schema %d of %d\nvault's schema %d of %d\n", current, latest, vault, vaultLatest)
	return err
}

// migrateBoth brings the journal's schema up to date, then the vault's.
func migrateBoth(ctx context.Context, databaseURL, keysDatabaseURL string) error {
	if err := migrations.Up(ctx, databaseURL); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := migrations.UpVault(ctx, keysDatabaseURL); err != nil {
		return fmt.Errorf("migrate the vault: %w", err)
	}
	return nil
}
