package readmodel

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	messages "github.com/florinledger/florin/messaging/query"
	people "github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/users/seal"
	wallets "github.com/florinledger/florin/wallet/query"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// sqlOf returns an embedded statement. The files are compiled in, so a missing one is found by the
// first test.
func sqlOf(name string) string {
	text, err := sqlFiles.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// definition is what a projection is: a name, a version, tables, and a function over events.
type definition struct {
	name    string
	version int
	apply   applier
}

// applier queues what events change. It makes no effects. What it has to know besides the events it reads
// from db: the tables are as the events before these left them, or, where another instance was faster,
// nothing of what is queued is committed.
type applier func(ctx context.Context, db queryer, b *pgx.Batch, schema string, events []journal.Event) error

// byEvents is an applier that needs nothing but the events.
func byEvents(apply func(b *pgx.Batch, schema string, events []journal.Event) error) applier {
	return func(_ context.Context, _ queryer, b *pgx.Batch, schema string, events []journal.Event) error {
		return apply(b, schema, events)
	}
}

// definitions are the projections of this package, in the order in which they are built.
func definitions(registry *journal.Registry, keys seal.Keys) []definition {
	return []definition{
		{name: query.Accounts, version: 1, apply: byEvents(accountsApplier(registry))},
		{name: query.Entries, version: 2, apply: byEvents(applyEntries)},
		{name: query.Transactions, version: 2, apply: byEvents(transactionsApplier(registry))},
		{name: wallets.Wallets, version: 5, apply: byEvents(walletsApplier(registry))},
		{name: wallets.Payments, version: 2, apply: byEvents(paymentsApplier(registry))},
		{name: people.Users, version: 1, apply: byEvents(usersApplier(registry))},
		{name: messages.Messages, version: 1, apply: messagesApplier(registry, keys)},
		{name: people.Memberships, version: 1, apply: byEvents(membershipsApplier(registry))},
	}
}

// Names are the names of the projections.
func Names() []string {
	return []string{query.Accounts, query.Entries, query.Transactions, wallets.Wallets, wallets.Payments, people.Users, messages.Messages, people.Memberships}
}

// Generation is one set of a projection's tables. It is the journal.Target of a projector.
type Generation struct {
	pool   *pgxpool.Pool
	def    definition
	number int
}

// Open returns the live generation of each projection, and makes the first of one that has none. With keys,
// messages are opened for the words that they are found by.
func Open(ctx context.Context, pool *pgxpool.Pool, registry *journal.Registry, keys seal.Keys) ([]*Generation, error) {
	var out []*Generation
	for _, def := range definitions(registry, keys) {
		g := &Generation{pool: pool, def: def}
		if err := g.ensure(ctx); err != nil {
			return nil, fmt.Errorf("projection %s: %w", def.name, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// Name returns the projection's name.
func (g *Generation) Name() string { return g.def.name }

func (g *Generation) schema() string { return fmt.Sprintf("p_%s_%d", g.def.name, g.number) }

// ensure finds the live generation or makes generation 1, once among all instances.
func (g *Generation) ensure(ctx context.Context) error {
	return pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		lock := fnv.New64a()
		lock.Write([]byte("florin projection " + g.def.name))
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(lock.Sum64())); err != nil {
			return err
		}
		var version int
		err := tx.QueryRow(ctx, `SELECT generation, version FROM projection_live JOIN projection_generation USING (name, generation) WHERE name = $1`,
			g.def.name).Scan(&g.number, &version)
		if err == nil && version != g.def.version {
			return fmt.Errorf("generation %d of its tables was made by version %d, and this binary has version %d: drop the tables as "+
				"docs/operating.md says under \"Rebuilding the projections\", or remove the folder .florin of a development service", g.number, version, g.def.version)
		}
		if err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		g.number = 1
		ddl := strings.ReplaceAll(sqlOf(g.def.name+"_tables"), "{schema}", g.schema())
		if _, err := tx.Exec(ctx, ddl); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO projection_generation (name, generation, version) VALUES ($1, $2, $3)`,
			g.def.name, g.number, g.def.version); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO projection_live (name, generation) VALUES ($1, $2)`, g.def.name, g.number)
		return err
	})
}

// Checkpoint implements journal.Target.
func (g *Generation) Checkpoint(ctx context.Context) (position int64, err error) {
	err = g.pool.QueryRow(ctx, `SELECT position FROM projection_generation WHERE name = $1 AND generation = $2`,
		g.def.name, g.number).Scan(&position)
	return position, err
}

// The SQLSTATEs of projection_advance: the checkpoint is elsewhere; an event is not the journal's.
const (
	codeOutrun = "FL005"
	codeStale  = "FL006"
)

// Apply implements journal.Target: rows and checkpoint go in one commit and one round trip.
func (g *Generation) Apply(ctx context.Context, after int64, events []journal.Event) error {
	b, last := &pgx.Batch{}, &events[len(events)-1]
	b.Queue(sqlOf("checkpoint_advance"), pgx.NamedArgs{
		"name": g.def.name, "generation": g.number, "after": after, "to": last.Position, "prev": last.Prev[:], "leaf": last.Leaf[:],
	})
	if err := g.def.apply(ctx, g.pool, b, g.schema(), events); err != nil {
		return err
	}
	// A batch outside of a transaction is one by itself.
	err := g.pool.SendBatch(ctx, b).Close()
	var refused *pgconn.PgError
	switch {
	case !errors.As(err, &refused):
	case refused.Code == codeOutrun:
		return journal.ErrOutrun
	case refused.Code == codeStale:
		return fmt.Errorf("%w: event %d", journal.ErrStale, last.Position)
	}
	return err
}
