package wallets

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// CreateSchedule implements api.StrictServerInterface.
func (h *Handlers) CreateSchedule(ctx context.Context, r api.CreateScheduleRequestObject) (api.CreateScheduleResponseObject, error) {
	c := schedule.CreateSchedule{
		As: handling.ActingAs(request.CallOf(ctx).Principal), Transfer: newTransfer(&r.Body.Transfer),
		Timing: schedule.Timing{At: r.Body.At, RRule: r.Body.Rrule, StartsAt: r.Body.StartsAt, TimeZone: r.Body.TimeZone},
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{
		CommandType: schedule.CommandCreateSchedule, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateSchedule202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.ScheduledOf(a)
	if err == nil {
		request.CallOf(ctx).SetVersion(shown.Version)
	}
	return api.CreateSchedule201JSONResponse(shown), err
}

// ScheduledOf shows the schedule that a command made.
func (h *Handlers) ScheduledOf(a journal.Answer) (api.Schedule, error) {
	e, _, err := handling.Only[schedule.Created](h.Registry, a)
	if err != nil {
		return api.Schedule{}, err
	}
	return scheduleOf(schedule.Schedule{}.After(e)), nil
}

// GetSchedule implements api.StrictServerInterface.
func (h *Handlers) GetSchedule(ctx context.Context, r api.GetScheduleRequestObject) (api.GetScheduleResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	sc, ok, err := h.ports.Schedules.Schedule(ctx, r.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok || !handling.MaySee(request.CallOf(ctx).Principal, sc.Owner):
		return nil, &request.Problem{Code: schedule.ErrScheduleNotFound.Code}
	}
	request.CallOf(ctx).SetVersion(sc.Version)
	return api.GetSchedule200JSONResponse(scheduleOf(sc)), nil
}

// ListSchedules implements api.StrictServerInterface. A user sees his own, whatever he asks for.
func (h *Handlers) ListSchedules(ctx context.Context, r api.ListSchedulesRequestObject) (api.ListSchedulesResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.ScheduleFilter{WalletID: r.Params.WalletID, Status: schedule.Status(r.Params.Status), After: p.Place, Limit: p.Limit + 1}
	if principal := request.CallOf(ctx).Principal; !handling.MaySee(principal, "") {
		f.Owner = principal.Subject
	}
	rows, err := h.ports.Schedules.Schedules(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(sc schedule.Schedule) string { return sc.ID })
	return api.ListSchedules200JSONResponse{Data: handling.Each(rows, scheduleOf), HasMore: more, NextCursor: next}, nil
}

// scheduleOf shows a schedule.
func scheduleOf(sc schedule.Schedule) api.Schedule {
	t := sc.Transfer
	out := api.Schedule{
		ID: sc.ID, Rrule: sc.Timing.RRule, TimeZone: sc.Timing.TimeZone, Status: api.ScheduleStatus(sc.Status),
		StatusReason: api.ScheduleStatusReason(sc.Why), NextAt: handling.TimeIfAny(sc.NextAt), Upcoming: handling.Each(sc.Upcoming(), handling.Time),
		Runs: sc.Runs, Refusals: sc.Refusals, CreatedAt: handling.Time(sc.CreatedAt), Version: sc.Version,
		Transfer: api.CreateTransfer{
			FromWallet: t.FromWallet, ToWallet: t.ToWallet, Amount: handling.Money(t.Amount), Description: t.Description, Reference: t.Reference, Metadata: t.Metadata,
		},
	}
	if sc.Timing.At != nil {
		out.At = handling.Time(*sc.Timing.At)
	}
	if sc.Timing.StartsAt != nil {
		out.StartsAt = handling.Time(*sc.Timing.StartsAt)
	}
	if run := sc.Last; run != nil {
		out.LastRun = &api.ScheduleRun{Occurrence: handling.Time(run.Occurrence), At: handling.Time(run.At), TransactionID: run.TransactionID}
		if p := run.Problem; p != nil {
			out.LastRun.Problem = &api.ScheduleProblem{Code: p.Code, Title: p.Title, Detail: p.Detail, Pointer: p.Pointer}
		}
	}
	return out
}
