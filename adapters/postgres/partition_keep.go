package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	// ErrNoPartition says that the journal has no partition of that name.
	ErrNoPartition = errors.New("the journal has no such partition")
	// ErrNotFull says that a partition is still written to.
	ErrNotFull = errors.New("the partition is not full: the writer would have to wait")
	// ErrTooFar says that partitions were asked for that nobody will need for long.
	ErrTooFar = errors.New("that is too far ahead")
)

// ReachPosition makes the partitions that are missing up to a position, and returns the last position that there is room for.
// The writer makes them by itself, half a partition ahead.
//
// Errors: ErrTooFar, for more than 100 partitions after the journal's end.
func ReachPosition(ctx context.Context, pool *pgxpool.Pool, position int64) (last int64, err error) {
	var head int64
	if err := pool.QueryRow(ctx, `SELECT coalesce(max(position), 0) FROM shard_head`).Scan(&head); err != nil {
		return 0, fmt.Errorf("partitions up to %d: %w", position, err)
	}
	if position > head+maxReach*partitionSize {
		return 0, fmt.Errorf("partitions up to %d: %w: the journal ends at %d", position, ErrTooFar, head)
	}
	for past := head + 1; ; {
		if err := pool.QueryRow(ctx, ensurePartitionSQL, past).Scan(&past); err != nil {
			return 0, fmt.Errorf("partition for position %d: %w", past, err)
		}
		if past > position {
			return past - 1, nil
		}
	}
}

// FreezePartitions freezes those that are full and not frozen yet, and returns which they are, and which of them are not frozen
// all the same: somebody has a snapshot from before they were full, or has the table in use. Those are for later.
//
// It is a vacuum, and so keeps neither readers nor the writer waiting. After each bit of work it rests for a delay, as
// autovacuum does (2 ms); 0 for no rest.
func FreezePartitions(ctx context.Context, pool *pgxpool.Pool, delay time.Duration) (frozen, left []string, err error) {
	before, err := Partitions(ctx, pool)
	if err != nil {
		return nil, nil, err
	}
	before = slices.DeleteFunc(before, func(p Partition) bool { return !p.Full || p.Frozen })
	if len(before) == 0 {
		return nil, nil, nil
	}
	for _, p := range before {
		if err := freeze(ctx, pool, p.Name, delay); err != nil {
			return nil, nil, fmt.Errorf("freeze %s: %w", p.Name, err)
		}
	}
	after, err := Partitions(ctx, pool)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range after {
		switch {
		case !slices.ContainsFunc(before, func(b Partition) bool { return b.Name == p.Name }):
		case p.Frozen:
			frozen = append(frozen, p.Name)
		default:
			left = append(left, p.Name)
		}
	}
	return frozen, left, nil
}

// freeze vacuums a table.
func freeze(ctx context.Context, pool *pgxpool.Pool, table string, delay time.Duration) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT set_config('vacuum_cost_delay', $1, false)`, strconv.FormatInt(delay.Milliseconds(), 10)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "VACUUM (FREEZE, ANALYZE, SKIP_LOCKED) "+pgx.Identifier{table}.Sanitize())
	_, reset := conn.Exec(context.WithoutCancel(ctx), `RESET vacuum_cost_delay`) // the pool has no use for a connection of a vacuum that was cut short
	return errors.Join(err, reset)
}

// MovePartition moves a full partition with its indexes into a tablespace. Whoever reads an event of it waits until it has been
// copied; nobody else does. If it is not free within a while, nothing is done.
//
// Errors: ErrNoPartition, ErrNotFull; else a fault.
func MovePartition(ctx context.Context, pool *pgxpool.Pool, name, tablespace string) error {
	list, err := Partitions(ctx, pool)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(p Partition) bool { return p.Name == name })
	switch {
	case at < 0:
		return fmt.Errorf("%s: %w", name, ErrNoPartition)
	case !list[at].Full:
		return fmt.Errorf("%s: %w", name, ErrNotFull)
	}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		// Everybody queues behind one who waits for a table to be free.
		if _, err := tx.Exec(ctx, `SELECT set_config('lock_timeout', $1, true)`, strconv.FormatInt(moveLockTimeout.Milliseconds(), 10)); err != nil {
			return err
		}
		to := " SET TABLESPACE " + pgx.Identifier{tablespace}.Sanitize()
		if _, err := tx.Exec(ctx, "ALTER TABLE "+pgx.Identifier{name}.Sanitize()+to); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = $1::regclass ORDER BY 1`, name)
		if err != nil {
			return err
		}
		indexes, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, index := range indexes { // as the server quotes them
			if _, err := tx.Exec(ctx, "ALTER INDEX "+index+to); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("move %s: %w", name, err)
	}
	return nil
}
