package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	h := open(t)
	const a, b = "/v1/ledgers/main/accounts/liabilities:user:a", "/v1/ledgers/main/accounts/liabilities:user:b"
	h.call(shop, "", "GET", a, "").refused(t, 404, "not-found")
	assert.Equal(t, []any{}, h.call(shop, "", "GET", a+"/balances", "").object(t, 200)["data"])
	assert.Equal(t, []any{}, h.call(shop, "", "GET", a+"/entries", "").object(t, 200)["data"])
	h.post("k-1", "equity:opening", "liabilities:user:a", "10", "USD", "")
	h.post("k-2", "equity:opening", "liabilities:user:a", "7", "JPY", "")
	h.post("k-3", "liabilities:user:a", "liabilities:user:b", "4", "USD", "")

	read := h.call(shop, "", "GET", a, "")
	assert.Equal(t, map[string]any{
		"ledger": "main", "address": "liabilities:user:a", "type": "liabilities", "normal_side": "credit", "frozen": false,
		"min_balance": []any{}, "metadata": map[string]any{}, "created_at": "2026-03-14T09:26:53.589794Z", "version": num(0),
		"balances": []any{
			map[string]any{"asset": "JPY", "debits": "0", "credits": "7", "balance": "7", "version": num(1)},
			map[string]any{"asset": "USD", "debits": "4.00", "credits": "10.00", "balance": "6.00", "version": num(2)},
		},
	}, read.object(t, 200))
	assert.Equal(t, `"0"`, read.header.Get("ETag"))
	balances := h.call(shop, "", "GET", b+"/balances?asset=USD", "").object(t, 200)["data"]
	assert.Equal(t, []any{map[string]any{"asset": "USD", "debits": "0.00", "credits": "4.00", "balance": "4.00", "version": num(1)}}, balances)

	entries := h.call(shop, "", "GET", a+"/entries", "").object(t, 200)["data"].([]any)
	require.Len(t, entries, 3)
	newest := entries[0].(map[string]any)
	assert.Equal(t, []any{"debit", "4.00", "USD", "6.00", num(3), "0-3"}, []any{newest["side"], newest["amount"], newest["asset"], newest["balance"], newest["number"], newest["position"]})
	assert.Equal(t, [][]string{{"3", "2"}, {"1"}}, h.pages(a+"/entries?limit=2", "number"))
	assert.Equal(t, [][]string{{"3", "1"}}, h.pages(a+"/entries?asset=USD", "number"))

	list := "/v1/ledgers/main/accounts"
	assert.Equal(t, [][]string{{"equity:opening", "liabilities:user:a"}, {"liabilities:user:b"}}, h.pages(list+"?limit=2", "address"))
	for filter, want := range map[string][]string{
		"type=equity":                            {"equity:opening"},
		"type=liabilities&prefix=liab":           {"liabilities:user:a", "liabilities:user:b"},
		"type=liabilities&prefix=liabilities:u":  {"liabilities:user:a", "liabilities:user:b"},
		"type=liabilities&prefix=equity":         nil,
		"type=income":                            nil,
		"prefix=liabilities:user:b":              {"liabilities:user:b"},
		"type=assets&prefix=assets-of-something": nil,
	} {
		assert.Equal(t, [][]string{want}, h.pages(list+"?"+filter, "address"), filter)
	}
	for _, bad := range []string{"/v1/ledgers/main/accounts/liabilities:a%20b", "/v1/ledgers/main/accounts/x::y", "/v1/ledgers/main/accounts/liabilities"} {
		h.call(finance, "", "GET", bad, "").refused(t, 400, "invalid-parameter")
		h.call(finance, "", "GET", bad+"/balances", "").refused(t, 400, "invalid-parameter")
		h.call(finance, "", "GET", bad+"/entries", "").refused(t, 400, "invalid-parameter")
		h.call(finance, "", "PUT", bad, `{}`).refused(t, 400, "invalid-parameter")
	}
}

func TestRulesOfAnAccount(t *testing.T) {
	t.Parallel()
	h := open(t)
	const a = "/v1/ledgers/main/accounts/liabilities:user:a"
	first := h.call(finance, "k-1", "PUT", a, `{"min_balance":[{"amount":"-5","asset":"USD"}],"metadata":{"tier":"gold"}}`)
	assert.Equal(t, map[string]any{
		"ledger": "main", "address": "liabilities:user:a", "type": "liabilities", "normal_side": "credit", "frozen": false,
		"min_balance": []any{map[string]any{"amount": "-5.00", "asset": "USD"}}, "metadata": map[string]any{"tier": "gold"},
		"updated_at": "2026-03-14T09:26:53.589794Z", "version": num(1),
	}, first.object(t, 200))
	assert.Equal(t, `"1"`, first.header.Get("ETag"))
	// What is not said stays; what is said to be empty is.
	changed := h.call(finance, "", "PUT", a, `{"frozen":true,"metadata":{}}`, "If-Match", `"1"`).object(t, 200)
	assert.Equal(t, []any{map[string]any{"amount": "-5.00", "asset": "USD"}}, changed["min_balance"])
	assert.Equal(t, map[string]any{}, changed["metadata"])
	assert.Equal(t, true, changed["frozen"])
	p := h.call(finance, "", "PUT", a, `{"frozen":false}`, "If-Match", `"1"`).refused(t, 412, "version-mismatch")
	assert.Equal(t, num(2), p["version"])
	for _, tag := range []string{"1", `W/"1"`, "*", `"x"`, `"-1"`, `"1`} {
		h.call(finance, "", "PUT", a, `{"frozen":false}`, "If-Match", tag).refused(t, 400, "invalid-parameter")
	}
	again := h.call(finance, "k-1", "PUT", a, `{"min_balance":[{"amount":"-5","asset":"USD"}],"metadata":{"tier":"gold"}}`)
	assert.Equal(t, string(first.body), string(again.body), "not as it is by now")
	h.call(finance, "", "PUT", a, `{"min_balance":[{"amount":"x","asset":"USD"}]}`).refused(t, 400, "invalid-field")
}

