package httpapi

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
)

const (
	root     = "usr_root=admin"
	password = "correct horse battery staple"
)

// anon asks as nobody, with a key unless it is empty.
func (h *house) anon(key, target, body string, headers ...string) answer {
	h.t.Helper()
	headers = append(headers, "Content-Type", "application/json")
	if key != "" {
		headers = append(headers, "Idempotency-Key", key)
	}
	return ask(h.t, h.server, "POST", target, body, headers...)
}

// register registers somebody by the name of an address and returns the id.
func (h *house) register(email string) string {
	h.t.Helper()
	return h.anon("", "/v1/users", `{"email":"`+email+`","password":"`+password+`"}`).object(h.t, 201)["id"].(string)
}

// member registers somebody and confirms the address.
func (h *house) member(email string) string {
	h.t.Helper()
	id := h.register(email)
	require.Equal(h.t, 204, h.anon("", "/v1/users/confirm", `{"token":"`+h.lobby.link(desk.PurposeConfirm, id)+`"}`).status)
	return id
}

func (h *house) login(email, password string) answer {
	h.t.Helper()
	return h.anon("", "/v1/login", `{"email":"`+email+`","password":"`+password+`"}`)
}

func TestRegister(t *testing.T) {
	t.Parallel()
	h := open(t)
	body := `{"email":"Ann@Example.com","password":"` + password + `","display_name":"Ann"}`
	first := h.anon("k-1", "/v1/users", body)
	u := first.object(t, 201)
	assert.Equal(t, map[string]any{
		"id": u["id"], "status": "active", "email": "Ann@Example.com", "email_confirmed": false, "display_name": "Ann", "roles": []any{"user"},
		"membership": map[string]any{"status": "none"}, "created_at": "2026-03-14T09:26:53.589794Z", "version": num(1),
	}, u)
	assert.Equal(t, "0-1", first.header.Get("Florin-Position"))
	_, err := journal.ParseID("usr", u["id"].(string))
	require.NoError(t, err)
	assert.Equal(t, u["id"], h.asked[0].Actor, "who asked is who came to be")

	again := h.anon("k-1", "/v1/users", body)
	assert.Equal(t, string(first.body), string(again.body))
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, "0-1", again.header.Get("Florin-Position"))
	assert.Len(t, h.bench.Events(), 1)

	read := h.call(root, "", "GET", "/v1/users/"+u["id"].(string), "").object(t, 200)
	assert.Equal(t, u, read, "what the answer showed is what there is")
	for _, text := range []string{"Ann@Example", password} {
		assert.NotContains(t, string(h.asked[0].Data), text)
		assert.NotContains(t, h.log.String(), text)
	}
}

// TestPeopleWait: what is answered with more than an outcome is not answered before it.
func TestPeopleWait(t *testing.T) {
	t.Parallel()
	h := open(t)
	later := []string{"Prefer", "respond-async"}
	made := h.anon("k", "/v1/users", `{"email":"ann@example.com","password":"`+password+`"}`, later...)
	id := made.object(t, 201)["id"].(string)
	assert.Empty(t, made.header.Get("Preference-Applied"))
	h.call(me(id), "", "PATCH", "/v1/users/me", `{"display_name":"Ann"}`, later...).object(t, 200)
	h.call(root, "k", "POST", "/v1/api-keys", `{"name":"shop","roles":["service"]}`, later...).object(t, 201)
	assert.Equal(t, 204, h.call(me(id), "", "DELETE", "/v1/users/me", "", later...).status)
	assert.Equal(t, []string{id}, h.lobby.vault.Erasures())
}

