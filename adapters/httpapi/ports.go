package httpapi

import (
	"context"
	"io"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/messaging"
	messages "github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/membership"
	people "github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// Ports are what the handlers call out to. All of them are needed, but for a provider of payments.
type Ports struct {
	Commands     Commands
	Outcomes     Outcomes
	Journal      Journal
	Positions    Positions
	Books        Books
	Accounts     Accounts
	Transactions Transactions
	Wallets      Wallets
	Schedules    Schedules
	Memberships  Memberships
	Statements   Statements
	Exchanges    Exchanges
	Documents    Documents
	Stripe       Provider
	People       People
	Messages     Messages
	Names        Names
	Sealer       *messaging.Sealer
	Mailboxes    *Mailboxes
	Withdrawals  Withdrawals
	Owners       Owners
	Destinations *withdrawal.Sealer
	Payments     Payments
	Handovers    *payment.Sealer
	// PaymentProvider is the name of the provider of new payments; empty for none.
	PaymentProvider string
	Webhooks        Webhooks
}

// Commands takes commands to the writer: *journal.Dispatcher.
type Commands interface {
	// Do has a command decided. A refusal is an answer, not an error. Errors:
	// journal.ErrOutcomeUnknown, ctx's, or the store's.
	Do(ctx context.Context, c journal.Command) (journal.Answer, error)
	// Record is Do for a command that tells of what has happened: it is never too late for it.
	Record(ctx context.Context, c journal.Command) (journal.Answer, error)
	// Accept makes a command safe, and does not wait for its outcome.
	Accept(ctx context.Context, c journal.Command) error
}

// Outcomes knows how commands ended: any journal.Inbox.
type Outcomes interface {
	// Outcome returns how a command ended. ok is false while it has not; waiting then says whether
	// it will, and the answer whose command it is and what it asks (Outcome.Caller, Type, Hash).
	Outcome(ctx context.Context, id journal.CommandID) (answer journal.Answer, ok, waiting bool, err error)
}

// Journal reads facts by their places.
type Journal interface {
	// EventsAt returns the events at positions, in no order; positions without one are left out.
	EventsAt(ctx context.Context, shard journal.Shard, positions []int64) ([]journal.Event, error)
}

// Positions knows how far projections have come.
type Positions interface {
	// Await waits until the named projections have reached a position, for up to 2 s, and returns
	// how far they are. Errors: query.ErrNotYetVisible (with the position), ctx's, or the store's.
	Await(ctx context.Context, position int64, names ...string) (int64, error)
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

// Wallets answers what there is of wallets, holds and alerts, from the projection wallets.Wallets.
type Wallets interface {
	Wallet(ctx context.Context, id string) (w wallet.Wallet, ok bool, err error)
	Wallets(ctx context.Context, f wallets.WalletFilter) ([]wallet.Wallet, error)
	Hold(ctx context.Context, id string) (h wallet.Hold, ok bool, err error)
	Holds(ctx context.Context, f wallets.HoldFilter) ([]wallet.Hold, error)
	Alert(ctx context.Context, id string) (a wallets.Alert, ok bool, err error)
	Alerts(ctx context.Context, f wallets.AlertFilter) ([]wallets.Alert, error)
}

// Schedules answers what there is of schedules, from the projection wallets.Wallets.
type Schedules interface {
	Schedule(ctx context.Context, id string) (sc schedule.Schedule, ok bool, err error)
	// Schedules returns schedules, newest first.
	Schedules(ctx context.Context, f wallets.ScheduleFilter) ([]schedule.Schedule, error)
}

// Memberships answers what there is of plans and memberships, from the projection people.Memberships.
type Memberships interface {
	Plan(ctx context.Context, code string) (p membership.Plan, ok bool, err error)
	// Plans returns plans, in the order of their codes.
	Plans(ctx context.Context, f people.PlanFilter) ([]membership.Plan, error)
	Membership(ctx context.Context, id string) (m membership.Membership, ok bool, err error)
	// MembershipOf returns the membership that somebody has, or had last.
	MembershipOf(ctx context.Context, userID string) (m membership.Membership, ok bool, err error)
	// Memberships returns memberships, newest first.
	Memberships(ctx context.Context, f people.MembershipFilter) ([]membership.Membership, error)
	// Members returns what people are members of, or were last, by their ids.
	Members(ctx context.Context, userIDs []string) (map[string]people.Member, error)
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

// Withdrawals finds withdrawals, from the projection wallets.Wallets.
type Withdrawals interface {
	// Withdrawals returns where they are shown, newest first.
	Withdrawals(ctx context.Context, f wallets.WithdrawalFilter) ([]wallets.FoundWithdrawal, error)
	// Withdrawal returns where one is shown, by the position of the event that requested it.
	Withdrawal(ctx context.Context, position int64) (at wallets.FoundWithdrawal, ok bool, err error)
}

// Payments finds payments that were asked for, from the projection wallets.Payments.
type Payments interface {
	// Payments returns where they are shown, newest first.
	Payments(ctx context.Context, f wallets.PaymentFilter) ([]wallets.FoundPayment, error)
	// Payment returns where one is shown, by the position of the event that created it.
	Payment(ctx context.Context, position int64) (at wallets.FoundPayment, ok bool, err error)
	// Refunds returns where those of a payment are shown, newest first: before a position, if it is not 0.
	Refunds(ctx context.Context, paymentPosition, before int64, limit int) ([]wallets.FoundRefund, error)
}

// Owners knows whose wallets are, as of the writer's last commit.
type Owners interface {
	// Owner returns who owns a wallet; ok is false when there is none of that id, which may be any text.
	Owner(ctx context.Context, walletID string) (principal string, ok bool, err error)
}

// Provider takes the messages of a payment provider: *payment.Receiver.
type Provider interface {
	// Receive checks that a body is the provider's, keeps it, and makes the command that books what
	// it says. Errors: payment.ErrSignature, payment.ErrMalformed, payment.ErrLivemode, or a fault.
	Receive(ctx context.Context, body []byte, signature string) (journal.Command, error)
}

// Messages answers what there is of messages, from the projection messages.Messages. Each has an owner: whose
// mailbox is looked at.
type Messages interface {
	Message(ctx context.Context, owner, id string) (m messages.Message, ok bool, err error)
	Messages(ctx context.Context, f messages.Filter) ([]messages.Message, error)
	// Unread counts what was received and not read; more says that it stopped at a thousand.
	Unread(ctx context.Context, owner string) (n int, more bool, err error)
	// History returns what a message said before it was changed, newest first.
	History(ctx context.Context, owner, id string) ([]messages.Revision, error)
	// Since returns what happened in a mailbox after a position, in order.
	Since(ctx context.Context, owner string, position int64, limit int) ([]messages.Change, error)
}

// Names knows what people want to be called.
type Names interface {
	// Names returns the names of people by their ids. Who has none, is erased, or is no person, is left out.
	Names(ctx context.Context, ids []string) (map[string]string, error)
}
