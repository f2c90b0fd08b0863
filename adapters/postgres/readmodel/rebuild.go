package readmodel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/users/seal"
)

// RebuildConnections is how many connections a Rebuilder wants of its pool: one for the locks, two that read the
// journal, and one for each projection.
const RebuildConnections = 12

const (
	// rebuildPoll is how often it is looked for what is asked for. What failed is taken up again then.
	rebuildPoll = time.Second
	// rebuildClose bounds how many events may be missing when the tables that are read are made to wait for the
	// new ones: that takes some hundred milliseconds.
	rebuildClose = 4_000
)

// Rebuilder fills new generations of projections beside the ones that are read. Whoever runs one, several or none,
// each job is done by one at a time, and goes on from its checkpoint wherever it was when the one before ended.
type Rebuilder struct {
	pool   *pgxpool.Pool
	defs   map[string]definition
	reg    *journal.Registry
	reader journal.Reader
	tail   *journal.Tail
	log    *slog.Logger
	limits loadLimits
}

// NewRebuilder returns a rebuilder that reads the past with reader, and what comes after it from tail, which is
// running.
func NewRebuilder(pool *pgxpool.Pool, registry *journal.Registry, keys seal.Keys, reader journal.Reader, tail *journal.Tail, log *slog.Logger) *Rebuilder {
	r := &Rebuilder{pool: pool, defs: map[string]definition{}, reg: registry, reader: reader, tail: tail, log: log, limits: usualLimits()}
	for _, d := range definitions(registry, keys) {
		r.defs[d.name] = d
	}
	return r
}

// job is a rebuild that is being worked at.
type job struct {
	id      int64
	def     definition
	compare bool
	stage   query.RebuildStage
	gen     *Generation
	locks   *locks

	// bound is where the tables stand that new ones are held against, which do not go further meanwhile.
	bound           int64
	position, total atomic.Int64 // the last event taken, and of how many
}

// Run works at what is asked for of the named projections, all of them if none is named, until ctx ends. It
// returns nil.
func (r *Rebuilder) Run(ctx context.Context, names ...string) error {
	if len(names) == 0 {
		names = Names()
	}
	var working sync.WaitGroup
	defer working.Wait()
	for ctx.Err() == nil {
		jobs, err := r.claim(ctx, names)
		if err != nil && ctx.Err() == nil {
			r.log.Error("rebuilds cannot be looked for", "error", err)
		}
		if len(jobs) > 0 {
			working.Go(func() { r.work(ctx, jobs) })
		}
		select {
		case <-time.After(rebuildPoll):
		case <-ctx.Done():
		}
	}
	return nil
}

// claim returns the jobs that nobody works at. Those of projections that are paused are left.
func (r *Rebuilder) claim(ctx context.Context, names []string) ([]*job, error) {
	_, versions := namesAndVersions()
	args := pgx.NamedArgs{"all": Names(), "versions": versions, "names": names}
	var open bool
	if err := r.pool.QueryRow(ctx, "SELECT EXISTS ("+sqlOf("rebuild_open")+")", args).Scan(&open); err != nil || !open {
		return nil, err
	}
	locks, err := newLocks(ctx, r.pool)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	rows, err := locks.conn.Query(ctx, sqlOf("rebuild_open"), args)
	if err == nil {
		jobs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*job, error) {
			j := &job{locks: locks}
			var name string
			err := row.Scan(&j.id, &name, &j.compare, &j.stage)
			j.def = r.defs[name]
			return j, err
		})
	}
	if err == nil {
		jobs, err = locks.only(ctx, jobs)
	}
	if err != nil || len(jobs) == 0 {
		locks.close()
		return nil, err
	}
	return jobs, nil
}

// work does jobs side by side. One that fails is left to the next look, and does not hold up the others.
func (r *Rebuilder) work(ctx context.Context, jobs []*job) {
	locks := jobs[0].locks
	defer locks.close()
	reporting, stop := context.WithCancel(ctx)
	var reporter sync.WaitGroup
	reporter.Go(func() { r.report(reporting, jobs) })
	defer reporter.Wait()
	defer stop()
	begun := r.each(ctx, jobs, r.begin)
	loading := slices.DeleteFunc(slices.Clone(begun), func(j *job) bool { return j.stage != query.StageLoad })
	left := r.load(ctx, loading)
	r.each(ctx, slices.DeleteFunc(begun, func(j *job) bool { return left[j] }), r.finish)
}

