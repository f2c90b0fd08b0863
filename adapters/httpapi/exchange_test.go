package httpapi

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A side of a quote is an asset or money, read as strictly as the rest of a body.
func TestSidesOfQuotes(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.call(finance, "", "PUT", "/v1/exchange-rates/USD/EUR", `{"rate":"0.9"}`).object(t, 200)
	for body, want := range map[string][]any{
		`{"from":7,"to":"EUR"}`:                                                {"invalid-field", "/from", `want an asset, such as "EUR", or an object of amount and asset`},
		`{"from":"USD","to":["EUR"]}`:                                          {"invalid-field", "/to", `want an asset, such as "EUR", or an object of amount and asset`},
		`{"from":{"amount":1,"asset":"USD"},"to":"EUR"}`:                       {"invalid-field", "/from/amount", `an amount is a string, such as "10.50", not a JSON number`},
		`{"from":{"amount":"1","asset":"USD","scale":2},"to":"EUR"}`:           {"unknown-field", "/from/scale", "there is no such field"},
		`{"from":{"amount":"1","amount":"2","asset":"USD"},"to":"EUR"}`:        {"malformed-body", "/from/amount", nil},
		`{"from":{"amount":"1","asset":"USD"},"from":"USD","to":"EUR"}`:        {"malformed-body", "/from", nil},
		`{"from":{"amount":null,"asset":"USD"},"to":"EUR"}`:                    {"invalid-field", "/from/amount", "want a value, not null"},
		`{"from":{"asset":"USD"},"to":"EUR"}`:                                  {"invalid-field", "/from/amount", nil},
		`{"from":null,"to":"EUR"}`:                                             {"invalid-field", "/from/asset", nil},
		`{"from":"USD"}`:                                                       {"invalid-field", "/to/asset", nil},
		`{"from":"usd","to":"EUR"}`:                                            {"invalid-field", "/from/asset", nil},
		`{"from":"USD","to":{"amount":"-1","asset":"EUR"}}`:                    {"invalid-field", "/to/amount", nil},
		`{"from":"USD","to":"EUR","owner_id":"usr_ann","rate":"0.9","at":"x"}`: {"unknown-field", "/at", "there is no such field"},
	} {
		p := h.call(shop, "", "POST", "/v1/quotes", body).refused(t, 400, want[0].(string))
		first := p["errors"].([]any)[0].(map[string]any)
		assert.Equal(t, want[1], first["pointer"], body)
		if want[2] != nil {
			assert.Equal(t, want[2], first["detail"], body)
		}
	}
	q := h.call(shop, "", "POST", "/v1/quotes", `{"from":"USD","to":{"amount":"9","asset":"EUR"},"owner_id":"usr_ann"}`).object(t, 201)
	assert.Equal(t, map[string]any{"amount": "10.00", "asset": "USD"}, q["from"])
	assert.Equal(t, "usr_ann", q["owner_id"])
}

// A quote is its owner's to see, and to use up.
func TestQuotesAreShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	const ann, bob = "usr_ann=user", "usr_bob=user"
	id := h.call(ann, "w", "POST", "/v1/wallets", `{}`).object(t, 201)["id"].(string)
	h.call(finance, "f", "POST", "/v1/wallets/"+id+"/credit", `{"amount":{"amount":"10","asset":"USD"},"account":"equity:opening"}`).object(t, 201)
	h.call(finance, "r", "PUT", "/v1/exchange-rates/USD/EUR", `{"rate":"0.9","spread":"10"}`).object(t, 200)
	quote := h.call(ann, "q", "POST", "/v1/quotes", `{"from":{"amount":"2","asset":"USD"},"to":"EUR"}`).object(t, 201)
	url := "/v1/quotes/" + quote["id"].(string)
	// The house's clock stands in the past: by that of who reads, the quote has expired.
	assert.Equal(t, "expired", h.call(ann, "", "GET", url, "").object(t, 200)["status"])
	h.call(bob, "", "GET", url, "").refused(t, 404, "quote-not-found")
	h.call(ann, "", "GET", "/v1/quotes/nonsense", "").refused(t, 404, "quote-not-found")
	body := `{"quote_id":"` + quote["id"].(string) + `","wallet_id":"` + id + `"}`
	x := h.call(ann, "x", "POST", "/v1/exchanges", body).object(t, 201)
	assert.Equal(t, []any{"used", x["id"]}, func() []any {
		q := h.call(ann, "", "GET", url, "").object(t, 200)
		return []any{q["status"], q["transaction_id"]}
	}())
	assert.Equal(t, "1.62", x["postings"].([]any)[3].(map[string]any)["amount"])
	h.call(ann, "y", "POST", "/v1/exchanges", body).refused(t, 422, "quote-used")
	h.call(bob, "z", "POST", "/v1/exchanges", body).refused(t, 404, "quote-not-found")
	h.call(ann, "v", "POST", "/v1/exchanges", `{"quote_id":"q","wallet_id":"w","to_wallet":"t","amount":{}}`).refused(t, 400, "invalid-field")
}
