package httpapi

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users/desk"
)

// me is how somebody asks for themselves.
func me(id string) string { return id + "=user" }

func TestGetUsers(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	mine := h.call(me(id), "", "GET", "/v1/users/me", "")
	u := mine.object(t, 200)
	assert.Equal(t, map[string]any{
		"id": id, "status": "active", "email": "ann@example.com", "email_confirmed": true, "roles": []any{"user"},
		"membership": map[string]any{"status": "none"}, "created_at": "2026-03-14T09:26:53.589794Z", "version": num(2),
	}, u)
	assert.Equal(t, []string{`"2"`, "0-2"}, []string{mine.header.Get("ETag"), mine.header.Get("Florin-Position")})
	for _, who := range []string{root, shop} {
		assert.Equal(t, u, h.call(who, "", "GET", "/v1/users/"+id, "").object(t, 200), who)
	}
	h.call(me(id), "", "GET", "/v1/users/"+id, "").refused(t, 403, "forbidden")
	h.call(finance, "", "GET", "/v1/users/"+id, "").refused(t, 403, "forbidden")
	h.call("usr_dev=user", "", "GET", "/v1/users/me", "").refused(t, 404, "user-not-found")
	h.call(root, "", "GET", "/v1/users/usr_01k0q3v9x8f6r8v4t0d6m2n7h5", "").refused(t, 404, "user-not-found")
	h.call(root, "", "GET", "/v1/users/nobody", "").refused(t, 404, "user-not-found")
	h.call(root, "", "GET", "/v1/users/"+id+"?at_least=1-1", "").refused(t, 400, "invalid-parameter")
	h.lobby.vault.Fail(errors.New("the vault is away"))
	h.call(root, "", "GET", "/v1/users/"+id, "").refused(t, 503, "unavailable")
}

// TestGetUserThroughTheCache: what is kept answers until more is asked for, by the caller or by what this
// instance changed.
func TestGetUserThroughTheCache(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	url := "/v1/users/" + id
	first := h.call(root, "", "GET", url, "").object(t, 200)
	h.call(root, "", "GET", url, "")
	assert.Equal(t, 1, h.lobby.cacheReads)
	h.post("k", "assets:a", "liabilities:a", "1", "USD", "")
	h.call(finance, "", "GET", "/v1/ledgers", "")
	assert.Equal(t, first, h.call(root, "", "GET", url, "").object(t, 200))
	assert.Equal(t, 1, h.lobby.cacheReads, "money says nothing of a person")
	newer := h.call(root, "", "GET", url+"?at_least=0-3", "")
	assert.Equal(t, first, newer.object(t, 200))
	assert.Equal(t, "0-3", newer.header.Get("Florin-Position"))
	assert.Equal(t, 2, h.lobby.cacheReads)
	h.call(root, "", "PATCH", url, `{"display_name":"Ann"}`).object(t, 200)
	assert.Equal(t, "Ann", h.call(shop, "", "GET", url, "").object(t, 200)["display_name"], "who did not change it sees it too")

	h.lag = 1
	h.call(root, "", "GET", url+"?at_least=0-5", "").refused(t, 503, "not-yet-visible")
	h.lobby.cached = map[string]kept{}
	u := h.call(root, "", "GET", url, "").object(t, 200)
	assert.NotContains(t, u, "display_name", "a courtesy that takes too long is not done")
	h.broken = errors.New("dial tcp: connection refused")
	h.lobby.cached = map[string]kept{}
	h.call(root, "", "GET", url, "").refused(t, 503, "unavailable")
}

