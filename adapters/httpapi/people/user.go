package people

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	readmodels "github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
)

// GetMe implements api.StrictServerInterface.
func (h *Handlers) GetMe(ctx context.Context, r api.GetMeRequestObject) (api.GetMeResponseObject, error) {
	u, err := h.getUser(ctx, request.CallOf(ctx).Principal.Subject, r.Params.AtLeast)
	return api.GetMe200JSONResponse(u), err
}

// GetUser implements api.StrictServerInterface.
func (h *Handlers) GetUser(ctx context.Context, r api.GetUserRequestObject) (api.GetUserResponseObject, error) {
	u, err := h.getUser(ctx, r.ID, r.Params.AtLeast)
	return api.GetUser200JSONResponse(u), err
}

func (h *Handlers) getUser(ctx context.Context, id, atLeast string) (api.User, error) {
	promised, err := handling.PromisedPosition(atLeast)
	if err != nil {
		return api.User{}, err
	}
	// What was promised is to be seen of the membership too; otherwise it is as it is read.
	if promised > 0 {
		switch _, err := h.Positions.Await(ctx, promised, query.Memberships); {
		case errors.Is(err, readmodels.ErrNotYetVisible):
			return api.User{}, &request.Problem{Code: "not-yet-visible", Cause: err}
		case err != nil:
			return api.User{}, request.Unavailable(err)
		}
	}
	u, at, err := h.person(ctx, id, promised)
	if err != nil {
		return api.User{}, err
	}
	request.CallOf(ctx).SetPosition(journal.Token{Shard: handling.MainShard, Position: at})
	request.CallOf(ctx).SetVersion(u.Version)
	return h.personOf(ctx, u)
}

// ListUsers implements api.StrictServerInterface.
func (h *Handlers) ListUsers(ctx context.Context, r api.ListUsersRequestObject) (api.ListUsersResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err = h.See(ctx, r.Params.AtLeast, query.Users, query.Memberships); err != nil {
		return nil, err
	}
	f := query.Filter{
		Role: string(r.Params.Role), Membership: membership.Status(r.Params.Membership), CreatedAfter: r.Params.CreatedAfter, CreatedBefore: r.Params.CreatedBefore,
		After: p.Place, Limit: p.Limit + 1,
	}
	nobody := api.ListUsers200JSONResponse{Data: []api.User{}}
	if email := r.Params.Email; email != "" {
		token, known, err := h.ports.Addresses.Find(ctx, email)
		switch {
		case err != nil:
			return nil, request.Unavailable(err)
		case !known:
			return nobody, nil
		}
		f.EmailToken = token
	}
	rows, err := h.ports.Users.Users(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(u query.User) string { return u.ID })
	members, err := h.memberships(ctx, handling.Each(rows, func(u query.User) string { return u.ID })...)
	if err != nil {
		return nil, err
	}
	data := make([]api.User, len(rows))
	for i, u := range rows {
		if data[i], err = h.memberOf(ctx, u, members[u.ID]); err != nil {
			return nil, err
		}
	}
	return api.ListUsers200JSONResponse{Data: data, HasMore: more, NextCursor: next}, nil
}

// ChangeMe implements api.StrictServerInterface.
func (h *Handlers) ChangeMe(ctx context.Context, r api.ChangeMeRequestObject) (api.ChangeMeResponseObject, error) {
	u, err := h.changeUser(ctx, request.CallOf(ctx).Principal.Subject, r.Params.IfMatch, r.Body)
	return api.ChangeMe200JSONResponse(u), err
}

// ChangeUser implements api.StrictServerInterface.
func (h *Handlers) ChangeUser(ctx context.Context, r api.ChangeUserRequestObject) (api.ChangeUserResponseObject, error) {
	u, err := h.changeUser(ctx, r.ID, r.Params.IfMatch, r.Body)
	return api.ChangeUser200JSONResponse(u), err
}

