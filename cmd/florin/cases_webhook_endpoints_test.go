package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/users/seal"
)

// receiver is another system that is told of what happens.
type receiver struct {
	t      *testing.T
	server *httptest.Server

	mu     sync.Mutex
	status int
	got    []received
}

// received is what was posted to a receiver.
type received struct {
	header http.Header
	body   []byte
	event  struct {
		ID, Type  string
		Timestamp time.Time
		Data      map[string]any
	}
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, status: http.StatusOK}
	r.server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.server.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, request *http.Request) {
	one := received{header: request.Header.Clone()}
	one.body, _ = io.ReadAll(request.Body)
	assert.NoError(r.t, json.Unmarshal(one.body, &one.event))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, one)
	w.WriteHeader(r.status)
}

// answers makes the receiver answer with a status from now on.
func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// all is what was received so far.
func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// wait waits until a number of events were received, and returns them.
func (r *receiver) wait(n int) []received {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return len(r.all()) >= n }, 20*time.Second, 5*time.Millisecond, "of %d events", n)
	return r.all()
}

// types are the types of what was received, in order of their events.
func types(got []received) (names []string) {
	slices.SortFunc(got, func(a, b received) int { return strings.Compare(a.event.ID, b.event.ID) })
	for _, one := range got {
		names = append(names, one.event.Type)
	}
	return names
}

// endpoint makes one at a receiver and returns its path and its secret.
func (c *caller) endpoint(url string, types ...string) (path, secret string) {
	c.t.Helper()
	body := map[string]any{"url": url}
	if len(types) > 0 {
		body["event_types"] = types
	}
	a := c.call(http.MethodPost, "/v1/webhook-endpoints", body).is(http.StatusCreated)
	return "/v1/webhook-endpoints/" + a.str("id"), a.str("secret")
}

// verifies asserts that what was received is signed with a secret.
func (one received) verifies(t *testing.T, secret string) {
	t.Helper()
	verifier, err := standard.NewWebhook(secret)
	require.NoError(t, err)
	require.NoError(t, verifier.Verify(one.body, one.header))
	require.Equal(t, one.event.ID, one.header.Get("Webhook-Id"))
}

// exec changes what is in the journal's database.
func (s *service) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, s.settings.DatabaseURL)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, sql, args...)
	require.NoError(t, err)
}

// An endpoint is told of what happens after it was made, once, in the words of the API, signed with its secret.
func TestWebhooksTellWhatHappens(t *testing.T) {
	t.Parallel()
	s := startService(t)
	h := s.shop(t, 1000) // before anybody listens
	all, some := newReceiver(t), newReceiver(t)
	_, secret := h.service.endpoint(all.server.URL + "/all")
	_, other := h.service.endpoint(some.server.URL, "hold.captured", "wallet.frozen")
	require.NotEqual(t, secret, other)

	transfer := h.service.post("/v1/transfers", "t", map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("10"), "reference": "inv-1"}).is(http.StatusCreated)
	hold := h.hold("h", "600").is(http.StatusCreated).str("id")
	captured := h.capture(hold, "c", "200").is(http.StatusOK)
	h.service.post("/v1/holds/"+hold+"/increase", "i", map[string]any{"amount": yen("5")}).is(http.StatusOK)
	h.service.post("/v1/holds/"+hold+"/release", "r", map[string]any{}).is(http.StatusOK)
	h.service.post("/v1/wallets/"+h.payer+"/freeze", "f", map[string]any{"reason": "Somebody looks at it."}).is(http.StatusNoContent)
	h.service.post("/v1/wallets/"+h.payer+"/unfreeze", "u", map[string]any{"reason": "All is well."}).is(http.StatusNoContent)
	opened := h.service.post("/v1/wallets", "w", map[string]any{"owner_id": "usr_ann", "name": "Ann's"}).is(http.StatusCreated)
	h.service.post("/v1/wallets/"+opened.str("id")+"/close", "x", map[string]any{"reason": "It was a mistake."}).is(http.StatusNoContent)
	s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid("pi_hook", 77, h.payee)), stripetest.Options{Created: time.Now()}).is(http.StatusOK)

	got := all.wait(10)
	require.Equal(t, []string{
		"transfer.made", "hold.placed", "hold.captured", "hold.increased", "hold.released", "wallet.frozen", "wallet.unfrozen",
		"wallet.opened", "wallet.closed", "payment.received",
	}, types(got))
	for _, one := range got {
		one.verifies(t, secret)
		require.NoError(t, s.contract.Doc.Components.Schemas["WebhookEvent"].Value.Properties["type"].Value.VisitJSON(one.event.Type))
		schema := map[string]string{"wallet": "Wallet", "hold": "Hold", "transfer": "Transaction", "payment": "WebhookPayment"}[strings.Split(one.event.Type, ".")[0]]
		require.NoError(t, s.contract.Doc.Components.Schemas[schema].Value.VisitJSON(one.event.Data), one.event.Type)
	}
	same := func(want *answer, got map[string]any) {
		t.Helper()
		require.JSONEq(t, string(want.Body), jsonOf(t, got))
	}
	same(transfer, got[0].event.Data)
	same(captured, got[2].event.Data)
	same(opened, got[7].event.Data)
	require.Equal(t, []any{"frozen", h.payer, "usr_payer"}, []any{got[5].event.Data["status"], got[5].event.Data["id"], got[5].event.Data["owner_id"]})
	require.Equal(t, "open", got[6].event.Data["status"])
	require.Equal(t, "closed", got[8].event.Data["status"])
	require.Equal(t, []any{"stripe", "pi_hook", h.payee, map[string]any{"amount": "77", "asset": "JPY"}},
		[]any{got[9].event.Data["provider"], got[9].event.Data["provider_ref"], got[9].event.Data["wallet_id"], got[9].event.Data["amount"]})

	few := some.wait(2)
	require.Equal(t, []string{"hold.captured", "wallet.frozen"}, types(few))
	few[0].verifies(t, other)
	require.Equal(t, got[2].event.ID, few[0].event.ID, "one event has one name")
	require.Len(t, all.all(), 10, "each once")
	s.verify()
}

