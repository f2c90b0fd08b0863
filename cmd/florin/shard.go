package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/florinledger/florin/adapters/postgres"
)

// shardCommand looks after a shard.
type shardCommand struct {
	AcceptLoss acceptLossCommand `cmd:"" help:"Go on with a database that has lost acknowledged events."`
}

// acceptLossCommand begins a new timeline. A shard that found less in its database than was
// answered halts until somebody decides that what is lost is lost.
type acceptLossCommand struct {
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
	Reason      string `help:"Why; it is kept with the timeline." required:""`
}

// Run begins the timeline and says from where.
func (c *acceptLossCommand) Run(ctx context.Context, con console) error {
	if strings.TrimSpace(c.Reason) == "" {
		return errors.New("a loss is accepted for a reason")
	}
	pool, err := openPool(ctx, c.DatabaseURL, 1, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	timeline, position, err := postgres.NewStore(pool).AcceptLoss(ctx, shard, c.Reason, operator())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(con.Out, "shard %d goes on after position %d, on timeline %d\n", shard, position, timeline)
	return err
}
