package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	//go:embed queries/partition_list.sql
	partitionListSQL string
	//go:embed queries/table_sizes.sql
	tableSizesSQL string
)

// Partition is a part of the journal, in a table of its own.
type Partition struct {
	Name string
	// From is the first position that belongs there, and To the last.
	From, To int64
	// Events is how many events it has, of all shards.
	Events int64
	// Table, Indexes and Toast are what it takes on disk, in bytes. In Toast is what was too long for its row.
	Table, Indexes, Toast int64
	// Tablespace is where it lies.
	Tablespace string
	// Full says that nothing is ever added to it again, and Frozen that it is full and no vacuum has anything to do in it for ever.
	Full, Frozen bool
	// Age is how many transactions ago it was last made sure that it has nothing older. From autovacuum_freeze_max_age on the
	// server looks for itself, which costs nothing where all is frozen.
	Age int64
}

// Partitions lists the partitions of the journal in pool's database, in order.
func Partitions(ctx context.Context, pool *pgxpool.Pool) ([]Partition, error) {
	rows, err := pool.Query(ctx, partitionListSQL)
	if err != nil {
		return nil, fmt.Errorf("partitions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Partition, err error) {
		err = row.Scan(&p.Name, &p.From, &p.To, &p.Events, &p.Table, &p.Indexes, &p.Toast, &p.Tablespace, &p.Full, &p.Frozen, &p.Age)
		p.From, p.To = max(p.From, 1), p.To-1 // there is no position 0
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("partitions: %w", err)
	}
	return list, nil
}

// TableSize is what a table takes, with all of its partitions.
type TableSize struct {
	// Name has the schema before it where that is not the usual one.
	Name string
	// Rows is about how many rows there are: so many as the last vacuum or analyze saw.
	Rows int64
	// Table, Indexes and Toast are bytes on disk.
	Table, Indexes, Toast int64
}

// Bytes is all that it takes on disk.
func (t TableSize) Bytes() int64 { return t.Table + t.Indexes + t.Toast }

// TableSizes lists the tables of pool's database, the largest first, and how many events the journal has.
func TableSizes(ctx context.Context, pool *pgxpool.Pool) (list []TableSize, events int64, err error) {
	if err := pool.QueryRow(ctx, `SELECT coalesce(sum(position), 0)::bigint FROM shard_head`).Scan(&events); err != nil {
		return nil, 0, fmt.Errorf("sizes of tables: %w", err)
	}
	rows, err := pool.Query(ctx, tableSizesSQL)
	if err != nil {
		return nil, 0, fmt.Errorf("sizes of tables: %w", err)
	}
	list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[TableSize])
	if err != nil {
		return nil, 0, fmt.Errorf("sizes of tables: %w", err)
	}
	return list, events, nil
}
