package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/query"
)

// ExchangeRate returns a pair; ok is false when it is not listed.
func (r *Reads) ExchangeRate(ctx context.Context, from, to string) (rate exchange.Rate, ok bool, err error) {
	err = r.rows(ctx, "wallets_get_rate", pgx.NamedArgs{"from": from, "to": to}, func(rows pgx.Rows) error {
		rate, err = scanRate(rows)
		ok = true
		return err
	})
	return rate, ok, err
}

// ExchangeRates lists pairs, by what is sold and then by what is bought.
func (r *Reads) ExchangeRates(ctx context.Context, f query.RateFilter) (out []exchange.Rate, err error) {
	name := "wallets_list_rates"
	if f.From != "" {
		name = "wallets_list_rates_by_sold"
	}
	args := pgx.NamedArgs{"from": f.From, "after_from": f.AfterFrom, "after_to": f.AfterTo, "limit": f.Limit}
	err = r.rows(ctx, name, args, func(rows pgx.Rows) error {
		rate, err := scanRate(rows)
		out = append(out, rate)
		return err
	})
	return out, err
}

func scanRate(rows pgx.Rows) (r exchange.Rate, err error) {
	if err := rows.Scan(&r.From, &r.To, &r.Rate, &r.Spread, &r.MinAmount, &r.ValidFor, &r.Version, &r.CreatedAt, &r.UpdatedAt); err != nil {
		return r, err
	}
	r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
	r.CustomerRate, err = exchange.CustomerRate(r.Rate, r.Spread)
	return r, err
}

// QuoteUse returns the transaction that used a quote; ok is false when none did.
func (r *Reads) QuoteUse(ctx context.Context, id string) (transaction string, ok bool, err error) {
	err = r.rows(ctx, "wallets_get_quote_use", pgx.NamedArgs{"id": id}, func(rows pgx.Rows) error {
		ok = true
		return rows.Scan(&transaction)
	})
	return transaction, ok, err
}
