package main

import (
	"context"
	"errors"

	"github.com/florinledger/florin/cmd/florin/importing"
)

// importCommand posts a journal to a running service. It reads the whole of it first, and posts
// nothing when anything in it cannot be posted. Or it fills an empty database with what florin export wrote.
type importCommand struct {
	importing.Config

	Whole       bool   `help:"The file is one of florin export: check it and fill an empty database with it. Needs no service; flags of postings mean nothing."`
	DatabaseURL string `help:"Postgres, as a URL, for --whole." env:"DATABASE_URL"`
}

// Run posts it. Exit code 1 when something was listed.
func (c *importCommand) Run(ctx context.Context, con console) error {
	if c.Whole {
		return importWhole(ctx, c.File, c.DatabaseURL, con.Out)
	}
	err := importing.Run(ctx, c.Config, con.Out, con.Err)
	if errors.Is(err, importing.ErrFound) {
		return errFound
	}
	return err
}
