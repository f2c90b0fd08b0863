package readmodel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

const (
	// finishPoll is how long a rebuild that has nothing to do waits for others.
	finishPoll = 50 * time.Millisecond
	// finishBackoff is the longest pause before it tries an event again that it cannot take.
	finishBackoff = 10 * time.Second
)

// finish takes a job from what was loaded to its end.
func (r *Rebuilder) finish(ctx context.Context, j *job) error {
	if j.stage == query.StageLoad {
		if err := r.enter(ctx, r.pool, j, query.StageIndex); err != nil {
			return err
		}
		j.stage = query.StageIndex
	}
	if j.stage == query.StageIndex {
		if err := r.index(ctx, j); err != nil {
			return j.fail("index", err)
		}
		j.stage = query.StageFollow
	}
	if err := r.follow(ctx, j); err != nil {
		return j.fail("follow", err)
	}
	j.locks.give(ctx, j)
	return nil
}

// indexMemory is what the server may take to build an index, or to add up what was loaded in parts.
const indexMemory = "128MB"

// index makes what readers find rows by, and has the server know the tables: the first reader is to be as fast as
// the last was.
func (r *Rebuilder) index(ctx context.Context, j *job) error {
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if err := r.enter(ctx, tx, j, query.StageFollow); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT set_config('maintenance_work_mem', $1, true), set_config('work_mem', $1, true)`, indexMemory); err != nil {
			return err
		}
		for _, name := range j.def.loaded {
			if _, err := tx.Exec(ctx, statement(name, j.gen.schema())); err != nil {
				return err
			}
		}
		return makeIndexes(ctx, tx, j.def.kind, j.gen.number)
	})
	if err != nil {
		return err
	}
	for _, table := range tablesOf(j.def.name) {
		if _, err := r.pool.Exec(ctx, "VACUUM (ANALYZE) "+pgx.Identifier{j.gen.schema(), table}.Sanitize()); err != nil {
			return err
		}
	}
	return nil
}

// follow takes what has happened since, as a projector does, until the new tables are as far as the ones that are
// read, and ends the job.
func (r *Rebuilder) follow(ctx context.Context, j *job) error {
	backoff := finishPoll
	for {
		at, err := j.gen.Checkpoint(ctx)
		if err != nil {
			return err
		}
		end, err := r.end(ctx, j)
		if err != nil {
			return err
		}
		j.position.Store(at)
		j.total.Store(end)
		done, err := r.step(ctx, j, at, end)
		if done {
			return err
		}
		switch {
		case errors.Is(err, journal.ErrOutrun): // it may be paused, or has something to pass by
		case err != nil:
			at, about := journal.Stands(err)
			if !about {
				return err
			}
			at.Pause = backoff
			if err := r.stand(ctx, j, at, err); err != nil {
				return err
			}
			backoff = min(2*backoff, finishBackoff)
			continue
		}
		backoff = finishPoll
		if end-at <= rebuildClose {
			if err := rest(ctx, finishPoll); err != nil {
				return err
			}
		}
	}
}

// step takes the next events, or the last ones and ends the job: then done is true.
func (r *Rebuilder) step(ctx context.Context, j *job, at, end int64) (done bool, err error) {
	if end-at <= rebuildClose {
		return r.close(ctx, j)
	}
	events, err := r.tail.Read(ctx, at, rebuildClose)
	if err == nil {
		_, err = journal.Project(ctx, j.gen, at, upTo(events, end))
	}
	return false, err
}

// stand notes what a job stands at, and waits before it tries again.
func (r *Rebuilder) stand(ctx context.Context, j *job, at journal.Standing, err error) error {
	r.log.Error("a rebuild stands still", "projection", j.def.name, "error", err)
	if _, err := r.pool.Exec(ctx, `UPDATE projection_rebuild SET error = left($2, 1000) WHERE id = $1 AND finished_at IS NULL`, j.id, err.Error()); err != nil {
		return err
	}
	if err := j.gen.Stand(ctx, at); err != nil {
		return err
	}
	return ctx.Err()
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end is the last event that a job has to take now: the journal's or, to compare, that of the tables that are read.
func (r *Rebuilder) end(ctx context.Context, j *job) (position int64, err error) {
	if !j.compare {
		head, err := r.reader.Head(ctx, 0)
		return head.Position, err
	}
	err = r.pool.QueryRow(ctx, `SELECT g.position FROM projection_live l JOIN projection_generation g USING (name, generation)
		WHERE l.name = $1 AND l.version = $2`, j.def.name, j.def.version).Scan(&position)
	return position, err
}

// close has the tables that are read wait for the new ones, takes the last events, and swaps or compares. done is
// false when there were too many of them.
func (r *Rebuilder) close(ctx context.Context, j *job) (done bool, err error) {
	var snapshot pgx.Tx
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if err := lockName(ctx, tx, j.def.name); err != nil {
			return err
		}
		live, err := lockLive(ctx, tx, j)
		if err != nil {
			return err
		}
		end, err := r.reader.Head(ctx, 0)
		if err != nil {
			return err
		}
		if j.compare {
			end.Position = live.own
		}
		if at, err := r.catchUp(ctx, j, end.Position); err != nil || at < end.Position || at < live.furthest && !j.compare {
			return err
		}
		done = true
		if j.compare {
			// A view of both, now that they stand at one event. The live one is held up no longer than it takes to ask.
			snapshot, err = r.view(ctx)
			return err
		}
		return r.swap(ctx, tx, j, live)
	})
	switch {
	case err != nil || !done:
		return false, err
	case snapshot != nil:
		defer snapshot.Rollback(context.WithoutCancel(ctx))
		return true, r.compareIn(ctx, snapshot, j)
	}
	r.log.Info("a projection was built anew", "projection", j.def.name, "version", j.def.version, "generation", j.gen.number, "position", j.position.Load())
	return true, nil
}

// liveOnes are the generations of a projection that are read, by whichever version.
type liveOnes struct {
	generation int   // of this version; 0 for none
	own        int64 // where it stands
	furthest   int64 // where the furthest of any version stands
}

// lockLive keeps the generations that are read where they are until tx ends.
func lockLive(ctx context.Context, tx pgx.Tx, j *job) (out liveOnes, err error) {
	var generation, version int
	var position int64
	//nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	rows, err := tx.Query(ctx, `SELECT g.generation, l.version, g.position FROM projection_live l JOIN projection_generation g USING (name, generation)
		WHERE l.name = $1 ORDER BY g.generation FOR UPDATE OF g`, j.def.name)
	if err != nil {
		return out, err
	}
	_, err = pgx.ForEachRow(rows, []any{&generation, &version, &position}, func() error {
		out.furthest = max(out.furthest, position)
		if version == j.def.version {
			out.generation, out.own = generation, position
		}
		return nil
	})
	return out, err
}

// catchUp takes the last events up to end, unless there are many, and returns how far it came.
func (r *Rebuilder) catchUp(ctx context.Context, j *job, end int64) (int64, error) {
	at, err := j.gen.Checkpoint(ctx)
	if err != nil || end-at > 2*rebuildClose {
		return at, err
	}
	for at < end {
		events, err := r.reader.Events(ctx, 0, at, int(min(end-at, rebuildClose)))
		if err != nil {
			return at, err
		}
		if len(events) == 0 {
			return at, fmt.Errorf("%w: the journal has no event %d", journal.ErrStale, at+1)
		}
		if at, err = journal.Project(ctx, j.gen, at, events); err != nil {
			return at, err
		}
		j.position.Store(at)
	}
	return at, nil
}

// swap has readers read the new tables, and ends the job. What was read stays as it is, since somebody may be
// reading it.
func (r *Rebuilder) swap(ctx context.Context, tx pgx.Tx, j *job, live liveOnes) error {
	if err := r.enter(ctx, tx, j, query.StageDone); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE projection_generation SET retired_at = clock_timestamp() WHERE name = $1 AND generation = $2`, j.def.name, live.generation)
	b.Queue(`INSERT INTO projection_live (name, version, generation) VALUES ($1, $2, $3)
		ON CONFLICT (name, version) DO UPDATE SET generation = excluded.generation`, j.def.name, j.def.version, j.gen.number)
	b.Queue(`UPDATE projection_rebuild SET finished_at = clock_timestamp(), position = $2, total = $2 WHERE id = $1`, j.id, j.position.Load())
	return tx.SendBatch(ctx, b).Close()
}
