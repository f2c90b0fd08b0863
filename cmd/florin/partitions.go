package main

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/ledger/journal"
)

const (
	// partitionInterval is how often the journal's partitions are looked at, by whoever holds the shard.
	partitionInterval = time.Minute
	// partitionAgain is when one is tried again that could not be frozen: a snapshot that keeps it from it lasts as long as a dump.
	partitionAgain = 10 * time.Minute
	// partitionRest is how long a vacuum rests after each bit of work: as autovacuum does.
	partitionRest = 2 * time.Millisecond
)

// partitions looks after the partitions of the journal as long as this process holds the shard: what is full is frozen once, so
// that the server never has to do it at a time of its own choosing. It shows how they are.
type partitions struct {
	pool *pgxpool.Pool
	// leads reports whether this process holds the shard.
	leads func() bool
	log   *slog.Logger
	show  func(*telemetry.Partitions)
	// again is when the next vacuum may be made.
	again time.Time
}

// run looks until ctx ends. It returns nil.
func (p *partitions) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if !p.leads() {
			p.show(nil)
			pause(ctx, journal.LeaseRenewal)
			continue
		}
		seen, err := p.keep(ctx)
		if err != nil && ctx.Err() == nil {
			p.log.Warn("the journal's partitions cannot be looked after", "error", err)
		}
		p.show(seen)
		pause(ctx, partitionInterval)
	}
	return nil
}

// keep freezes what is full, and says how the partitions are; nil with an error.
func (p *partitions) keep(ctx context.Context) (*telemetry.Partitions, error) {
	list, err := postgres.Partitions(ctx, p.pool)
	if err != nil {
		return nil, err
	}
	if now := time.Now(); slices.ContainsFunc(list, waits) && now.After(p.again) {
		p.again = now.Add(partitionAgain)
		if err := p.freeze(ctx); err != nil {
			return nil, err
		}
		if list, err = postgres.Partitions(ctx, p.pool); err != nil {
			return nil, err
		}
	}
	seen := &telemetry.Partitions{Number: len(list)}
	for _, it := range list {
		seen.Ahead += it.To - it.From + 1 - it.Events
		seen.Bytes += it.Table + it.Indexes + it.Toast
		if waits(it) {
			seen.Unfrozen++
		}
	}
	return seen, nil
}

// waits reports whether a partition is to be frozen.
func waits(p postgres.Partition) bool { return p.Full && !p.Frozen }

// freeze freezes what waits, by a connection of its own: a vacuum takes minutes, and those of the pool are counted.
func (p *partitions) freeze(ctx context.Context) error {
	pool, err := openPool(ctx, p.pool.Config().ConnString(), 1, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	frozen, left, err := postgres.FreezePartitions(ctx, pool, partitionRest)
	if err == nil {
		p.log.Info("partitions of the journal are full", "frozen", frozen, "left", left)
	}
	return err
}
