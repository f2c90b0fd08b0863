package authn

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users"
)

// door is an authenticator with what it reads.
type door struct {
	*Authenticator
	clock    *clock
	keySet   *KeySet
	minter   *Minter
	sessions *Sessions

	mu        sync.Mutex
	standings map[string]users.Standing
	apiKeys   map[string]users.KeyState
	reads     int
	away      error
	used      []string
}

func newDoor(t testing.TB) *door {
	t.Helper()
	d := &door{clock: newClock(), keySet: newKeys(t, 1), standings: map[string]users.Standing{}, apiKeys: map[string]users.KeyState{}}
	var verifier *Verifier
	d.minter, verifier = newPair(t, d.keySet, d.clock)
	var err error
	d.sessions, err = NewSessions(
		func(_ context.Context, id string) (users.Standing, bool, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.reads++
			s, ok := d.standings[id]
			return s, ok, d.away
		},
		func(_ context.Context, digest string) (users.KeyState, bool, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.reads++
			k, ok := d.apiKeys[digest]
			return k, ok, d.away
		},
		d.clock.now, SessionsConfig{Now: d.clock.now})
	require.NoError(t, err)
	d.Authenticator = NewAuthenticator(verifier, d.sessions, AuthenticatorConfig{
		Now: d.clock.now, Log: slog.New(slog.DiscardHandler),
		Used: func(_ context.Context, keyID string, _ time.Time) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.used = append(d.used, keyID)
			return errors.New("not noted: nobody is turned away for that")
		},
	})
	return d
}

// signIn begins a session and returns its token, which names another role than the person has.
func (d *door) signIn(t testing.TB, sessionID, userID string) string {
	t.Helper()
	d.stands(sessionID, func(s *users.Standing) {
		*s = users.Standing{
			Session: users.Session{ID: sessionID, UserID: userID, Version: 7, ExpiresAt: d.clock.now().Add(time.Hour)},
			User:    users.State{Status: users.StatusActive, SessionVersion: 7, Roles: []string{RoleUser, RoleFinance, "emperor"}},
		}
	})
	token, err := d.minter.Mint(Claims{Subject: userID, Roles: []string{RoleAdmin}, Session: sessionID, TTL: AccessTokenTTL})
	require.NoError(t, err)
	return token
}

// stands changes a session as it stands, and tells nobody.
func (d *door) stands(sessionID string, change func(*users.Standing)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.standings[sessionID]
	change(&s)
	d.standings[sessionID] = s
}

func TestATokenIsWorthWhatItsSessionIs(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.signIn(t, "ses_1", "usr_1")
	for range 3 {
		p, err := d.Authenticate(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, Principal{Subject: "usr_1", Roles: []string{RoleFinance, RoleUser}, Session: "ses_1"}, p)
	}
	require.Equal(t, 1, d.reads)

	d.stands("ses_1", func(s *users.Standing) { s.User.Roles = []string{RoleOperator} })
	d.sessions.ForgetUser("usr_2")
	p, err := d.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, []string{RoleFinance, RoleUser}, p.Roles, "nobody told")
	d.sessions.ForgetUser("usr_1")
	p, err = d.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, []string{RoleOperator}, p.Roles)
	require.Equal(t, 2, d.reads)

	d.stands("ses_1", func(s *users.Standing) { s.User.Roles = nil })
	d.sessions.ForgetAll()
	p, err = d.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Empty(t, p.Roles, "the token's roles do not count")
}

func TestASessionThatIsOver(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]struct {
		how func(*users.Standing)
		why string
	}{
		"signed out":       {func(s *users.Standing) { s.Revoked = true }, "is over"},
		"password changed": {func(s *users.Standing) { s.User.SessionVersion = 8 }, "is over"},
		"erased":           {func(s *users.Standing) { s.User.Status, s.User.SessionVersion = users.StatusErased, 9 }, "is over"},
		"run out":          {func(s *users.Standing) { s.ExpiresAt = s.ExpiresAt.Add(-time.Hour) }, "is over"},
		"no user":          {func(s *users.Standing) { s.User = users.State{} }, "is over"},
		"somebody else's":  {func(s *users.Standing) { s.UserID = "usr_2" }, "somebody else"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			token := d.signIn(t, "ses_1", "usr_1")
			_, err := d.Authenticate(t.Context(), token)
			require.NoError(t, err)
			d.stands("ses_1", over.how)
			d.sessions.ForgetSession("ses_1")
			for range 2 {
				p, err := d.Authenticate(t.Context(), token)
				require.ErrorIs(t, err, ErrInvalidToken)
				require.ErrorContains(t, err, over.why)
				require.Empty(t, p)
			}
		})
	}
	t.Run("gone", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t)
		token := d.signIn(t, "ses_1", "usr_1")
		delete(d.standings, "ses_1")
		_, err := d.Authenticate(t.Context(), token)
		require.ErrorIs(t, err, ErrInvalidToken)
	})
}

