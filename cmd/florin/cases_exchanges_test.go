package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lists lists a pair of the table of rates.
func (s *service) lists(t *testing.T, from, to string, rate map[string]any) {
	t.Helper()
	s.finance().in(t).call(http.MethodPut, "/v1/exchange-rates/"+from+"/"+to, rate).is(http.StatusOK)
}

// money is an amount of money as a body has it.
func money(amount, asset string) map[string]string {
	return map[string]string{"amount": amount, "asset": asset}
}

// quote asks for a quote.
func (c *caller) quote(k string, from, to any) *answer {
	c.t.Helper()
	return c.post("/v1/quotes", k, map[string]any{"from": from, "to": to})
}

// exchange uses a quote in a wallet.
func (c *caller) exchange(k, quote, wallet string, more ...map[string]any) *answer {
	c.t.Helper()
	body := map[string]any{"quote_id": quote, "wallet_id": wallet}
	for _, fields := range more {
		for name, value := range fields {
			body[name] = value
		}
	}
	return c.post("/v1/exchanges", k, body)
}

// lines are the postings of an answer: side, account, amount and asset, W for a wallet's available.
func (a *answer) lines(wallet string) (out []string) {
	a.t.Helper()
	for _, p := range a.txn().Postings {
		account := p.Account
		if account == available(wallet) {
			account = "W"
		}
		out = append(out, fmt.Sprint(p.Side, " ", account, " ", p.Amount, " ", p.Asset))
	}
	return out
}

func TestExchanges(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"rates", ratesAreListed},
		numbered{"quotes", quotesArePromises},
		numbered{"yen to dollars", yenToDollars},
		numbered{"wanted", whatIsWanted},
		numbered{"expiry", quotesExpire},
		numbered{"together", aQuoteIsUsedOnce},
		numbered{"rules", rulesOfWallets},
		numbered{"async", exchangedLater},
		numbered{"restart", quotesSurvive},
	)
}

// The table of rates: who may, versions, pages, and what it says.
func ratesAreListed(t *testing.T, s *service) {
	finance, ann := s.finance().in(t), s.as("usr_ann", "user").in(t)
	const path = "/v1/exchange-rates/CHF/SEK"
	ann.call(http.MethodPut, path, map[string]any{"rate": "1"}).refused(http.StatusForbidden, "forbidden")
	ann.read(path).refused(http.StatusNotFound, "exchange-rate-not-found")
	set := finance.call(http.MethodPut, path, map[string]any{"rate": "11.250", "spread": "0.80", "min_amount": "1", "valid_for": 60}, header("If-Match", `"0"`)).is(http.StatusOK)
	assert.Equal(t, []any{"11.25", "0.8", "11.16", "1.00", "60"},
		[]any{set.at("rate"), set.at("spread"), set.at("customer_rate"), set.at("min_amount"), set.str("valid_for")})
	read := ann.read(path).is(http.StatusOK)
	assert.JSONEq(t, string(set.Body), string(read.Body))
	assert.Equal(t, set.Header.Get("ETag"), read.Header.Get("ETag"))
	again := finance.call(http.MethodPut, path, map[string]any{"rate": "11.3"}, header("If-Match", read.Header.Get("ETag"))).is(http.StatusOK)
	assert.Equal(t, []any{"0", "30", "0.09", set.at("created_at")}, []any{again.at("spread"), again.str("valid_for"), again.at("min_amount"), again.at("created_at")})
	finance.call(http.MethodPut, path, map[string]any{"rate": "12"}, header("If-Match", read.Header.Get("ETag"))).refused(http.StatusPreconditionFailed, "version-mismatch")
	finance.call(http.MethodDelete, path, nil, header("If-Match", read.Header.Get("ETag"))).refused(http.StatusPreconditionFailed, "version-mismatch")
	for field, value := range map[string]any{"rate": "0", "spread": "100", "min_amount": "0", "valid_for": 0} {
		body := map[string]any{"rate": "1"}
		body[field] = value
		p := finance.call(http.MethodPut, path, body).refused(http.StatusBadRequest, "invalid-field")
		assert.Equal(t, "/"+field, p.str("errors", 0, "pointer"))
	}
	finance.call(http.MethodPut, "/v1/exchange-rates/CHF/NOSUCH", map[string]any{"rate": "1"}).refused(http.StatusUnprocessableEntity, "unknown-asset")
	finance.call(http.MethodPut, "/v1/exchange-rates/CHF/CHF", map[string]any{"rate": "1"}).refused(http.StatusBadRequest, "invalid-field")

	s.lists(t, "CHF", "NOK", map[string]any{"rate": "12"})
	s.lists(t, "DKK", "SEK", map[string]any{"rate": "1.5"})
	pairs := func(query string) (out []string, next string) {
		a := ann.read("/v1/exchange-rates" + query).is(http.StatusOK)
		for i := range a.at("data").([]any) {
			out = append(out, a.str("data", i, "from")+a.str("data", i, "to"))
		}
		if a.at("has_more") == true {
			next = a.str("next_cursor")
		}
		return out, next
	}
	first, next := pairs("?limit=2")
	assert.Equal(t, []string{"CHFNOK", "CHFSEK"}, first)
	second, _ := pairs("?limit=2&cursor=" + next)
	assert.Equal(t, []string{"DKKSEK"}, second)
	ofFrancs, _ := pairs("?from=CHF")
	assert.Equal(t, []string{"CHFNOK", "CHFSEK"}, ofFrancs)
	ann.get("/v1/exchange-rates?from=DKK&cursor="+next).refused(http.StatusBadRequest, "invalid-cursor")

	finance.call(http.MethodDelete, path, nil).is(http.StatusNoContent)
	finance.call(http.MethodDelete, path, nil).refused(http.StatusNotFound, "exchange-rate-not-found")
	ann.read(path).refused(http.StatusNotFound, "exchange-rate-not-found")
	p := ann.quote("unlisted", money("10", "CHF"), "SEK").refused(http.StatusNotFound, "exchange-rate-not-found")
	assert.Equal(t, "/to", p.str("errors", 0, "pointer"))
}