// What fails is sent again, also by a process that was not there when it failed; and by hand.
func TestWebhooksAreSentAgain(t *testing.T) {
	t.Parallel()
	s := startService(t)
	h := s.shop(t, 1000)
	r := newReceiver(t)
	r.answers(http.StatusInternalServerError)
	path, secret := h.service.endpoint(r.server.URL, "transfer.made")
	pay := func(k string) {
		t.Helper()
		h.service.post("/v1/transfers", k, map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}).is(http.StatusCreated)
	}
	pay("1")
	r.wait(1)
	deliveries := func(filter string) (list []map[string]any) {
		t.Helper()
		var p struct {
			Data []map[string]any `json:"data"`
		}
		h.service.get(path + "/deliveries" + filter).is(http.StatusOK).into(&p)
		return p.Data
	}
	one := func(filter, member string) any {
		t.Helper()
		if list := deliveries(filter); len(list) > 0 {
			return list[0][member]
		}
		return nil
	}
	soon(t, func() bool { return one("?status=pending", "last_error") == "status" })
	d := deliveries("")[0]
	require.Equal(t, []any{"transfer.made", "pending", 1.0, 500.0}, []any{d["event_type"], d["status"], d["attempts"], d["last_status_code"]})
	next, err := time.Parse(time.RFC3339, d["next_attempt_at"].(string))
	require.NoError(t, err)
	require.WithinRange(t, next, time.Now(), time.Now().Add(6*time.Second))

	s.restart()
	r.answers(http.StatusOK)
	got := r.wait(2)
	soon(t, func() bool { return one("", "status") == "delivered" })
	require.Equal(t, got[0].event.ID, got[1].event.ID)
	require.Equal(t, string(got[0].body), string(got[1].body))
	got[1].verifies(t, secret)
	require.Empty(t, deliveries("?status=pending"))
	require.Equal(t, "2", fmt.Sprint(one("?status=delivered", "attempts")))
	require.NotContains(t, deliveries("")[0], "next_attempt_at")

	again := map[string]any{"delivery_id": d["id"]}
	h.service.call(http.MethodPost, path+"/redeliver", again).is(http.StatusAccepted)
	got = r.wait(3)
	require.Equal(t, got[0].event.ID, got[2].event.ID)
	soon(t, func() bool { return one("?status=delivered", "attempts") == 3.0 })

	// Switched off, it is told of nothing, and of all of it once it is asked for.
	h.service.call(http.MethodPatch, path, map[string]any{"status": "disabled"}).is(http.StatusOK)
	pay("2")
	pay("3")
	soon(t, func() bool { return len(deliveries("?status=failed")) == 2 })
	require.Equal(t, "endpoint-disabled", deliveries("?status=failed")[0]["last_error"])
	h.service.call(http.MethodPost, path+"/redeliver", again).refused(http.StatusUnprocessableEntity, "webhook-endpoint-disabled")
	h.service.call(http.MethodPatch, path, map[string]any{"status": "enabled"}).is(http.StatusOK)
	a := h.service.call(http.MethodPost, path+"/redeliver", map[string]any{"from": time.Now().Add(-time.Hour), "status": "failed"}).is(http.StatusAccepted)
	require.Equal(t, []any{2.0, false}, []any{a.at("deliveries"), a.at("has_more")})
	require.Len(t, types(r.wait(5)), 5)
	soon(t, func() bool { return len(deliveries("?status=delivered")) == 3 })
	h.service.call(http.MethodPost, path+"/redeliver", map[string]any{"delivery_id": "whd_01k0q3v9x8f6r8v4t0d6m2n7h5"}).refused(http.StatusNotFound, "webhook-delivery-not-found")
	for _, body := range []map[string]any{{}, {"delivery_id": d["id"], "from": time.Now()}, {"from": time.Now(), "until": time.Now().Add(-time.Hour)}} {
		h.service.call(http.MethodPost, path+"/redeliver", body).refused(http.StatusBadRequest, "invalid-field")
	}

	first := h.service.get(path + "/deliveries?limit=2").is(http.StatusOK)
	second := h.service.get(path + "/deliveries?limit=2&cursor=" + first.str("next_cursor")).is(http.StatusOK)
	require.Equal(t, d["id"], second.str("data", 0, "id"))
	require.Equal(t, "false", second.str("has_more"))
	s.verify()
}

