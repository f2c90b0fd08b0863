// Package query is what can be asked about wallets and holds. What is answered are the types of
// package wallet: [wallet.Wallet] and [wallet.Hold]; of a withdrawal, which events show it; and
// package schedule's.
package query

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/wallet"
)

// Wallets is the projection from which wallets, holds and schedules are read; their balances are the ledger's.
const Wallets = "wallets"

// WalletFilter selects wallets, newest first. Empty fields select all.
type WalletFilter struct {
	Owner  string
	Status wallet.Status
	// Asset is one in which the wallet was ever posted to.
	Asset string
	// After is the id of the last wallet of the page before; Limit the most that come back.
	After string
	Limit int
}

// HoldFilter selects holds, newest first. Empty fields select all.
type HoldFilter struct {
	// WalletID is the wallet that pays or is paid, Owner whose it is: the first that is set counts.
	WalletID, Owner string
	// Status is looked up within WalletID or Owner.
	Status wallet.HoldStatus
	// After is the id of the last hold of the page before; Limit the most that come back.
	After string
	Limit int
}

// Due is a hold whose time has come, and which is open still: the first of its wallet.
type Due struct {
	HoldID, WalletID string
	ExpiresAt        time.Time
}

// Balance is what a wallet holds of an asset, at the asset's scale. Available may be negative.
type Balance struct {
	Asset                              string
	Available, Held, Pending, Disputed decimal.Decimal
}

// RateFilter selects pairs of the table of rates, by what is sold and then by what is bought.
type RateFilter struct {
	// From is what is sold; empty for all.
	From string
	// AfterFrom and AfterTo are the last pair of the page before; Limit the most that come back.
	AfterFrom, AfterTo string
	Limit              int
}
