package main

import (
	"context"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// serviceKilled kills one instance after the other with -9, whoever leads among them, and starts each again.
func serviceKilled(ctx context.Context, s *stage) error {
	for range s.rounds {
		for _, name := range topology.Instances() {
			if err := s.Kill(name); err != nil {
				return err
			}
			if err := s.answers(ctx, clientsOfPair); err != nil {
				return err
			}
			if err := s.Start(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}
