package people

import (
	"context"
	"errors"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	readmodels "github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/query"
)

// person returns what the read model has of somebody, through the cache, at a position that was promised
// or later, and says which. It waits for the last change of that person that this instance made, too, as
// long as a wait takes, and then answers with what there is.
//
// Errors: a *request.Problem: user-not-found, not-yet-visible, unavailable.
func (h *Handlers) person(ctx context.Context, id string, promised int64) (u query.User, at int64, err error) {
	if _, err := journal.ParseID("usr", id); err != nil {
		return u, 0, &request.Problem{Code: "user-not-found"}
	}
	wanted := max(promised, h.changed.Of(id))
	u, at, ok, err := h.readPerson(ctx, id, wanted)
	if errors.Is(err, readmodels.ErrNotYetVisible) && promised < wanted {
		u, at, ok, err = h.readPerson(ctx, id, promised)
	}
	switch {
	case errors.Is(err, readmodels.ErrNotYetVisible):
		return u, at, &request.Problem{Code: "not-yet-visible", Cause: err}
	case err != nil:
		return u, at, request.Unavailable(err)
	case !ok:
		return u, at, &request.Problem{Code: "user-not-found"}
	}
	return u, at, nil
}

func (h *Handlers) readPerson(ctx context.Context, id string, atLeast int64) (query.User, int64, bool, error) {
	return h.ports.Cache.Through(ctx, id, atLeast, func(ctx context.Context) (query.User, int64, bool, error) {
		if _, err := h.Positions.Await(ctx, atLeast, query.Users); err != nil {
			return query.User{}, 0, false, err
		}
		return h.ports.Users.User(ctx, id)
	})
}

// personNow returns somebody as the writer knows them. The read model, which may be behind that, adds what
// decision state does not have: the name, and the time of the registration.
func (h *Handlers) personNow(ctx context.Context, id string, now users.State) (query.User, error) {
	h.changed.Note(id, now.Version)
	u, _, err := h.person(ctx, id, 0)
	if err != nil {
		if request.AsProblem(err).Code != "user-not-found" {
			return u, err
		}
		// Nobody waits with signing in for a projection that stands still.
		u = query.User{CreatedAt: bornAt(id)}
	}
	u.ID, u.Status, u.Version, u.Roles = id, now.Status, now.Version, now.Roles
	u.EmailToken, u.Email, u.Confirmed, u.PendingEmail = now.EmailToken, now.Email, now.Confirmed, nil
	if now.Pending != nil {
		u.PendingEmail = now.Pending.Email
	}
	return u, nil
}

// bornAt is when an id was made, which is when its owner registered, give or take the time of a request.
func bornAt(id string) time.Time {
	uuid, err := journal.ParseID("usr", id)
	if err != nil {
		return time.Time{}
	}
	var ms int64
	for _, b := range uuid[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}

// personOf shows somebody, with what they are a member of.
func (h *Handlers) personOf(ctx context.Context, u query.User) (api.User, error) {
	member, err := h.memberships(ctx, u.ID)
	if err != nil {
		return api.User{}, err
	}
	return h.memberOf(ctx, u, member[u.ID])
}

// memberOf shows somebody. Of who is erased there is nothing to open, even while the read model does not
// know it yet.
func (h *Handlers) memberOf(ctx context.Context, u query.User, member api.UserMembership) (api.User, error) {
	out := api.User{
		ID: u.ID, Status: api.UserStatus(u.Status), Roles: []api.Role{}, Membership: member,
		CreatedAt: handling.Time(u.CreatedAt), Version: u.Version,
	}
	var opened desk.Shown
	if u.Status == users.StatusActive {
		var err error
		opened, err = h.ports.Desk.Show(ctx, u.ID, desk.Sealed{Email: u.Email, PendingEmail: u.PendingEmail, Name: u.Name})
		if err != nil {
			return out, request.Unavailable(err)
		}
	}
	if u.Status != users.StatusActive || opened.Erased {
		out.Status = api.UserStatusErased
		if !u.ErasedAt.IsZero() {
			out.ErasedAt = handling.Time(u.ErasedAt)
		}
		return out, nil
	}
	out.Email, out.EmailConfirmed, out.PendingEmail = opened.Email, u.Confirmed, opened.PendingEmail
	out.DisplayName, out.Roles = opened.Name, rolesOf(u.Roles)
	return out, nil
}

func rolesOf(names []string) []api.Role {
	return handling.Each(names, func(name string) api.Role { return api.Role(name) })
}

func roleNames(roles []api.Role) []string {
	return handling.Each(roles, func(role api.Role) string { return string(role) })
}
