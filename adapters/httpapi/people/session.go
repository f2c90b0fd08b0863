package people

import (
	"context"
	"errors"
	"log/slog"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
)

// Login implements api.StrictServerInterface. Attempts are counted by account whether or not there is
// one.
func (h *Handlers) Login(ctx context.Context, r api.LoginRequestObject) (api.LoginResponseObject, error) {
	if err := request.CallOf(ctx).Spend(ctx, rateLoginAccount, users.FoldEmail(r.Body.Email)); err != nil {
		return nil, err
	}
	who, err := h.ports.Desk.SignIn(ctx, r.Body.Email, r.Body.Password)
	if err != nil {
		return nil, atDesk(err)
	}
	if who.Rehash != nil {
		h.rehash(ctx, *who.Rehash)
	}
	s, refresh, err := h.ports.Sessions.Begin(ctx, who.UserID, who.State.SessionVersion)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	tokens, err := h.tokensOf(ctx, s, who.State.Roles, refresh)
	if err != nil {
		return nil, err
	}
	u, err := h.personNow(ctx, who.UserID, who.State)
	if err != nil {
		return nil, err
	}
	tokens.User, err = h.personOf(ctx, u)
	return api.Login200JSONResponse(tokens), err
}

// rehash has a hash replaced. Nobody waits for it, and when it fails the next sign-in tries again.
func (h *Handlers) rehash(ctx context.Context, c users.Rehash) {
	command, err := h.Command(request.CallOf(ctx), handling.Order{CommandType: users.CommandRehash, Data: c, Actor: c.UserID})
	if err == nil {
		err = h.Commands.Accept(ctx, command)
	}
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "a password is not hashed anew", slog.String("user", c.UserID), slog.String("error", err.Error()))
	}
}

// tokensOf makes the tokens of a session. What cannot be said of a membership is left out, to be said by the next
// token: a refresh token is used up by now, and with it the session would be lost.
func (h *Handlers) tokensOf(ctx context.Context, s users.Session, roles []string, refresh string) (api.Tokens, error) {
	members, err := h.ports.Memberships.Members(ctx, []string{s.UserID})
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "a token does not say what its bearer is a member of", slog.String("user", s.UserID), slog.String("error", err.Error()))
	}
	access, life, err := h.ports.Tokens.Mint(s.UserID, s.ID, roles, members[s.UserID])
	return api.Tokens{
		AccessToken: access, TokenType: api.TokensTokenTypeBearer, ExpiresIn: request.WholeSeconds(life), RefreshToken: refresh,
	}, err
}

// RefreshToken implements api.StrictServerInterface.
func (h *Handlers) RefreshToken(ctx context.Context, r api.RefreshTokenRequestObject) (api.RefreshTokenResponseObject, error) {
	s, next, err := h.ports.Sessions.Refresh(ctx, r.Body.RefreshToken)
	switch {
	case errors.Is(err, desk.ErrRefreshReused):
		h.Log.LogAttrs(ctx, slog.LevelWarn, "a refresh token was used twice: its session is over", slog.String("session", s.ID))
		h.end(ctx, s.ID)
		return nil, &request.Problem{Code: "refresh-token-invalid", Cause: err}
	case errors.Is(err, desk.ErrRefreshInvalid):
		return nil, &request.Problem{Code: "refresh-token-invalid", Cause: err}
	case err != nil:
		return nil, request.Unavailable(err)
	}
	now, ok, err := h.ports.Directory.User(ctx, s.UserID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok || now.Status != users.StatusActive:
		return nil, &request.Problem{Code: "refresh-token-invalid"}
	}
	tokens, err := h.tokensOf(ctx, s, now.Roles, next)
	return api.RefreshToken200JSONResponse(tokens), err
}

// Logout implements api.StrictServerInterface.
func (h *Handlers) Logout(ctx context.Context, r api.LogoutRequestObject) (api.LogoutResponseObject, error) {
	id, ok, err := h.ports.Sessions.End(ctx, r.Body.RefreshToken)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case ok:
		h.end(ctx, id)
	}
	return api.Logout204Response{}, nil
}

// end tells every instance that a session is over. Where that does not arrive, the session is asked for
// again before long all the same.
func (h *Handlers) end(ctx context.Context, sessionID string) {
	if sessionID == "" {
		return
	}
	if err := h.ports.Ends.EndSession(ctx, sessionID); err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "the end of a session is not published", slog.String("session", sessionID), slog.String("error", err.Error()))
	}
}
