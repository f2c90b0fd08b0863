package readmodel

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/query"
)

const (
	// awaitLimit is how long a read waits for a position to become visible.
	awaitLimit = 2 * time.Second
	// awaitPoll and awaitPollMax are the pauses between two looks.
	awaitPoll    = 2 * time.Millisecond
	awaitPollMax = 50 * time.Millisecond
	// seenFor is how long a look at the live generations is good for those who need nothing newer.
	// What they answer is fresh whatever the look says: only the position that they name may be
	// older. Old tables are kept for much longer than that.
	seenFor = 20 * time.Millisecond
)

// Reads answers queries from the live generations.
type Reads struct {
	pool    *pgxpool.Pool
	seen    atomic.Pointer[generations]
	looking chan struct{} // held while somebody looks, for everybody who waits
	// statementPage is how many transactions of a statement are read at once.
	statementPage int
}

// generations are the live ones, as they were at a moment.
type generations struct {
	at        time.Time
	positions map[string]int64
	schemas   *strings.Replacer
	missing   []string // those that have none
}

// NewReads returns the queries over pool.
func NewReads(pool *pgxpool.Pool) *Reads {
	return &Reads{pool: pool, looking: make(chan struct{}, 1), statementPage: statementPageSize}
}

// look returns the live generations as they were within the last age. However many ask at the same
// time, one of them looks.
func (r *Reads) look(ctx context.Context, age time.Duration) (*generations, error) {
	if seen := r.seen.Load(); seen != nil && time.Since(seen.at) < age {
		return seen, nil
	}
	select {
	case r.looking <- struct{}{}:
		defer func() { <-r.looking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if seen := r.seen.Load(); seen != nil && time.Since(seen.at) < age {
		return seen, nil // by whoever was waited for
	}
	seen := &generations{at: time.Now(), positions: map[string]int64{}}
	var name string
	var generation int
	var position int64
	var pairs []string
	names, versions := namesAndVersions()
	rows, err := r.pool.Query(ctx, sqlOf("live"), names, versions) //nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	if err != nil {
		return nil, err
	}
	if _, err := pgx.ForEachRow(rows, []any{&name, &generation, &position}, func() error {
		pairs = append(pairs, "{"+name+"}", schemaOf(name, generation))
		seen.positions[name] = position
		return nil
	}); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, ok := seen.positions[name]; !ok {
			seen.missing = append(seen.missing, name)
		}
	}
	seen.schemas = strings.NewReplacer(pairs...)
	r.seen.Store(seen)
	return seen, nil
}

// rows runs an embedded statement and hands each row to scan.
func (r *Reads) rows(ctx context.Context, name string, args pgx.NamedArgs, scan func(pgx.Rows) error) error {
	return r.run(ctx, sqlOf(name), args, scan)
}

// run runs a statement on the live generations. Tables are dropped long after others took their place; who was
// held up for even longer, and finds none, looks again.
func (r *Reads) run(ctx context.Context, text string, args pgx.NamedArgs, scan func(pgx.Rows) error) error {
	live, err := r.look(ctx, seenFor)
	if err != nil {
		return err
	}
	begun := false
	err = r.runOn(ctx, live, text, args, func(rows pgx.Rows) error {
		begun = true
		return scan(rows)
	})
	if begun || !isDropped(err) {
		return err
	}
	r.seen.CompareAndSwap(live, nil)
	if live, err = r.look(ctx, seenFor); err != nil {
		return err
	}
	return r.runOn(ctx, live, text, args, scan)
}

// isDropped reports whether a statement named tables that are gone.
func isDropped(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && (refused.Code == "42P01" || refused.Code == "3F000")
}

func (r *Reads) runOn(ctx context.Context, live *generations, text string, args pgx.NamedArgs, scan func(pgx.Rows) error) error {
	text = live.schemas.Replace(text)
	for _, name := range live.missing {
		if strings.Contains(text, "{"+name+"}") {
			return fmt.Errorf("projection %s: %w", name, query.ErrNotBuilt)
		}
	}
	rows, err := r.pool.Query(ctx, text, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Built returns query.ErrNotBuilt, with their names, unless every projection has tables that can be read.
func (r *Reads) Built(ctx context.Context) error {
	live, err := r.look(ctx, seenFor)
	if err == nil && len(live.missing) > 0 {
		err = fmt.Errorf("%w: %s", query.ErrNotBuilt, strings.Join(live.missing, ", "))
	}
	return err
}

// Position returns the position that the named projections have all reached.
func (r *Reads) Position(ctx context.Context, names ...string) (int64, error) {
	live, err := r.look(ctx, seenFor)
	if err != nil {
		return 0, err
	}
	return live.reached(names), nil
}

// reached is the position that the named projections have all reached; 0 when one never ran.
func (g *generations) reached(names []string) int64 {
	position := int64(math.MaxInt64)
	for _, name := range names {
		position = min(position, g.positions[name])
	}
	return position
}

// Await waits until the named projections have reached a position, for up to 2 s, and returns how
// far they are. Errors: query.ErrNotYetVisible, ctx's, or the store's.
func (r *Reads) Await(ctx context.Context, position int64, names ...string) (int64, error) {
	deadline := time.Now().Add(awaitLimit)
	age := seenFor
	for pause := awaitPoll; ; pause = min(2*pause, awaitPollMax) {
		live, err := r.look(ctx, age)
		if err != nil {
			return 0, err
		}
		at := live.reached(names)
		switch {
		case at >= position:
			return at, nil
		case time.Now().After(deadline):
			return at, query.ErrNotYetVisible
		case age == seenFor: // it may have come since
			age = awaitPoll
			continue
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return at, ctx.Err()
		}
	}
}

// queryer is a pool or a transaction.
type queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// forEach runs a query and calls f with each row scanned into scans.
func forEach(ctx context.Context, q queryer, sql string, scans []any, f func() error) error {
	rows, err := q.Query(ctx, sql) //nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, scans, f)
	return err
}
