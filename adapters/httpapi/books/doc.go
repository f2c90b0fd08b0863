// Package books answers the routes of the books: ledgers, assets, accounts, transactions, entries, balances and the
// trial balance.
package books