// TestTakenAddressIsAnsweredAlike: nothing of the answer, but what was sent and drawn anew, differs.
func TestTakenAddressIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.lobby.run(t)
	owner := h.member("ann@example.com")
	hashes := h.lobby.hashes
	free := h.anon("k", "/v1/users", `{"email":"bob@example.com","password":"`+password+`","display_name":"B"}`)
	freeHashes := h.lobby.hashes - hashes
	taken := h.anon("k", "/v1/users", `{"email":"ANN@example.com","password":"`+password+`","display_name":"B"}`)
	assert.Equal(t, freeHashes, h.lobby.hashes-hashes-freeHashes)

	a, b := free.object(t, 201), taken.object(t, 201)
	assert.NotEqual(t, owner, b["id"])
	assert.NotEqual(t, a["id"], b["id"])
	_, err := journal.ParseID("usr", b["id"].(string))
	require.NoError(t, err)
	assert.Equal(t, "ANN@example.com", b["email"])
	assert.Equal(t, num(4), b["version"], "positions rise by one, as they do for an address that is free")
	assert.Equal(t, "0-4", taken.header.Get("Florin-Position"))
	for _, member := range []string{"id", "email", "created_at", "version"} {
		assert.Contains(t, b, member)
		delete(a, member)
		delete(b, member)
	}
	assert.Equal(t, a, b)
	for _, header := range []http.Header{free.header, taken.header} {
		for _, varies := range []string{"Date", "X-Request-Id", "Content-Length", "Florin-Position"} {
			assert.NotEmpty(t, header.Get(varies), varies)
			header.Del(varies)
		}
	}
	assert.Equal(t, free.header, taken.header)
	letter := h.lobby.mail()
	assert.Equal(t, "ann@example.com", letter.To, "the owner is told")

	again := h.anon("k", "/v1/users", `{"email":"ANN@example.com","password":"`+password+`","display_name":"B"}`)
	assert.Equal(t, string(taken.body), string(again.body))
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Len(t, h.bench.Events(), 4, "two registrations, a confirmation, and a registration in vain")
}

// TestRegisterAgainAfterErasure: a repeat is answered as it was, and brings nothing of the person back, nor
// the address.
func TestRegisterAgainAfterErasure(t *testing.T) {
	t.Parallel()
	h := open(t)
	body := `{"email":"ann@example.com","password":"` + password + `"}`
	first := h.anon("k", "/v1/users", body)
	id := first.object(t, 201)["id"].(string)
	require.Equal(t, 204, h.call(root, "", "DELETE", "/v1/users/"+id, "").status)
	hashes := h.lobby.hashes
	again := h.anon("k", "/v1/users", body)
	assert.Equal(t, string(first.body), string(again.body))
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	_, known, err := h.lobby.vault.Find(t.Context(), "ann@example.com")
	require.NoError(t, err)
	assert.False(t, known)
	assert.Zero(t, h.lobby.vault.Holds())
	assert.Equal(t, hashes, h.lobby.hashes, "a repeat costs no hash")
}

func TestRegisterIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, tt := range map[string]struct{ body, code, pointer string }{
		"no email":           {`{"password":"` + password + `"}`, "invalid-field", "/email"},
		"no address":         {`{"email":"ann","password":"` + password + `"}`, "invalid-field", "/email"},
		"a short password":   {`{"email":"ann@example.com","password":"1234567"}`, "invalid-field", "/password"},
		"a common password":  {`{"email":"ann@example.com","password":"password1"}`, "invalid-field", "/password"},
		"the address itself": {`{"email":"ann@example.com","password":"Ann@Example.com"}`, "invalid-field", "/password"},
		"a name of lines":    {`{"email":"ann@example.com","password":"` + password + `","display_name":"a\nb"}`, "invalid-field", "/display_name"},
		"roles":              {`{"email":"ann@example.com","password":"` + password + `","roles":["admin"]}`, "unknown-field", "/roles"},
	} {
		p := h.anon("", "/v1/users", tt.body).refused(t, 400, tt.code)
		assert.Equal(t, tt.pointer, p["errors"].([]any)[0].(map[string]any)["pointer"], name)
	}
	assert.Empty(t, h.asked)
	assert.Zero(t, h.lobby.vault.Holds(), "nothing is kept of who was refused")

	h.lobby.busy = true
	busy := h.anon("", "/v1/users", `{"email":"ann@example.com","password":"`+password+`"}`)
	busy.refused(t, 503, "unavailable")
	assert.Equal(t, "1", busy.header.Get("Retry-After"))
	h.lobby.busy = false
	h.lobby.vault.Fail(errors.New("the vault is away"))
	h.anon("", "/v1/users", `{"email":"ann@example.com","password":"`+password+`"}`).refused(t, 503, "unavailable")
	h.lobby.vault.Fail(nil)
	h.broken = errors.New("dial tcp: connection refused")
	h.anon("", "/v1/users", `{"email":"ann@example.com","password":"`+password+`"}`).refused(t, 503, "unavailable")
}

