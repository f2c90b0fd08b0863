package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/wallet/payment"
)

//go:embed queries/provider_keep.sql
var providerKeepSQL string

// keepTries is how often Keep looks for a body. The second look finds what somebody else was keeping
// during the first, since nothing is ever deleted.
const keepTries = 2

// ProviderEvents keeps what payment providers sent, for ever.
type ProviderEvents struct{ pool *pgxpool.Pool }

// NewProviderEvents returns the raw events in the database of pool.
func NewProviderEvents(pool *pgxpool.Pool) *ProviderEvents { return &ProviderEvents{pool: pool} }

// Keep implements payment.Keeper: m's body of m's id has one row, however often and however many at
// once keep it. It returns after the commit.
//
// Errors: the store's.
func (p *ProviderEvents) Keep(ctx context.Context, m payment.Message) (id int64, err error) {
	for range keepTries {
		err = p.pool.QueryRow(ctx, providerKeepSQL, m.Provider, m.ID, m.Body, m.APIVersion, m.Livemode).Scan(&id)
		if !errors.Is(err, pgx.ErrNoRows) {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("keep event %s of %s: %w", m.ID, m.Provider, err)
	}
	return id, nil
}
