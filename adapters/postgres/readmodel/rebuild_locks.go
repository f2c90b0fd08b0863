package readmodel

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// locks are the jobs that one run works at, as locks of the server's, which go with their connection: whoever is
// killed has none. They only keep two from doing the same. What is right rests on checkpoints and stages, which
// are moved in the transactions that do the work.
type locks struct {
	mu   sync.Mutex
	conn *pgx.Conn
}

// lockClose is how long the server may take to be told that a run is over.
const lockClose = 5 * time.Second

func newLocks(ctx context.Context, pool *pgxpool.Pool) (*locks, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &locks{conn: conn.Hijack()}, nil
}

// only returns the jobs that nobody else works at.
func (l *locks) only(ctx context.Context, jobs []*job) (own []*job, err error) {
	for _, j := range jobs {
		var free bool
		if err := l.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended('florin rebuild', $1))`, j.id).Scan(&free); err != nil {
			return nil, err
		}
		if free {
			own = append(own, j)
		}
	}
	return own, nil
}

// give lets others have a job. Where the connection is gone, they have it already.
func (l *locks) give(ctx context.Context, j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.conn.Exec(ctx, `SELECT pg_advisory_unlock(hashtextextended('florin rebuild', $1))`, j.id)
}

func (l *locks) close() {
	ctx, cancel := context.WithTimeout(context.Background(), lockClose)
	defer cancel()
	_ = l.conn.Close(ctx)
}

// execer is a pool, a connection or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}
