// Package query is what can be asked of the books, and what is answered: the words that those who
// answer (read models) and those who ask (the HTTP surface, the console) share.
//
// It has no code, because whatever is read was decided elsewhere: a read model adds up what the
// journal says and judges nothing. Times are UTC. Amounts are decimals at their asset's scale; a sum
// over no posting is zero without decimals.
package query

import "errors"

// The projections from which the books are read. A read that must have seen a position waits for
// those that it reads from.
const (
	// Accounts: accounts with their rules and balances, ledgers and assets.
	Accounts = "accounts"
	// Entries: the postings of each account.
	Entries = "entries"
	// Transactions: what a transaction can be found by, and what reversed it.
	Transactions = "transactions"
)

// ErrNotYetVisible says that a projection has not come to the position that a read asked for.
var ErrNotYetVisible = errors.New("query: the position is not visible yet")
