package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
)

const goodPassword = "correct horse battery staple"

// person is somebody who has registered.
type person struct {
	s             *service
	t             *testing.T
	id, email     string
	access, renew string
}

// registered registers somebody who does not exist yet, and confirms the address as the mailed link does.
func (s *service) registered(t *testing.T, email string) *person {
	t.Helper()
	a := s.nobody().in(t).call(http.MethodPost, "/v1/users", map[string]any{"email": email, "password": goodPassword}).is(http.StatusCreated)
	p := &person{s: s, t: t, id: a.str("id"), email: email}
	s.nobody().in(t).call(http.MethodPost, "/v1/users/confirm", map[string]any{"token": p.link(desk.PurposeConfirm)}).is(http.StatusNoContent)
	return p
}

// state is what the writer knows of a person.
func (p *person) state() users.State {
	p.t.Helper()
	u, ok, err := postgres.NewDirectory(p.s.app.reads).User(p.t.Context(), p.id)
	require.NoError(p.t, err)
	require.True(p.t, ok)
	return u
}

// link signs what would be mailed, with the installation's secret.
func (p *person) link(purpose desk.Purpose) string {
	p.t.Helper()
	secret, err := p.s.settings.readSecret()
	require.NoError(p.t, err)
	links, err := desk.NewLinks(secret)
	require.NoError(p.t, err)
	u := p.state()
	text, err := links.Sign(desk.Link{
		Purpose: purpose, UserID: p.id, EmailToken: u.EmailToken, SessionVersion: u.SessionVersion, ExpiresAt: time.Now().Add(time.Hour),
	})
	require.NoError(p.t, err)
	return text
}

// signIn signs in from an address of the person's own, so that tests do not use up each other's attempts.
func (p *person) signIn(password string) *answer {
	p.t.Helper()
	a := p.s.nobody().in(p.t).call(http.MethodPost, "/v1/login", map[string]any{"email": p.email, "password": password},
		header("X-Forwarded-For", "192.0.2.1"))
	if a.Status == http.StatusOK {
		p.access, p.renew = a.str("access_token"), a.str("refresh_token")
	}
	return a
}

func (p *person) self() *caller { return &caller{s: p.s, t: p.t, token: p.access} }

// TestAnAccountsLife goes through everything that happens to an account, over the whole service.
func TestAnAccountsLife(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann := s.registered(t, "Ann@Example.com")
	a := ann.signIn(goodPassword).is(http.StatusOK)
	require.Equal(t, "Ann@Example.com", a.str("user", "email"))
	require.Equal(t, ann.id, a.str("user", "id"))

	me := ann.self()
	require.Equal(t, "Ann@Example.com", me.get("/v1/users/me").is(http.StatusOK).str("email"))
	require.Equal(t, "Ann", me.call(http.MethodPatch, "/v1/users/me", map[string]any{"display_name": "Ann"}).is(http.StatusOK).str("display_name"))
	require.Equal(t, "Ann", me.get("/v1/users/me").is(http.StatusOK).str("display_name"))
	wallet := me.call(http.MethodPost, "/v1/wallets", map[string]any{}).is(http.StatusCreated)
	require.Equal(t, ann.id, wallet.str("owner_id"))

	first := ann.renew
	refresh := func(token string) *answer {
		return s.nobody().in(t).call(http.MethodPost, "/v1/token/refresh", map[string]any{"refresh_token": token})
	}
	a = refresh(first).is(http.StatusOK)
	second, access := a.str("refresh_token"), a.str("access_token")
	(&caller{s: s, t: t, token: access}).get("/v1/users/me").is(http.StatusOK)
	refresh(first).refused(http.StatusUnauthorized, "refresh-token-invalid")
	refresh(second).refused(http.StatusUnauthorized, "refresh-token-invalid")
	soon(t, func() bool { return me.get("/v1/users/me").Status == http.StatusUnauthorized })

	ann.signIn(goodPassword).is(http.StatusOK)
	s.nobody().in(t).call(http.MethodPost, "/v1/logout", map[string]any{"refresh_token": ann.renew}).is(http.StatusNoContent)
	soon(t, func() bool { return ann.self().get("/v1/users/me").Status == http.StatusUnauthorized })

	s.nobody().in(t).call(http.MethodPost, "/v1/password/reset", map[string]any{"token": ann.link(desk.PurposeReset), "password": "a brand new password"}).
		is(http.StatusNoContent)
	ann.signIn(goodPassword).refused(http.StatusUnauthorized, "invalid-credentials")
	ann.signIn("a brand new password").is(http.StatusOK)
	ann.self().call(http.MethodDelete, "/v1/users/me", nil).is(http.StatusNoContent)
	soon(t, func() bool { return ann.self().get("/v1/users/me").Status == http.StatusUnauthorized })
	ann.signIn("a brand new password").refused(http.StatusUnauthorized, "invalid-credentials")

	root := s.as("usr_root", "admin")
	gone := root.read("/v1/users/" + ann.id).is(http.StatusOK)
	require.Equal(t, "erased", gone.str("status"))
	require.NotContains(t, string(gone.Body), "xample")
	require.Empty(t, root.list("/v1/users?email=ann@example.com").Data)
	again := s.registered(t, "ann@example.com")
	require.NotEqual(t, ann.id, again.id)
	require.Len(t, root.list("/v1/users?email=ANN@example.com").Data, 1)
	s.verify()
}

