package authn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/florinledger/florin/users"
)

// ErrCannotTell says that it cannot be known now whom a token speaks for: nobody is let in, and nobody is
// told that the token is bad. The wrapped error says why.
var ErrCannotTell = errors.New("authn: whom the token speaks for cannot be told now")

// AuthenticatorConfig is what an Authenticator may be told. The zero value is ready to use.
type AuthenticatorConfig struct {
	// Used is told of each use of a key of a service, from the request; nil for nobody. It is not to
	// keep it waiting. An error is logged.
	Used func(ctx context.Context, keyID string, at time.Time) error
	// Log gets what could not be noted. Default: slog.Default().
	Log *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Authenticator says who a request comes from, and what they may do at this moment. It is safe for
// concurrent use.
type Authenticator struct {
	verifier *Verifier
	sessions *Sessions
	cfg      AuthenticatorConfig
}

// NewAuthenticator returns an authenticator of access tokens and of keys of services.
func NewAuthenticator(verifier *Verifier, sessions *Sessions, cfg AuthenticatorConfig) *Authenticator {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Authenticator{verifier: verifier, sessions: sessions, cfg: cfg}
}

// Authenticate returns the principal of a bearer token: an access token, or a key of a service. What it
// may do is what the person or the key may do now. A token without a session, which only who holds the
// signing keys can make, carries its roles itself.
//
// Errors: ErrInvalidToken; ErrCannotTell; ctx's.
func (a *Authenticator) Authenticate(ctx context.Context, token string) (Principal, error) {
	if strings.HasPrefix(token, APIKeyPrefix) {
		return a.service(ctx, token)
	}
	p, err := a.verifier.Verify(token)
	if err != nil || p.Session == "" {
		return p, err
	}
	s, ok, err := a.sessions.standings.get(ctx, p.Session)
	switch {
	case err != nil:
		return Principal{}, cannotTell(ctx, err)
	case !ok:
		return Principal{}, fmt.Errorf("%w: there is no session %s", ErrInvalidToken, p.Session)
	case s.UserID != p.Subject:
		return Principal{}, fmt.Errorf("%w: session %s is somebody else's", ErrInvalidToken, p.Session)
	case !s.Counts(a.cfg.Now()):
		return Principal{}, fmt.Errorf("%w: session %s is over", ErrInvalidToken, p.Session)
	}
	p.Roles = s.User.Roles
	return p, nil
}

// service returns the principal of a key of a service.
func (a *Authenticator) service(ctx context.Context, secret string) (Principal, error) {
	digest, ok := DigestAPIKey(secret)
	if !ok {
		return Principal{}, fmt.Errorf("%w: no key looks like that", ErrInvalidToken)
	}
	k, ok, err := a.sessions.keys.get(ctx, digest)
	now := a.cfg.Now()
	switch {
	case err != nil:
		return Principal{}, cannotTell(ctx, err)
	case !ok:
		return Principal{}, fmt.Errorf("%w: there is no such key", ErrInvalidToken)
	case !k.Counts(now):
		return Principal{}, fmt.Errorf("%w: key %s counts no more", ErrInvalidToken, k.KeyID)
	}
	if a.cfg.Used != nil {
		if err := a.cfg.Used(ctx, k.KeyID, now); err != nil {
			a.cfg.Log.Warn("the use of a key was not noted", "api_key", k.KeyID, "error", err)
		}
	}
	return Principal{Subject: users.ServicePrincipal(k.Name), Roles: k.Roles, Key: k.KeyID}, nil
}

// cannotTell is the error of a reading that failed, unless it is the caller who left.
func cannotTell(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrCannotTell, err)
}
