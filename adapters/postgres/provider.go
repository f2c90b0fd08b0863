package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
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

// RawEvent is a provider's message as it came.
type RawEvent struct {
	// Provider is who sent it, such as "stripe"; EventID its name for the message.
	Provider string
	EventID  string
	// Body is the bytes that were signed.
	Body []byte
	// APIVersion is that of the body's shape, by the provider's count; empty when it does not say.
	APIVersion string
	// Livemode is false for events of the provider's test mode.
	Livemode bool
}

// Keep keeps e and returns the id of its row. The same body of the same event has one row, however
// often and however many at once keep it. It returns after the commit.
//
// Errors: the store's.
func (p *ProviderEvents) Keep(ctx context.Context, e RawEvent) (id int64, err error) {
	for range keepTries {
		err = p.pool.QueryRow(ctx, providerKeepSQL, e.Provider, e.EventID, e.Body, e.APIVersion, e.Livemode).Scan(&id)
		if !errors.Is(err, pgx.ErrNoRows) {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("keep event %s of %s: %w", e.EventID, e.Provider, err)
	}
	return id, nil
}
