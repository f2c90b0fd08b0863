package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// natsWiped takes away all that NATS has stored. Postgres is the only truth: commands under way are in its inbox or are
// repeated, and events are published anew.
func natsWiped(ctx context.Context, s *stage) error {
	if err := s.natsKilled(); err != nil {
		return err
	}
	for _, name := range topology.NatsNodes() {
		if err := os.RemoveAll(filepath.Join(s.Dir(), name)); err != nil {
			return err
		}
	}
	return errors.Join(s.natsStarted(ctx), s.answers(ctx, healed))
}

// natsRolledBack puts the store of all nodes back to what it was some requests ago: commands come again that were decided
// long since, sequence numbers are given a second time, and the high water is below the journal.
func natsRolledBack(ctx context.Context, s *stage) error {
	if err := s.natsKilled(); err != nil {
		return err
	}
	for _, name := range topology.NatsNodes() {
		store := filepath.Join(s.Dir(), name)
		if err := os.CopyFS(store+".before", os.DirFS(store)); err != nil {
			return err
		}
	}
	if err := errors.Join(s.natsStarted(ctx), s.answers(ctx, healed), s.natsKilled()); err != nil {
		return err
	}
	for _, name := range topology.NatsNodes() {
		store := filepath.Join(s.Dir(), name)
		if err := errors.Join(os.RemoveAll(store), os.Rename(store+".before", store)); err != nil {
			return err
		}
	}
	return errors.Join(s.natsStarted(ctx), s.answers(ctx, healed))
}
