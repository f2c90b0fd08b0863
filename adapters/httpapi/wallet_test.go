package httpapi

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

const (
	ann = "usr_ann=user"
	bob = "usr_bob=user"
)

// wallet opens a wallet and puts money in, as the provider's event evt_<wallet> says.
func (h *house) wallet(who, amount string) string {
	h.t.Helper()
	id := h.call(who, "", "POST", "/v1/wallets", `{}`).object(h.t, 201)["id"].(string)
	if amount != "0" {
		assert.Equal(h.t, "booked", h.delivered("evt_"+id, payment.Fact{Kind: payment.Paid, Payment: "pi_" + id, Asset: "USD", Received: amount, Wallet: id})["outcome"])
	}
	return id
}

// deliver signs an event and hands it in; the signature is the event's id.
func (h *house) deliver(event string, f payment.Fact) answer {
	h.t.Helper()
	f.Provider, f.EventID = payment.Stripe, event
	h.signed[event] = f
	return ask(h.t, h.server, "POST", "/v1/webhooks/stripe", `{"id":"`+event+`"}`, "Content-Type", "application/json", "Stripe-Signature", event)
}

func (h *house) delivered(event string, f payment.Fact) map[string]any {
	h.t.Helper()
	return h.deliver(event, f).object(h.t, http.StatusOK)
}

func TestWallets(t *testing.T) {
	t.Parallel()
	h := open(t)
	opened := h.call(ann, "k-1", "POST", "/v1/wallets", `{"name":"Main","metadata":{"k":"v"}}`)
	w := opened.object(t, 201)
	assert.Equal(t, map[string]any{
		"id": w["id"], "owner_id": "usr_ann", "name": "Main", "status": "open", "balances": []any{}, "metadata": map[string]any{"k": "v"}, "time_zone": "UTC",
		"created_at": "2026-03-14T09:26:53.589794Z", "version": num(1),
	}, w)
	assert.Equal(t, `"1"`, opened.header.Get("ETag"))
	h.call(ann, "", "POST", "/v1/wallets", `{"owner_id":"usr_bob"}`).refused(t, 403, "owner-forbidden")
	bobs := h.call(shop, "", "POST", "/v1/wallets", `{"owner_id":"usr_bob"}`).object(t, 201)["id"].(string)
	anns := w["id"].(string)

	h.delivered("evt_1", payment.Fact{Kind: payment.Paid, Payment: "pi_1", Asset: "USD", Received: "10.50", Wallet: anns})
	read := h.call(ann, "", "GET", "/v1/wallets/"+anns, "").object(t, 200)
	assert.Equal(t, []any{map[string]any{
		"asset": "USD", "available": "10.50", "held": "0.00", "pending": "0.00", "disputed": "0.00", "credit_limit": "0.00",
	}}, read["balances"])
	for _, who := range []string{shop, finance, "usr_root=admin"} {
		assert.Equal(t, read, h.call(who, "", "GET", "/v1/wallets/"+anns, "").object(t, 200), who)
	}
	h.call(bob, "", "GET", "/v1/wallets/"+anns, "").refused(t, 404, "wallet-not-found")
	h.call(ann, "", "GET", "/v1/wallets/"+anyWalletID, "").refused(t, 404, "wallet-not-found")

	list := func(who, query string) []string {
		var ids []string
		for _, item := range h.call(who, "", "GET", "/v1/wallets"+query, "").object(t, 200)["data"].([]any) {
			ids = append(ids, item.(map[string]any)["id"].(string))
		}
		return ids
	}
	assert.Equal(t, []string{anns}, list(ann, ""))
	assert.Nil(t, list(ann, "?owner_id=usr_bob"))
	assert.Equal(t, []string{bobs}, list(shop, "?owner_id=usr_bob"))
	assert.Equal(t, []string{bobs, anns}, list(finance, "?status=open"))
	assert.Equal(t, [][]string{{bobs}, {anns}}, h.pages("/v1/wallets?limit=1", "id"))
}

