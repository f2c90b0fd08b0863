package wallets

import (
	"context"
	"io"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/exchange"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// Ports are what the routes of wallets call out to. All of them are needed.
type Ports struct {
	Wallets      Wallets
	Balances     Balances
	Transactions Transactions
	Statements   Statements
	Documents    Documents
	Names        handling.Names
	Exchanges    Exchanges
	Schedules    Schedules
	Withdrawals  Withdrawals
	Owners       handling.Owners
	Destinations *withdrawal.Sealer
}

// Wallets answers what there is of wallets, holds and alerts, from the projection wallets.Wallets.
type Wallets interface {
	Wallet(ctx context.Context, id string) (w wallet.Wallet, ok bool, err error)
	Wallets(ctx context.Context, f wallets.WalletFilter) ([]wallet.Wallet, error)
	Hold(ctx context.Context, id string) (h wallet.Hold, ok bool, err error)
	Holds(ctx context.Context, f wallets.HoldFilter) ([]wallet.Hold, error)
	Alert(ctx context.Context, id string) (a wallets.Alert, ok bool, err error)
	Alerts(ctx context.Context, f wallets.AlertFilter) ([]wallets.Alert, error)
}

// Balances answers what accounts hold, from the projection query.Accounts.
type Balances interface {
	// Balances returns the balances of accounts by address and asset. An empty asset means all.
	Balances(ctx context.Context, ledger, asset string, addresses ...string) ([]query.Balance, error)
}

// Transactions finds transactions, from all three projections of the books.
type Transactions interface {
	// Transactions returns where they are, newest first.
	Transactions(ctx context.Context, f query.TransactionFilter) ([]query.Found, error)
}

// Statements answers what happened in wallets, from the projections of the books and of wallets.
type Statements interface {
	// WalletEntries returns what transactions did to a wallet, newest first.
	WalletEntries(ctx context.Context, f wallets.EntryFilter) ([]wallets.Entry, error)
	// Statement sums a wallet up for a period. Errors: wallets.ErrUnbalanced, ctx's, or the store's.
	Statement(ctx context.Context, f wallets.StatementFilter) (wallets.Statement, error)
	// StatementLines reads the lines of a statement that Statement made. It holds nothing between two pages.
	StatementLines(ctx context.Context, s wallets.Statement) wallets.Lines
}

// Documents writes statements in forms other than JSON. Errors are those of the lines and of the writer.
type Documents interface {
	StatementCSV(w io.Writer, s *wallets.Statement, lines wallets.Lines) error
	// StatementPDF writes nothing before all lines have come. It takes at most MaxPDFLines.
	StatementPDF(w io.Writer, s *wallets.Statement, lines wallets.Lines, madeAt time.Time) error
}

// Exchanges answers which pairs are listed and which quotes were used, from the projection wallets.Wallets.
type Exchanges interface {
	ExchangeRate(ctx context.Context, from, to string) (r exchange.Rate, ok bool, err error)
	ExchangeRates(ctx context.Context, f wallets.RateFilter) ([]exchange.Rate, error)
	// QuoteUse returns the transaction that used a quote; ok is false when none did.
	QuoteUse(ctx context.Context, id string) (transaction string, ok bool, err error)
}

// Schedules answers what there is of schedules, from the projection wallets.Wallets.
type Schedules interface {
	Schedule(ctx context.Context, id string) (sc schedule.Schedule, ok bool, err error)
	// Schedules returns schedules, newest first.
	Schedules(ctx context.Context, f wallets.ScheduleFilter) ([]schedule.Schedule, error)
}

// Withdrawals finds withdrawals, from the projection wallets.Wallets.
type Withdrawals interface {
	// Withdrawals returns where they are shown, newest first.
	Withdrawals(ctx context.Context, f wallets.WithdrawalFilter) ([]wallets.FoundWithdrawal, error)
	// Withdrawal returns where one is shown, by the position of the event that requested it.
	Withdrawal(ctx context.Context, position int64) (at wallets.FoundWithdrawal, ok bool, err error)
}
