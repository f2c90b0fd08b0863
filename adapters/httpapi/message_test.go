package httpapi

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const messagesURL = "/v1/messages"

// list asks for somebody's messages and returns their ids.
func (h *house) list(who, query string) (ids []string) {
	h.t.Helper()
	for _, m := range h.call(me(who), "", "GET", messagesURL+query, "").object(h.t, 200)["data"].([]any) {
		ids = append(ids, m.(map[string]any)["id"].(string))
	}
	return ids
}

func TestSendMessage(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	h.call(me(ann), "", "PATCH", "/v1/users/me", `{"display_name":"Ann"}`).object(t, 200)
	body := `{"to":"` + bob + `","subject":"Rent","body":"It is on its way."}`
	first := h.call(me(ann), "k", "POST", messagesURL, body)
	m := first.object(t, 201)
	assert.Equal(t, map[string]any{
		"id": m["id"], "kind": "message", "from": ann, "to": bob, "subject": "Rent", "body": "It is on its way.", "thread_id": m["id"],
		"edits": num(0), "created_at": "2026-03-14T09:26:53.589799Z", "version": num(6),
	}, m)
	assert.Equal(t, []string{`"6"`, "0-6"}, []string{first.header.Get("ETag"), first.header.Get("Florin-Position")})

	t.Run("a repeat says what was said first, whatever the writer is called by now", func(t *testing.T) {
		h.call(me(ann), "", "PATCH", "/v1/users/me", `{"display_name":"Anna"}`).object(t, 200)
		again := h.call(me(ann), "k", "POST", messagesURL, body)
		assert.Equal(t, m, again.object(t, 201))
		assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
		assert.Equal(t, "Anna", h.call(me(bob), "", "GET", messagesURL+"/"+m["id"].(string), "").object(t, 200)["from_name"])
		h.call(me(ann), "k", "POST", messagesURL, `{"to":"`+bob+`","body":"Another."}`).refused(t, 422, "idempotency-key-reused")
	})
	t.Run("nothing of it is published, kept or logged as it was written", func(t *testing.T) {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, c := range h.asked {
			assert.NotContains(t, string(c.Data), "on its way", c.Type)
		}
		assert.NotContains(t, h.log.String(), "on its way")
	})
	t.Run("a note", func(t *testing.T) {
		for _, to := range []string{"", `"to":"` + ann + `",`} {
			note := h.call(me(ann), "", "POST", messagesURL, `{`+to+`"body":"Buy milk."}`).object(t, 201)
			assert.Equal(t, []any{"note", ann, ann, note["created_at"]}, []any{note["kind"], note["from"], note["to"], note["read_at"]})
		}
	})
	t.Run("later", func(t *testing.T) {
		a := h.call(me(ann), "", "POST", messagesURL, body, "Prefer", "respond-async")
		ask := func(who string) any {
			return h.call(who, "", "GET", "/v1/commands/"+a.object(t, 202)["id"].(string), "").object(t, 200)["result"]
		}
		later := ask(me(ann)).(map[string]any)
		assert.Equal(t, h.call(me(ann), "", "GET", messagesURL+"/"+later["id"].(string), "").object(t, 200)["body"], later["body"])
		assert.Equal(t, "It is on its way.", later["body"])
		assert.Nil(t, ask(root), "what somebody wrote is not for who runs the service")
		a = h.call(shop, "", "POST", messagesURL, body, "Prefer", "respond-async")
		assert.Equal(t, []any{"key_shop", bob, nil}, []any{ask(shop).(map[string]any)["from"], ask(shop).(map[string]any)["to"], ask(shop).(map[string]any)["body"]})
	})
	t.Run("refused", func(t *testing.T) {
		for name, c := range map[string]struct {
			body, code string
			status     int
		}{
			"nobody":              {`{"to":"usr_01k0q3v9x8f6r8v4t0d6m2n7h5","body":"x"}`, "recipient-not-found", 422},
			"no such message":     {`{"to":"` + bob + `","body":"x","in_reply_to":"msg_01k0q3v9x8f6r8v4t0d6m2n7h5"}`, "message-not-found", 404},
			"an answer to others": {`{"body":"x","in_reply_to":"` + m["id"].(string) + `"}`, "thread-parties", 422},
			"no words":            {`{"body":" \n "}`, "invalid-field", 400},
			"a long subject":      {`{"body":"x","subject":"` + strings.Repeat("s", 513) + `"}`, "invalid-field", 400},
			"a long body":         {`{"body":"` + strings.Repeat("b", 64<<10+1) + `"}`, "invalid-field", 400},
		} {
			assert.Equal(t, c.code, h.call(me(ann), "", "POST", messagesURL, c.body).refused(t, c.status, c.code)["code"], name)
		}
		h.call(shop, "", "POST", messagesURL, `{"body":"A note."}`).refused(t, 422, "recipient-not-found")
		h.call(finance, "", "POST", messagesURL, body).refused(t, 403, "forbidden")
	})
	t.Run("once the recipient is erased", func(t *testing.T) {
		require.NoError(t, h.lobby.vault.Destroy(t.Context(), bob))
		assert.Equal(t, m, h.call(me(ann), "k", "POST", messagesURL, body).object(t, 201), "what was sent was sent")
		h.call(me(ann), "k-2", "POST", messagesURL, body).refused(t, 422, "recipient-not-found")
	})
	t.Run("while the vault is away", func(t *testing.T) {
		h.lobby.vault.Fail(errors.New("the vault is away"))
		h.call(me(ann), "k-3", "POST", messagesURL, body).refused(t, 503, "unavailable")
		h.call(me(ann), "", "GET", messagesURL, "").refused(t, 503, "unavailable")
		h.call(me(ann), "", "GET", messagesURL+"?q=milk", "").refused(t, 503, "unavailable")
		h.call(me(ann), "", "PATCH", messagesURL+"/"+m["id"].(string), `{"body":"x"}`).refused(t, 503, "unavailable")
	})
}