func TestWalletsAreChanged(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.wallet(ann, "10.50")
	url := "/v1/wallets/" + id
	read := func() map[string]any { return h.call(ann, "", "GET", url, "").object(t, 200) }
	want := read()
	changed := h.call(ann, "", "PATCH", url, `{"name":"Savings","metadata":{"k":"w"},"time_zone":"Europe/Berlin"}`, "If-Match", `"1"`)
	want["name"], want["metadata"], want["time_zone"], want["version"] = "Savings", map[string]any{"k": "w"}, "Europe/Berlin", num(3)
	assert.Equal(t, want, changed.object(t, 200))
	assert.Equal(t, []string{`"3"`, "0-3"}, []string{changed.header.Get("ETag"), changed.header.Get("Florin-Position")})
	assert.Equal(t, want, read())
	p := h.call(ann, "", "PATCH", url, `{"name":"x"}`, "If-Match", `"1"`).refused(t, 412, "version-mismatch")
	assert.Equal(t, num(3), p["version"])
	assert.Equal(t, want, h.call(ann, "", "PATCH", url, `{}`).object(t, 200))

	// What is written is answered before it is read.
	h.lag = 1
	want["name"], want["version"] = "x", num(4)
	assert.Equal(t, want, h.call(finance, "", "PATCH", url, `{"name":"x"}`).object(t, 200))
	h.lag = 0
	delete(want, "name")
	want["version"] = num(5)
	assert.Equal(t, want, h.call(shop, "", "PATCH", url, `{"name":""}`).object(t, 200))

	h.call(bob, "", "PATCH", url, `{"name":"x"}`).refused(t, 404, "wallet-not-found")
	h.call(ann, "", "PATCH", url, `{"time_zone":"Mars/Olympus"}`).refused(t, 400, "invalid-field")
	h.call(ann, "", "PATCH", url, `{"owner_id":"usr_bob"}`).refused(t, 400, "unknown-field")
	h.call(ann, "", "PATCH", url, `{"metadata":{"k":null}}`).refused(t, 400, "invalid-field")
	h.call(ann, "", "PATCH", url, `{"name":"x"}`, "If-Match", "3").refused(t, 400, "invalid-parameter")
	tokyo := h.call(ann, "", "POST", "/v1/wallets", `{"time_zone":"Asia/Tokyo"}`).object(t, 201)
	assert.Equal(t, "Asia/Tokyo", tokyo["time_zone"])
}

func TestCreditsAndDebits(t *testing.T) {
	t.Parallel()
	h := open(t)
	url := "/v1/wallets/" + h.wallet(ann, "0")
	body := func(amount, account string) string {
		return `{"amount":{"amount":"` + amount + `","asset":"USD"},"account":"` + account + `","description":"Sorry","metadata":{"case":"9"}}`
	}
	h.call(finance, "", "POST", url+"/credit", body("5", "expenses:goodwill")).refused(t, 400, "idempotency-key-missing")
	h.call(ann, "k", "POST", url+"/credit", body("5", "expenses:goodwill")).refused(t, 403, "forbidden")
	tried := h.call(finance, "k", "POST", url+"/credit?dry_run=true", body("5", "expenses:goodwill")).object(t, 201)
	credited := h.call(finance, "k", "POST", url+"/credit", body("5", "expenses:goodwill"))
	got := credited.object(t, 201)
	assert.Equal(t, tried["postings"], got["postings"])
	assert.Equal(t, []any{"wallet-credited", "Sorry", map[string]any{"case": "9"}, []any{
		map[string]any{"account": "expenses:goodwill", "side": "debit", "amount": "5.00", "asset": "USD", "balance_after": "5.00"},
		map[string]any{"account": "liabilities:wallets:" + url[len("/v1/wallets/"):] + ":available", "side": "credit", "amount": "5.00", "asset": "USD", "balance_after": "5.00"},
	}}, []any{got["type"], got["description"], got["metadata"], got["postings"]})
	again := h.call(finance, "k", "POST", url+"/credit", body("5", "expenses:goodwill"))
	assert.Equal(t, []string{string(credited.body), "true"}, []string{string(again.body), again.header.Get("Idempotent-Replayed")})
	h.call(finance, "k", "POST", url+"/debit", body("5", "expenses:goodwill")).refused(t, 422, "idempotency-key-reused")
	debited := h.call(shop, "k", "POST", url+"/debit", body("2", "income:fees")).object(t, 201)
	assert.Equal(t, "wallet-debited", debited["type"])
	h.call(shop, "k-2", "POST", url+"/debit", body("3.01", "income:fees")).refused(t, 422, "insufficient-funds")
	h.call(shop, "k-3", "POST", url+"/debit", body("1", "assets:stripe:clearing")).refused(t, 422, "owned-account")
	h.call(shop, "k-4", "POST", url+"/debit", body("1", "fees")).refused(t, 400, "invalid-field")
	h.call(finance, "k-5", "POST", transactionsURL+"/"+got["id"].(string)+"/reverse", `{"reason":"x"}`).refused(t, 422, "use-domain-undo")
	read := h.call(ann, "", "GET", url, "").object(t, 200)["balances"].([]any)[0].(map[string]any)
	assert.Equal(t, "3.00", read["available"])
}