// Two instances send what there is between them, each once; what one of them had in hand when it ended the other sends.
func TestTwoInstancesSendEachWebhookOnce(t *testing.T) {
	t.Parallel()
	s := startService(t)
	other := s.twin(t)
	h := s.shop(t, 1000)
	r := newReceiver(t)
	path, _ := h.service.endpoint(r.server.URL, "transfer.made")
	const n = 200
	for i := range n {
		h.service.post("/v1/transfers", fmt.Sprint(i), map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}).is(http.StatusCreated)
	}
	ids := func() map[string]int {
		times := map[string]int{}
		for _, one := range r.all() {
			times[one.event.ID]++
		}
		return times
	}
	require.Eventually(t, func() bool { return len(ids()) == n }, 30*time.Second, 20*time.Millisecond)
	for id, times := range ids() {
		require.Equal(t, 1, times, id)
	}
	other.close()
	h.service.post("/v1/transfers", "last", map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}).is(http.StatusCreated)
	require.Eventually(t, func() bool { return len(ids()) == n+1 }, 30*time.Second, 20*time.Millisecond)
	var waiting int
	require.Eventually(t, func() bool { // a minute later, where the end cut an attempt off
		s.query(t, &waiting, `SELECT count(*) FROM webhook_deliveries WHERE status <> 'delivered'`)
		return waiting == 0
	}, 90*time.Second, 20*time.Millisecond)
	require.NotEmpty(t, h.service.get(path+"/deliveries").is(http.StatusOK).str("next_cursor"))
}

// What fires by itself is told of too: an alert, once for each crossing.
func TestWebhooksTellOfAlerts(t *testing.T) {
	t.Parallel()
	s := startService(t)
	w := s.swinger(t, "ann@example.com", 100)
	r := newReceiver(t)
	_, secret := s.as("service:shop", "service").endpoint(r.server.URL, "alert.fired")
	id := w.alert("below", "50")
	w.move(-40)
	crossing := w.move(-30)
	w.move(-10)
	got := r.wait(1)
	got[0].verifies(t, secret)
	require.NoError(t, s.contract.Doc.Components.Schemas["WebhookAlert"].Value.VisitJSON(got[0].event.Data))
	require.Equal(t, []any{id, w.wallet, "JPY", "50", "30", crossing.str("id")},
		[]any{got[0].event.Data["alert_id"], got[0].event.Data["wallet_id"], got[0].event.Data["asset"], got[0].event.Data["below"], got[0].event.Data["balance"], got[0].event.Data["transaction_id"]})
	w.move(40)
	w.move(-40)
	require.Len(t, types(r.wait(2)), 2)
}

