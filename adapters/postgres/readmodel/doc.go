// Package readmodel keeps the projections of the ledger in Postgres and answers the queries that
// are asked of them.
//
// Each fact is stored once: the journal row serves the reading of a transaction, and a projection
// adds only what a query needs.
//
//	accounts      accounts with their rules, and the current balance of each per asset
//	entries       for each account and asset, which journal lines post to it, in either order
//	transactions  for each transaction, what it can be found by
//	wallets       wallets, holds and schedules, as their events left them, which withdrawals there are, rates of exchange, and the
//	              quotes that were used
//	payments      which payments were asked for, and by what they are found
//	users         people and the keys of services, likewise; what is personal stays sealed
//	memberships   plans, memberships as their events left them, and what everybody is a member of
//	messages      who has which message, sealed, and digests of the words that it is found by
//
// Beside the tables that are read, a Rebuilder fills new ones from the journal, and swaps them in or compares them;
// Control is what operators have of it.
//
// A projection's tables belong to a generation and live in a schema of their own. SQL names them
// {accounts}.balance and the like; the braces are replaced by the schema of the generation that is
// written, or of the live one that is read.
package readmodel
