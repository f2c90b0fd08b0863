package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/alert"
)

//go:embed queries/directory_alerts.sql
var directoryAlertsSQL string

var _ alert.Alerts = (*Directory)(nil)

// Alerts implements alert.Alerts.
func (d *Directory) Alerts(ctx context.Context, afterWallet string, limit int) ([]alert.OfWallet, error) {
	rows, err := d.pool.Query(ctx, directoryAlertsSQL, int16(peopleShard), alert.Standings().Key(""), afterWallet, limit)
	if err != nil {
		return nil, fmt.Errorf("list the alerts: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (of alert.OfWallet, err error) {
		var data []byte
		if err = row.Scan(&of.WalletID, &data); err == nil {
			err = json.Unmarshal(data, &of.Alerts)
		}
		return of, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the alerts: %w", err)
	}
	return list, nil
}
