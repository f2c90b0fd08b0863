package books

import (
	"context"

	"github.com/florinledger/florin/ledger/query"
)

// Ports are what the routes of the books call out to. All of them are needed.
type Ports struct {
	Books        Books
	Accounts     Accounts
	Transactions Transactions
}

// Books answers what there is of ledgers and assets, from the projection query.Accounts.
type Books interface {
	Ledger(ctx context.Context, name string) (l query.Ledger, ok bool, err error)
	Ledgers(ctx context.Context, after string, limit int) ([]query.Ledger, error)
	Assets(ctx context.Context) ([]query.Asset, error)
	TrialBalance(ctx context.Context, ledger, asset string, depth, limit int) (query.TrialBalance, error)
}

// Accounts answers what there is of accounts, from query.Accounts and query.Entries.
type Accounts interface {
	Account(ctx context.Context, ledger, address string) (a query.Account, ok bool, err error)
	Accounts(ctx context.Context, f query.AccountFilter) ([]query.Account, error)
	// Balances returns the balances of accounts by address and asset. An empty asset means all.
	Balances(ctx context.Context, ledger, asset string, addresses ...string) ([]query.Balance, error)
	Entries(ctx context.Context, f query.EntryFilter) ([]query.Entry, error)
}

// Transactions finds transactions, from all three projections of the books.
type Transactions interface {
	// Transactions returns where they are, newest first.
	Transactions(ctx context.Context, f query.TransactionFilter) ([]query.Found, error)
	// Reversed returns, of the transactions at positions, the ids of those that reversed them.
	Reversed(ctx context.Context, positions []int64) (map[int64]string, error)
}