// A quote is its owner's, used once, and stands whatever becomes of the pair.
func quotesArePromises(t *testing.T, s *service) {
	ann, bob, shop, finance := s.as("usr_ann", "user").in(t), s.as("usr_bob", "user").in(t), s.as("svc_shop", "service").in(t), s.finance().in(t)
	wallet := s.wallet(t, "usr_ann", 0)
	finance.post("/v1/wallets/"+wallet+"/credit", "fund "+wallet, map[string]any{"amount": money("100", "USD"), "account": opening}).is(http.StatusCreated)
	s.lists(t, "USD", "EUR", map[string]any{"rate": "0.9261", "spread": "0.5"})

	quote := ann.quote("q", money("10", "USD"), "EUR").is(http.StatusCreated)
	assert.Equal(t, []any{map[string]any{"amount": "10.00", "asset": "USD"}, map[string]any{"amount": "9.21", "asset": "EUR"}, "0.9214695", "0.9261", "0.5", "open", "usr_ann"},
		[]any{quote.at("from"), quote.at("to"), quote.at("rate"), quote.at("mid_rate"), quote.at("spread"), quote.at("status"), quote.at("owner_id")})
	issued, err := time.Parse(time.RFC3339Nano, quote.str("created_at"))
	require.NoError(t, err)
	expires, err := time.Parse(time.RFC3339Nano, quote.str("expires_at"))
	require.NoError(t, err)
	assert.Equal(t, 30*time.Second, expires.Sub(issued))
	assert.JSONEq(t, string(quote.Body), string(ann.quote("q", money("10", "USD"), "EUR").is(http.StatusCreated).replayed(true).Body))
	id := quote.str("id")
	assert.JSONEq(t, string(quote.Body), string(ann.read("/v1/quotes/"+id).is(http.StatusOK).Body))
	bob.read("/v1/quotes/"+id).refused(http.StatusNotFound, "quote-not-found")
	bob.read("/v1/quotes/wal_"+id[4:]).refused(http.StatusNotFound, "quote-not-found")
	bob.read("/v1/quotes/quo_"+wallet[4:]).refused(http.StatusNotFound, "quote-not-found")
	shop.read("/v1/quotes/" + id).is(http.StatusOK)

	for pointer, body := range map[string]map[string]any{
		"/rate":        {"from": money("10", "USD"), "to": "EUR", "rate": "2"},
		"/owner_id":    {"from": money("10", "USD"), "to": "EUR", "owner_id": "usr_bob"},
		"/from/amount": {"from": map[string]string{"asset": "USD"}, "to": "EUR"},
		"/from":        {"from": 10, "to": "EUR"},
		"/from/assets": {"from": map[string]string{"assets": "USD"}, "to": "EUR"},
		"/to":          {"from": money("10", "USD"), "to": money("10", "EUR")},
		"/to/asset":    {"from": money("10", "USD")},
	} {
		p := ann.post("/v1/quotes", "bad "+pointer, body)
		assert.Equal(t, pointer, p.str("errors", 0, "pointer"), "%s", p.Body)
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusForbidden}, p.Status)
	}
	shop.post("/v1/quotes", "an empty rate", map[string]any{"from": "USD", "to": "EUR", "rate": ""}).refused(http.StatusBadRequest, "invalid-field")

	b, bobs := s.mainBook(t), s.anyWallet(t, "usr_bob")
	b.untouched(func() {
		bob.exchange("bob", id, bobs).refused(http.StatusNotFound, "quote-not-found")
		dry := ann.call(http.MethodPost, "/v1/exchanges?dry_run=true", map[string]any{"quote_id": id, "wallet_id": wallet}, key("x")).is(http.StatusCreated)
		assert.Equal(t, "9.21", dry.str("postings", 3, "amount"))
	})
	finance.call(http.MethodDelete, "/v1/exchange-rates/USD/EUR", nil).is(http.StatusNoContent)
	a := ann.exchange("x", id, wallet).is(http.StatusCreated)
	assert.Equal(t, []string{
		"debit W 10.00 USD", "credit equity:conversion 10.00 USD", "debit equity:conversion 9.26 EUR", "credit W 9.21 EUR", "credit income:exchange 0.05 EUR",
	}, a.lines(wallet))
	var after []string
	for _, p := range a.txn().Postings {
		after = append(after, p.BalanceAfter)
	}
	assert.Equal(t, []string{"90.00", "", "", "9.21", ""}, after, "what the house holds is not hers to know")
	assert.JSONEq(t, string(a.Body), string(ann.exchange("x", id, wallet).is(http.StatusCreated).replayed(true).Body))
	assert.JSONEq(t, string(a.Body), string(ann.read("/v1/exchanges/"+a.str("id")).is(http.StatusOK).Body))
	bob.read("/v1/exchanges/"+a.str("id")).refused(http.StatusNotFound, "transaction-not-found")
	whole := b.read(b.path("/transactions/" + a.str("id"))).is(http.StatusOK)
	assert.Equal(t, []any{"exchanged", a.lines(wallet)}, []any{whole.at("type"), whole.lines(wallet)})
	b.post(b.path("/transactions/"+a.str("id")+"/reverse"), "reverse "+id, map[string]any{"reason": "x", "force": true}).refused(http.StatusUnprocessableEntity, "use-domain-undo")
	b.untouched(func() {
		p := ann.exchange("y", id, wallet).refused(http.StatusUnprocessableEntity, "quote-used")
		assert.Equal(t, a.str("id"), p.str("transaction_id"))
	})
	used := ann.read("/v1/quotes/" + id).is(http.StatusOK)
	assert.Equal(t, []any{"used", a.at("id")}, []any{used.at("status"), used.at("transaction_id")})

	// Finance names a rate for Ann, and what she buys goes to Bob.
	named := finance.post("/v1/quotes", "named", map[string]any{"from": money("10", "USD"), "to": "EUR", "rate": "0.950", "owner_id": "usr_ann"}).is(http.StatusCreated)
	assert.Equal(t, []any{"0.95", "0.95", "0", "9.50"}, []any{named.at("rate"), named.at("mid_rate"), named.at("spread"), named.at("to", "amount")})
	paid := ann.exchange("by name", named.str("id"), wallet, map[string]any{"to_wallet": bobs, "reference": "inv-" + id, "description": "Rent", "metadata": map[string]string{"flat": "7"}}).is(http.StatusCreated)
	assert.Equal(t, []any{"inv-" + id, "Rent", "7", nil}, []any{paid.at("reference"), paid.at("description"), paid.at("metadata", "flat"), paid.at("postings", 3, "balance_after")})
	seen := bob.read("/v1/exchanges/" + paid.str("id")).is(http.StatusOK)
	assert.Equal(t, []any{nil, "9.50"}, []any{seen.at("postings", 0, "balance_after"), seen.at("postings", 3, "balance_after")})
}

