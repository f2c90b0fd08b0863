package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// GetCommand implements api.StrictServerInterface.
func (h *Handlers) GetCommand(ctx context.Context, r api.GetCommandRequestObject) (api.GetCommandResponseObject, error) {
	id, err := journal.ParseCommandID(r.ID)
	if err != nil {
		return nil, request.NewProblem("not-found", "there is no such command")
	}
	a, ended, waiting, err := h.Outcomes.Outcome(ctx, id)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ended && !waiting, !mayAsk(request.CallOf(ctx).Principal, a.Outcome.Caller):
		return nil, request.NewProblem("not-found", "there is no such command")
	case !ended:
		return api.GetCommand200JSONResponse{ID: r.ID, Type: a.Outcome.Type, Status: api.CommandStatusAccepted}, nil
	}
	shown, err := h.commandOf(ctx, a)
	return api.GetCommand200JSONResponse(shown), err
}

// mayAsk reports whether a principal may know of a command.
func mayAsk(p request.Principal, caller string) bool {
	return p.Roles.Has(request.RoleOperator|request.RoleAdmin) || p.Subject == caller
}

// commandOf shows a command that has ended.
func (h *Handlers) commandOf(ctx context.Context, a journal.Answer) (api.Command, error) {
	o := &a.Outcome
	c := api.Command{
		ID: o.Command.String(), Type: o.Type, Position: handling.Position(o.Position), CreatedAt: handling.Time(o.At),
	}
	switch o.Status {
	case journal.Refused:
		c.Status = api.CommandStatusRefused
		c.Problem, _ = request.ProblemOf(o.Refusal).Render("", "")
		return c, nil
	case journal.Dead:
		c.Status = api.CommandStatusDead
		c.Problem, _ = (&request.Problem{Code: request.CodeDead}).Render("", "")
		l, err := h.ports.DeadLetters.Letter(ctx, journal.LetterID{Command: o.Command})
		switch {
		case err == nil && !l.RequeuedAs.IsZero():
			c.RequeuedAs = l.RequeuedAs.String()
		case err != nil && !errors.Is(err, journal.ErrNoLetter):
			return c, request.Unavailable(err)
		}
		return c, nil
	case journal.Done:
	default:
		return c, fmt.Errorf("command %s ended as %q", o.Command, byte(o.Status))
	}
	c.Status = api.CommandStatusDone
	if err := h.Fetch(ctx, &a); err != nil {
		return c, err
	}
	result, err := h.result(ctx, a)
	if err != nil || result == nil {
		return c, err
	}
	c.Result, err = json.Marshal(result)
	return c, err
}
