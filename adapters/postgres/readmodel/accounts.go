package readmodel

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// Money is an amount of an asset, at the asset's scale.
type Money struct {
	Amount string `json:"amount"`
	Asset  string `json:"asset"`
}

// Balance is what an account holds of an asset.
type Balance struct {
	Address string
	Asset   string
	// Version counts the transactions that touched it.
	Version         int64
	Debits, Credits decimal.Decimal
}

// Account is an account with its rules.
type Account struct {
	Address string
	// Position is that of the event that made it; Version that of the last one that changed its
	// rules, 0 when none did.
	Position   int64
	CreatedAt  time.Time
	Version    int64
	Frozen     bool
	MinBalance []Money
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

// Accounts lists accounts by address.
func (r *Reads) Accounts(ctx context.Context, f AccountFilter) ([]Account, error) {
	name := "account_list"
	if f.Asset != "" {
		name = "account_list_by_asset"
	}
	var out []Account
	// Addresses are ASCII below 0x7f, so prefix+0x7f is above every address that begins with it.
	err := r.rows(ctx, name, pgx.NamedArgs{
		"ledger": f.Ledger, "asset": f.Asset, "after": f.After, "low": f.Prefix, "high": f.Prefix + "\x7f", "limit": f.Limit,
	}, func(rows pgx.Rows) error {
		a, err := scanAccount(rows)
		out = append(out, a)
		return err
	})
	return out, err
}

// Account returns an account; ok is false when it was never posted to nor given rules.
func (r *Reads) Account(ctx context.Context, ledger, address string) (a Account, ok bool, err error) {
	err = r.rows(ctx, "account_get", pgx.NamedArgs{"ledger": ledger, "address": address}, func(rows pgx.Rows) error {
		a, err = scanAccount(rows)
		ok = true
		return err
	})
	return a, ok, err
}

func scanAccount(rows pgx.Rows) (a Account, err error) {
	var minimum, metadata []byte
	if err := rows.Scan(&a.Address, &a.Position, &a.CreatedAt, &a.Version, &a.Frozen, &minimum, &metadata); err != nil {
		return a, err
	}
	if minimum != nil {
		if err := json.Unmarshal(minimum, &a.MinBalance); err != nil {
			return a, err
		}
	}
	if metadata != nil {
		err = json.Unmarshal(metadata, &a.Metadata)
	}
	return a, err
}

// Balances returns the current balances of accounts, by address and asset. An empty asset means all.
func (r *Reads) Balances(ctx context.Context, ledger, asset string, addresses ...string) ([]Balance, error) {
	var out []Balance
	err := r.rows(ctx, "balance_list", pgx.NamedArgs{"ledger": ledger, "asset": asset, "addresses": addresses}, func(rows pgx.Rows) error {
		var b Balance
		err := rows.Scan(&b.Address, &b.Asset, &b.Version, (*decimalText)(&b.Debits), (*decimalText)(&b.Credits))
		out = append(out, b)
		return err
	})
	return out, err
}

// decimalText scans a numeric that was selected as text.
type decimalText decimal.Decimal

// Scan implements sql.Scanner.
func (d *decimalText) Scan(src any) error { return (*decimal.Decimal)(d).Scan(src) }

// TrialBalance is the sum of a ledger's accounts at one position.
type TrialBalance struct {
	Position int64
	Rows     []Balance
	// Cut is set when there were more rows than the limit.
	Cut bool
}

// TrialBalance sums the accounts of a ledger by the first depth segments of their addresses.
func (r *Reads) TrialBalance(ctx context.Context, ledger, asset string, depth, limit int) (t TrialBalance, err error) {
	err = r.rows(ctx, "trial_balance", pgx.NamedArgs{"ledger": ledger, "asset": asset, "depth": depth, "limit": limit + 1}, func(rows pgx.Rows) error {
		if len(t.Rows) == limit {
			t.Cut = true
			return nil
		}
		var b Balance
		err := rows.Scan(&t.Position, &b.Address, &b.Asset, (*decimalText)(&b.Debits), (*decimalText)(&b.Credits))
		t.Rows = append(t.Rows, b)
		return err
	})
	if err == nil && len(t.Rows) == 0 {
		t.Position, err = r.Position(ctx, "accounts")
	}
	return t, err
}

// Ledger is a book other than main, which needs no making.
type Ledger struct {
	Name, Description string
	Position          int64
	CreatedAt         time.Time
}

// Ledgers lists ledgers by name, after a name.
func (r *Reads) Ledgers(ctx context.Context, after string, limit int) ([]Ledger, error) {
	var out []Ledger
	err := r.rows(ctx, "ledger_list", pgx.NamedArgs{"after": after, "limit": limit}, func(rows pgx.Rows) error {
		var l Ledger
		err := rows.Scan(&l.Name, &l.Description, &l.Position, &l.CreatedAt)
		out = append(out, l)
		return err
	})
	return out, err
}

// Asset is an asset that was registered.
type Asset struct {
	Code      string
	Scale     int
	Position  int64
	CreatedAt time.Time
}

// Assets lists the registered assets by code.
func (r *Reads) Assets(ctx context.Context) ([]Asset, error) {
	var out []Asset
	err := r.rows(ctx, "asset_list", nil, func(rows pgx.Rows) error {
		var a Asset
		err := rows.Scan(&a.Code, &a.Scale, &a.Position, &a.CreatedAt)
		out = append(out, a)
		return err
	})
	return out, err
}
