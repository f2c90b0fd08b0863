package readmodel

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/query"
)

// Accounts lists accounts by address.
func (r *Reads) Accounts(ctx context.Context, f query.AccountFilter) ([]query.Account, error) {
	name := "account_list"
	if f.Asset != "" {
		name = "account_list_by_asset"
	}
	var out []query.Account
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
func (r *Reads) Account(ctx context.Context, ledger, address string) (a query.Account, ok bool, err error) {
	err = r.rows(ctx, "account_get", pgx.NamedArgs{"ledger": ledger, "address": address}, func(rows pgx.Rows) error {
		a, err = scanAccount(rows)
		ok = true
		return err
	})
	return a, ok, err
}

func scanAccount(rows pgx.Rows) (a query.Account, err error) {
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
func (r *Reads) Balances(ctx context.Context, ledger, asset string, addresses ...string) ([]query.Balance, error) {
	name, args := "balance_list", pgx.NamedArgs{"ledger": ledger, "asset": asset, "addresses": addresses}
	switch len(addresses) {
	case 1:
		name, args["address"] = "balance_get", addresses[0]
	case 4:
		name = "balance_get_four"
		args["first"], args["second"], args["third"], args["fourth"] = addresses[0], addresses[1], addresses[2], addresses[3]
	}
	var out []query.Balance
	err := r.rows(ctx, name, args, func(rows pgx.Rows) error {
		var b query.Balance
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

// TrialBalance sums the accounts of a ledger by the first depth segments of their addresses.
func (r *Reads) TrialBalance(ctx context.Context, ledger, asset string, depth, limit int) (t query.TrialBalance, err error) {
	err = r.rows(ctx, "trial_balance", pgx.NamedArgs{"ledger": ledger, "asset": asset, "depth": depth, "limit": limit + 1}, func(rows pgx.Rows) error {
		if len(t.Rows) == limit {
			t.Cut = true
			return nil
		}
		var b query.Balance
		err := rows.Scan(&t.Position, &b.Address, &b.Asset, (*decimalText)(&b.Debits), (*decimalText)(&b.Credits))
		t.Rows = append(t.Rows, b)
		return err
	})
	if err == nil && len(t.Rows) == 0 {
		t.Position, err = r.Position(ctx, query.Accounts)
	}
	return t, err
}

// Ledgers lists ledgers by name, after a name.
func (r *Reads) Ledgers(ctx context.Context, after string, limit int) ([]query.Ledger, error) {
	var out []query.Ledger
	err := r.rows(ctx, "ledger_list", pgx.NamedArgs{"after": after, "limit": limit}, func(rows pgx.Rows) error {
		var l query.Ledger
		err := rows.Scan(&l.Name, &l.Description, &l.Position, &l.CreatedAt)
		out = append(out, l)
		return err
	})
	return out, err
}

// Ledger returns a ledger; ok is false when there is none. main, which needs no making, is not there.
func (r *Reads) Ledger(ctx context.Context, name string) (l query.Ledger, ok bool, err error) {
	err = r.rows(ctx, "ledger_get", pgx.NamedArgs{"name": name}, func(rows pgx.Rows) error {
		ok = true
		return rows.Scan(&l.Name, &l.Description, &l.Position, &l.CreatedAt)
	})
	return l, ok, err
}

// Assets lists the registered assets by code.
func (r *Reads) Assets(ctx context.Context) ([]query.Asset, error) {
	var out []query.Asset
	err := r.rows(ctx, "asset_list", nil, func(rows pgx.Rows) error {
		var a query.Asset
		err := rows.Scan(&a.Code, &a.Scale, &a.Position, &a.CreatedAt)
		out = append(out, a)
		return err
	})
	return out, err
}