func TestSpendingLimits(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns, bobs := h.wallet(ann, "100.00"), h.wallet(bob, "0")
	url := "/v1/wallets/" + anns
	usd := func(amount string) any { return map[string]any{"amount": amount, "asset": "USD"} }
	h.call(shop, "", "PUT", url+"/spending-limits/USD", `{}`).refused(t, 403, "forbidden")
	set := h.call(finance, "", "PUT", url+"/spending-limits/USD", `{"per_transaction":"20","per_day":"30"}`)
	assert.Equal(t, http.StatusNoContent, set.status, "%s", set.body)
	assert.Equal(t, []any{map[string]any{"asset": "USD", "per_transaction": "20.00", "per_day": "30.00"}},
		h.call(ann, "", "GET", url, "").object(t, 200)["spending_limits"])
	pay := func(key, amount string) answer {
		return h.call(ann, key, "POST", "/v1/transfers", `{"from_wallet":"`+anns+`","to_wallet":"`+bobs+`","amount":{"amount":"`+amount+`","asset":"USD"}}`)
	}
	p := pay("k-1", "20.01").refused(t, 422, "spending-limit-exceeded")
	assert.Equal(t, []any{"per_transaction", usd("20.00"), nil, nil}, []any{p["limit"], p["allowed"], p["used"], p["ends_at"]})
	pay("k-2", "20").object(t, 201)
	p = pay("k-3", "10.01").refused(t, 422, "spending-limit-exceeded")
	assert.Equal(t, []any{"per_day", usd("30.00"), usd("20.00"), "2026-03-15T00:00:00Z"}, []any{p["limit"], p["allowed"], p["used"], p["ends_at"]})
	h.call(ann, "", "PATCH", url, `{"time_zone":"Asia/Tokyo"}`).refused(t, 403, "time-zone-forbidden")
	h.call(finance, "", "PATCH", url, `{"time_zone":"Asia/Tokyo"}`).object(t, 200)
	for body, pointer := range map[string]string{`{"per_day":"-1"}`: "/per_day", `{"per_transaction":"x"}`: "/per_transaction"} {
		assert.Equal(t, []string{pointer}, pointers(h.call(finance, "", "PUT", url+"/spending-limits/USD", body).refused(t, 400, "invalid-field")))
	}
	h.call(finance, "", "PUT", url+"/spending-limits/USD", `{"per_day":"0.001"}`).refused(t, 400, "amount-scale")
	assert.Equal(t, http.StatusNoContent, h.call(finance, "", "PUT", url+"/spending-limits/USD", `{}`).status)
	pay("k-4", "80").object(t, 201)
}

