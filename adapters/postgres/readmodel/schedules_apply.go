package readmodel

import (
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/schedule"
)

// queueSchedule keeps schedules. What an event does not tell anew is left as it was.
func queueSchedule(b *pgx.Batch, schema string, e *journal.Event) error {
	after := schedule.Schedule{}.After(e)
	id := schedule.IDOf(e.Body)
	standing, err := json.Marshal(after.Standing)
	if err != nil {
		return err
	}
	args := pgx.NamedArgs{
		"id": id, "transfer": nil, "timing": nil, "last": nil, "standing": string(standing), "status": string(after.Status),
		"next_at": pgtype.Timestamptz{Time: after.NextAt, Valid: !after.NextAt.IsZero()}, "version": e.Position,
	}
	parts := map[string]any{}
	name := "wallets_set_schedule"
	switch body := e.Body.(type) {
	case schedule.Created:
		name = "wallets_add_schedule"
		args["owner"], args["wallet_id"], args["at"] = body.Owner, body.Transfer.FromWallet, e.RecordedAt
		parts["maker"], parts["transfer"], parts["timing"] = body.Maker, body.Transfer, body.Timing
	case schedule.Changed:
		parts["transfer"], parts["timing"] = body.Transfer, body.Timing
	case schedule.RanOnce, schedule.Refused:
		parts["last"] = after.Last
	}
	for column, part := range parts {
		data, err := json.Marshal(part)
		if err != nil {
			return err
		}
		args[column] = string(data)
	}
	b.Queue(statement(name, schema), args)
	return nil
}
