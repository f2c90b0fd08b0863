// Package wallets answers the routes of wallets and of what moves their money: transfers, holds, exchanges, schedules and
// withdrawals; and of what tells of it: entries, statements and alerts.
package wallets