func TestTransferBatches(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns, bobs := h.wallet(ann, "10.00"), h.wallet(bob, "0")
	pays := func(from, to, amount string) string {
		return `{"from_wallet":"` + from + `","to_wallet":"` + to + `","amount":{"amount":"` + amount + `","asset":"USD"}}`
	}
	// A hold that is due goes back before the item that needs it; its event is no item's.
	h.call(ann, "h", "POST", "/v1/holds", `{"wallet_id":"`+anns+`","amount":{"amount":"4","asset":"USD"},"expires_in":1}`).object(t, 201)
	h.now = h.now.Add(time.Second)
	items := []string{pays(bobs, anns, "1"), pays(anns, bobs, "10"), `{"from_wallet":1}`, pays(bobs, anns, "0.001"), pays(bobs, anns, "3")}
	const url = "/v1/transfers/batch"
	body := `{"transfers":[` + strings.Join(items, ",") + `]}`
	h.call(ann, "b", "POST", url, body).refused(t, 403, "forbidden")
	p := h.call(shop, "a", "POST", url+"?mode=atomic", body).refused(t, 400, "invalid-field")
	assert.Equal(t, []string{"/transfers/2/from_wallet"}, pointers(p))
	done := h.call(shop, "b", "POST", url, body)
	doc := done.object(t, 200)
	assert.Equal(t, []any{num(422), "insufficient-funds", num(201), num(4), num(400), "invalid-field", num(400), "amount-scale", num(201), num(5)}, outcomes(t, doc))
	second := doc["results"].([]any)[1].(map[string]any)["transaction"].(map[string]any)
	assert.Equal(t, "transferred", second["type"])
	assert.Equal(t, string(done.body), string(h.call(shop, "b", "POST", url, body).body))
	read := h.call(ann, "", "GET", "/v1/wallets/"+anns, "").object(t, 200)["balances"].([]any)[0].(map[string]any)
	assert.Equal(t, []any{"3.00", "0.00"}, []any{read["available"], read["held"]})

	lines := pays(bobs, anns, "1") + "\n\n" + pays(bobs, anns, "100") + "\n"
	p = h.call(shop, "l", "POST", url+"?mode=atomic", lines, "Content-Type", "application/x-ndjson").refused(t, 422, "insufficient-funds")
	assert.Equal(t, []string{"/transfers/1"}, pointers(p))
	assert.Equal(t, []any{num(422), "batch-aborted", num(422), "insufficient-funds"}, outcomes(t, p))
	whole := h.call(shop, "m", "POST", url+"?mode=atomic", pays(bobs, anns, "1"), "Content-Type", "application/x-ndjson").object(t, 200)
	assert.Equal(t, []any{num(201), num(6)}, outcomes(t, whole))
	c := h.call(shop, "", "GET", "/v1/commands/"+journal.NewCommandID("key_shop", "m").String(), "").object(t, 200)
	assert.Equal(t, whole, c["result"])
	p = h.call(shop, "n", "POST", url, `{"transfers":[`+strings.Repeat(`{},`, request.MaxBatchItems)+`{}]}`).refused(t, 400, "invalid-field")
	assert.Equal(t, []string{"/transfers"}, pointers(p))
}

