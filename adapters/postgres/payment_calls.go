package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/wallet/payment"
)

// maxFault bounds, in bytes, what is kept of a provider's fault.
const maxFault = 500

// PaymentCalls keeps calls to payment providers that were not answered, and which providers answer.
type PaymentCalls struct{ pool *pgxpool.Pool }

var (
	_ payment.Unanswered = (*PaymentCalls)(nil)
	_ payment.Health     = (*PaymentCalls)(nil)
)

// NewPaymentCalls returns the calls in the database of pool.
func NewPaymentCalls(pool *pgxpool.Pool) *PaymentCalls { return &PaymentCalls{pool} }

// SetAside implements payment.Unanswered.
func (p *PaymentCalls) SetAside(ctx context.Context, c payment.Call, until time.Time, why string) error {
	_, err := p.pool.Exec(ctx, `INSERT INTO payment_calls AS c (position, provider, attempts, next_at, fault)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (position) DO UPDATE SET attempts = greatest(c.attempts, excluded.attempts), next_at = excluded.next_at, fault = excluded.fault`,
		c.Position, c.Provider, c.Attempts, until, excerpt(why))
	if err != nil {
		return fmt.Errorf("set a call aside: %w", err)
	}
	return nil
}

// Due implements payment.Unanswered.
func (p *PaymentCalls) Due(ctx context.Context, now time.Time, limit int) ([]payment.Call, error) {
	rows, err := p.pool.Query(ctx, `SELECT position, provider, attempts FROM payment_calls WHERE next_at <= $1 ORDER BY next_at LIMIT $2`, now, limit)
	if err != nil {
		return nil, fmt.Errorf("calls that are due: %w", err)
	}
	calls, err := pgx.CollectRows(rows, pgx.RowToStructByPos[payment.Call])
	if err != nil {
		return nil, fmt.Errorf("calls that are due: %w", err)
	}
	return calls, nil
}

// Answered implements payment.Unanswered.
func (p *PaymentCalls) Answered(ctx context.Context, position int64) error {
	if _, err := p.pool.Exec(ctx, `DELETE FROM payment_calls WHERE position = $1`, position); err != nil {
		return fmt.Errorf("forget a call: %w", err)
	}
	return nil
}

// Heard implements payment.Health. That a provider answers is written only where it did not before.
func (p *PaymentCalls) Heard(ctx context.Context, provider string, fault error) (down, before bool, err error) {
	statement, args := `WITH old AS MATERIALIZED (SELECT down_at IS NOT NULL AS down FROM payment_providers WHERE provider = $1),
		new AS (UPDATE payment_providers SET faults = 0, down_at = NULL WHERE provider = $1 AND faults > 0 RETURNING 1)
		SELECT false, coalesce((SELECT down FROM old), false) AND EXISTS (SELECT FROM new)`, []any{provider}
	if fault != nil {
		statement, args = `WITH old AS MATERIALIZED (SELECT down_at IS NOT NULL AS down FROM payment_providers WHERE provider = $1),
			new AS (INSERT INTO payment_providers AS p (provider, faults, fault) VALUES ($1, 1, $2)
				ON CONFLICT (provider) DO UPDATE SET faults = p.faults + 1, fault = excluded.fault,
					down_at = CASE WHEN p.faults + 1 >= $3 THEN coalesce(p.down_at, now()) END
				RETURNING down_at IS NOT NULL AS down)
			SELECT (SELECT down FROM new), coalesce((SELECT down FROM old), false)`, []any{provider, excerpt(fault.Error()), payment.FaultsUntilDown}
	}
	if err := p.pool.QueryRow(ctx, statement, args...).Scan(&down, &before); err != nil {
		return false, false, fmt.Errorf("note whether provider %s answers: %w", provider, err)
	}
	return down, before, nil
}

// Recovered implements payment.Health.
func (p *PaymentCalls) Recovered(ctx context.Context, provider string) error {
	_, err := p.pool.Exec(ctx, `UPDATE payment_providers SET faults = $2, down_at = NULL WHERE provider = $1 AND down_at IS NOT NULL`,
		provider, payment.FaultsUntilDown-1)
	if err != nil {
		return fmt.Errorf("note that provider %s answers again: %w", provider, err)
	}
	return nil
}

// Down implements payment.Health.
func (p *PaymentCalls) Down(ctx context.Context) (map[string]bool, error) {
	rows, err := p.pool.Query(ctx, `SELECT provider FROM payment_providers WHERE down_at IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("providers that are down: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("providers that are down: %w", err)
	}
	down := map[string]bool{}
	for _, name := range names {
		down[name] = true
	}
	return down, nil
}

// excerpt is as much of a text as is kept, in characters that Postgres takes.
func excerpt(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), maxFault)], ""), "\x00", "")
}
