// Package postgres keeps Florin's truth: the journal, the outcomes of commands, the state that
// decisions stand on, and the read models.
//
// The journal's rules are in the schema (migrations/00001_journal.sql); this package is how the
// writer gets at it:
//
//   - A writer campaigns for a lease on the server's clock (lease.go). The lease says who should
//     write. It is not what keeps two writers apart.
//   - What keeps them apart is the epoch in shard_head. Taking over ends the old writer's backend,
//     raises the epoch, and only then reads (takeover.go); every commit begins with a
//     compare-and-set on epoch and position (append.go).
//   - A commit is one send and one answer: no transaction ever waits for its client.
//   - An error is told apart by its SQLSTATE, never by its text (append_verdict.go).
//
// A writer needs a session of its own. A pooler that shares sessions between clients (pgbouncer in
// transaction mode) may stand before the pool, not before the writer.
package postgres

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
)

// Store is the journal in Postgres. It is safe for use by many goroutines.
type Store struct {
	pool *pgxpool.Pool
}

var (
	_ journal.Store  = (*Store)(nil)
	_ journal.Reader = (*Store)(nil)
	_ journal.Inbox  = (*Store)(nil)
)

// NewStore returns the journal in pool's database, whose schema is up to date. Reads go through
// the pool; each term of office has a connection of its own beside it, made with the pool's
// settings.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }
