package readmodel

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/query"
)

const (
	// awaitLimit is how long a read waits for a position to become visible.
	awaitLimit = 2 * time.Second
	// awaitPoll and awaitPollMax are the pauses between two looks.
	awaitPoll    = 2 * time.Millisecond
	awaitPollMax = 50 * time.Millisecond
	// schemasFor is how long the names of the live generations are believed. Old tables are kept
	// for longer than that.
	schemasFor = time.Second
)

// Reads answers queries from the live generations.
type Reads struct {
	pool *pgxpool.Pool

	mu      sync.Mutex
	schemas *strings.Replacer
	until   time.Time
}

// NewReads returns the queries over pool.
func NewReads(pool *pgxpool.Pool) *Reads { return &Reads{pool: pool} }

// statement returns an embedded statement with {name} replaced by the live schemas.
func (r *Reads) statement(ctx context.Context, text string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); r.schemas == nil || now.After(r.until) {
		var pairs []string
		var name string
		var generation int
		if err := forEach(ctx, r.pool, sqlOf("live_schemas"), []any{&name, &generation}, func() error {
			pairs = append(pairs, "{"+name+"}", fmt.Sprintf("p_%s_%d", name, generation))
			return nil
		}); err != nil {
			return "", err
		}
		r.schemas, r.until = strings.NewReplacer(pairs...), now.Add(schemasFor)
	}
	return r.schemas.Replace(text), nil
}

// rows runs an embedded statement and hands each row to scan.
func (r *Reads) rows(ctx context.Context, name string, args pgx.NamedArgs, scan func(pgx.Rows) error) error {
	return r.run(ctx, sqlOf(name), args, scan)
}

func (r *Reads) run(ctx context.Context, text string, args pgx.NamedArgs, scan func(pgx.Rows) error) error {
	text, err := r.statement(ctx, text)
	if err != nil {
		return err
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

// Position returns the position that the named projections have all reached.
func (r *Reads) Position(ctx context.Context, names ...string) (position int64, err error) {
	err = r.pool.QueryRow(ctx, sqlOf("checkpoint_live"), pgx.NamedArgs{"names": names}).Scan(&position)
	return position, err
}

// Await waits until the named projections have reached a position, for up to 2 s, and returns how
// far they are. Errors: query.ErrNotYetVisible, ctx's, or the store's.
func (r *Reads) Await(ctx context.Context, position int64, names ...string) (int64, error) {
	deadline := time.Now().Add(awaitLimit)
	for pause := awaitPoll; ; pause = min(2*pause, awaitPollMax) {
		at, err := r.Position(ctx, names...)
		if err != nil || at >= position {
			return at, err
		}
		if time.Now().After(deadline) {
			return at, query.ErrNotYetVisible
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