func TestChangeMe(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	change := func(body string, headers ...string) answer {
		return h.call(me(id), "", "PATCH", "/v1/users/me", body, headers...)
	}
	named := change(`{"display_name":"Ann"}`, "If-Match", `"2"`)
	assert.Equal(t, []any{"Ann", num(3)}, []any{named.object(t, 200)["display_name"], named.object(t, 200)["version"]})
	assert.Equal(t, []string{`"3"`, "0-3"}, []string{named.header.Get("ETag"), named.header.Get("Florin-Position")})
	change(`{"display_name":"Bob"}`, "If-Match", `"2"`).refused(t, 412, "version-mismatch")
	change(`{"display_name":"Bob"}`, "If-Match", `"0"`).refused(t, 412, "version-mismatch")
	change(`{"display_name":"Bob"}`, "If-Match", `3`).refused(t, 400, "invalid-parameter")
	assert.Equal(t, "Ann", change(`{}`).object(t, 200)["display_name"], "what is absent stays")
	assert.NotContains(t, change(`{"display_name":null}`).object(t, 200), "display_name")
	change(`{"display_name":"Ann"}`).object(t, 200)
	assert.NotContains(t, change(`{"display_name":""}`).object(t, 200), "display_name")

	for body, pointer := range map[string]string{
		`{"display_name":" a"}`: "/display_name",
		`{"email":"nothing","current_password":"` + password + `"}`:  "/email",
		`{"password":"short","current_password":"` + password + `"}`: "/password",
		`{"roles":["emperor"]}`: "/roles",
		`{"roles":[]}`:          "/roles",
	} {
		p := change(body).refused(t, 400, "invalid-field")
		assert.Equal(t, pointer, p["errors"].([]any)[0].(map[string]any)["pointer"], body)
	}
	change(`{"roles":["admin"]}`).refused(t, 403, "roles-forbidden")
	change(`{"status":"erased"}`).refused(t, 400, "unknown-field")
	for _, body := range []string{
		`{"email":"new@example.com"}`, `{"password":"a brand new password"}`,
		`{"email":"new@example.com","current_password":"another password"}`,
		`{"password":"a brand new password","current_password":"x"}`,
	} {
		p := change(body).refused(t, 422, "current-password-wrong")
		assert.Equal(t, "/current_password", p["errors"].([]any)[0].(map[string]any)["pointer"], body)
	}

	moved := change(`{"email":"new@example.com","current_password":"`+password+`"}`).object(t, 200)
	assert.Equal(t, []any{"ann@example.com", "new@example.com"}, []any{moved["email"], moved["pending_email"]})
	h.register("bob@example.com")
	taken := change(`{"email":"BOB@example.com","current_password":"`+password+`"}`).object(t, 200)
	assert.Equal(t, []any{"ann@example.com", "BOB@example.com"}, []any{taken["email"], taken["pending_email"]}, "as if nobody had it")
	h.call(root, "", "PATCH", "/v1/users/"+id, `{"email":"bob@example.com"}`).refused(t, 409, "email-taken")
	change(`{"email":"newer@example.com","current_password":"`+password+`"}`).object(t, 200)
	require.Equal(t, 204, h.anon("", "/v1/users/confirm", `{"token":"`+h.lobby.link(desk.PurposeConfirm, id)+`"}`).status)
	u := h.call(me(id), "", "GET", "/v1/users/me", "").object(t, 200)
	assert.Equal(t, "newer@example.com", u["email"])
	assert.NotContains(t, u, "pending_email")

	change(`{"password":"a brand new password","current_password":"`+password+`"}`).object(t, 200)
	h.login("newer@example.com", password).refused(t, 401, "invalid-credentials")
	h.login("newer@example.com", "a brand new password").object(t, 200)
	assert.NotContains(t, h.log.String(), "brand new")

	h.lobby.busy = true
	change(`{"password":"yet another password","current_password":"a brand new password"}`).refused(t, 503, "unavailable")
	h.call("usr_dev=user", "", "PATCH", "/v1/users/me", `{"display_name":"Dev"}`).refused(t, 404, "user-not-found")
	h.broken = errors.New("dial tcp: connection refused")
	change(`{"display_name":"Ann"}`).refused(t, 503, "unavailable")
}

