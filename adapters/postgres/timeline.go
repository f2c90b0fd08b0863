package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

//go:embed queries/accept_loss.sql
var acceptLossSQL string

// AcceptLoss begins a new timeline of a shard at what this database holds: what was answered beyond
// it is lost, for the given reason. A writer that still holds the shard is fenced. It returns the
// new timeline and the position it begins after.
func (s *Store) AcceptLoss(ctx context.Context, shard journal.Shard, reason, actor string) (timeline, position int64, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, acceptLossSQL, int16(shard)).Scan(&timeline, &position); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO timelines (shard, timeline, began_after_position, reason, actor) VALUES ($1, $2, $3, $4, $5)`,
			int16(shard), timeline, position, reason, actor)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("accept the loss of shard %d: %w", shard, err)
	}
	return timeline, position, nil
}