// With Postgres away what was read a moment ago still counts; then nobody is let in, and nobody is told
// that the token is bad.
func TestWithPostgresAway(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	known, unknown := d.signIn(t, "ses_1", "usr_1"), d.signIn(t, "ses_2", "usr_2")
	secret, digest := NewAPIKey()
	d.apiKeys[digest] = users.KeyState{KeyID: "key_1", Name: "shop", Roles: []string{RoleService}}
	machine, err := d.minter.Mint(Claims{Subject: "svc_cron", Roles: []string{RoleOperator}, TTL: time.Hour})
	require.NoError(t, err)
	_, err = d.Authenticate(t.Context(), known)
	require.NoError(t, err)

	d.away = errors.New("postgres is away")
	_, err = d.Authenticate(t.Context(), known)
	require.NoError(t, err)
	for _, token := range []string{unknown, secret} {
		p, err := d.Authenticate(t.Context(), token)
		require.ErrorIs(t, err, ErrCannotTell)
		require.ErrorIs(t, err, d.away)
		require.NotErrorIs(t, err, ErrInvalidToken)
		require.Empty(t, p)
	}
	d.clock.advance(Remembered + 1)
	_, err = d.Authenticate(t.Context(), known)
	require.ErrorIs(t, err, ErrCannotTell)
	p, err := d.Authenticate(t.Context(), machine)
	require.NoError(t, err, "a token without a session asks nobody")
	require.Equal(t, Principal{Subject: "svc_cron", Roles: []string{RoleOperator}}, p)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.Authenticate(ctx, unknown)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, ErrCannotTell)
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	secret, digest := NewAPIKey()
	d.apiKeys[digest] = users.KeyState{
		KeyID: "key_1", Name: "shop", Roles: []string{RoleService, "emperor"}, ExpiresAt: d.clock.now().Add(time.Minute),
	}
	for range 2 {
		p, err := d.Authenticate(t.Context(), secret)
		require.NoError(t, err)
		require.Equal(t, Principal{Subject: "service:shop", Roles: []string{RoleService}, Key: "key_1"}, p)
	}
	require.Equal(t, 1, d.reads)
	require.Equal(t, []string{"key_1", "key_1"}, d.used)

	other, _ := NewAPIKey()
	require.NotEqual(t, secret, other)
	for name, bad := range map[string]string{
		"another": other, "shorter": secret[:len(secret)-1], "longer": secret + "a", "nothing": APIKeyPrefix,
		"upper case": APIKeyPrefix + strings.ToUpper(secret[len(APIKeyPrefix):]), "its digest": APIKeyPrefix + digest,
	} {
		_, err := d.Authenticate(t.Context(), bad)
		require.ErrorIs(t, err, ErrInvalidToken, name)
	}
	require.Equal(t, 3, d.reads, "only what may be a key is looked up")

	d.apiKeys[digest] = users.KeyState{KeyID: "key_1", Name: "shop", Roles: []string{RoleService}, Revoked: true}
	d.sessions.ForgetAPIKey(digest)
	_, err := d.Authenticate(t.Context(), secret)
	require.ErrorIs(t, err, ErrInvalidToken)

	d.apiKeys[digest] = users.KeyState{KeyID: "key_1", Name: "shop", Roles: []string{RoleService}, ExpiresAt: d.clock.now().Add(time.Second)}
	d.sessions.ForgetAll()
	_, err = d.Authenticate(t.Context(), secret)
	require.NoError(t, err)
	d.clock.advance(time.Second)
	_, err = d.Authenticate(t.Context(), secret)
	require.ErrorIs(t, err, ErrInvalidToken, "it runs out while it is remembered")
	require.Len(t, d.used, 3, "only uses that counted are noted")
}