// each does something to every job at once, and returns those that it was done to.
func (r *Rebuilder) each(ctx context.Context, jobs []*job, do func(context.Context, *job) error) []*job {
	var wg sync.WaitGroup
	failed := make([]bool, len(jobs))
	for i, j := range jobs {
		wg.Go(func() {
			if err := do(ctx, j); err != nil {
				failed[i] = true
				r.leave(ctx, j, err)
			}
		})
	}
	wg.Wait()
	var done []*job
	for i, j := range jobs {
		if !failed[i] {
			done = append(done, j)
		}
	}
	return done
}

// leave gives a job up for now, and says why.
func (r *Rebuilder) leave(ctx context.Context, j *job, err error) {
	defer j.locks.give(ctx, j)
	if ctx.Err() != nil || errors.Is(err, journal.ErrOutrun) || errors.Is(err, journal.ErrHeld) {
		return
	}
	r.log.Error("a rebuild stands still", "projection", j.def.name, "position", j.position.Load(), "error", err)
	if _, err := r.pool.Exec(ctx, `UPDATE projection_rebuild SET error = left($2, 1000) WHERE id = $1 AND finished_at IS NULL`, j.id, err.Error()); err != nil {
		r.log.Error("why a rebuild stands still cannot be noted", "projection", j.def.name, "error", err)
	}
}

// begin makes the tables of a job, or finds them as they were left.
func (r *Rebuilder) begin(ctx context.Context, j *job) error {
	head, err := r.reader.Head(ctx, 0)
	if err != nil {
		return err
	}
	var number *int
	var live *int64
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if err := lockName(ctx, tx, j.def.name); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT generation, stage, (SELECT position FROM projection_live l JOIN projection_generation USING (name, generation)
			WHERE l.name = r.name AND l.version = r.version) FROM projection_rebuild r WHERE id = $1 AND finished_at IS NULL`, j.id).Scan(&number, &j.stage, &live); err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
				return journal.ErrOutrun // somebody else has finished it
			}
			return err
		}
		if number != nil {
			return nil
		}
		n, err := makeGeneration(ctx, tx, j.def.kind)
		if err != nil {
			return err
		}
		number, j.stage = &n, query.StageLoad
		_, err = tx.Exec(ctx, `UPDATE projection_rebuild SET generation = $2, stage = $3, begun_at = clock_timestamp(), total = $4 WHERE id = $1`,
			j.id, n, j.stage, head.Position)
		return err
	})
	if err != nil {
		return err
	}
	j.gen = &Generation{pool: r.pool, def: j.def, built: true, number: *number}
	position, err := j.gen.Checkpoint(ctx)
	if err != nil {
		return err
	}
	j.position.Store(position)
	j.total.Store(head.Position)
	log := r.log.Info
	if live == nil {
		log = r.log.Warn // somebody waits for it
	} else {
		j.bound = *live
	}
	log("a projection is built anew", "projection", j.def.name, "version", j.def.version, "generation", j.gen.number,
		"compare", j.compare, "from", position, "to", head.Position)
	return nil
}

// enter notes that a job has come to a stage, unless somebody else has taken it further.
func (r *Rebuilder) enter(ctx context.Context, db execer, j *job, stage query.RebuildStage) error {
	tag, err := db.Exec(ctx, `UPDATE projection_rebuild SET stage = $3, error = NULL WHERE id = $1 AND stage = $2 AND finished_at IS NULL`, j.id, j.stage, stage)
	if err == nil && tag.RowsAffected() == 0 {
		err = journal.ErrOutrun
	}
	return err
}

// fail wraps an error of a job with the projection's name.
func (j *job) fail(what string, err error) error {
	return fmt.Errorf("projection %s: %s: %w", j.def.name, what, err)
}