// One that is gone, and one that has taken nothing for three days, are switched off, and it is said why.
func TestDeadWebhookEndpointsAreSwitchedOff(t *testing.T) {
	t.Parallel()
	s := startService(t)
	h := s.shop(t, 1000)
	gone, dead := newReceiver(t), newReceiver(t)
	gone.answers(http.StatusGone)
	dead.answers(http.StatusBadGateway)
	off, _ := h.service.endpoint(gone.server.URL)
	failing, _ := h.service.endpoint(dead.server.URL)
	// Three days later: it was enabled, and has failed, for as long.
	id := strings.TrimPrefix(failing, "/v1/webhook-endpoints/")
	pay := func(k string) {
		t.Helper()
		h.service.post("/v1/transfers", k, map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}).is(http.StatusCreated)
	}
	pay("1")
	gone.wait(1)
	dead.wait(1)
	reason := func(path string) string {
		a := h.service.get(path).is(http.StatusOK)
		if a.str("status") == "enabled" {
			return ""
		}
		require.NotEmpty(t, a.str("disabled_at"))
		return a.str("disabled_reason")
	}
	soon(t, func() bool { return reason(off) == "gone" })
	require.Empty(t, reason(failing))

	failedFor72Hours := func() {
		t.Helper()
		s.exec(t, `UPDATE webhook_endpoint_health SET failing_since = now() - interval '72 hours' WHERE endpoint_id = $1`, id)
	}
	failedFor72Hours()
	pay("2")
	dead.wait(2)
	require.Empty(t, reason(failing), "it has not been enabled for so long")
	s.stop()
	s.exec(t, `UPDATE state SET data = jsonb_set(data::jsonb, '{status_at}', to_jsonb('2026-01-01T00:00:00Z'::text))::json WHERE key = $1`, "webhook-endpoint/"+id)
	failedFor72Hours() // what was before it was enabled did not count
	s.start()
	pay("3")
	soon(t, func() bool { return reason(failing) == "failing" })
	pay("4")
	var before int
	s.query(t, &before, `SELECT count(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND status = 'pending'`, id)
	soon(t, func() bool {
		s.query(t, &before, `SELECT count(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND status = 'failed' AND last_failure = 'endpoint-disabled'`, id)
		return before == 4
	})

	// Mended, it is switched on, and gets what it has missed.
	dead.answers(http.StatusOK)
	h.service.call(http.MethodPatch, failing, map[string]any{"status": "enabled"}).is(http.StatusOK)
	sent := len(dead.all())
	h.service.call(http.MethodPost, failing+"/redeliver", map[string]any{"from": "2026-01-01T00:00:00Z"}).is(http.StatusAccepted)
	dead.wait(sent + 4)
	require.Empty(t, reason(failing))
}