func TestSplits(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns, bobs, eves := h.wallet(ann, "10.00"), h.wallet(bob, "0"), h.wallet("usr_eve=user", "0")
	body := `{"from_wallet":"` + anns + `","amount":{"amount":"1.00","asset":"USD"},"to":[{"wallet":"` + bobs + `","percent":"33.3"},{"wallet":"` + eves + `","rest":true}]}`
	h.call(bob, "k", "POST", "/v1/transfers/split", body).refused(t, 404, "wallet-not-found")
	paid := h.call(ann, "k", "POST", "/v1/transfers/split", body)
	got := paid.object(t, 201)
	line := func(id, side, amount, balance string) any {
		p := map[string]any{"account": "liabilities:wallets:" + id + ":available", "side": side, "amount": amount, "asset": "USD"}
		if balance != "" {
			p["balance_after"] = balance
		}
		return p
	}
	assert.Equal(t, []any{"transferred", []any{line(anns, "debit", "1.00", "9.00"), line(bobs, "credit", "0.33", ""), line(eves, "credit", "0.67", "")}},
		[]any{got["type"], got["postings"]})
	assert.Equal(t, string(paid.body), string(h.call(ann, "k", "POST", "/v1/transfers/split", body).body))
	c := h.call(ann, "", "GET", "/v1/commands/"+journal.NewCommandID("usr_ann", "k").String(), "")
	assert.Contains(t, string(c.body), `"result":`+strings.TrimSpace(string(paid.body)))
	c = h.call("usr_otto=operator", "", "GET", "/v1/commands/"+journal.NewCommandID("usr_ann", "k").String(), "")
	assert.NotContains(t, string(c.body), "balance_after", "what wallets hold is not the operator's to know")

	// Who is paid sees what he got, and no more of the others.
	url := "/v1/transfers/" + got["id"].(string)
	assert.Equal(t, []any{line(bobs, "credit", "0.33", "0.33")}, h.call(bob, "", "GET", url, "").object(t, 200)["postings"])
	assert.Equal(t, got["postings"], h.call(ann, "", "GET", url, "").object(t, 200)["postings"])
	assert.Len(t, h.call(shop, "", "GET", url, "").object(t, 200)["postings"], 3)
	h.call("usr_mal=user", "", "GET", url, "").refused(t, 404, "transaction-not-found")
	listed := h.call("usr_eve=user", "", "GET", "/v1/transfers?wallet_id="+eves, "").object(t, 200)["data"].([]any)
	require.Len(t, listed, 1)
	assert.Equal(t, []any{line(eves, "credit", "0.67", "0.67")}, listed[0].(map[string]any)["postings"])

	for name, share := range map[string]string{
		"/to/0/percent": `{"wallet":"` + bobs + `","percent":33}`,
		"/to/0/amount":  `{"wallet":"` + bobs + `","amount":"1"}`,
		"/to/0":         `{"wallet":"` + bobs + `","amount":{"amount":"1","asset":"USD"},"rest":true}`,
		"/to":           `{"wallet":"` + bobs + `","amount":{"amount":"1.01","asset":"USD"}}`,
	} {
		p := h.call(ann, "k-"+name, "POST", "/v1/transfers/split", `{"from_wallet":"`+anns+`","amount":{"amount":"1.00","asset":"USD"},"to":[`+share+`]}`).refused(t, 400, "invalid-field")
		assert.Equal(t, name, p["errors"].([]any)[0].(map[string]any)["pointer"])
	}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns, bobs := h.wallet(ann, "1000.00"), h.wallet(bob, "0")
	place := `{"wallet_id":"` + anns + `","amount":{"amount":"600","asset":"USD"},"to_wallet":"` + bobs + `","description":"a room","metadata":{"room":"7"}}`
	h.call(bob, "k", "POST", "/v1/holds", place).refused(t, 404, "wallet-not-found")
	placed := h.call(ann, "k", "POST", "/v1/holds", place)
	hold := placed.object(t, 201)
	usd := func(amount string) any { return map[string]any{"amount": amount, "asset": "USD"} }
	want := map[string]any{
		"id": hold["id"], "wallet_id": anns, "to_wallet": bobs, "amount": usd("600.00"), "captured": usd("0.00"), "released": usd("0.00"),
		"remaining": usd("600.00"), "status": "open", "description": "a room", "metadata": map[string]any{"room": "7"},
		"created_at": hold["created_at"], "version": hold["version"],
	}
	assert.Equal(t, want, hold)
	url := "/v1/holds/" + hold["id"].(string)
	for _, who := range []string{ann, bob, shop} {
		assert.Equal(t, hold, h.call(who, "", "GET", url, "").object(t, 200), who)
	}
	h.call("usr_eve=user", "", "GET", url, "").refused(t, 404, "hold-not-found")
	h.call(ann, "", "GET", "/v1/holds/hld_01k0q3v9x8f6r8v4t0d6m2n7h5", "").refused(t, 404, "hold-not-found")

	h.call(ann, "k-c", "POST", url+"/capture", `{}`).refused(t, 403, "forbidden-for-payer")
	tried := h.call(bob, "k-1", "POST", url+"/capture?dry_run=true", `{}`).object(t, 200)
	assert.Equal(t, "captured", tried["status"])
	first := h.call(bob, "k-1", "POST", url+"/capture", `{"amount":{"amount":"250","asset":"USD"}}`)
	captured := first.object(t, 200)
	want["captured"], want["remaining"], want["version"] = usd("250.00"), usd("350.00"), captured["version"]
	assert.Equal(t, want, captured)
	assert.NotEqual(t, hold["version"], captured["version"])
	p := h.call(bob, "k-2", "POST", url+"/capture", `{"amount":{"amount":"400","asset":"USD"}}`).refused(t, 422, "capture-too-large")
	assert.Equal(t, usd("350.00"), p["remaining"])
	h.call(bob, "k-3", "POST", url+"/capture", `{"amount":{}}`).refused(t, 400, "invalid-field")
	final := h.call(bob, "k-4", "POST", url+"/capture", `{"amount":{"amount":"100","asset":"USD"},"final":true}`).object(t, 200)
	assert.Equal(t, []any{usd("350.00"), usd("250.00"), usd("0.00"), "captured"}, []any{final["captured"], final["released"], final["remaining"], final["status"]})
	p = h.call(shop, "k-5", "POST", url+"/release", `{}`).refused(t, 422, "hold-closed")
	assert.Equal(t, "captured", p["hold_status"])
	again := h.call(bob, "k-1", "POST", url+"/capture", `{"amount":{"amount":"250","asset":"USD"}}`)
	assert.Equal(t, string(first.body), string(again.body), "as it was then")

	// The key is for one hold.
	second := h.call(ann, "k-6", "POST", "/v1/holds", strings.Replace(place, "600", "10", 1)).object(t, 201)["id"].(string)
	h.call(bob, "k-1", "POST", "/v1/holds/"+second+"/capture", `{"amount":{"amount":"250","asset":"USD"}}`).refused(t, 422, "idempotency-key-reused")
	released := h.call(bob, "k-7", "POST", "/v1/holds/"+second+"/release", `{}`).object(t, 200)
	assert.Equal(t, []any{"released", usd("10.00")}, []any{released["status"], released["released"]})

	// Without a payee, who captures names one.
	open := h.call(ann, "k-8", "POST", "/v1/holds", `{"wallet_id":"`+anns+`","amount":{"amount":"1","asset":"USD"}}`).object(t, 201)
	assert.NotContains(t, open, "to_wallet")
	url = "/v1/holds/" + open["id"].(string)
	h.call(shop, "k-9", "POST", url+"/capture", `{}`).refused(t, 400, "invalid-field")
	h.call(shop, "k-9", "POST", url+"/capture", `{"to_account":"income:rooms"}`).object(t, 200)
	h.call(shop, "k-10", "POST", "/v1/holds/nothing/capture", `{}`).refused(t, 404, "hold-not-found")
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns, bobs := h.wallet(ann, "1000.00"), h.wallet(bob, "0")
	body := func(amount, expiry string) string {
		return `{"wallet_id":"` + anns + `","to_wallet":"` + bobs + `","amount":{"amount":"` + amount + `","asset":"USD"}` + expiry + `}`
	}
	for expiry, pointer := range map[string]string{
		`,"expires_in":0`:                                        "/expires_in",
		`,"expires_in":-1`:                                       "/expires_in",
		`,"expires_in":31622401`:                                 "/expires_in",
		`,"expires_in":1.5`:                                      "/expires_in",
		`,"expires_in":"PT1S"`:                                   "/expires_in",
		`,"expires_at":"2026-03-14T09:26:53Z"`:                   "/expires_at",
		`,"expires_at":"0001-01-01T00:00:00Z"`:                   "/expires_at",
		`,"expires_at":"2027-03-16T00:00:00Z"`:                   "/expires_at",
		`,"expires_at":"tomorrow"`:                               "/expires_at",
		`,"expires_at":"2026-03-14T10:26:53Z","expires_in":3600`: "/expires_in",
	} {
		p := h.call(ann, "k", "POST", "/v1/holds", body("1", expiry)).refused(t, 400, "invalid-field")
		assert.Equal(t, pointer, p["errors"].([]any)[0].(map[string]any)["pointer"], expiry)
	}
	first := h.call(ann, "k-1", "POST", "/v1/holds", body("600", `,"expires_at":"2026-03-14T11:26:53.5+01:00"`)).object(t, 201)
	assert.Equal(t, "2026-03-14T10:26:53.5Z", first["expires_at"])
	created, err := time.Parse(time.RFC3339Nano, first["created_at"].(string))
	require.NoError(t, err)
	second := h.call(ann, "k-2", "POST", "/v1/holds", body("300", `,"expires_in":7200`)).object(t, 201)
	assert.Equal(t, created.Add(time.Microsecond+2*time.Hour).Format(time.RFC3339Nano), second["expires_at"])
	never := h.call(ann, "k-3", "POST", "/v1/holds", body("1", "")).object(t, 201)
	assert.NotContains(t, never, "expires_at")
	url := "/v1/holds/" + first["id"].(string)
	assert.Equal(t, first, h.call(bob, "", "GET", url, "").object(t, 200))

	h.now = h.now.Add(time.Hour)
	late := h.call(bob, "k-4", "POST", url+"/capture", `{}`).refused(t, 422, "hold-expired")
	assert.Equal(t, first["expires_at"], late["expires_at"])
	h.call(bob, "k-5", "POST", url+"/release", `{}`).refused(t, 422, "hold-expired")
	h.call(ann, "k-6", "POST", url+"/increase", `{"amount":{"amount":"1","asset":"USD"}}`).refused(t, 422, "hold-expired")
	// The transaction that pays is what is answered, and not what expired before it.
	paid := h.call(ann, "k-7", "POST", "/v1/transfers", `{"from_wallet":"`+anns+`","to_wallet":"`+bobs+`","amount":{"amount":"650","asset":"USD"}}`).object(t, 201)
	assert.Equal(t, "transferred", paid["type"])
	assert.Equal(t, "49.00", paid["postings"].([]any)[0].(map[string]any)["balance_after"])
	h.call(bob, "k-8", "POST", url+"/capture", `{}`).refused(t, 422, "hold-expired")
	captured := h.call(bob, "k-9", "POST", "/v1/holds/"+second["id"].(string)+"/capture", `{}`).object(t, 200)
	assert.Equal(t, []any{"captured", second["expires_at"]}, []any{captured["status"], captured["expires_at"]})
	h.now = h.now.Add(time.Hour)
	h.call(bob, "k-10", "POST", "/v1/holds/"+second["id"].(string)+"/capture", `{}`).refused(t, 422, "hold-closed")
}

