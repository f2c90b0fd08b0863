package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// natsNode kills each node once, the one that leads the streams among them.
func natsNode(ctx context.Context, s *stage) error {
	for _, name := range topology.NatsNodes() {
		if err := s.Kill(name); err != nil {
			return err
		}
		if err := s.last(ctx); err != nil {
			return err
		}
		if err := s.Start(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// natsAway kills all nodes. Writes travel by the inbox until they are back.
func natsAway(ctx context.Context, s *stage) error {
	if err := s.natsKilled(); err != nil {
		return err
	}
	if err := s.answers(ctx, healed); err != nil {
		return err
	}
	return s.natsStarted(ctx)
}

func (s *stage) natsKilled() error {
	for _, name := range topology.NatsNodes() {
		if err := s.Kill(name); err != nil {
			return err
		}
	}
	return nil
}

// natsStarted starts all nodes at once: one alone has nobody to elect.
func (s *stage) natsStarted(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, name := range topology.NatsNodes() {
		group.Go(func() error { return s.Start(ctx, name) })
	}
	return group.Wait()
}