// changeUser changes somebody and shows them as they are then. An administrator needs nobody's present
// password but their own: who has stolen a session must not keep the account by it.
func (h *Handlers) changeUser(ctx context.Context, id, etag string, body *api.ChangeUser) (api.User, error) {
	cl := request.CallOf(ctx)
	draft, err := draftOf(cl, etag, body)
	if err != nil {
		return api.User{}, err
	}
	if draft.Email != nil || draft.Password != nil {
		if err := cl.Spend(ctx, rateCredentials, cl.Principal.Subject); err != nil {
			return api.User{}, err
		}
	}
	c, err := h.ports.Desk.Change(ctx, id, draft, id != cl.Principal.Subject)
	if err != nil {
		return api.User{}, atDesk(err)
	}
	c.ByAdmin = cl.Principal.Roles.Has(request.RoleAdmin)
	if err := request.Malformed(c.Validate()); err != nil {
		return api.User{}, err
	}
	a, _, err := h.Submit(ctx, handling.Order{CommandType: users.CommandChangeUser, Data: c, Waits: true})
	if told := h.ports.Desk.Changed(ctx, c, a); told != nil {
		h.Log.LogAttrs(ctx, slog.LevelError, "an address that was given up is not forgotten", slog.String("error", told.Error()))
	}
	if err != nil {
		return api.User{}, err
	}
	h.changed.Note(id, a.Outcome.Position)
	now, _, err := h.ports.Directory.User(ctx, id)
	if err != nil {
		return api.User{}, request.Unavailable(err)
	}
	u, err := h.personNow(ctx, id, now)
	if err != nil {
		return api.User{}, err
	}
	cl.SetVersion(u.Version)
	changed, err := h.personOf(ctx, u)
	if draft.DisplayName != nil {
		changed.DisplayName = *draft.DisplayName // whatever the read model knows of it yet
	}
	return changed, err
}

// draftOf reads what is to be changed. A display name that is null is taken away; elsewhere null is
// what is absent.
func draftOf(cl *request.Call, etag string, body *api.ChangeUser) (desk.Draft, error) {
	version, err := request.IfMatch(etag)
	if err != nil {
		return desk.Draft{}, err
	}
	d := desk.Draft{DisplayName: body.DisplayName, Email: body.Email, Password: body.Password, CurrentPassword: body.CurrentPassword}
	switch {
	case version == nil:
	case *version == 0:
		return d, &request.Problem{Code: "version-mismatch"} // 0 would stand for any
	default:
		d.Version = *version
	}
	if body.Roles != nil {
		d.Roles = roleNames(*body.Roles)
	}
	if d.DisplayName == nil {
		var given struct {
			Name json.RawMessage `json:"display_name"`
		}
		if err := json.Unmarshal(cl.Body, &given); err != nil {
			return d, &request.Problem{Code: "malformed-body", Cause: err}
		}
		if bytes.Equal(given.Name, []byte("null")) {
			d.DisplayName = new(string)
		}
	}
	return d, nil
}

// EraseMe implements api.StrictServerInterface.
func (h *Handlers) EraseMe(ctx context.Context, _ api.EraseMeRequestObject) (api.EraseMeResponseObject, error) {
	return api.EraseMe204Response{}, h.eraseUser(ctx, request.CallOf(ctx).Principal.Subject)
}

// EraseUser implements api.StrictServerInterface.
func (h *Handlers) EraseUser(ctx context.Context, r api.EraseUserRequestObject) (api.EraseUserResponseObject, error) {
	return api.EraseUser204Response{}, h.eraseUser(ctx, r.ID)
}

// eraseUser has an erasure decided, and makes the person unreadable at once. What of that fails, the
// reactor of erasures does: the answer is that it is decided, which nothing takes back.
func (h *Handlers) eraseUser(ctx context.Context, id string) error {
	a, _, err := h.Submit(ctx, handling.Order{CommandType: users.CommandEraseUser, Data: users.EraseUser{UserID: id}, Waits: true})
	if err != nil {
		return err
	}
	h.changed.Note(id, a.Outcome.Position)
	var released []string
	if len(a.Events) > 0 {
		_, erased, err := handling.Only[users.Erased](h.Registry, a)
		if err != nil {
			return err
		}
		released = erased.Released
	}
	if err := h.ports.Desk.Erase(ctx, id, released); err != nil {
		h.Log.LogAttrs(ctx, slog.LevelError, "an erased user's key is still there", slog.String("user", id), slog.String("error", err.Error()))
	}
	return nil
}

// atDesk is the answer to what the desk did not take.
func atDesk(err error) error {
	var form desk.FormError
	switch {
	case errors.As(err, &form):
		return request.Malformed(form)
	case errors.Is(err, desk.ErrCredentials):
		return &request.Problem{Code: "invalid-credentials"}
	case errors.Is(err, desk.ErrCurrentPassword):
		return request.FieldProblem("current-password-wrong", "/current_password", "it is missing, or wrong")
	case errors.Is(err, desk.ErrBusy):
		return &request.Problem{Code: "unavailable", Detail: "too many passwords are being checked", Cause: err}
	}
	if r := journal.AsRefusal(err); r != nil {
		return request.ProblemOf(r)
	}
	return request.Unavailable(err)
}