func TestCommandsShowWhatTheirRequestsWereAnswered(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns, bobs := h.wallet(ann, "1000.00"), h.wallet(bob, "0")
	place := h.call(shop, "hold", "POST", "/v1/holds", `{"wallet_id":"`+anns+`","amount":{"amount":"600","asset":"USD"},"to_wallet":"`+bobs+`"}`)
	hold := "/v1/holds/" + place.object(t, 201)["id"].(string)
	h.call(shop, "no", "POST", hold+"/capture", `{"amount":{"amount":"601","asset":"USD"}}`).refused(t, 422, "capture-too-large")
	root := "usr_root=admin"
	for key, a := range map[string]answer{
		"ledger": h.call(root, "ledger", "POST", "/v1/ledgers", `{"name":"eu"}`),
		"asset":  h.call(root, "asset", "POST", "/v1/assets", `{"code":"POINTS","scale":0}`),
		"rules":  h.call(root, "rules", "PUT", "/v1/ledgers/main/accounts/liabilities:a", `{"frozen":false}`),
		"wallet": h.call(root, "wallet", "POST", "/v1/wallets", `{}`),
		"post":   h.call(root, "post", "POST", transactionsURL, transfer("equity:opening", "liabilities:a", "1", "USD", "")),
		"take":   h.call(root, "take", "POST", hold+"/capture", `{"amount":{"amount":"1","asset":"USD"}}`),
		"give":   h.call(root, "give", "POST", hold+"/release", `{}`),
	} {
		c := h.call(root, "", "GET", "/v1/commands/"+journal.NewCommandID("usr_root", key).String(), "")
		assert.Equal(t, "done", c.object(t, 200)["status"], key)
		assert.Contains(t, string(c.body), `"result":`+strings.TrimSpace(string(a.body)), key)
	}
	url := func(subject, key string) string { return "/v1/commands/" + journal.NewCommandID(subject, key).String() }
	refused := h.call(shop, "", "GET", url("key_shop", "no"), "").object(t, 200)
	assert.Equal(t, "refused", refused["status"])
	assert.Equal(t, "capture-too-large", refused["problem"].(map[string]any)["code"])
	h.call(ann, "", "GET", url("key_shop", "no"), "").refused(t, 404, "not-found")
	h.call(finance, "", "GET", url("key_shop", "no"), "").refused(t, 404, "not-found")
	h.call(root, "", "GET", url("key_shop", "never"), "").refused(t, 404, "not-found")
	h.call(root, "", "GET", "/v1/commands/x", "").refused(t, 404, "not-found")
	again := h.call(root, "asset-2", "POST", "/v1/assets", `{"code":"POINTS","scale":0}`)
	assert.Equal(t, http.StatusCreated, again.status)
	assert.NotContains(t, h.call(root, "", "GET", url("usr_root", "asset-2"), "").object(t, 200), "result")
	h.dead = true
	h.call(root, "dead", "POST", "/v1/ledgers", `{"name":"us"}`).refused(t, 500, "command-dead")
	dead := h.call(root, "", "GET", url("usr_root", "dead"), "").object(t, 200)
	assert.Equal(t, []any{"dead", "command-dead"}, []any{dead["status"], dead["problem"].(map[string]any)["code"]})
}

