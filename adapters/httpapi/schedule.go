package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// CreateSchedule implements api.StrictServerInterface.
func (h *walletsHandlers) CreateSchedule(ctx context.Context, r api.CreateScheduleRequestObject) (api.CreateScheduleResponseObject, error) {
	c := schedule.CreateSchedule{
		As: asOf(callOf(ctx).principal), Transfer: newTransfer(&r.Body.Transfer),
		Timing: schedule.Timing{At: r.Body.At, RRule: r.Body.Rrule, StartsAt: r.Body.StartsAt, TimeZone: r.Body.TimeZone},
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{
		commandType: schedule.CommandCreateSchedule, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateSchedule202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.scheduledOf(a)
	if err == nil {
		callOf(ctx).setVersion(shown.Version)
	}
	return api.CreateSchedule201JSONResponse(shown), err
}

// scheduledOf shows the schedule that a command made.
func (h *walletsHandlers) scheduledOf(a journal.Answer) (api.Schedule, error) {
	e, _, err := only[schedule.Created](h.registry, a)
	if err != nil {
		return api.Schedule{}, err
	}
	return scheduleOf(schedule.Schedule{}.After(e)), nil
}

// GetSchedule implements api.StrictServerInterface.
func (h *walletsHandlers) GetSchedule(ctx context.Context, r api.GetScheduleRequestObject) (api.GetScheduleResponseObject, error) {
	if _, err := h.see(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	sc, ok, err := h.ports.Schedules.Schedule(ctx, r.ID)
	switch {
	case err != nil:
		return nil, away(err)
	case !ok || !maySee(callOf(ctx).principal, sc.Owner):
		return nil, &Problem{Code: schedule.ErrScheduleNotFound.Code}
	}
	callOf(ctx).setVersion(sc.Version)
	return api.GetSchedule200JSONResponse(scheduleOf(sc)), nil
}

// ListSchedules implements api.StrictServerInterface. A user sees his own, whatever he asks for.
func (h *walletsHandlers) ListSchedules(ctx context.Context, r api.ListSchedulesRequestObject) (api.ListSchedulesResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.see(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.ScheduleFilter{WalletID: r.Params.WalletID, Status: schedule.Status(r.Params.Status), After: p.place, Limit: p.limit + 1}
	if principal := callOf(ctx).principal; !maySee(principal, "") {
		f.Owner = principal.Subject
	}
	rows, err := h.ports.Schedules.Schedules(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(sc schedule.Schedule) string { return sc.ID })
	return api.ListSchedules200JSONResponse{Data: each(rows, scheduleOf), HasMore: more, NextCursor: next}, nil
}

// scheduleOf shows a schedule.
func scheduleOf(sc schedule.Schedule) api.Schedule {
	t := sc.Transfer
	out := api.Schedule{
		ID: sc.ID, Rrule: sc.Timing.RRule, TimeZone: sc.Timing.TimeZone, Status: api.ScheduleStatus(sc.Status),
		StatusReason: api.ScheduleStatusReason(sc.Why), NextAt: shownIfAny(sc.NextAt), Upcoming: each(sc.Upcoming(), shown),
		Runs: sc.Runs, Refusals: sc.Refusals, CreatedAt: shown(sc.CreatedAt), Version: sc.Version,
		Transfer: api.CreateTransfer{
			FromWallet: t.FromWallet, ToWallet: t.ToWallet, Amount: moneyOf(t.Amount), Description: t.Description, Reference: t.Reference, Metadata: t.Metadata,
		},
	}
	if sc.Timing.At != nil {
		out.At = shown(*sc.Timing.At)
	}
	if sc.Timing.StartsAt != nil {
		out.StartsAt = shown(*sc.Timing.StartsAt)
	}
	if run := sc.Last; run != nil {
		out.LastRun = &api.ScheduleRun{Occurrence: shown(run.Occurrence), At: shown(run.At), TransactionID: run.TransactionID}
		if p := run.Problem; p != nil {
			out.LastRun.Problem = &api.ScheduleProblem{Code: p.Code, Title: p.Title, Detail: p.Detail, Pointer: p.Pointer}
		}
	}
	return out
}
