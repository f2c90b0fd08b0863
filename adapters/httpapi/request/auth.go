package request

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// The errors of an Authenticate. Any other is a fault, answered 500, so that a broken key store lets
// nobody in either.
var (
	// ErrUnauthenticated says that a token speaks for nobody: answered 401.
	ErrUnauthenticated = errors.New("httpapi: the token speaks for nobody")
	// ErrCannotTell says that it cannot be known now whom a token speaks for: answered 503, so that no
	// client takes its token for a bad one.
	ErrCannotTell = errors.New("httpapi: whom the token speaks for cannot be told now")
)

// Principal is who a request comes from.
type Principal struct {
	// Subject names the person or service; it scopes idempotency keys. Empty for an anonymous
	// caller of a route that is open.
	Subject string
	// Roles are what the principal may do.
	Roles Roles
	// Session is the session that the principal speaks in; empty for a service.
	Session string
}

// Authenticate says whom a bearer token speaks for, and what they may do at this moment. It runs on
// every request: an implementation remembers what it has verified and read. Errors: ErrUnauthenticated,
// ErrCannotTell (both wrapped), ctx's.
type Authenticate func(ctx context.Context, token string) (Principal, error)

// Authorize returns the caller of a request, if the route lets it in.
func Authorize(ctx context.Context, h http.Header, rt *Route, authenticate Authenticate) (Principal, error) {
	if rt.Roles == Anyone {
		return Principal{}, nil
	}
	token, ok := bearerToken(h)
	if !ok {
		return Principal{}, &Problem{Code: "unauthenticated"}
	}
	p, err := authenticate(ctx, token)
	if errors.Is(err, ErrUnauthenticated) {
		return Principal{}, &Problem{
			Code: "unauthenticated", Cause: err,
			Header: map[string]string{echo.HeaderWWWAuthenticate: `Bearer error="invalid_token"`},
		}
	}
	if errors.Is(err, ErrCannotTell) {
		return Principal{}, Unavailable(err)
	}
	if err != nil {
		return Principal{}, fmt.Errorf("authenticate: %w", err)
	}
	if p.Subject == "" {
		return Principal{}, errors.New("authenticate: a principal without a subject")
	}
	if !p.Roles.May(rt) {
		return p, &Problem{Code: "forbidden"}
	}
	return p, nil
}

// bearerToken returns the token of the Authorization header (RFC 6750). Two headers are as good as
// none: which of them a proxy looked at is not known here.
func bearerToken(h http.Header) (string, bool) {
	values := h["Authorization"]
	if len(values) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	token = strings.TrimSpace(token)
	return token, token != "" && len(token) <= MaxTokenBytes
}
