package httpapi

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	signedIn := h.login("ANN@example.com", password)
	tokens := signedIn.object(t, 200)
	assert.Equal(t, map[string]any{
		"access_token": id + "=user", "token_type": "Bearer", "expires_in": num(900), "refresh_token": "florin_rt_ses_1_1",
		"user": map[string]any{
			"id": id, "status": "active", "email": "ann@example.com", "email_confirmed": true, "roles": []any{"user"},
			"membership": map[string]any{"status": "none"}, "created_at": "2026-03-14T09:26:53.589794Z", "version": num(2),
		},
	}, tokens)
	assert.Equal(t, "no-store", signedIn.header.Get("Cache-Control"))
	h.call(tokens["access_token"].(string), "", "GET", "/v1/users/me", "").object(t, 200)

	wrong := h.login("ann@example.com", "another password").refused(t, 401, "invalid-credentials")
	unknown := h.login("bob@example.com", password).refused(t, 401, "invalid-credentials")
	h.register("eve@example.com")
	unconfirmed := h.login("eve@example.com", password).refused(t, 401, "invalid-credentials")
	for _, p := range []map[string]any{wrong, unknown, unconfirmed} {
		delete(p, "request_id")
		assert.Equal(t, wrong, p)
	}
	h.login("no address", password).refused(t, 401, "invalid-credentials")
	h.login("", "").refused(t, 401, "invalid-credentials")
	assert.NotContains(t, h.log.String(), "ann@")
	assert.NotContains(t, h.log.String(), "florin_rt_")

	h.lobby.busy = true
	h.login("ann@example.com", password).refused(t, 503, "unavailable")
	h.lobby.busy = false
	h.broken = errors.New("dial tcp: connection refused")
	h.login("ann@example.com", password).refused(t, 503, "unavailable")
}

// TestLoginHashesOnce: whether there is somebody is not to be told by how long it takes.
func TestLoginHashesOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.member("ann@example.com")
	h.register("eve@example.com")
	for _, email := range []string{"ann@example.com", "eve@example.com", "bob@example.com", "no address"} {
		before := h.lobby.hashes
		h.login(email, "another password").refused(t, 401, "invalid-credentials")
		assert.Equal(t, 1, h.lobby.hashes-before, email)
	}
}

func TestLoginHashesAnew(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	h.lobby.stale = true
	tokens := h.login("ann@example.com", password).object(t, 200)
	last := h.asked[len(h.asked)-1]
	assert.Equal(t, []string{users.CommandRehash, id}, []string{last.Type, last.Actor})
	assert.NotContains(t, string(last.Data), "horse")
	h.anon("", "/v1/token/refresh", `{"refresh_token":"`+tokens["refresh_token"].(string)+`"}`).object(t, 200)
}

// TestLoginDoesNotWaitForever: the projection of people stands still, and who they are is known all the
// same.
func TestLoginDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	h.lag = 2
	u := h.login("ann@example.com", password).object(t, 200)["user"].(map[string]any)
	assert.Equal(t, []any{id, "ann@example.com", true, num(2)}, []any{u["id"], u["email"], u["email_confirmed"], u["version"]})
	assert.Equal(t, "2026-03-14T09:26:53.589Z", u["created_at"], "the id tells, to the millisecond")
	h.lag = 1
	u = h.login("ann@example.com", password).object(t, 200)["user"].(map[string]any)
	assert.Equal(t, []any{true, "2026-03-14T09:26:53.589794Z"}, []any{u["email_confirmed"], u["created_at"]})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	first := h.login("ann@example.com", password).object(t, 200)["refresh_token"].(string)
	refresh := func(token string) answer {
		return h.anon("", "/v1/token/refresh", `{"refresh_token":"`+token+`"}`)
	}
	h.call(root, "", "PATCH", "/v1/users/"+id, `{"roles":["user","finance"]}`).object(t, 200)
	tokens := refresh(first).object(t, 200)
	second := tokens["refresh_token"].(string)
	assert.Equal(t, map[string]any{
		"access_token": id + "=finance,user", "token_type": "Bearer", "expires_in": num(900), "refresh_token": second,
	}, tokens)
	assert.NotEqual(t, first, second)

	refresh(first).refused(t, 401, "refresh-token-invalid")
	assert.Equal(t, []string{"ses_1"}, h.lobby.ended, "everybody hears of a stolen token")
	refresh(second).refused(t, 401, "refresh-token-invalid")
	refresh("florin_rt_nothing").refused(t, 401, "refresh-token-invalid")
	refresh("").refused(t, 401, "refresh-token-invalid")
	assert.NotContains(t, h.log.String(), first)

	third := h.login("ann@example.com", password).object(t, 200)["refresh_token"].(string)
	require.Equal(t, 204, h.call(root, "", "DELETE", "/v1/users/"+id, "").status)
	refresh(third).refused(t, 401, "refresh-token-invalid")
	h.broken = errors.New("dial tcp: connection refused")
	refresh(third).refused(t, 503, "unavailable")
}

func TestLogout(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.member("ann@example.com")
	token := h.login("ann@example.com", password).object(t, 200)["refresh_token"].(string)
	logout := func(token string) answer { return h.anon("", "/v1/logout", `{"refresh_token":"`+token+`"}`) }
	out := logout(token)
	assert.Equal(t, 204, out.status)
	assert.Empty(t, out.body)
	assert.Equal(t, []string{"ses_1"}, h.lobby.ended)
	h.anon("", "/v1/token/refresh", `{"refresh_token":"`+token+`"}`).refused(t, 401, "refresh-token-invalid")
	assert.Equal(t, 204, logout(token).status)
	assert.Equal(t, 204, logout("florin_rt_nothing").status)
	assert.Equal(t, []string{"ses_1"}, h.lobby.ended, "what is over ends once")
	h.anon("", "/v1/logout", ``).refused(t, 400, "malformed-body")
	h.broken = errors.New("dial tcp: connection refused")
	logout(token).refused(t, 503, "unavailable")
}
