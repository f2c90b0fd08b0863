package payments

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/recon"
)

// CreateReconciliation implements api.StrictServerInterface.
func (h *Handlers) CreateReconciliation(ctx context.Context, r api.CreateReconciliationRequestObject) (api.CreateReconciliationResponseObject, error) {
	c := request.CallOf(ctx)
	run := recon.Run{
		Source: string(r.Body.Source), Actor: c.Principal.Subject,
		Period: recon.Period{From: handling.Time(r.Body.From), Until: handling.Time(r.Body.Until)},
	}
	if run.Source != recon.Stripe {
		return nil, request.FieldProblem("invalid-field", "/source", "want stripe")
	}
	if err := run.Validate(time.Now()); err != nil {
		return nil, request.FieldProblem("invalid-field", "/until", "%s", err)
	}
	var name [16]byte
	if r.Params.IdempotencyKey != "" {
		name = journal.NewCommandID(c.Principal.Subject, "reconciliation\x00"+r.Params.IdempotencyKey)
	}
	asked, again, err := h.ports.Reconciliations.Ask(ctx, run, name)
	switch {
	case errors.Is(err, recon.ErrReused):
		return nil, request.ProblemOf(journal.ErrKeyReused)
	case err != nil:
		return nil, request.Unavailable(err)
	}
	if again {
		c.SetReplayed()
	}
	return api.CreateReconciliation202JSONResponse(reconciliationOf(asked)), nil
}

// ListReconciliations implements api.StrictServerInterface.
func (h *Handlers) ListReconciliations(ctx context.Context, r api.ListReconciliationsRequestObject) (api.ListReconciliationsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := h.ports.Reconciliations.List(ctx, p.Place, p.Limit+1)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(r recon.Run) string { return r.ID })
	return api.ListReconciliations200JSONResponse{Data: handling.Each(rows, reconciliationOf), HasMore: more, NextCursor: next}, nil
}

// GetReconciliation implements api.StrictServerInterface.
func (h *Handlers) GetReconciliation(ctx context.Context, r api.GetReconciliationRequestObject) (api.GetReconciliationResponseObject, error) {
	run, err := h.reconciliation(ctx, r.ID)
	return api.GetReconciliation200JSONResponse(reconciliationOf(run)), err
}

// ListBreaks implements api.StrictServerInterface.
func (h *Handlers) ListBreaks(ctx context.Context, r api.ListBreaksRequestObject) (api.ListBreaksResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	after := 0
	if p.Place != "" {
		if after, err = strconv.Atoi(p.Place); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if _, err := h.reconciliation(ctx, r.ID); err != nil {
		return nil, err
	}
	rows, err := h.ports.Reconciliations.Breaks(ctx, r.ID, after, p.Limit+1)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(recon.Break) string { return strconv.Itoa(after + p.Limit) })
	return api.ListBreaks200JSONResponse{Data: handling.Each(rows, breakOf), HasMore: more, NextCursor: next}, nil
}

func (h *Handlers) reconciliation(ctx context.Context, id string) (recon.Run, error) {
	run, err := h.ports.Reconciliations.Run(ctx, id)
	switch {
	case errors.Is(err, recon.ErrNoRun):
		return run, request.NewProblem("reconciliation-not-found", "there is no such reconciliation")
	case err != nil:
		return run, request.Unavailable(err)
	}
	return run, nil
}

func reconciliationOf(r recon.Run) api.Reconciliation {
	shown := api.Reconciliation{
		ID: r.ID, Source: api.ReconciliationSource(r.Source), From: handling.Time(r.From), Until: handling.Time(r.Until),
		Status: api.ReconciliationStatus(r.Status), Fault: r.Fault, Actor: r.Actor, Nightly: r.Nightly,
		CreatedAt: handling.Time(r.CreatedAt), StartedAt: handling.TimeIfAny(r.StartedAt), EndedAt: handling.TimeIfAny(r.EndedAt),
		Lines: r.Lines, Entries: r.Entries, Matched: r.Matched, Breaks: r.Breaks, Reasons: map[string]int{},
	}
	if r.Position > 0 {
		shown.Position = handling.Position(r.Position)
	}
	for reason, n := range r.Reasons {
		shown.Reasons[string(reason)] = n
	}
	shown.Assets = handling.Each(r.Assets, func(f recon.Figures) api.ReconciliationFigures {
		return api.ReconciliationFigures{
			Asset: f.Asset, Opening: f.Opening.String(), Booked: f.Booked.String(), Closing: f.Closing.String(),
			Stated: f.Stated.String(), Difference: f.Difference.String(),
		}
	})
	return shown
}

func breakOf(b recon.Break) api.Break {
	shown := api.Break{
		Reason: api.BreakReason(b.Reason), At: handling.Time(b.At), Of: b.Of, Line: b.Line, LineType: b.LineType, Entry: b.Entry,
		TransactionID: b.Transaction, Detail: b.Detail,
	}
	if b.Position > 0 {
		shown.Position = handling.Position(b.Position)
	}
	shown.Difference = handling.Each(b.Difference, func(m recon.Money) api.SignedMoney {
		return api.SignedMoney{Amount: m.Amount.String(), Asset: m.Asset}
	})
	return shown
}
