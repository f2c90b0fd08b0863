package readmodel

import (
	"context"
	"embed"

	"github.com/jackc/pgx/v5"

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

// kind is what there is to know of a projection without knowing how it is filled.
type kind struct {
	name string
	// version grows with every change of its tables or of what is in them: a program reads only tables
	// that its own version has filled.
	version int
	// money says that it shows money, or decides over some: no event of it is ever passed by.
	money bool
}

// kinds are the projections of this package, in the order in which they are built.
func kinds() []kind {
	return []kind{
		{name: query.Accounts, version: 1, money: true},
		{name: query.Entries, version: 2, money: true},
		{name: query.Transactions, version: 2, money: true},
		{name: wallets.Wallets, version: 5, money: true},
		{name: wallets.Payments, version: 4, money: true},
		{name: people.Users, version: 1},
		{name: messages.Messages, version: 1},
		{name: people.Memberships, version: 1, money: true},
	}
}

// Names are the names of the projections.
func Names() []string {
	var out []string
	for _, k := range kinds() {
		out = append(out, k.name)
	}
	return out
}

// MoneyNames are the names of those that show money, or decide over some.
func MoneyNames() []string {
	var out []string
	for _, k := range kinds() {
		if k.money {
			out = append(out, k.name)
		}
	}
	return out
}

// namesAndVersions are both, as two columns.
func namesAndVersions() (names []string, versions []int) {
	for _, k := range kinds() {
		names, versions = append(names, k.name), append(versions, k.version)
	}
	return names, versions
}

// definition is what a projection is: a kind, and functions over events.
type definition struct {
	kind
	apply applier
	// load returns what fills new tables faster than apply; nil where apply does it.
	load func(loadLimits) loader
	// loaded are the statements that follow a load, before the indexes are made; empty for none.
	loaded []string
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

// definitions are the kinds with their functions.
func definitions(registry *journal.Registry, keys seal.Keys) []definition {
	by := map[string]definition{
		query.Accounts: {apply: byEvents(accountsApplier(registry)), load: func(n loadLimits) loader { return newAccountsLoader(registry, n) },
			loaded: []string{"accounts_add_parts", "accounts_loaded"}},
		query.Entries:      {apply: byEvents(applyEntries), load: func(n loadLimits) loader { return &entriesLoader{limit: n.rows} }},
		query.Transactions: {apply: byEvents(transactionsApplier(registry)), load: func(n loadLimits) loader { return &transactionsLoader{registry: registry, limit: n.rows} }},
		wallets.Wallets:    {apply: byEvents(walletsApplier(registry))},
		wallets.Payments:   {apply: byEvents(paymentsApplier(registry))},
		people.Users:       {apply: byEvents(usersApplier(registry))},
		messages.Messages:  {apply: messagesApplier(registry, keys)},
		people.Memberships: {apply: byEvents(membershipsApplier(registry))},
	}
	var out []definition
	for _, k := range kinds() {
		d := by[k.name]
		d.kind = k
		out = append(out, d)
	}
	return out
}
