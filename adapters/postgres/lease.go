package postgres

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// Campaign implements journal.Store on the server's clock, so that no writer's own clock can
// lengthen a lease; nor can that clock itself by more than journal.MaxLease, if it is set back.
func (s *Store) Campaign(ctx context.Context, shard journal.Shard, holder string) (bool, error) {
	tag, err := s.pool.Exec(ctx, campaignSQL, int16(shard), holder, journal.LeaseTerm, journal.MaxLease)
	if err != nil {
		return false, fmt.Errorf("campaign for shard %d: %w", shard, err)
	}
	return tag.RowsAffected() == 1, nil
}

// Resign implements journal.Store.
func (s *Store) Resign(ctx context.Context, shard journal.Shard, holder string) error {
	if _, err := s.pool.Exec(ctx, resignSQL, int16(shard), holder); err != nil {
		return fmt.Errorf("resign from shard %d: %w", shard, err)
	}
	return nil
}
