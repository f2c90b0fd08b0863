package postgres

import (
	"context"
	"fmt"
)

// reach makes sure that partitions exist for all positions up to last, and makes the next one ahead
// of time. Only the lack of one that is needed now is an error: what fails ahead of time (somebody
// analyzes the table, and has its lock) is tried again partitionRetry positions later.
func (t *term) reach(ctx context.Context, last int64) error {
	for last >= t.partitionedTo {
		if err := t.ensurePartition(ctx, t.partitionedTo); err != nil {
			return err
		}
	}
	if last+partitionLead < t.partitionedTo || last < t.partitionRetryAt {
		return nil
	}
	if t.ensurePartition(ctx, t.partitionedTo) != nil {
		t.partitionRetryAt = last + partitionRetry
	}
	return nil
}

// ensurePartition makes the partition that holds position, and notes how far partitions reach.
func (t *term) ensurePartition(ctx context.Context, position int64) error {
	if err := t.conn.QueryRow(ctx, ensurePartitionSQL, position).Scan(&t.partitionedTo); err != nil {
		return fmt.Errorf("partition for position %d: %w", position, err)
	}
	return nil
}