// anyWallet opens a wallet of an owner with nothing in it.
func (s *service) anyWallet(t *testing.T, owner string) string {
	t.Helper()
	return s.wallet(t, owner, 0)
}

// From no decimals to three, by a rate alone and an amount that the exchange names; and dollars to yen, where the parts
// are more than the whole.
func yenToDollars(t *testing.T, s *service) {
	ann := s.as("usr_ann", "user").in(t)
	wallet := s.wallet(t, "usr_ann", 1000)
	s.lists(t, "JPY", "KWD", map[string]any{"rate": "0.002071", "spread": "1", "min_amount": "10"})
	rate := ann.quote("rate "+wallet, "JPY", "KWD").is(http.StatusCreated)
	assert.Equal(t, []any{map[string]any{"asset": "JPY"}, map[string]any{"asset": "KWD"}, "0.00205029"}, []any{rate.at("from"), rate.at("to"), rate.at("rate")})
	id := rate.str("id")
	ann.exchange("none "+wallet, id, wallet).refused(http.StatusBadRequest, "invalid-field")
	ann.exchange("dinars "+wallet, id, wallet, map[string]any{"amount": money("1", "KWD")}).refused(http.StatusBadRequest, "invalid-field")
	ann.exchange("half "+wallet, id, wallet, map[string]any{"amount": yen("10.5")}).refused(http.StatusBadRequest, "amount-scale")
	p := ann.exchange("few "+wallet, id, wallet, map[string]any{"amount": yen("9")}).refused(http.StatusUnprocessableEntity, "exchange-too-small")
	assert.Equal(t, map[string]any{"amount": "10", "asset": "JPY"}, p.at("min_amount"))
	a := ann.exchange("x "+wallet, id, wallet, map[string]any{"amount": yen("1000")}).is(http.StatusCreated)
	assert.Equal(t, []string{
		"debit W 1000 JPY", "credit equity:conversion 1000 JPY", "debit equity:conversion 2.071 KWD", "credit W 2.050 KWD", "credit income:exchange 0.021 KWD",
	}, a.lines(wallet))

	entries := ann.read("/v1/wallets/" + wallet + "/entries?limit=2").is(http.StatusOK)
	var moved []string
	for i := range 2 {
		moved = append(moved, fmt.Sprint(entries.at("data", i, "type"), " ", entries.at("data", i, "changes", "total"), " ", entries.at("data", i, "asset")))
	}
	assert.ElementsMatch(t, []string{"exchanged -1000 JPY", "exchanged 2.050 KWD"}, moved)

	s.lists(t, "KWD", "JPY", map[string]any{"rate": "300", "spread": "50", "min_amount": "0.001"})
	back := ann.quote("back "+wallet, money("0.010", "KWD"), "JPY").is(http.StatusCreated)
	a = ann.exchange("y "+wallet, back.str("id"), wallet).is(http.StatusCreated)
	assert.Equal(t, []string{
		"debit W 0.010 KWD", "credit equity:conversion 0.010 KWD", "debit equity:conversion 3 JPY", "debit equity:rounding 1 JPY", "credit W 2 JPY", "credit income:exchange 2 JPY",
	}, a.lines(wallet))
	ann.quote("nothing "+wallet, money("0.001", "KWD"), "JPY").refused(http.StatusUnprocessableEntity, "exchange-too-small")
}

