package httpapi

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
)

// GetCommand implements api.StrictServerInterface.
func (h *opsHandlers) GetCommand(ctx context.Context, r api.GetCommandRequestObject) (api.GetCommandResponseObject, error) {
	id, err := journal.ParseCommandID(r.ID)
	if err != nil {
		return nil, newProblem("not-found", "there is no such command")
	}
	a, ended, waiting, err := h.Outcomes.Outcome(ctx, id)
	switch {
	case err != nil:
		return nil, away(err)
	case !ended && !waiting, !mayAsk(callOf(ctx).principal, a.Outcome.Caller):
		return nil, newProblem("not-found", "there is no such command")
	case !ended:
		return api.GetCommand200JSONResponse{ID: r.ID, Type: a.Outcome.Type, Status: api.CommandStatusAccepted}, nil
	}
	shown, err := h.commandOf(ctx, a)
	return api.GetCommand200JSONResponse(shown), err
}

// mayAsk reports whether a principal may know of a command.
func mayAsk(p Principal, caller string) bool {
	return p.Roles.Has(RoleOperator|RoleAdmin) || p.Subject == caller
}

// commandOf shows a command that has ended.
func (h *opsHandlers) commandOf(ctx context.Context, a journal.Answer) (api.Command, error) {
	o := &a.Outcome
	c := api.Command{
		ID: o.Command.String(), Type: o.Type, Position: positionText(o.Position), CreatedAt: shown(o.At),
	}
	switch o.Status {
	case journal.Refused:
		c.Status = api.CommandStatusRefused
		c.Problem, _ = fromRefusal(o.Refusal).render("", "")
		return c, nil
	case journal.Dead:
		c.Status = api.CommandStatusDead
		c.Problem, _ = (&Problem{Code: codeDead}).render("", "")
		return c, nil
	case journal.Done:
	default:
		return c, fmt.Errorf("command %s ended as %q", o.Command, byte(o.Status))
	}
	c.Status = api.CommandStatusDone
	if err := h.fetch(ctx, &a); err != nil {
		return c, err
	}
	result, err := h.result(ctx, a)
	if err != nil || result == nil {
		return c, err
	}
	c.Result, err = json.Marshal(result)
	return c, err
}
