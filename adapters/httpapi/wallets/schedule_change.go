package wallets

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// ChangeSchedule implements api.StrictServerInterface. The answer is the schedule as it is read then, with what was
// changed, whatever the read model knows of it yet.
func (h *Handlers) ChangeSchedule(ctx context.Context, r api.ChangeScheduleRequestObject) (api.ChangeScheduleResponseObject, error) {
	b := r.Body
	c := schedule.ChangeSchedule{As: handling.ActingAs(request.CallOf(ctx).Principal), ScheduleID: r.ID, Changes: schedule.Changes{
		Status: (*schedule.Status)(b.Status), At: b.At, RRule: b.Rrule, StartsAt: b.StartsAt, TimeZone: b.TimeZone,
	}}
	if t := b.Transfer; t != nil {
		c.Transfer = schedule.TransferChanges{
			Amount: handling.MoneyChange(t.Amount), Description: t.Description, Reference: t.Reference, Metadata: (*map[string]string)(t.Metadata),
		}
	}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, _, err := h.Submit(ctx, handling.Order{CommandType: schedule.CommandChangeSchedule, Data: c, Waits: true})
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, "", wallets.Wallets); err != nil {
		return nil, err
	}
	sc, ok, err := h.ports.Schedules.Schedule(ctx, r.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok: // it was made a moment ago, and is changed; only the reading is late
		return nil, &request.Problem{Code: "not-yet-visible"}
	}
	if a.Outcome.Count > 0 && sc.Version < a.Outcome.First {
		if err := h.Fetch(ctx, &a); err != nil {
			return nil, err
		}
		changed := a.Events[0]
		if err := h.Registry.Decode(&changed); err != nil {
			return nil, err
		}
		sc = sc.After(&changed)
	}
	request.CallOf(ctx).SetVersion(sc.Version)
	return api.ChangeSchedule200JSONResponse(scheduleOf(sc)), nil
}

// EndSchedule implements api.StrictServerInterface.
func (h *Handlers) EndSchedule(ctx context.Context, r api.EndScheduleRequestObject) (api.EndScheduleResponseObject, error) {
	c := schedule.EndSchedule{As: handling.ActingAs(request.CallOf(ctx).Principal), ScheduleID: r.ID, Why: schedule.BecauseAsked}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if _, _, err := h.Submit(ctx, handling.Order{CommandType: schedule.CommandEndSchedule, Data: c, Waits: true}); err != nil {
		return nil, err
	}
	return api.EndSchedule204Response{}, nil
}