// TestHundredRegistrationsOfOneAddress: all are answered alike, and one is somebody.
func TestHundredRegistrationsOfOneAddress(t *testing.T) {
	t.Parallel()
	const many = 100
	s := startService(t)
	ids := make([]string, many)
	var group errgroup.Group
	for i := range many {
		group.Go(func() error {
			email := []byte("ann@example.com")
			for at := range 3 { // in eight spellings
				if i>>at&1 == 1 {
					email[at] -= 'a' - 'A'
				}
			}
			var a *answer
			for a == nil || a.Status == http.StatusServiceUnavailable { // hashed one after the other: who is told to come again does
				var err error
				if a, err = s.nobody().try(http.MethodPost, "/v1/users", map[string]any{"email": string(email), "password": goodPassword},
					key(fmt.Sprintf("k-%d", i)), header("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i))); err != nil {
					return err
				}
			}
			a.t = t
			ids[i] = a.is(http.StatusCreated).str("id")
			return nil
		})
	}
	require.NoError(t, group.Wait())
	distinct := map[string]bool{}
	for _, id := range ids {
		distinct[id] = true
	}
	require.Len(t, distinct, many, "everybody got an id")
	root := s.as("usr_root", "admin")
	require.Len(t, root.list("/v1/users?email=ann@example.com").Data, 1)
	require.Len(t, root.list("/v1/users").Data, 1)
	var registered int
	s.query(t, &registered, "SELECT count(*) FROM events WHERE type = $1", users.TypeRegistered)
	require.Equal(t, 1, registered)
	s.verify()
}

// TestRolesTakeEffectInSessionsThatThereAre: with the same token, before it expires.
func TestRolesTakeEffectInSessionsThatThereAre(t *testing.T) {
	t.Parallel()
	s := startService(t)
	bob := s.registered(t, "bob@example.com")
	bob.signIn(goodPassword).is(http.StatusOK)
	bob.self().get("/v1/ledgers").refused(http.StatusForbidden, "forbidden")
	root := s.as("usr_root", "admin").in(t)
	changed := root.call(http.MethodPatch, "/v1/users/"+bob.id, map[string]any{"roles": []string{"user", "finance"}}).is(http.StatusOK)
	require.Equal(t, []any{"finance", "user"}, changed.at("roles"))
	soon(t, func() bool { return bob.self().get("/v1/ledgers").Status == http.StatusOK })
	root.call(http.MethodPatch, "/v1/users/"+bob.id, map[string]any{"roles": []string{"user"}}, header("If-Match", changed.Header.Get("ETag"))).is(http.StatusOK)
	soon(t, func() bool { return bob.self().get("/v1/ledgers").Status == http.StatusForbidden })
	bob.self().call(http.MethodPatch, "/v1/users/me", map[string]any{"roles": []string{"admin"}}).refused(http.StatusForbidden, "roles-forbidden")
}

// TestAnAPIKeySpeaksForItsService until it is revoked.
func TestAnAPIKeySpeaksForItsService(t *testing.T) {
	t.Parallel()
	s := startService(t)
	root := s.as("usr_root", "admin").in(t)
	made := root.post("/v1/api-keys", "k", map[string]any{"name": "shop", "roles": []string{"service"}}).is(http.StatusCreated)
	shop := &caller{s: s, t: t, token: made.str("secret")}
	wallet := shop.call(http.MethodPost, "/v1/wallets", map[string]any{}).is(http.StatusCreated)
	require.Equal(t, "service:shop", wallet.str("owner_id"))
	shop.get("/v1/ledgers").refused(http.StatusForbidden, "forbidden")
	require.NotContains(t, string(root.post("/v1/api-keys", "k", map[string]any{"name": "shop", "roles": []string{"service"}}).replayed(true).Body), "florin_sk_")
	soon(t, func() bool {
		return strings.Contains(string(root.get("/v1/api-keys").is(http.StatusOK).Body), `"last_used_at"`)
	})
	root.call(http.MethodDelete, "/v1/api-keys/"+made.str("id"), nil).is(http.StatusNoContent)
	soon(t, func() bool { return shop.get("/v1/wallets").Status == http.StatusUnauthorized })
}

// TestLettersOpenWhatTheyAreFor: the account by the letter that confirms, and again by the one that sets
// a password.
func TestLettersOpenWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	s := startService(t)
	eve := &person{s: s, t: t, email: "eve@example.com"}
	eve.id = s.nobody().in(t).call(http.MethodPost, "/v1/users", map[string]any{"email": eve.email, "password": goodPassword}).
		is(http.StatusCreated).str("id")
	eve.signIn(goodPassword).refused(http.StatusUnauthorized, "invalid-credentials")
	confirm := map[string]any{"token": s.mailed(t, eve.email, "Confirm your email address")}
	s.nobody().in(t).call(http.MethodPost, "/v1/users/confirm", confirm).is(http.StatusNoContent)
	eve.signIn(goodPassword).is(http.StatusOK)

	s.nobody().in(t).call(http.MethodPost, "/v1/password/forgot", map[string]any{"email": "EVE@example.com"}).is(http.StatusAccepted)
	set := map[string]any{"token": s.mailed(t, eve.email, "Set a new password"), "password": "a brand new password"}
	s.nobody().in(t).call(http.MethodPost, "/v1/password/reset", set).is(http.StatusNoContent)
	s.nobody().in(t).call(http.MethodPost, "/v1/password/reset", set).refused(http.StatusUnprocessableEntity, "link-void")
	eve.signIn("a brand new password").is(http.StatusOK)
}

// mailed waits for a letter of a kind and returns the token in it.
func (s *service) mailed(t *testing.T, to, subject string) string {
	t.Helper()
	var token string
	soon(t, func() bool {
		files, err := filepath.Glob(filepath.Join(s.settings.MailFolder, "*.eml"))
		require.NoError(t, err)
		for _, file := range files {
			letter, err := os.ReadFile(file)
			require.NoError(t, err)
			text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(letter)) // quoted-printable
			if !strings.Contains(text, "Subject: "+subject) || !strings.Contains(text, to) {
				continue
			}
			if found := regexp.MustCompile(`(?m)^  ([A-Za-z0-9_-]{100,})\s*$`).FindStringSubmatch(text); found != nil {
				token = found[1]
				return true
			}
		}
		return false
	})
	return token
}

// soon waits for what takes effect everywhere within a second.
func soon(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 5*time.Second, 10*time.Millisecond)
}
