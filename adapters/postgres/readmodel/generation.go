package readmodel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/users/seal"
)

// Generation is one set of a projection's tables: the one that is read, whichever that is when it is looked
// at, or one that is being built. It is the journal.Target of a projector, and not for use by several at once.
type Generation struct {
	pool  *pgxpool.Pool
	def   definition
	built bool // number is given, and stays
	// As the last look at the checkpoint found them.
	number int
	skips  int
	passed []int64 // events to pass by
}

// Open returns the projections, for their projectors. Of one that has no tables of this version, the first are
// made at once if the journal is empty; else they are asked to be built, which a Rebuilder does, and are held
// until then. With keys, messages are opened for the words that they are found by.
func Open(ctx context.Context, pool *pgxpool.Pool, registry *journal.Registry, keys seal.Keys) ([]*Generation, error) {
	var out []*Generation
	for _, def := range definitions(registry, keys) {
		if err := ensure(ctx, pool, def.kind); err != nil {
			return nil, fmt.Errorf("projection %s: %w", def.name, err)
		}
		out = append(out, &Generation{pool: pool, def: def})
	}
	return out, nil
}

// ensure sees that there are tables of a projection, or that they are asked for, once among all instances.
func ensure(ctx context.Context, pool *pgxpool.Pool, k kind) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := lockName(ctx, tx, k.name); err != nil {
			return err
		}
		var live bool
		var head int64
		if err := tx.QueryRow(ctx, sqlOf("generation_there"), pgx.NamedArgs{"name": k.name, "version": k.version}).Scan(&live, &head); err != nil {
			return err
		}
		if live {
			return nil
		}
		if head > 0 {
			return ask(ctx, tx, k, false, "florin")
		}
		number, err := makeGeneration(ctx, tx, k)
		if err != nil {
			return err
		}
		if err := makeIndexes(ctx, tx, k, number); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO projection_live (name, version, generation) VALUES ($1, $2, $3)`, k.name, k.version, number)
		return err
	})
}

// lockName lets one transaction at a time change which generations of a projection there are.
func lockName(ctx context.Context, tx pgx.Tx, name string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('florin projection ' || $1, 0))`, name)
	return err
}

// makeGeneration makes the next generation's tables, without the indexes that only readers need. Numbers are not
// given twice.
func makeGeneration(ctx context.Context, tx pgx.Tx, k kind) (number int, err error) {
	err = tx.QueryRow(ctx, sqlOf("generation_add"), pgx.NamedArgs{"name": k.name, "version": k.version}).Scan(&number)
	if err == nil {
		_, err = tx.Exec(ctx, statement(k.name+"_tables", schemaOf(k.name, number)))
	}
	return number, err
}

func makeIndexes(ctx context.Context, tx pgx.Tx, k kind, number int) error {
	_, err := tx.Exec(ctx, statement(k.name+"_indexes", schemaOf(k.name, number)))
	return err
}

func schemaOf(name string, generation int) string { return fmt.Sprintf("p_%s_%d", name, generation) }

// Name returns the projection's name.
func (g *Generation) Name() string { return g.def.name }

func (g *Generation) schema() string { return schemaOf(g.def.name, g.number) }

// Checkpoint implements journal.Target.
func (g *Generation) Checkpoint(ctx context.Context) (position int64, err error) {
	name, args := "generation_live", pgx.NamedArgs{"name": g.def.name, "version": g.def.version, "generation": g.number}
	if g.built {
		name = "generation_built"
	}
	var paused bool
	err = g.pool.QueryRow(ctx, sqlOf(name), args).Scan(&g.number, &position, &g.skips, &paused, &g.passed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, query.ErrNotBuilt
	case err != nil:
		return 0, err
	case paused:
		return position, journal.ErrHeld
	}
	return position, nil
}

// The SQLSTATEs of projection_advance: the checkpoint is elsewhere, or may not be moved; an event is not the
// journal's.
const (
	codeOutrun = "FL005"
	codeStale  = "FL006"
)

// Apply implements journal.Target: rows and checkpoint go in one commit and one round trip. Who was outrun asks
// for the checkpoint again: that is also how it learns that other tables are read now, that it is paused, or
// that there is an event to pass by.
func (g *Generation) Apply(ctx context.Context, after int64, events []journal.Event) error {
	if g.number == 0 { // nobody has looked yet
		if _, err := g.Checkpoint(ctx); err != nil {
			return err
		}
	}
	b, last := &pgx.Batch{}, &events[len(events)-1]
	g.queueAdvance(b, after, last)
	if err := g.def.apply(ctx, g.pool, b, g.schema(), without(events, g.passed)); err != nil {
		return err
	}
	// A batch outside of a transaction is one by itself.
	return verdict(g.pool.SendBatch(ctx, b).Close(), last.Position)
}

// queueAdvance queues the checkpoint's move to an event.
func (g *Generation) queueAdvance(b *pgx.Batch, after int64, last *journal.Event) {
	b.Queue(sqlOf("checkpoint_advance"), pgx.NamedArgs{
		"name": g.def.name, "generation": g.number, "skips": g.skips,
		"after": after, "to": last.Position, "prev": last.Prev[:], "leaf": last.Leaf[:],
	})
}

// without leaves out the events to pass by.
func without(events []journal.Event, passed []int64) []journal.Event {
	pass := func(e journal.Event) bool { return slices.Contains(passed, e.Position) }
	if len(passed) == 0 || !slices.ContainsFunc(events, pass) {
		return events
	}
	return slices.DeleteFunc(slices.Clone(events), pass) // they are others' too
}

// verdict says what an error of a commit up to a position means.
func verdict(err error, position int64) error {
	var refused *pgconn.PgError
	switch {
	case !errors.As(err, &refused):
	case refused.Code == codeOutrun:
		return journal.ErrOutrun
	case refused.Code == codeStale:
		return fmt.Errorf("%w: event %d", journal.ErrStale, position)
	}
	return err
}

// maxStuckWhy bounds what is kept of an error, in bytes.
const maxStuckWhy = 1_000

// Stand implements journal.Target.
func (g *Generation) Stand(ctx context.Context, s journal.Standing) error {
	why := s.Why.Error()
	why = strings.ReplaceAll(strings.ToValidUTF8(why[:min(len(why), maxStuckWhy)], "?"), "\x00", "?") // as a text column takes it
	args := pgx.NamedArgs{"name": g.def.name, "generation": g.number, "position": s.Position, "why": why, "pause": s.Pause.Seconds()}
	if _, err := g.pool.Exec(ctx, sqlOf("generation_stuck"), args); err != nil {
		return err
	}
	return s.Rest(ctx, func(ctx context.Context) (now bool, err error) {
		err = g.pool.QueryRow(ctx, sqlOf("generation_due"), args).Scan(&now)
		return now, err
	})
}
