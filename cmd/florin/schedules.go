package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// scheduleSweep is the name under which one process at a time looks for schedules that are due, and who asks for
// them to be paid.
const scheduleSweep = "florin:schedules"

// newScheduleSweep has schedules paid whose time has come. list is [readmodel.Reads.DueSchedules], and ran counts.
func newScheduleSweep(list func(ctx context.Context, after query.DueSchedule, limit int) ([]query.DueSchedule, error), ran func(done, refused int),
	do func(context.Context, journal.Command) (journal.Answer, error), log *slog.Logger) *sweep {
	return &sweep{
		name: scheduleSweep, things: "schedules", together: schedule.MaxTogether, early: schedule.ErrScheduleNotDue, do: do, log: log,
		due: func(ctx context.Context, after due, limit int) (out []due, _ error) {
			found, err := list(ctx, query.DueSchedule{ScheduleID: after.id, At: after.at}, limit)
			for _, d := range found {
				out = append(out, due{id: d.ScheduleID, at: d.At})
			}
			return out, err
		},
		order: func(some []due) (string, any) {
			c := schedule.RunSchedules{Due: make([]schedule.Occurrence, len(some))}
			for i, d := range some {
				c.Due[i] = schedule.Occurrence{ScheduleID: d.id, At: d.at}
			}
			return schedule.CommandRunSchedules, c
		},
		told: func(a journal.Answer) ([]string, int, error) {
			var result schedule.Ran
			if err := json.Unmarshal(a.Outcome.Result, &result); err != nil {
				return nil, 0, err
			}
			if a.Replayed {
				return result.Left, 0, nil
			}
			ran(result.Done, result.Refused)
			return result.Left, result.Done + result.Refused, nil
		},
	}
}
