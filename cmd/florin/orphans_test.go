package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// ordered are the schedules of who is erased, as the read model has them.
type ordered []schedule.Schedule

func (ordered) Await(_ context.Context, position int64, _ ...string) (int64, error) {
	return position, nil
}

func (o ordered) Schedules(context.Context, query.ScheduleFilter) ([]schedule.Schedule, error) {
	return o, nil
}

// A schedule that cannot be ended does not keep the others from it, nor those of who is erased after. One for which
// nobody has answered does, until somebody has.
func TestOneOrphanDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	var list ordered
	for _, id := range []string{"sch_1", "sch_2", "sch_3"} {
		list = append(list, schedule.Schedule{ID: id, Owner: "usr_ann", Standing: schedule.Standing{Status: schedule.StatusActive}})
	}
	var asked []string
	fate := map[string]journal.Status{"sch_1": journal.Dead, "sch_2": journal.Refused, "sch_3": journal.Done}
	var away error
	o := &orphans{registry: journal.NewRegistry(), schedules: list, log: slog.New(slog.DiscardHandler), do: func(_ context.Context, c journal.Command) (journal.Answer, error) {
		var order schedule.EndSchedule
		require.NoError(t, json.Unmarshal(c.Data, &order))
		asked = append(asked, order.ScheduleID)
		return journal.Answer{Outcome: journal.Outcome{Status: fate[order.ScheduleID]}}, away
	}}
	e := &journal.Event{Position: 7, Type: users.TypeErased, Schema: 1, Body: users.Erased{UserID: "usr_ann"}}
	key := func(int) string { return "schedules/evt_7/0" }
	require.NoError(t, o.end(t.Context(), e, key))
	require.Equal(t, []string{"sch_1", "sch_2", "sch_3"}, asked)
	away = errors.New("the bus is away")
	require.ErrorIs(t, o.end(t.Context(), e, key), away)
}
