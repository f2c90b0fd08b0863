package main

import (
	"context"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
)

// addProjectors keeps the projections up, builds those anew that this is asked for, and drops what nobody reads.
func (a *app) addProjectors(ctx context.Context, s *settings, registry *journal.Registry, tail *journal.Tail) error {
	generations, err := readmodel.Open(ctx, a.work, registry, a.vault)
	if err != nil {
		return err
	}
	for _, g := range generations {
		p := journal.NewProjector(g.Name(), tail, g, a.log).Observed(a.observer)
		a.metrics.Projection(p)
		a.does(p.Run)
	}
	if a.builds, err = openPool(ctx, s.DatabaseURL, readmodel.RebuildConnections, 0); err != nil {
		return err
	}
	rebuilder := readmodel.NewRebuilder(a.builds, registry, a.vault, postgres.NewStore(a.builds), tail, a.log)
	a.does(func(ctx context.Context) error { return rebuilder.Run(ctx) })
	a.does(func(ctx context.Context) error { return readmodel.Sweep(ctx, a.builds, a.log) })
	return nil
}

// registerReader has it known which versions of the projections this process reads, so that their tables stay.
func (a *app) registerReader() error {
	holder, err := holderName()
	if err != nil {
		return err
	}
	a.does(func(ctx context.Context) error { return readmodel.Register(ctx, a.work, holder, a.log) })
	return nil
}

// built says whether there is something to read.
func (a *app) built(ctx context.Context) error { return readmodel.NewReads(a.reads).Built(ctx) }
