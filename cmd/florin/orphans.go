package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// orphanPage is how many schedules of who is erased are read at once.
const orphanPage = 500

// orphans ends the schedules of people who are erased: nobody is left who could.
type orphans struct {
	registry  *journal.Registry
	schedules interface {
		Await(ctx context.Context, position int64, names ...string) (int64, error)
		Schedules(ctx context.Context, f query.ScheduleFilter) ([]schedule.Schedule, error)
	}
	do  func(ctx context.Context, c journal.Command) (journal.Answer, error)
	log *slog.Logger
}

// wants reports whether end acts on events of a type.
func (*orphans) wants(eventType string) bool { return eventType == users.TypeErased }

// end is a [journal.Effect]. Each schedule is ended by a command that is named after the event and the schedule.
func (o *orphans) end(ctx context.Context, e *journal.Event, key func(int) string) error {
	own := *e // other readers have the same one
	if err := o.registry.Decode(&own); err != nil {
		return err
	}
	body, ok := own.Body.(users.Erased)
	if !ok {
		return nil
	}
	// What was ordered before this is to be found.
	if _, err := o.schedules.Await(ctx, e.Position, query.Wallets); err != nil {
		return err
	}
	for f := (query.ScheduleFilter{Owner: body.UserID, Limit: orphanPage}); ; {
		page, err := o.schedules.Schedules(ctx, f)
		if err != nil {
			return fmt.Errorf("schedules of %s: %w", body.UserID, err)
		}
		for _, sc := range page {
			if err := o.endOne(ctx, e, sc, key(0)+"/"+sc.ID); err != nil {
				return err
			}
		}
		if len(page) < orphanPage {
			return nil
		}
		f.After = page[len(page)-1].ID
	}
}

func (o *orphans) endOne(ctx context.Context, e *journal.Event, sc schedule.Schedule, name string) error {
	if sc.Status == schedule.StatusEnded {
		return nil
	}
	data, err := journal.Marshal(schedule.EndSchedule{
		As: wallet.As{Principal: scheduleSweep, Role: wallet.Service}, ScheduleID: sc.ID, Why: schedule.BecauseErased,
	})
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(name))
	a, err := o.do(ctx, journal.Command{
		ID: journal.NewCommandID(scheduleSweep, name), Type: schedule.CommandEndSchedule, Data: data, Hash: [16]byte(digest[:16]),
		Actor: scheduleSweep, Correlation: e.Command, Trace: e.Trace,
	})
	switch {
	case err != nil:
		return fmt.Errorf("end of schedule %s: %w", sc.ID, err)
	case a.Outcome.Status != journal.Done:
		// It ends in the same way for ever, and the dead letters have it; others wait behind it.
		o.log.ErrorContext(ctx, "the schedule of who is erased does not end", "schedule", sc.ID, "command", a.Outcome.Command.String(), "status", string(a.Outcome.Status))
	}
	return nil
}