// However good the session is: a token that is not ours, or not any more, is nobody's.
func TestForgedTokensOfAGoodSession(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.signIn(t, "ses_1", "usr_1")
	now := d.clock.now().Unix()
	header := func() map[string]any { return map[string]any{"alg": "EdDSA", "typ": "JWT", "kid": d.keySet.signer.id} }
	claims := func() map[string]any {
		return map[string]any{
			"iss": DefaultIssuer, "aud": DefaultAudience, "sub": "usr_1", "sid": "ses_1", "roles": []string{RoleUser},
			"iat": now, "nbf": now, "exp": now + 900,
		}
	}
	with := func(name string, value any) string {
		c := claims()
		c[name] = value
		return forge(t, d.keySet, header(), c)
	}
	unsigned := func(alg string, sign func(text string) []byte) string {
		h := header()
		h["alg"] = alg
		parts := strings.Split(forge(t, d.keySet, h, claims()), ".")
		text := parts[0] + "." + parts[1]
		return text + "." + base64.RawURLEncoding.EncodeToString(sign(text))
	}
	parts, other := strings.Split(token, "."), strings.Split(with("sid", "ses_2"), ".")
	for name, tt := range map[string]struct {
		token string
		ok    bool
	}{
		"as it should be":             {with("iat", now), true},
		"its clock 30 s ahead of us":  {with("nbf", now+30), true},
		"its clock 31 s ahead of us":  {with("nbf", now+31), false},
		"expired a second ago":        {with("exp", now-1), false},
		"expiring now":                {with("exp", now), false},
		"of another issuer":           {with("iss", "elsewhere"), false},
		"for another audience":        {with("aud", "elsewhere"), false},
		"for another person":          {with("sub", "usr_2"), false},
		"with a session that is none": {with("sid", "ses_9"), false},
		"with a session of no text":   {with("sid", 7), false},
		"another session's claims":    {parts[0] + "." + other[1] + "." + parts[2], false},
		"alg none":                    {unsigned("none", func(string) []byte { return nil }), false},
		"HS256 with the public key": {unsigned("HS256", func(text string) []byte {
			mac, err := jwt.SigningMethodHS256.Sign(text, []byte(d.keySet.signer.public))
			require.NoError(t, err)
			return mac
		}), false},
	} {
		_, err := d.Authenticate(t.Context(), tt.token)
		if tt.ok {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorIs(t, err, ErrInvalidToken, name)
		}
	}
}

func TestATokenWithASessionIsShort(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	_, err := d.minter.Mint(Claims{Subject: "usr_1", Roles: []string{RoleUser}, Session: "ses_1", TTL: AccessTokenTTL + 1})
	require.Error(t, err)
	token := d.signIn(t, "ses_1", "usr_1")
	d.clock.advance(AccessTokenTTL - 1)
	_, err = d.Authenticate(t.Context(), token)
	require.NoError(t, err)
	d.clock.advance(1)
	_, err = d.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, ErrInvalidToken)
}

// What is remembered of a person has nothing of theirs in it.
func TestNothingPersonalIsRemembered(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.signIn(t, "ses_1", "usr_1")
	d.stands("ses_1", func(s *users.Standing) {
		s.User.EmailToken, s.User.Email, s.User.Credential = "token", []byte("sealed"), []byte("sealed")
		s.User.Pending = &users.Pending{EmailToken: "other"}
	})
	_, err := d.Authenticate(t.Context(), token)
	require.NoError(t, err)
	n, ok := d.sessions.standings.known.Get("ses_1")
	require.True(t, ok)
	require.Equal(t, users.State{Status: users.StatusActive, SessionVersion: 7, Roles: []string{RoleFinance, RoleUser}}, n.value.User)
}

func BenchmarkAuthenticate(b *testing.B) {
	d := newDoor(b)
	secret, digest := NewAPIKey()
	d.apiKeys[digest] = users.KeyState{KeyID: "key_1", Name: "shop", Roles: []string{RoleService}}
	d.cfg.Used = nil
	machine, err := d.minter.Mint(Claims{Subject: "svc_cron", Roles: []string{RoleOperator}, TTL: time.Hour})
	require.NoError(b, err)
	for name, token := range map[string]string{"session": d.signIn(b, "ses_1", "usr_1"), "key": secret, "without-session": machine} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Authenticate(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("session-parallel", func(b *testing.B) {
		token := d.signIn(b, "ses_1", "usr_1")
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := d.Authenticate(b.Context(), token); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
