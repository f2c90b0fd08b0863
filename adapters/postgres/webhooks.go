package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

var (
	//go:embed queries/webhook_add.sql
	webhookAddSQL string
	//go:embed queries/webhook_stop.sql
	webhookStopSQL string
	//go:embed queries/webhook_drop.sql
	webhookDropSQL string
	//go:embed queries/webhook_drop_health.sql
	webhookDropHealthSQL string
	//go:embed queries/webhook_list.sql
	webhookListSQL string
	//go:embed queries/webhook_list_by_status.sql
	webhookListByStatusSQL string
	//go:embed queries/webhook_redeliver_one.sql
	webhookRedeliverOneSQL string
	//go:embed queries/webhook_redeliver_failed.sql
	webhookRedeliverFailedSQL string
)

// Webhooks keeps what is on its way to webhook endpoints, and what became of it. It is safe for concurrent use.
type Webhooks struct{ pool *pgxpool.Pool }

var _ webhook.Queue = (*Webhooks)(nil)

// NewWebhooks returns the deliveries in pool's database.
func NewWebhooks(pool *pgxpool.Pool) *Webhooks { return &Webhooks{pool: pool} }

// Add implements webhook.Queue, all or none of them.
func (w *Webhooks) Add(ctx context.Context, deliveries []webhook.Delivery) error {
	var endpoints, types, statuses, failures []string
	var events []pgtype.UUID
	var eventsAt, created []time.Time
	var next, giveUp []*time.Time
	for _, d := range deliveries {
		endpoints, types = append(endpoints, d.EndpointID), append(types, d.Type)
		statuses, failures = append(statuses, string(d.Status)), append(failures, string(d.LastFailure))
		events, eventsAt, created = append(events, uuidOf(d.Event)), append(eventsAt, d.EventAt), append(created, d.CreatedAt)
		next, giveUp = append(next, unlessZero(d.NextAt)), append(giveUp, unlessZero(d.GiveUpAt))
	}
	if _, err := w.pool.Exec(ctx, webhookAddSQL, endpoints, events, types, eventsAt, statuses, failures, created, next, giveUp); err != nil {
		return fmt.Errorf("add webhook deliveries: %w", err)
	}
	return nil
}

// Stop implements webhook.Queue.
func (w *Webhooks) Stop(ctx context.Context, endpointID string) error {
	if _, err := w.pool.Exec(ctx, webhookStopSQL, endpointID, string(webhook.FailureDisabled)); err != nil {
		return fmt.Errorf("stop the webhook deliveries of %s: %w", endpointID, err)
	}
	return nil
}

// Drop implements webhook.Queue.
func (w *Webhooks) Drop(ctx context.Context, endpointID string) error {
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, webhookDropSQL, endpointID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, webhookDropHealthSQL, endpointID)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop the webhook deliveries of %s: %w", endpointID, err)
	}
	return nil
}

// Deliveries returns the deliveries that f selects.
func (w *Webhooks) Deliveries(ctx context.Context, f webhook.DeliveryFilter) ([]webhook.Delivery, error) {
	before := f.After
	if before == (journal.PlaceID{}) {
		for i := range before {
			before[i] = 0xff
		}
	}
	statement, args := webhookListSQL, []any{f.EndpointID, uuidOf(before), f.Limit}
	if f.Status != "" {
		statement, args = webhookListByStatusSQL, append(args, string(f.Status))
	}
	rows, err := w.pool.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("webhook deliveries: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanDelivery)
	if err != nil {
		return nil, fmt.Errorf("webhook deliveries: %w", err)
	}
	return list, nil
}

// Redeliver has deliveries sent again, from now on as if they were new, and returns how many: the oldest first, and at
// most MaxRedelivered. One by itself may be in any state; of a time only those that failed count.
func (w *Webhooks) Redeliver(ctx context.Context, r webhook.Redelivery, now time.Time) (n int, err error) {
	statement, args := webhookRedeliverOneSQL, []any{r.EndpointID, uuidOf(r.Event), now, now.Add(webhook.RetryFor)}
	if r.Event == (journal.PlaceID{}) {
		statement, args = webhookRedeliverFailedSQL, []any{r.EndpointID, r.From, r.Until, now, now.Add(webhook.RetryFor), webhook.MaxRedelivered}
	}
	tag, err := w.pool.Exec(ctx, statement, args...)
	if err != nil {
		return 0, fmt.Errorf("send webhooks of %s again: %w", r.EndpointID, err)
	}
	return int(tag.RowsAffected()), nil
}

// scanDelivery reads a row of the columns that every query of deliveries has.
func scanDelivery(row pgx.CollectableRow) (d webhook.Delivery, err error) {
	var event pgtype.UUID
	var code, took int32
	var last, next, giveUp *time.Time
	err = row.Scan(&d.EndpointID, &event, &d.Type, &d.EventAt, &d.Status, &d.Attempts, &d.Tries, &code, &d.LastFailure, &took,
		&last, &next, &giveUp, &d.CreatedAt)
	d.Event, d.LastCode, d.LastTook = journal.PlaceID(event.Bytes), int(code), time.Duration(took)*time.Millisecond
	for _, t := range []struct {
		to   *time.Time
		from *time.Time
	}{{&d.LastAt, last}, {&d.NextAt, next}, {&d.GiveUpAt, giveUp}} {
		if t.from != nil {
			*t.to = t.from.UTC()
		}
	}
	d.EventAt, d.CreatedAt = d.EventAt.UTC(), d.CreatedAt.UTC()
	return d, err
}

func uuidOf(id journal.PlaceID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

// unlessZero is a time as a column has it that may be null.
func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