// TestRegisterAnAddressThatWasJustGivenUp: the token that stood for it is dead, the next attempt gets
// another one.
func TestRegisterAnAddressThatWasJustGivenUp(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.member("ann@example.com")
	// The erasure is decided, and the vault does not know of it yet.
	_, err := h.Do(t.Context(), journal.Command{ID: journal.NewCommandID("t", "1"), Type: users.CommandEraseUser, Data: []byte(`{"user_id":"` + id + `"}`)})
	require.NoError(t, err)
	body := `{"email":"ann@example.com","password":"` + password + `"}`
	h.anon("k-1", "/v1/users", body).refused(t, 409, "email-retired")
	assert.Equal(t, "ann@example.com", h.anon("k-2", "/v1/users", body).object(t, 201)["email"])
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.register("ann@example.com")
	h.login("ann@example.com", password).refused(t, 401, "invalid-credentials")
	body := `{"token":"` + h.lobby.link(desk.PurposeConfirm, id) + `"}`
	first := h.anon("k", "/v1/users/confirm", body)
	require.Equal(t, 204, first.status)
	assert.Empty(t, first.body)
	assert.Equal(t, "0-2", first.header.Get("Florin-Position"))
	again := h.anon("k", "/v1/users/confirm", body)
	assert.Equal(t, 204, again.status)
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, 204, h.anon("", "/v1/users/confirm", body).status, "confirming twice changes nothing")
	assert.Len(t, h.bench.Events(), 2)
	assert.Equal(t, true, h.login("ann@example.com", password).object(t, 200)["user"].(map[string]any)["email_confirmed"])

	h.anon("", "/v1/users/confirm", `{"token":"x"}`).refused(t, 422, "link-void")
	h.anon("", "/v1/users/confirm", `{"token":"`+h.lobby.link(desk.PurposeReset, id)+`"}`).refused(t, 422, "link-void")
	h.anon("", "/v1/users/confirm", `{}`).refused(t, 422, "link-void")
	h.call(root, "", "DELETE", "/v1/users/"+id, "")
	h.anon("", "/v1/users/confirm", body).refused(t, 422, "link-void")
	assert.Equal(t, 204, h.anon("k", "/v1/users/confirm", body).status, "as it was then")
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.lobby.run(t)
	id := h.register("ann@example.com")
	assert.Equal(t, 202, h.anon("", "/v1/password/forgot", `{"email":"ann@example.com"}`).status)
	assert.Equal(t, "ann@example.com", h.lobby.mail().To)
	assert.Equal(t, 202, h.anon("", "/v1/password/forgot", `{"email":"nobody@example.com"}`).status)
	h.anon("", "/v1/password/forgot", `{"email":"nobody"}`).refused(t, 400, "invalid-field")
	assert.Empty(t, h.lobby.mails)

	link := h.lobby.link(desk.PurposeReset, id)
	h.anon("", "/v1/password/reset", `{"token":"`+link+`","password":"short"}`).refused(t, 400, "invalid-field")
	h.anon("", "/v1/password/reset", `{"token":"nothing","password":"a brand new password"}`).refused(t, 422, "link-void")
	body := `{"token":"` + link + `","password":"a brand new password"}`
	assert.Equal(t, 204, h.anon("k", "/v1/password/reset", body).status)
	hashes := h.lobby.hashes
	again := h.anon("k", "/v1/password/reset", body)
	assert.Equal(t, 204, again.status, "the link is used up, and the answer is as it was")
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, hashes, h.lobby.hashes)
	h.anon("", "/v1/password/reset", body).refused(t, 422, "link-void")
	h.login("ann@example.com", password).refused(t, 401, "invalid-credentials")
	h.login("ann@example.com", "a brand new password").object(t, 200)
	assert.NotContains(t, h.log.String(), "brand new")
	h.lobby.busy = true
	h.anon("", "/v1/password/reset", `{"token":"`+h.lobby.link(desk.PurposeReset, id)+`","password":"a brand new password"}`).refused(t, 503, "unavailable")
	h.broken = errors.New("dial tcp: connection refused")
	h.anon("k", "/v1/password/reset", body).refused(t, 503, "unavailable")
}
