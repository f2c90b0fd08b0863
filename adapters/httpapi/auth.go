package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// ErrUnauthenticated says that a token speaks for nobody: answered 401. Any other error of an
// Authenticate is a fault, answered 500, so that a broken key store lets nobody in either.
var ErrUnauthenticated = errors.New("httpapi: the token speaks for nobody")

// Principal is who a request comes from.
type Principal struct {
	// Subject names the person or service; it scopes idempotency keys. Empty for an anonymous
	// caller of a route that is open.
	Subject string
	// Roles are what the principal may do.
	Roles Roles
}

// Authenticate says whom a bearer token speaks for. It runs on every request: an implementation
// remembers what it has verified. Errors: ErrUnauthenticated (wrapped).
type Authenticate func(token string) (Principal, error)

// authorize returns the caller of a request, if the route lets it in.
func authorize(h http.Header, rt *route, authenticate Authenticate) (Principal, error) {
	if rt.roles == anyone {
		return Principal{}, nil
	}
	token, ok := bearerToken(h)
	if !ok {
		return Principal{}, &Problem{Code: "unauthenticated"}
	}
	p, err := authenticate(token)
	if errors.Is(err, ErrUnauthenticated) {
		return Principal{}, &Problem{
			Code: "unauthenticated", cause: err,
			header: map[string]string{echo.HeaderWWWAuthenticate: `Bearer error="invalid_token"`},
		}
	}
	if err != nil {
		return Principal{}, fmt.Errorf("authenticate: %w", err)
	}
	if p.Subject == "" {
		return Principal{}, errors.New("authenticate: a principal without a subject")
	}
	if !p.Roles.may(rt) {
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
