package httpapi

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	h := open(t)
	body := `{"name":"shop","roles":["service","user"],"expires_at":"2030-01-02T03:04:05.678+01:00"}`
	first := h.call(root, "k", "POST", "/v1/api-keys", body)
	k := first.object(t, 201)
	assert.Equal(t, map[string]any{
		"id": k["id"], "name": "shop", "roles": []any{"service", "user"}, "secret": "florin_sk_0000000000000000000000000000000000000000001",
		"expires_at": "2030-01-02T02:04:05.678Z", "created_at": "2026-03-14T09:26:53.589794Z",
	}, k)
	assert.Equal(t, "0-1", first.header.Get("Florin-Position"))
	assert.NotContains(t, string(h.asked[0].Data), "florin_sk_")

	again := h.call(root, "k", "POST", "/v1/api-keys", body)
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	replay := again.object(t, 201)
	assert.NotContains(t, replay, "secret")
	delete(k, "secret")
	assert.Equal(t, k, replay)
	h.call(root, "k", "POST", "/v1/api-keys", `{"name":"bank","roles":["finance"]}`).refused(t, 422, "idempotency-key-reused")
	bank := h.call(root, "", "POST", "/v1/api-keys", `{"name":"bank","roles":["finance"]}`).object(t, 201)
	assert.NotContains(t, bank, "expires_at")

	h.lobby.used[k["id"].(string)] = time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC)
	assert.Equal(t, 204, h.call(root, "", "DELETE", "/v1/api-keys/"+k["id"].(string), "").status)
	assert.Equal(t, 204, h.call(root, "", "DELETE", "/v1/api-keys/"+k["id"].(string), "").status)
	assert.Len(t, h.bench.Events(), 3)
	delete(bank, "secret")
	k["revoked_at"], k["last_used_at"] = "2026-03-14T09:26:53.589796Z", "2026-03-14T10:00:00Z"
	assert.Equal(t, []any{bank, k}, h.call(root, "", "GET", "/v1/api-keys", "").object(t, 200)["data"])
	page := h.call(root, "", "GET", "/v1/api-keys?limit=1", "").object(t, 200)
	assert.Equal(t, []any{bank}, page["data"])
	assert.Equal(t, []any{k}, h.call(root, "", "GET", "/v1/api-keys?limit=1&cursor="+page["next_cursor"].(string), "").object(t, 200)["data"])
	assert.NotContains(t, h.log.String(), "florin_sk_")
}

func TestAPIKeysAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	for body, pointer := range map[string]string{
		`{"roles":["service"]}`:               "/name",
		`{"name":"  ","roles":["service"]}`:   "/name",
		`{"name":"shop"}`:                     "/roles",
		`{"name":"shop","roles":["emperor"]}`: "/roles",
		`{"name":"shop","roles":["service"],"expires_at":"2020-01-01T00:00:00Z"}`: "/expires_at",
		`{"name":"shop","roles":["service"],"expires_at":"0001-01-01T00:00:00Z"}`: "/expires_at",
		`{"name":"shop","roles":["service"],"expires_at":"tomorrow"}`:             "/expires_at",
		`{"name":"shop","roles":["service"],"expires_at":1893456000}`:             "/expires_at",
	} {
		p := h.call(root, "", "POST", "/v1/api-keys", body).refused(t, 400, "invalid-field")
		assert.Equal(t, pointer, p["errors"].([]any)[0].(map[string]any)["pointer"], body)
	}
	for _, who := range []string{shop, finance, ann, "usr_op=operator"} {
		h.call(who, "", "POST", "/v1/api-keys", `{"name":"shop","roles":["admin"]}`).refused(t, 403, "forbidden")
		h.call(who, "", "GET", "/v1/api-keys", "").refused(t, 403, "forbidden")
		h.call(who, "", "DELETE", "/v1/api-keys/key_01k0q3v9x8f6r8v4t0d6m2n7h5", "").refused(t, 403, "forbidden")
	}
	h.call(root, "", "DELETE", "/v1/api-keys/key_01k0q3v9x8f6r8v4t0d6m2n7h5", "").refused(t, 404, "api-key-not-found")
	h.call(root, "", "DELETE", "/v1/api-keys/nothing", "").refused(t, 404, "api-key-not-found")
	h.broken = errors.New("dial tcp: connection refused")
	h.call(root, "", "GET", "/v1/api-keys", "").refused(t, 503, "unavailable")
	h.call(root, "", "POST", "/v1/api-keys", `{"name":"shop","roles":["service"]}`).refused(t, 503, "unavailable")
}