// Who names what he wants pays the least that buys it.
func whatIsWanted(t *testing.T, s *service) {
	ann := s.as("usr_ann", "user").in(t)
	wallet := s.wallet(t, "usr_ann", 1000)
	s.lists(t, "JPY", "CZK", map[string]any{"rate": "0.148", "spread": "0.25"})
	q := ann.quote("want "+wallet, "JPY", money("100", "CZK")).is(http.StatusCreated)
	assert.Equal(t, []string{"677", "99.95"}, []string{ann.quote("a yen less "+wallet, yen("677"), "CZK").str("from", "amount"), ann.quote("what it buys "+wallet, yen("677"), "CZK").str("to", "amount")})
	assert.Equal(t, []string{"678", "100.09"}, []string{q.str("from", "amount"), q.str("to", "amount")})
	a := ann.exchange("it "+wallet, q.str("id"), wallet).is(http.StatusCreated)
	assert.Equal(t, []string{"debit W 678 JPY", "credit W 100.09 CZK"}, []string{a.lines(wallet)[0], a.lines(wallet)[3]})
}

// A quote that nobody used in time is good no more.
func quotesExpire(t *testing.T, s *service) {
	ann := s.as("usr_ann", "user").in(t)
	wallet := s.wallet(t, "usr_ann", 1000)
	s.lists(t, "JPY", "HUF", map[string]any{"rate": "2.4", "valid_for": 1})
	q := ann.quote("q "+wallet, yen("100"), "HUF").is(http.StatusCreated)
	soon(t, func() bool { return ann.read("/v1/quotes/"+q.str("id")).str("status") == "expired" })
	var n int
	soon(t, func() bool { // the writer's clock is its own
		n++
		a := ann.call(http.MethodPost, "/v1/exchanges?dry_run=true", map[string]any{"quote_id": q.str("id"), "wallet_id": wallet}, key(fmt.Sprint("late ", wallet, n)))
		return a.Status == http.StatusUnprocessableEntity
	})
	s.mainBook(t).untouched(func() {
		p := ann.exchange("x "+wallet, q.str("id"), wallet).refused(http.StatusUnprocessableEntity, "quote-expired")
		assert.Equal(t, q.at("expires_at"), p.at("expires_at"))
	})
}