func TestAdminChangesUsers(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, admin := h.member("ann@example.com"), h.member("root@example.com")
	boss := admin + "=admin"
	u := h.call(boss, "", "PATCH", "/v1/users/"+id, `{"roles":["user","finance","user"]}`).object(t, 200)
	assert.Equal(t, []any{"finance", "user"}, u["roles"])
	u = h.call(boss, "", "PATCH", "/v1/users/"+id, `{"email":"new@example.com","password":"set by an admin"}`).object(t, 200)
	assert.Equal(t, "new@example.com", u["pending_email"])
	h.login("ann@example.com", "set by an admin").object(t, 200)

	// An administrator's own account is no easier to take over than another's.
	h.call(boss, "", "PATCH", "/v1/users/"+admin, `{"password":"set by an admin"}`).refused(t, 422, "current-password-wrong")
	h.call(boss, "", "PATCH", "/v1/users/me", `{"roles":["user","admin"]}`).object(t, 200)
	h.call(shop, "", "PATCH", "/v1/users/"+id, `{"roles":["admin"]}`).refused(t, 403, "forbidden")
	h.call(boss, "", "PATCH", "/v1/users/usr_01k0q3v9x8f6r8v4t0d6m2n7h5", `{"roles":["admin"]}`).refused(t, 404, "user-not-found")
	h.call(boss, "", "PATCH", "/v1/users/nobody", `{"roles":["admin"]}`).refused(t, 404, "user-not-found")
}

func TestErase(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	h.call(me(id), "", "PATCH", "/v1/users/me", `{"display_name":"Ann"}`).object(t, 200)
	refresh := h.login("ann@example.com", password).object(t, 200)["refresh_token"].(string)
	gone := h.call(me(id), "", "DELETE", "/v1/users/me", "")
	assert.Equal(t, 204, gone.status)
	assert.Empty(t, gone.body)
	assert.Equal(t, "0-4", gone.header.Get("Florin-Position"))
	assert.Equal(t, []string{id}, h.lobby.vault.Erasures(), "at once, whatever comes after it")
	assert.Equal(t, 204, h.call(me(id), "", "DELETE", "/v1/users/me", "").status)
	assert.Equal(t, 204, h.call(root, "", "DELETE", "/v1/users/"+id, "").status)
	assert.Len(t, h.bench.Events(), 4)

	want := map[string]any{
		"id": id, "status": "erased", "email_confirmed": false, "roles": []any{}, "membership": map[string]any{"status": "none"},
		"created_at": "2026-03-14T09:26:53.589794Z", "erased_at": "2026-03-14T09:26:53.589797Z", "version": num(4),
	}
	assert.Equal(t, want, h.call(root, "", "GET", "/v1/users/"+id, "").object(t, 200))
	assert.Equal(t, []any{want}, h.call(root, "", "GET", "/v1/users", "").object(t, 200)["data"])
	h.call(root, "", "PATCH", "/v1/users/"+id, `{"display_name":"Ann"}`).refused(t, 404, "user-not-found")
	h.login("ann@example.com", password).refused(t, 401, "invalid-credentials")
	h.anon("", "/v1/token/refresh", `{"refresh_token":"`+refresh+`"}`).refused(t, 401, "refresh-token-invalid")
	assert.NotEqual(t, id, h.register("ann@example.com"), "the address is free again")

	h.call(root, "", "DELETE", "/v1/users/usr_01k0q3v9x8f6r8v4t0d6m2n7h5", "").refused(t, 404, "user-not-found")
	h.call(root, "", "DELETE", "/v1/users/nobody", "").refused(t, 404, "user-not-found")
	h.call(shop, "", "DELETE", "/v1/users/"+id, "").refused(t, 403, "forbidden")
}

