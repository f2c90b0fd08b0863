package query

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
)

// Balance is what an account holds of an asset.
type Balance struct {
	Address string
	Asset   string
	// Version counts the transactions that touched it; 0 for a sum over several accounts.
	Version         int64
	Debits, Credits decimal.Decimal
}

// Account is an account with its rules.
type Account struct {
	Address string
	// Position is that of the event that made it; Version counts how often its rules were set.
	Position   int64
	CreatedAt  time.Time
	Version    int64
	Frozen     bool
	MinBalance []ledger.Money
	Metadata   map[string]string
}

// AccountFilter selects accounts of a ledger, by address.
type AccountFilter struct {
	Ledger string
	// Prefix is the beginning of the address; empty for all.
	Prefix string
	// Asset keeps accounts that were ever posted to in it; empty for all.
	Asset string
	// After is the last address of the page before; Limit the most that come back.
	After string
	Limit int
}

// TrialBalance is the sum of a ledger's accounts at one position.
type TrialBalance struct {
	Position int64
	// Rows are by address and asset. The address is the beginning that was summed over.
	Rows []Balance
	// Cut is set when there were more rows than the limit.
	Cut bool
}