func TestLedgersAndAssets(t *testing.T) {
	t.Parallel()
	h := open(t)
	eu := h.call(finance, "k-1", "POST", "/v1/ledgers", `{"name":"eu","description":"Europe"}`).object(t, 201)
	assert.Equal(t, map[string]any{"name": "eu", "description": "Europe", "created_at": "2026-03-14T09:26:53.589794Z"}, eu)
	h.call(finance, "", "POST", "/v1/ledgers", `{"name":"asia"}`)
	h.call(finance, "", "POST", "/v1/ledgers", `{"name":"eu"}`).refused(t, 409, "ledger-taken")
	h.call(finance, "", "POST", "/v1/ledgers", `{"name":"EU"}`).refused(t, 400, "invalid-field")
	assert.Equal(t, [][]string{{"main"}, {"asia"}, {"eu"}}, h.pages("/v1/ledgers?limit=1", "name"))
	assert.Equal(t, [][]string{{"main", "asia"}, {"eu"}}, h.pages("/v1/ledgers?limit=2", "name"))
	assert.Equal(t, [][]string{{"main", "asia", "eu"}}, h.pages("/v1/ledgers", "name"))
	listed := h.call(finance, "", "GET", "/v1/ledgers", "").object(t, 200)["data"].([]any)
	assert.Equal(t, map[string]any{"name": "main"}, listed[0])

	points := h.call(finance, "", "POST", "/v1/assets", `{"code":"POINTS","scale":0}`).object(t, 201)
	assert.Equal(t, map[string]any{"code": "POINTS", "scale": num(0), "builtin": false, "created_at": "2026-03-14T09:26:53.589797Z"}, points)
	delete(points, "created_at")
	assert.Equal(t, points, h.call(finance, "", "POST", "/v1/assets", `{"code":"POINTS","scale":0}`).object(t, 201))
	assert.Equal(t, map[string]any{"code": "USD", "scale": num(2), "builtin": true}, h.call(finance, "", "POST", "/v1/assets", `{"code":"USD","scale":2}`).object(t, 201))
	p := h.call(finance, "", "POST", "/v1/assets", `{"code":"USD","scale":3}`).refused(t, 409, "asset-taken")
	assert.Equal(t, num(2), p["scale"])
	for _, body := range []string{`{"code":"X"}`, `{"code":"X","scale":-1}`, `{"code":"X","scale":31}`, `{"code":"X","scale":4294967296}`, `{"code":"x","scale":1}`} {
		h.call(finance, "", "POST", "/v1/assets", body).refused(t, 400, "invalid-field")
	}
	var codes []string
	for _, page := range h.pages("/v1/assets?limit=100", "code") {
		codes = append(codes, page...)
	}
	assert.Len(t, codes, len(ledger.ISO4217())+1)
	assert.IsIncreasing(t, codes)
	assert.Contains(t, codes, "POINTS")
}

func TestTrialBalance(t *testing.T) {
	t.Parallel()
	h := open(t)
	const url = "/v1/ledgers/main/trial-balance"
	empty := h.call(finance, "", "GET", url, "").object(t, 200)
	assert.Equal(t, map[string]any{"ledger": "main", "position": "0-0", "data": []any{}, "totals": []any{}}, empty)
	h.post("k-1", "equity:opening", "liabilities:user:a", "10", "USD", "")
	h.post("k-2", "assets:bank", "liabilities:user:b", "5.25", "USD", "")
	h.post("k-3", "assets:bank", "liabilities:user:b", "5", "JPY", "")
	t1 := h.call(finance, "", "GET", url+"?depth=1&asset=USD", "").object(t, 200)
	row := func(account, debits, credits, balance string) any {
		return map[string]any{"account": account, "asset": "USD", "debits": debits, "credits": credits, "balance": balance}
	}
	assert.Equal(t, []any{row("assets", "5.25", "0.00", "5.25"), row("equity", "10.00", "0.00", "-10.00"), row("liabilities", "0.00", "15.25", "15.25")}, t1["data"])
	assert.Equal(t, []any{map[string]any{"asset": "USD", "debits": "15.25", "credits": "15.25"}}, t1["totals"])
	assert.Equal(t, "0-3", t1["position"])
	all := h.call(finance, "", "GET", url, "").object(t, 200)
	assert.Len(t, all["data"], 6)
	assert.Equal(t, []any{map[string]any{"asset": "JPY", "debits": "5", "credits": "5"}, map[string]any{"asset": "USD", "debits": "15.25", "credits": "15.25"}}, all["totals"])
	h.call(finance, "", "GET", strings.Replace(url, "main", "none", 1), "").refused(t, http.StatusNotFound, "ledger-not-found")
}
