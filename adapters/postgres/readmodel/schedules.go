package readmodel

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// Schedules lists schedules, newest first.
func (r *Reads) Schedules(ctx context.Context, f query.ScheduleFilter) (out []schedule.Schedule, err error) {
	args, conditions := pgx.NamedArgs{"limit": f.Limit}, []string{"true"}
	add := func(condition, name, value string) {
		if value != "" {
			conditions, args[name] = append(conditions, condition), value
		}
	}
	add("owner = @owner", "owner", f.Owner)
	add("wallet_id = @wallet_id", "wallet_id", f.WalletID)
	add("status = @status", "status", string(f.Status))
	add("id < @after", "after", f.After)
	text := `SELECT id, owner, maker, transfer, timing, standing, last, version, created_at
	           FROM {wallets}.schedule WHERE ` + all(conditions) + ` ORDER BY id DESC LIMIT @limit`
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		sc, err := scanSchedule(rows)
		out = append(out, sc)
		return err
	})
	return out, err
}

// Schedule returns a schedule; ok is false when there is none of that id.
func (r *Reads) Schedule(ctx context.Context, id string) (sc schedule.Schedule, ok bool, err error) {
	err = r.rows(ctx, "wallets_get_schedule", pgx.NamedArgs{"id": id}, func(rows pgx.Rows) error {
		sc, err = scanSchedule(rows)
		ok = true
		return err
	})
	return sc, ok, err
}

func scanSchedule(rows pgx.Rows) (sc schedule.Schedule, err error) {
	var maker, transfer, timing, standing, last []byte
	if err := rows.Scan(&sc.ID, &sc.Owner, &maker, &transfer, &timing, &standing, &last, &sc.Version, &sc.CreatedAt); err != nil {
		return sc, err
	}
	sc.CreatedAt = sc.CreatedAt.UTC()
	for _, part := range []struct {
		data []byte
		into any
	}{{maker, &sc.Maker}, {transfer, &sc.Transfer}, {timing, &sc.Timing}, {standing, &sc.Standing}, {last, &sc.Last}} {
		if part.data == nil {
			continue
		}
		if err := json.Unmarshal(part.data, part.into); err != nil {
			return sc, fmt.Errorf("schedule %s: %w", sc.ID, err)
		}
	}
	return sc, nil
}

// DueSchedules returns the schedules whose time has come, in the order of their times, after one of them. The
// clock is the server's.
func (r *Reads) DueSchedules(ctx context.Context, after query.DueSchedule, limit int) (due []query.DueSchedule, err error) {
	args := pgx.NamedArgs{"after_time": after.At, "after_id": after.ScheduleID, "limit": limit}
	err = r.rows(ctx, "wallets_due_schedules", args, func(rows pgx.Rows) error {
		var d query.DueSchedule
		err := rows.Scan(&d.ScheduleID, &d.At)
		d.At = d.At.UTC()
		due = append(due, d)
		return err
	})
	return due, err
}
