package readmodel

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/query"
)

// compareShown bounds how many rows that differ are kept of a comparison.
const compareShown = 50

// view begins a transaction that sees one moment.
func (r *Rebuilder) view(ctx context.Context) (pgx.Tx, error) {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `SELECT FROM projection_generation LIMIT 1`); err != nil { // the moment is that of the first statement
		_ = tx.Rollback(ctx)
		return nil, err
	}
	return tx, nil
}

// compareIn holds a job's tables against the ones that are read, in a view that has both at one event, and ends
// the job. The new tables are dropped: they were only built for this.
func (r *Rebuilder) compareIn(ctx context.Context, view pgx.Tx, j *job) error {
	if err := r.enter(ctx, r.pool, j, query.StageCompare); err != nil {
		return err
	}
	var live int
	var position int64
	if err := view.QueryRow(ctx, `SELECT g.generation, g.position FROM projection_live l JOIN projection_generation g USING (name, generation)
		WHERE l.name = $1 AND l.version = $2`, j.def.name, j.def.version).Scan(&live, &position); err != nil {
		return err
	}
	c := query.Comparison{Position: position}
	var err error
	c.Rows, err = Compare(ctx, view, j.def.name, schemaOf(j.def.name, live), j.gen.schema(), false, func(d Difference) {
		if c.Differ++; len(c.Differences) < compareShown {
			c.Differences = append(c.Differences, query.RowDifference{Table: d.Table, Key: d.Key, Detail: d.Detail})
		}
	})
	if err != nil {
		return j.fail("compare", err)
	}
	found, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if err := lockName(ctx, tx, j.def.name); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE projection_rebuild SET finished_at = clock_timestamp(), position = $2, total = $2, comparison = $3
			WHERE id = $1 AND finished_at IS NULL`, j.id, position, string(found))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE projection_generation SET retired_at = clock_timestamp() WHERE name = $1 AND generation = $2`, j.def.name, j.gen.number)
		return err
	}); err != nil {
		return err
	}
	log := r.log.Info
	if c.Differ > 0 {
		log = r.log.Error
	}
	log("a projection was compared", "projection", j.def.name, "position", position, "rows", c.Rows, "differ", c.Differ)
	return nil
}
