package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

// rule is one of risk, as it is set.
func rule(name, when, decision string) map[string]any {
	return map[string]any{"name": name, "when": when, "decision": decision, "reason": "because of " + name}
}

// sets asks for rules to go live.
func (c *caller) sets(k string, body map[string]any, options ...option) *answer {
	c.t.Helper()
	return c.call(http.MethodPut, "/v1/risk/rules", body, append([]option{key(k)}, options...)...)
}

func setRules(rules ...map[string]any) map[string]any {
	return map[string]any{"note": "a test", "rules": rules}
}

// Rules from their first set to the money that goes back: before a provider is asked, and once the card is known.
func TestRisk(t *testing.T) {
	t.Parallel()
	s, api := startWithStripe(t)
	ann, eve, boss := s.as("usr_ann", "user"), s.as("usr_eve", "user"), s.finance()
	into, other := s.wallet(t, "usr_ann", 0), s.wallet(t, "usr_eve", 0)

	// No rules, and payments of which to learn.
	assert.Equal(t, "0", boss.get("/v1/risk/rules").is(http.StatusOK).str("version"))
	first := ann.pays("p-0", into, "1000").is(http.StatusCreated)
	assert.Equal(t, "allow", first.str("risk", "decision"))
	large := ann.pays("p-1", into, "5000").is(http.StatusCreated)

	// What is broken does not load, and says where; what is tried is not recorded.
	broken := boss.sets("k-1", setRules(rule("fine", "true", "review"), rule("broken", "payment.amount >\n  10.50", "refuse"))).refused(http.StatusBadRequest, "invalid-field")
	assert.Equal(t, "/rules/1/when", broken.str("errors", 0, "pointer"))
	assert.Equal(t, `line 2, column 3: 10.5 is a float: write decimal("10.5")`, broken.str("errors", 0, "detail"))
	rules := setRules(
		rule("large", `payment.asset == "JPY" && payment.amount >= decimal("5000")`, "review"),
		rule("velocity", "user.payments_hour >= 5", "refuse"),
		rule("country", `card.country == "KP"`, "refuse"),
		rule("prepaid", `card.funding == "prepaid"`, "review"),
	)
	tried := boss.call(http.MethodPut, "/v1/risk/rules?try=true", rules).is(http.StatusOK)
	assert.Equal(t, []string{"2", "0", "1", "1"}, []string{tried.str("trial", "tried"), tried.str("trial", "unknown"), tried.str("trial", "now", "review"), tried.str("version")})
	assert.Equal(t, []string{large.str("id"), "allow", "review", "because of large"},
		[]string{tried.str("trial", "changed", 0, "payment_id"), tried.str("trial", "changed", 0, "was"), tried.str("trial", "changed", 0, "now"), tried.str("trial", "changed", 0, "reasons", 0, "reason")})
	assert.Equal(t, "0", boss.get("/v1/risk/rules").str("version"))

	ann.sets("k-2", rules).refused(http.StatusForbidden, "forbidden")
	set := boss.sets("k-2", rules, header("If-Match", `"0"`)).is(http.StatusOK)
	assert.Equal(t, string(set.Body), string(boss.sets("k-2", rules, header("If-Match", `"0"`)).is(http.StatusOK).replayed(true).Body))
	boss.sets("k-3", rules, header("If-Match", `"0"`)).refused(http.StatusPreconditionFailed, "version-mismatch")
	assert.Equal(t, string(set.Body), string(boss.get("/v1/risk/rules").is(http.StatusOK).Body))
	boss.get("/v1/risk/rules?version=2").refused(http.StatusNotFound, "risk-rules-not-found")

	// The sixth payment in an hour is refused, and stays so; nobody at Stripe hears of it.
	for _, k := range []string{"p-2", "p-3", "p-4"} {
		ann.pays(k, into, "1000").is(http.StatusCreated)
	}
	asked := len(api.Sent())
	sixth := ann.pays("p-5", into, "1000").refused(http.StatusUnprocessableEntity, "payment-refused-by-risk")
	assert.Equal(t, "because of velocity", sixth.str("reasons", 0))
	ann.pays("p-5", into, "1000").refused(http.StatusUnprocessableEntity, "payment-refused-by-risk").replayed(true)
	kept := ann.read("/v1/payments/" + sixth.str("payment_id")).is(http.StatusOK)
	assert.Equal(t, []string{"refused", "refuse", "because of velocity"}, []string{kept.str("status"), kept.str("risk", "decision"), kept.str("risk", "reasons", 0)})
	assert.Equal(t, []string{sixth.str("payment_id")}, ann.read("/v1/payments?status=refused").ids())

	// Reviewed before anybody pays: let through, and refused.
	waits := eve.post("/v1/payments", "p-6", map[string]any{"wallet_id": other, "amount": yen("5000"), "method": "payment_intent"}).is(http.StatusCreated)
	waitsToo := eve.pays("p-7", other, "6000").is(http.StatusCreated)
	assert.Equal(t, []string{"review", "review"}, []string{waits.str("status"), waits.str("risk", "decision")})
	assert.Nil(t, waits.at("client_secret"))
	assert.Len(t, api.Sent(), asked)
	queue := boss.read("/v1/risk/reviews?status=open&wallet_id=" + other).is(http.StatusOK)
	require.Len(t, queue.ids(), 2)
	assert.Equal(t, []string{waitsToo.str("id"), "large", "6000"}, []string{queue.str("data", 0, "payment_id"), queue.str("data", 0, "reasons", 0, "rule"), queue.str("data", 0, "facts", "payment", "amount")})
	eve.read("/v1/risk/reviews").refused(http.StatusForbidden, "forbidden")
	reject, admit := "/v1/risk/reviews/"+queue.ids()[0], "/v1/risk/reviews/"+queue.ids()[1]
	boss.post(admit+"/allow", "d-0", map[string]any{"reason": " "}).refused(http.StatusBadRequest, "invalid-field")
	allowed := boss.post(admit+"/allow", "d-1", map[string]any{"reason": "An old customer"}).is(http.StatusOK)
	assert.Equal(t, []string{"allowed", "An old customer", "usr_finance"}, []string{allowed.str("status"), allowed.str("note"), allowed.str("decided_by")})
	assert.Equal(t, string(allowed.Body), string(boss.post(admit+"/allow", "d-1", map[string]any{"reason": "An old customer"}).is(http.StatusOK).replayed(true).Body))
	boss.post(admit+"/refuse", "d-2", map[string]any{"reason": "No"}).refused(http.StatusUnprocessableEntity, "review-decided")
	require.Eventually(t, func() bool {
		return eve.read("/v1/payments/"+waits.str("id")).at("client_secret") != nil
	}, 20*time.Second, 20*time.Millisecond, "Stripe is asked once finance lets it")
	boss.post(reject+"/refuse", "d-3", map[string]any{"reason": "Stolen"}).is(http.StatusOK)
	assert.Equal(t, "refused", eve.read("/v1/payments/"+waitsToo.str("id")).is(http.StatusOK).str("status"))
	assert.Equal(t, "refused", boss.read(reject).is(http.StatusOK).str("status"))

	// A card that is refused: the money goes back by itself, once.
	intent := eve.read("/v1/payments/" + waits.str("id")).str("provider_ref")
	api.Set(intent, stripetest.Object{"status": "succeeded", "amount_received": 5000})
	charge := func(p *answer, intent, country, funding string, yen int64) stripetest.Object {
		object := stripetest.Charge(t, stripetest.Payment{Intent: intent, Currency: "jpy", Received: yen})
		object["metadata"] = stripetest.Object{"wallet_id": p.str("wallet_id"), "payment_id": p.str("id")}
		object["payment_method_details"] = stripetest.Object{"type": "card", "card": stripetest.Object{"fingerprint": "f-" + intent, "country": country, "brand": "visa", "funding": funding}}
		return object
	}
	at := time.Now()
	for range 2 {
		s.hears(t, "charge.succeeded", charge(waits, intent, "KP", "credit", 5000), at)
	}
	refunds := func(p *answer) *answer {
		return boss.read("/v1/payments/" + p.str("id") + "/refunds").is(http.StatusOK)
	}
	require.Eventually(t, func() bool {
		return len(refunds(waits).ids()) == 1 && refunds(waits).str("data", 0, "status") == "settled"
	}, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, []string{"0", "0", "0"}, []string{boss.balance(available(other), "JPY"), boss.balance(pending(other), "JPY"), boss.balance(clearing, "JPY")})
	back := eve.read("/v1/payments/" + waits.str("id")).is(http.StatusOK)
	assert.Equal(t, []string{"refunded", "refuse", "because of country"}, []string{back.str("status"), back.str("risk", "decision"), back.str("risk", "reasons", 0)})
	require.Len(t, api.Opened("refund"), 1)

	// A card that is reviewed: the money is there and set aside, until it is let go.
	s.hears(t, "charge.succeeded", charge(first, "pi_ann", "US", "prepaid", 1000), at)
	assert.Equal(t, []string{"0", "1000"}, []string{boss.balance(available(into), "JPY"), boss.balance(pending(into), "JPY")})
	held := boss.read("/v1/risk/reviews?status=open").is(http.StatusOK)
	require.Len(t, held.ids(), 1)
	assert.Equal(t, "prepaid", held.str("data", 0, "facts", "card", "funding"))
	s.restart()
	boss.post("/v1/risk/reviews/"+held.ids()[0]+"/allow", "d-4", map[string]any{"reason": "Known"}).is(http.StatusOK)
	assert.Equal(t, []string{"1000", "0"}, []string{boss.balance(available(into), "JPY"), boss.balance(pending(into), "JPY")})
	assert.Equal(t, []string{"succeeded", "allow"}, []string{ann.read("/v1/payments/" + first.str("id")).str("status"), ann.read("/v1/payments/"+first.str("id")).str("risk", "decision")})
	s.verify()
}