// Many at once use one quote: one does. Many quotes at once spend what there is.
func aQuoteIsUsedOnce(t *testing.T, s *service) {
	ann := s.as("usr_ann", "user").in(t)
	wallet := s.wallet(t, "usr_ann", 1000)
	s.lists(t, "JPY", "PLN", map[string]any{"rate": "0.025"})
	q := ann.quote("q "+wallet, yen("200"), "PLN").is(http.StatusCreated).str("id")
	answers := together(t, 40, func(i int) (*answer, error) {
		return ann.tryPost("/v1/exchanges", fmt.Sprint("x ", wallet, i), map[string]any{"quote_id": q, "wallet_id": wallet})
	})
	assert.Equal(t, map[string]int{"Created": 1, "quote-used": 39}, statuses(answers))
	answers = together(t, 10, func(i int) (*answer, error) {
		q, err := ann.tryPost("/v1/quotes", fmt.Sprint("q ", wallet, i), map[string]any{"from": yen("100"), "to": "PLN"})
		if err != nil {
			return nil, err
		}
		return ann.tryPost("/v1/exchanges", fmt.Sprint("y ", wallet, i), map[string]any{"quote_id": q.str("id"), "wallet_id": wallet})
	})
	assert.Equal(t, map[string]int{"Created": 8, "insufficient-funds": 2}, statuses(answers))
	b := s.mainBook(t)
	b.has(available(wallet), "0", "JPY")
	b.has(available(wallet), "25.00", "PLN")
}

