package people

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

// RegisterUser implements api.StrictServerInterface. The answer for an address that is taken is made of
// the same parts as that for one that is free, of what was sent and of when it was decided, and names
// somebody who is nobody.
func (h *Handlers) RegisterUser(ctx context.Context, r api.RegisterUserRequestObject) (api.RegisterUserResponseObject, error) {
	o := handling.Order{CommandType: users.CommandRegister, Key: r.Params.IdempotencyKey, Waits: true}
	id, a, err := h.register(ctx, o, r.Body)
	if err != nil {
		return nil, err
	}
	h.changed.Note(id, a.Outcome.Position)
	return api.RegisterUser201JSONResponse{
		ID: id, Status: api.UserStatusActive, Email: r.Body.Email, DisplayName: r.Body.DisplayName,
		Roles: rolesOf([]string{users.RoleUser}), Membership: api.UserMembership{Status: api.MembershipStatusNone},
		CreatedAt: handling.Time(a.Outcome.At), Version: a.Outcome.Position,
	}, nil
}

// register has somebody registered, and returns the id to show. A repeat under a key is answered before
// anything is made for it: it may come after the person was erased, whose address must not get a token again.
func (h *Handlers) register(ctx context.Context, o handling.Order, body *api.RegisterUser) (id string, a journal.Answer, err error) {
	a, told, err := h.Replay(ctx, o)
	if err != nil {
		return "", a, err
	}
	if told {
		if err = h.Fetch(ctx, &a); err == nil {
			id, _, err = h.ports.Desk.RegisteredAs(a)
		}
		return id, a, err
	}
	c, err := h.ports.Desk.NewRegistration(ctx, body.Email, body.Password, body.DisplayName)
	if err != nil {
		return "", a, atDesk(err)
	}
	o.Data, o.Actor = c, c.UserID
	a, _, err = h.Submit(ctx, o)
	if err != nil && a.Outcome.Status != journal.Refused {
		return "", a, err // while the outcome is not known, what was made may be somebody's
	}
	if id, err = h.ports.Desk.Registered(ctx, c, a); err != nil {
		return "", a, atDesk(err)
	}
	return id, a, nil
}

// ConfirmEmail implements api.StrictServerInterface.
func (h *Handlers) ConfirmEmail(ctx context.Context, r api.ConfirmEmailRequestObject) (api.ConfirmEmailResponseObject, error) {
	err := h.byLink(ctx, users.CommandConfirmEmail, r.Params.IdempotencyKey, func() (string, any, error) {
		c, err := h.ports.Desk.Confirm(r.Body.Token)
		return c.UserID, c, err
	})
	return api.ConfirmEmail204Response{}, err
}

// ResetPassword implements api.StrictServerInterface.
func (h *Handlers) ResetPassword(ctx context.Context, r api.ResetPasswordRequestObject) (api.ResetPasswordResponseObject, error) {
	err := h.byLink(ctx, users.CommandResetPassword, r.Params.IdempotencyKey, func() (string, any, error) {
		c, err := h.ports.Desk.Reset(ctx, r.Body.Token, r.Body.Password)
		return c.UserID, c, err
	})
	return api.ResetPassword204Response{}, err
}

// byLink has a command decided that a mailed link asks for. A repeat under a key is answered before the
// link is looked at, which its own use may have made void.
func (h *Handlers) byLink(ctx context.Context, commandType, key string, read func() (userID string, data any, err error)) error {
	o := handling.Order{CommandType: commandType, Key: key, Waits: true}
	if told, err := h.Replayed(ctx, o); told || err != nil {
		return err
	}
	id, data, err := read()
	if err != nil {
		return atDesk(err)
	}
	o.Actor, o.Data = id, data
	a, _, err := h.Submit(ctx, o)
	if err == nil {
		h.changed.Note(id, a.Outcome.Position)
	}
	return err
}

// ForgotPassword implements api.StrictServerInterface.
func (h *Handlers) ForgotPassword(ctx context.Context, r api.ForgotPasswordRequestObject) (api.ForgotPasswordResponseObject, error) {
	if wrong := users.CheckEmail(r.Body.Email); wrong != "" {
		return nil, request.FieldProblem("invalid-field", "/email", "%s", wrong)
	}
	if err := request.CallOf(ctx).Spend(ctx, rateForgotAccount, users.FoldEmail(r.Body.Email)); err != nil {
		return nil, err
	}
	h.ports.Desk.Forgot(r.Body.Email)
	return api.ForgotPassword202Response{}, nil
}