// TestErasedBeforeTheReadModelKnows: without a key there is nothing to show.
func TestErasedBeforeTheReadModelKnows(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	require.NoError(t, h.lobby.vault.Destroy(t.Context(), id))
	u := h.call(root, "", "GET", "/v1/users/"+id, "").object(t, 200)
	assert.Equal(t, "erased", u["status"])
	for _, member := range []string{"email", "display_name", "pending_email"} {
		assert.NotContains(t, u, member)
	}
	assert.Equal(t, []any{}, u["roles"])
}

// TestErasureIsDecidedThoughTheVaultIsAway: the key is destroyed later, by a reactor.
func TestErasureIsDecidedThoughTheVaultIsAway(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	h.lobby.vault.Fail(errors.New("the vault is away"))
	assert.Equal(t, 204, h.call(me(id), "", "DELETE", "/v1/users/me", "").status)
	assert.Contains(t, h.log.String(), "an erased user's key is still there")
	assert.NotContains(t, h.log.String(), "ann@")
	h.lobby.vault.Fail(nil)
	assert.Empty(t, h.lobby.vault.Erasures())
	assert.Equal(t, 204, h.call(root, "", "DELETE", "/v1/users/"+id, "").status)
	assert.Equal(t, []string{id}, h.lobby.vault.Erasures(), "asking again does it")
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	h := open(t)
	ids := map[string]string{}
	for _, email := range []string{"ann@example.com", "bob@example.com", "eve@example.com"} {
		ids[email] = h.member(email)
	}
	ann, bob, eve := ids["ann@example.com"], ids["bob@example.com"], ids["eve@example.com"]
	h.call(root, "", "PATCH", "/v1/users/"+bob, `{"roles":["finance","user"]}`).object(t, 200)
	list := func(query string) []string {
		out := []string{}
		for _, item := range h.call(shop, "", "GET", "/v1/users"+query, "").object(t, 200)["data"].([]any) {
			out = append(out, item.(map[string]any)["id"].(string))
		}
		return out
	}
	assert.ElementsMatch(t, []string{eve, bob, ann}, list(""))
	assert.Equal(t, []string{ann}, list("?email=ANN@example.com"))
	assert.Empty(t, list("?email=nobody@example.com"))
	assert.Equal(t, []string{bob}, list("?role=finance"))
	assert.Empty(t, list("?role=finance&email=ann@example.com"))
	assert.Len(t, list("?membership=none"), 3)
	assert.Empty(t, list("?membership=active"))
	assert.Equal(t, []string{eve}, list("?created_after=2026-03-14T09:26:53.589796Z"))
	assert.Equal(t, []string{ann}, list("?created_before=2026-03-14T09:26:53.589796Z"))

	first := h.call(root, "", "GET", "/v1/users?limit=2", "")
	page := first.object(t, 200)
	assert.Equal(t, true, page["has_more"])
	assert.Contains(t, first.header.Get("Link"), `rel="next"`)
	rest := h.call(root, "", "GET", "/v1/users?limit=2&cursor="+page["next_cursor"].(string), "").object(t, 200)
	assert.Len(t, page["data"], 2)
	assert.Len(t, rest["data"], 1)
	assert.Equal(t, false, rest["has_more"])

	for _, query := range []string{"?email=ann", "?role=emperor", "?membership=gold", "?created_after=now",
		"?created_after=2026-01-02T00:00:00Z&created_before=2026-01-01T00:00:00Z"} {
		h.call(root, "", "GET", "/v1/users"+query, "").refused(t, 400, "invalid-parameter")
	}
	h.call(root, "", "GET", "/v1/users?role=user&cursor="+page["next_cursor"].(string), "").refused(t, 400, "invalid-cursor")
	h.call(me(ann), "", "GET", "/v1/users", "").refused(t, 403, "forbidden")
	assert.NotContains(t, h.log.String(), "example.com", "a query may hold an address")
	h.lobby.vault.Fail(errors.New("the vault is away"))
	h.call(root, "", "GET", "/v1/users?email=ann@example.com", "").refused(t, 503, "unavailable")
	h.call(root, "", "GET", "/v1/users", "").refused(t, 503, "unavailable")
}