func TestStripeEvents(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns := h.wallet(ann, "0")
	fact := payment.Fact{Kind: payment.Paid, Payment: "pi_1", Asset: "USD", Received: "25.00", Wallet: anns}
	first := h.deliver("evt_1", fact)
	assert.Equal(t, map[string]any{"received": true, "outcome": "booked"}, first.object(t, 200))
	assert.Equal(t, "0-2", first.header.Get("Florin-Position"))
	require.Len(t, h.asked, 2)
	assert.True(t, h.asked[1].Deadline.IsZero(), "what has happened is not given up for being late")
	assert.Equal(t, "provider:stripe", h.asked[1].Actor)
	again := h.deliver("evt_1", fact)
	assert.Equal(t, string(first.body), string(again.body))
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, []string{`{"id":"evt_1"}`, `{"id":"evt_1"}`}, h.kept)
	assert.Equal(t, "ignored", h.delivered("evt_2", fact)["outcome"])
	assert.Equal(t, "suspense", h.delivered("evt_3", payment.Fact{Kind: payment.Paid, Payment: "pi_2", Asset: "USD", Received: "1.00"})["outcome"])
	assert.Len(t, h.bench.Events(), 3)

	post := func(signature string) answer {
		return ask(t, h.server, "POST", "/v1/webhooks/stripe", `{}`, "Content-Type", "application/json", "Stripe-Signature", signature)
	}
	kept := len(h.kept)
	post("forged").refused(t, 400, "invalid-signature")
	post("junk").refused(t, 400, "malformed-body")
	post("test").refused(t, 400, "livemode-mismatch")
	ask(t, h.server, "POST", "/v1/webhooks/stripe", `{}`, "Content-Type", "application/json").refused(t, 400, "invalid-parameter")
	assert.Len(t, h.kept, kept, "what is not the provider's is not kept")

	h.dead = true
	assert.Equal(t, "dead", h.delivered("evt_4", fact)["outcome"], "it is recorded, so it need not come again")
	require.Eventually(t, func() bool { return strings.Contains(h.log.String(), "was not booked") }, waitFor, tick)
	h.broken = errors.New("dial tcp: connection refused")
	h.deliver("evt_5", fact).refused(t, 503, "unavailable")
}
