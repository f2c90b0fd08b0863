package main

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/migrations"
)

// migrateCommand applies migrations.
type migrateCommand struct {
	DatabaseURL string `help:"Postgres, as a URL of the role that owns the schema." env:"DATABASE_URL" required:""`
}

// Run applies what is missing and says where the schema is.
func (c *migrateCommand) Run(ctx context.Context, con console) error {
	if err := migrations.Up(ctx, c.DatabaseURL); err != nil {
		return err
	}
	current, latest, err := migrations.Status(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(con.Out, "schema %d of %d\n", current, latest)
	return err
}