func TestWebhookEndpointsAreTheirMakers(t *testing.T) {
	t.Parallel()
	s := startService(t)
	shop, other, admin := s.as("service:shop", "service"), s.as("service:other", "service"), s.as("usr_root", "admin")
	r := newReceiver(t)
	path, secret := shop.endpoint(r.server.URL, "transfer.made", "hold.placed")
	require.Regexp(t, `^whsec_[A-Za-z0-9+/]{43}=$`, secret)
	a := shop.get(path).is(http.StatusOK)
	require.Equal(t, []string{"service:shop", r.server.URL, "enabled", "1"}, []string{a.str("owner_id"), a.str("url"), a.str("status"), a.str("secrets")})
	require.Equal(t, []any{"hold.placed", "transfer.made"}, a.at("event_types"))
	require.NotContains(t, string(a.Body), "whsec_")
	theirs, _ := other.endpoint(r.server.URL)

	for _, operation := range []string{"GET ", "PATCH ", "DELETE ", "POST /rotate-secret", "GET /deliveries", "POST /redeliver"} {
		method, rest, _ := strings.Cut(operation, " ")
		var body any
		if method != http.MethodGet && method != http.MethodDelete {
			body = map[string]any{}
		}
		if rest == "/redeliver" {
			body = map[string]any{"from": time.Now().Add(-time.Hour)}
		}
		other.call(method, path+rest, body).refused(http.StatusNotFound, "webhook-endpoint-not-found")
		other.call(method, "/v1/webhook-endpoints/whe_01k0q3v9x8f6r8v4t0d6m2n7h5"+rest, body).refused(http.StatusNotFound, "webhook-endpoint-not-found")
	}
	ids := func(c *caller) (found []string) {
		var p struct {
			Data []struct {
				ID string `json:"id"`
			} `json:"data"`
		}
		c.get("/v1/webhook-endpoints").is(http.StatusOK).into(&p)
		for _, e := range p.Data {
			found = append(found, "/v1/webhook-endpoints/"+e.ID)
		}
		return found
	}
	require.Equal(t, []string{path}, ids(shop))
	require.Equal(t, []string{theirs}, ids(other))
	require.Equal(t, []string{path, theirs}, ids(admin))
	page := admin.get("/v1/webhook-endpoints?limit=1").is(http.StatusOK)
	require.Equal(t, theirs, "/v1/webhook-endpoints/"+admin.get("/v1/webhook-endpoints?cursor="+page.str("next_cursor")).str("data", 0, "id"))

	etag := shop.get(path).Header.Get("ETag")
	changed := shop.call(http.MethodPatch, path, map[string]any{"description": "Orders", "event_types": []string{}}, header("If-Match", etag)).is(http.StatusOK)
	require.Equal(t, []any{"Orders", []any{}}, []any{changed.at("description"), changed.at("event_types")})
	require.NotEqual(t, etag, changed.Header.Get("ETag"))
	shop.call(http.MethodPatch, path, map[string]any{"description": "x"}, header("If-Match", etag)).refused(http.StatusPreconditionFailed, "version-mismatch")

	admin.call(http.MethodPatch, path, map[string]any{"description": "Looked after"}).is(http.StatusOK)
	shop.call(http.MethodDelete, path, nil).is(http.StatusNoContent)
	shop.get(path).refused(http.StatusNotFound, "webhook-endpoint-not-found")
	require.Empty(t, ids(shop))
	s.verify()
}

func TestWhatIsNoWebhookEndpoint(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.settings.WebhooksAllowPrivate = false
	s.start()
	t.Cleanup(s.close)
	shop := s.as("service:shop", "service")
	for name, row := range map[string]struct {
		body    string
		pointer string
	}{
		"no TLS":              {`{"url":"http://shop.example/"}`, "/url"},
		"this machine":        {`{"url":"https://127.0.0.1/"}`, "/url"},
		"metadata":            {`{"url":"https://169.254.169.254/latest"}`, "/url"},
		"mapped":              {`{"url":"https://[::ffff:10.1.2.3]/"}`, "/url"},
		"credentials":         {`{"url":"https://u:p@shop.example/"}`, "/url"},
		"an unknown type":     {`{"url":"https://shop.example/","event_types":["transfer.made","user.registered"]}`, "/event_types/1"},
		"a type twice":        {`{"url":"https://shop.example/","event_types":["transfer.made","transfer.made"]}`, "/event_types/1"},
		"a long description":  {`{"url":"https://shop.example/","description":"` + strings.Repeat("x", 501) + `"}`, "/description"},
		"a number":            {`{"url":7}`, "/url"},
		"a secret of its own": {`{"url":"https://shop.example/","secret":"whsec_mine"}`, "/secret"},
	} {
		a := shop.in(t).call(http.MethodPost, "/v1/webhook-endpoints", row.body).is(http.StatusBadRequest)
		require.Equal(t, row.pointer, a.str("errors", 0, "pointer"), name)
	}
	// A name that leads home is refused where it leads: when it is dialled.
	r := newReceiver(t)
	path, _ := shop.endpoint(strings.Replace(r.server.URL, "http://127.0.0.1", "https://localhost", 1))
	h := s.shop(t, 100)
	h.service.post("/v1/transfers", "t", map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}).is(http.StatusCreated)
	soon(t, func() bool {
		var p struct {
			Data []map[string]any `json:"data"`
		}
		shop.get(path + "/deliveries?status=pending").is(http.StatusOK).into(&p)
		return len(p.Data) > 0 && p.Data[0]["last_error"] == "private-address"
	})
	require.Empty(t, r.all())
}