func TestChangeMessage(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob, eve := h.member("ann@example.com"), h.member("bob@example.com"), h.member("eve@example.com")
	one := messagesURL + "/" + h.writes(ann, bob, "One")
	a := h.call(me(ann), "", "PATCH", one, `{"subject":"S"}`, "If-Match", `"7"`)
	m := a.object(t, 200)
	assert.Equal(t, []any{"S", "One", num(1), num(8)}, []any{m["subject"], m["body"], m["edits"], m["version"]})
	assert.Equal(t, []string{`"8"`, "0-8"}, []string{a.header.Get("ETag"), a.header.Get("Florin-Position")})
	h.call(me(ann), "", "PATCH", one, `{"body":"Two"}`, "If-Match", `"7"`).refused(t, 412, "version-mismatch")
	h.call(me(ann), "", "PATCH", one, `{"body":"Two"}`).object(t, 200)
	for _, who := range []string{ann, bob} {
		revisions := h.call(me(who), "", "GET", one+"/history", "").object(t, 200)["data"].([]any)
		require.Len(t, revisions, 2)
		assert.Equal(t, []any{"S", "One"}, []any{revisions[0].(map[string]any)["subject"], revisions[0].(map[string]any)["body"]})
	}
	for method, path := range map[string]string{"PATCH": one, "POST": one + "/read", "DELETE": one} { // all of which answer with what came of it
		h.call(me(eve), "", method, path, `{"body":"x"}`, "Prefer", "respond-async").refused(t, 404, "message-not-found")
	}
	assert.Equal(t, num(3), h.call(me(ann), "", "PATCH", one, `{"body":"Three"}`, "Prefer", "respond-async").object(t, 200)["edits"])
	h.call(me(ann), "", "PATCH", one, `{}`).refused(t, 400, "invalid-field")
	h.call(me(ann), "", "PATCH", one, `{"body":""}`).refused(t, 400, "invalid-field")
	h.call(me(bob), "", "PATCH", one, `{"body":"x"}`).refused(t, 403, "not-author")
	h.call(me(ann), "", "POST", one+"/read", "").refused(t, 403, "not-recipient")
	assert.Equal(t, num(1), h.call(me(bob), "", "GET", messagesURL+"/unread", "").object(t, 200)["unread"])
	for range 2 {
		require.Equal(t, 204, h.call(me(bob), "", "POST", one+"/read", "").status)
	}
	assert.Equal(t, num(0), h.call(me(bob), "", "GET", messagesURL+"/unread", "").object(t, 200)["unread"])
	for _, path := range []string{one, messagesURL + "/msg_none", messagesURL + "/msg_01k0q3v9x8f6r8v4t0d6m2n7h5"} {
		h.call(me(eve), "", "GET", path, "").refused(t, 404, "message-not-found")
		h.call(me(eve), "", "GET", path+"/history", "").refused(t, 404, "message-not-found")
		h.call(me(eve), "", "PATCH", path, `{"body":"x"}`).refused(t, 404, "message-not-found")
		h.call(me(eve), "", "POST", path+"/read", "").refused(t, 404, "message-not-found")
		h.call(me(eve), "", "DELETE", path, "").refused(t, 404, "message-not-found")
	}
	for range 2 {
		require.Equal(t, 204, h.call(me(bob), "", "DELETE", one, "").status)
	}
	h.call(me(bob), "", "GET", one, "").refused(t, 404, "message-not-found")
	h.call(me(ann), "", "GET", one, "").object(t, 200)
}