// An exchange is held to the rules of both wallets.
func rulesOfWallets(t *testing.T, s *service) {
	ann, shop, finance := s.as("usr_ann", "user").in(t), s.as("svc_shop", "service").in(t), s.finance().in(t)
	wallet, bobs := s.wallet(t, "usr_ann", 1000), s.wallet(t, "usr_bob", 1000)
	s.lists(t, "JPY", "RON", map[string]any{"rate": "0.03"})
	quotes := 0
	quote := func(amount string) string {
		quotes++
		return ann.quote(fmt.Sprint("q ", wallet, quotes), yen(amount), "RON").is(http.StatusCreated).str("id")
	}
	p := ann.exchange("his "+wallet, quote("100"), bobs).refused(http.StatusNotFound, "wallet-not-found")
	assert.Equal(t, "/wallet_id", p.str("errors", 0, "pointer"))
	ann.exchange("much "+wallet, quote("1001"), wallet).refused(http.StatusUnprocessableEntity, "insufficient-funds")

	finance.call(http.MethodPut, "/v1/wallets/"+wallet+"/spending-limits/JPY", map[string]any{"per_transaction": "300"}).is(http.StatusNoContent)
	ann.exchange("limit "+wallet, quote("301"), wallet).refused(http.StatusUnprocessableEntity, "spending-limit-exceeded")
	finance.call(http.MethodPut, "/v1/wallets/"+wallet+"/spending-limits/JPY", map[string]any{"per_day": "300"}).is(http.StatusNoContent)
	ann.exchange("first "+wallet, quote("200"), wallet).is(http.StatusCreated)
	ann.transfers("and a transfer "+wallet, wallet, bobs, "101").refused(http.StatusUnprocessableEntity, "spending-limit-exceeded")
	ann.exchange("and another "+wallet, quote("100"), wallet).is(http.StatusCreated)
	finance.call(http.MethodPut, "/v1/wallets/"+wallet+"/spending-limits/JPY", map[string]any{}).is(http.StatusNoContent)

	finance.post("/v1/wallets/"+wallet+"/freeze", "freeze "+wallet, map[string]any{"reason": "x"}).is(http.StatusNoContent)
	frozen := ann.exchange("frozen "+wallet, quote("100"), wallet).refused(http.StatusUnprocessableEntity, "wallet-frozen")
	assert.Equal(t, "/wallet_id", frozen.str("errors", 0, "pointer"))
	toFrozen := shop.quote("shop "+wallet, yen("100"), "RON").is(http.StatusCreated).str("id")
	shop.exchange("into "+wallet, toFrozen, bobs, map[string]any{"to_wallet": wallet}).is(http.StatusCreated)
	shop.exchange("by a service "+bobs, quote("100"), bobs).is(http.StatusCreated)
	closed := s.anyWallet(t, "usr_bob")
	shop.post("/v1/wallets/"+closed+"/close", "close "+closed, map[string]any{"reason": "x"}).is(http.StatusNoContent)
	p = shop.exchange("into "+closed, quote("100"), bobs, map[string]any{"to_wallet": closed}).refused(http.StatusUnprocessableEntity, "wallet-closed")
	assert.Equal(t, "/to_wallet", p.str("errors", 0, "pointer"))
	b := s.mainBook(t)
	b.has(available(wallet), "700", "JPY")
	b.has(available(wallet), "12.00", "RON")
	b.has(available(bobs), "800", "JPY")
}

// What is asked for without waiting is answered the same, later.
func exchangedLater(t *testing.T, s *service) {
	ann := s.as("usr_ann", "user").in(t)
	wallet := s.wallet(t, "usr_ann", 1000)
	s.lists(t, "JPY", "BRL", map[string]any{"rate": "0.036"})
	later := func(path string, body map[string]any) *answer {
		a := ann.post(path, path+" "+wallet, body, header("Prefer", "respond-async")).is(http.StatusAccepted)
		var c *answer
		soon(t, func() bool {
			c = ann.get("/v1/commands/" + a.str("id")).is(http.StatusOK)
			return c.str("status") == "done"
		})
		return c
	}
	q := later("/v1/quotes", map[string]any{"from": yen("100"), "to": "BRL"})
	assert.Equal(t, "3.60", q.str("result", "to", "amount"))
	x := later("/v1/exchanges", map[string]any{"quote_id": q.str("result", "id"), "wallet_id": wallet})
	assert.Equal(t, []any{"exchanged", "900", nil}, []any{x.at("result", "type"), x.at("result", "postings", 0, "balance_after"), x.at("result", "postings", 1, "balance_after")})
	rate := s.finance().in(t).call(http.MethodPut, "/v1/exchange-rates/JPY/BRL", map[string]any{"rate": "0.04"}, key("later "+wallet), header("Prefer", "respond-async")).is(http.StatusAccepted)
	soon(t, func() bool {
		return s.finance().in(t).get("/v1/commands/"+rate.str("id")).is(http.StatusOK).str("status") == "done"
	})
	assert.Equal(t, "0.04", s.finance().in(t).get("/v1/commands/"+rate.str("id")).str("result", "customer_rate"))
}

// A quote is found again by who has never seen it, and so is that it was used.
func quotesSurvive(t *testing.T, s *service) {
	ann := s.as("usr_ann", "user").in(t)
	wallet := s.wallet(t, "usr_ann", 1000)
	s.lists(t, "JPY", "TRY", map[string]any{"rate": "0.27", "valid_for": 3600})
	q := ann.quote("q "+wallet, yen("100"), "TRY").is(http.StatusCreated).str("id")
	s.restart()
	a := ann.exchange("x "+wallet, q, wallet).is(http.StatusCreated)
	assert.Equal(t, "27.00", a.str("postings", 3, "amount"))
	s.restart()
	assert.JSONEq(t, string(a.Body), string(ann.exchange("x "+wallet, q, wallet).is(http.StatusCreated).replayed(true).Body))
	ann.exchange("y "+wallet, q, wallet).refused(http.StatusUnprocessableEntity, "quote-used")
}
