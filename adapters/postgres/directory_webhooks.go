package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/messaging/webhook"
)

//go:embed queries/webhook_endpoints.sql
var webhookEndpointsSQL string

var _ webhook.Directory = (*Directory)(nil)

// Endpoint returns a webhook endpoint; ok is false when there is none, or none any more. endpointID may be any text.
func (d *Directory) Endpoint(ctx context.Context, endpointID string) (e webhook.Endpoint, ok bool, err error) {
	state, ok, err := lookUp(ctx, d.pool, webhook.Endpoints(), endpointID)
	return webhook.Endpoint{ID: endpointID, State: state}, ok && !state.Gone(), err
}

// Endpoints implements webhook.Directory.
func (d *Directory) Endpoints(ctx context.Context, owner, after string, limit int) ([]webhook.Endpoint, error) {
	rows, err := d.pool.Query(ctx, webhookEndpointsSQL, int16(peopleShard), webhook.Endpoints().Key(""), after, owner, limit)
	if err != nil {
		return nil, fmt.Errorf("webhook endpoints: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e webhook.Endpoint, err error) {
		var data []byte
		if err = row.Scan(&e.ID, &data); err == nil {
			err = json.Unmarshal(data, &e.State)
		}
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("webhook endpoints: %w", err)
	}
	return list, nil
}