// TestChangeWaitsForTheMessage: it may have been sent a moment ago by way of another instance.
func TestChangeWaitsForTheMessage(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	one := h.writes(ann, bob, "One")
	h.start() // another instance, which knows nothing of it
	h.awaited = nil
	h.call(me(ann), "", "PATCH", messagesURL+"/"+one, `{"body":"Two"}`).object(t, 200)
	assert.Contains(t, h.awaited, int64(5))
}

func TestListMessages(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob, eve := h.member("ann@example.com"), h.member("bob@example.com"), h.member("eve@example.com")
	one, two := h.writes(ann, bob, "One"), h.writes(bob, ann, "Two")
	note := h.writes(ann, ann, "Three")
	other := h.writes(eve, ann, "Four")
	for query, want := range map[string][]string{
		"": {other, note, two, one}, "?box=inbox": {other, two}, "?box=sent": {one}, "?box=notes": {note}, "?unread=true": {other, two},
		"?unread=false": {other, note, two, one}, "?with=" + bob: {two, one}, "?thread_id=" + two: {two}, "?q=Three": {note}, "?q=Three&box=sent": nil,
		"?until=2026-03-14T09:26:53Z": nil, "?with=florin": nil,
	} {
		assert.Equal(t, want, h.list(ann, query), query)
	}
	page := h.call(me(ann), "", "GET", messagesURL+"?limit=3", "").object(t, 200)
	h.writes(bob, ann, "between two pages")
	next := "?limit=3&cursor=" + url.QueryEscape(page["next_cursor"].(string))
	assert.Equal(t, []string{one}, h.list(ann, next))
	h.call(me(ann), "", "GET", messagesURL+next+"&box=sent", "").refused(t, 400, "invalid-cursor")
	for _, query := range []string{"?box=all", "?unread=1", "?thread_id=x", "?q=", "?q=%00", "?q=" + strings.Repeat("q", 501), "?from=now", "?limit=0"} {
		h.call(me(ann), "", "GET", messagesURL+query, "").refused(t, 400, "invalid-parameter")
	}
	h.call("usr_root=admin", "", "GET", messagesURL+"?q=x", "").object(t, 200)
	h.broken = errors.New("postgres is away")
	for _, path := range []string{"", "/unread", "/stream", "/" + one, "/" + one + "/history"} {
		h.call(me(ann), "", "GET", messagesURL+path, "").refused(t, 503, "unavailable")
	}
}