// A secret is shown once, and is nowhere in the clear: it is made from a key that only the vault has. One that was
// replaced signs for a day, unless it has leaked; what is of no use any more is gone from the vault.
func TestWebhookSecrets(t *testing.T) {
	t.Parallel()
	w := watchService(t)
	s := w.service
	h := s.shop(t, 1000)
	r := newReceiver(t)
	body := map[string]any{"url": r.server.URL, "event_types": []string{"transfer.made"}}
	made := h.service.post("/v1/webhook-endpoints", "k", body).is(http.StatusCreated)
	again := h.service.post("/v1/webhook-endpoints", "k", body).is(http.StatusCreated)
	require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	require.Equal(t, made.str("id"), again.str("id"))
	require.NotContains(t, string(again.Body), "whsec_")
	path := "/v1/webhook-endpoints/" + made.str("id")
	keys := func() (n int) {
		require.NoError(t, s.app.keys.QueryRow(t.Context(), `SELECT count(*) FROM person_key WHERE person LIKE 'whk_%'`).Scan(&n))
		return n
	}
	require.Equal(t, 1, keys(), "that of the replay is taken away")
	n := 0
	receive := func() received {
		t.Helper()
		n++
		h.service.post("/v1/transfers", fmt.Sprint("t", n), map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}).is(http.StatusCreated)
		return r.wait(n)[n-1]
	}
	first := made.str("secret")
	receive().verifies(t, first)

	rotated := h.service.post(path+"/rotate-secret", "r", map[string]any{}).is(http.StatusOK)
	second := rotated.str("secret")
	until, err := time.Parse(time.RFC3339, rotated.str("previous_until"))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(24*time.Hour), until, time.Minute)
	replay := h.service.post(path+"/rotate-secret", "r", map[string]any{}).is(http.StatusOK)
	require.NotContains(t, string(replay.Body), "whsec_")
	require.Equal(t, rotated.str("previous_until"), replay.str("previous_until"))
	require.Equal(t, "2", h.service.get(path).str("secrets"))
	require.Eventually(t, func() bool { return strings.Count(receive().header.Get("Webhook-Signature"), "v1,") == 2 }, 10*time.Second, 100*time.Millisecond)
	both := receive()
	both.verifies(t, first)
	both.verifies(t, second)

	third := h.service.post(path+"/rotate-secret", "s", map[string]any{"revoke_previous": true}).is(http.StatusOK)
	require.NotContains(t, string(third.Body), "previous_until")
	soon(t, func() bool { return keys() == 1 })
	require.Eventually(t, func() bool { return strings.Count(receive().header.Get("Webhook-Signature"), "v1,") == 1 }, 10*time.Second, 100*time.Millisecond)
	last := receive()
	last.verifies(t, third.str("secret"))
	for _, gone := range []string{first, second} {
		verifier, err := standard.NewWebhook(gone)
		require.NoError(t, err)
		require.Error(t, verifier.Verify(last.body, last.header))
	}

	secrets := map[string]string{}
	for i, secret := range []string{first, second, third.str("secret")} {
		secrets[fmt.Sprint("secret ", i)] = strings.TrimPrefix(secret, "whsec_")
	}
	hidden := newNeedles(t, secrets)
	require.NotEmpty(t, hidden.in(made.Body))
	require.Empty(t, w.rest().find(hidden))
	w.wake()

	// A key of an endpoint is no orphan, and one that came to nothing is.
	orphan := "whk_01k0q3v9x8f6r8v4t0d6m2n7h5"
	_, err = s.app.vault.Create(t.Context(), orphan)
	require.NoError(t, err)
	_, err = s.app.keys.Exec(t.Context(), `UPDATE person_key SET created_at = created_at - interval '25 hours'`)
	require.NoError(t, err)
	swept, err := sweepVault(t.Context(), s.app.vault, postgres.NewDirectory(s.app.reads), time.Now(), time.Now())
	require.NoError(t, err)
	require.Equal(t, 1, swept)
	_, err = s.app.vault.Key(t.Context(), orphan)
	require.ErrorIs(t, err, seal.ErrNoKey)
	require.Equal(t, 1, keys())

	h.service.call(http.MethodDelete, path, nil).is(http.StatusNoContent)
	soon(t, func() bool { return keys() == 0 })
}
