package main

import (
	"context"
	"errors"

	"github.com/florinledger/florin/cmd/florin/importing"
)

// importCommand posts a journal to a running service. It reads the whole of it first, and posts
// nothing when anything in it cannot be posted.
type importCommand struct{ importing.Config }

// Run posts it. Exit code 1 when something was listed.
func (c *importCommand) Run(ctx context.Context, con console) error {
	err := importing.Run(ctx, c.Config, con.Out, con.Err)
	if errors.Is(err, importing.ErrFound) {
		return errFound
	}
	return err
}
