package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/messaging/webhook"
)

var (
	//go:embed queries/webhook_claim.sql
	webhookClaimSQL string
	//go:embed queries/webhook_settle.sql
	webhookSettleSQL string
	//go:embed queries/webhook_put_back.sql
	webhookPutBackSQL string
	//go:embed queries/webhook_taken.sql
	webhookTakenSQL string
	//go:embed queries/webhook_failing.sql
	webhookFailingSQL string
	//go:embed queries/webhook_sweep.sql
	webhookSweepSQL string
	//go:embed queries/webhook_oldest.sql
	webhookOldestSQL string
)

// webhookSweep is how many deliveries are deleted at once.
const webhookSweep = 5_000

// Claim takes deliveries in hand that are due at now: of each endpoint as many as there is room for. They count as
// attempts from then on, and are due again at until unless they are settled before: so what a process had in hand that
// ended is taken up by another. No two processes get the same.
func (w *Webhooks) Claim(ctx context.Context, room map[string]int, now, until time.Time) ([]webhook.Delivery, error) {
	var endpoints []string
	var places []int32
	for id, n := range room {
		endpoints, places = append(endpoints, id), append(places, int32(n)) //nolint:gosec // a few
	}
	rows, err := w.pool.Query(ctx, webhookClaimSQL, endpoints, places, now, until)
	if err != nil {
		return nil, fmt.Errorf("claim webhook deliveries: %w", err)
	}
	claimed, err := pgx.CollectRows(rows, scanDelivery)
	if err != nil {
		return nil, fmt.Errorf("claim webhook deliveries: %w", err)
	}
	return claimed, nil
}

// errNotInHand ends a transaction that has nothing to do.
var errNotInHand = errors.New("the delivery is in other hands")

// Settle writes down what became of an attempt, for who has the delivery in hand: Status, LastCode, LastFailure, LastTook
// and NextAt, which are set. It returns since when everything that was sent to the endpoint has failed, which
// begins anew at enabledAt; zero after a success or a failure that is not the endpoint's, and where somebody else had the delivery in hand
// meanwhile, whose word counts.
func (w *Webhooks) Settle(ctx context.Context, d webhook.Delivery, enabledAt time.Time) (failingSince time.Time, err error) {
	err = pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, webhookSettleSQL, d.EndpointID, uuidOf(d.Event), d.Attempts,
			string(d.Status), d.LastCode, string(d.LastFailure), d.LastTook.Milliseconds(), unlessZero(d.NextAt))
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return errNotInHand
		case d.Status == webhook.Delivered:
			_, err = tx.Exec(ctx, webhookTakenSQL, d.EndpointID)
			return err
		case d.LastFailure.Ours(): // it counts neither for nor against the endpoint
			return nil
		}
		return tx.QueryRow(ctx, webhookFailingSQL, d.EndpointID, d.LastAt, enabledAt).Scan(&failingSince)
	})
	if err != nil && !errors.Is(err, errNotInHand) {
		return time.Time{}, fmt.Errorf("settle webhook delivery %s to %s: %w", d.ID(), d.EndpointID, err)
	}
	return failingSince, nil
}

// PutBack gives a delivery back that was in hand and was not sent: it is due at d.NextAt, and was no attempt.
func (w *Webhooks) PutBack(ctx context.Context, d webhook.Delivery) error {
	if _, err := w.pool.Exec(ctx, webhookPutBackSQL, d.EndpointID, uuidOf(d.Event), d.Attempts, d.NextAt); err != nil {
		return fmt.Errorf("put webhook delivery %s to %s back: %w", d.ID(), d.EndpointID, err)
	}
	return nil
}

// Oldest returns since when the oldest delivery that is pending waits; zero for none.
func (w *Webhooks) Oldest(ctx context.Context) (time.Time, error) {
	var oldest *time.Time
	if err := w.pool.QueryRow(ctx, webhookOldestSQL).Scan(&oldest); err != nil {
		return time.Time{}, fmt.Errorf("oldest webhook delivery: %w", err)
	}
	if oldest == nil {
		return time.Time{}, nil
	}
	return *oldest, nil
}

// Sweep deletes, a few at a time, what was delivered and what was given up of events so old that it is kept no longer.
// It returns how many.
func (w *Webhooks) Sweep(ctx context.Context, now time.Time) (deleted int64, err error) {
	for _, kept := range []struct {
		status webhook.DeliveryStatus
		age    time.Duration
	}{{webhook.Delivered, webhook.KeepDelivered}, {webhook.Failed, webhook.KeepFailed}} {
		for more := true; more; {
			tag, err := w.pool.Exec(ctx, webhookSweepSQL, string(kept.status), now.Add(-kept.age), webhookSweep)
			if err != nil {
				return deleted, fmt.Errorf("sweep webhook deliveries: %w", err)
			}
			deleted += tag.RowsAffected()
			more = tag.RowsAffected() == webhookSweep
		}
	}
	return deleted, nil
}
