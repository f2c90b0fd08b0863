package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCasesOfWaiting(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"respond-async", respondAsync},
		numbered{"at_least", atLeast},
		numbered{"own writes", ownWrites},
		numbered{"If-Match", ifMatch},
	)
}

// later posts a transaction and asks not to wait.
func (b *book) later(k string, body any) *answer {
	b.t.Helper()
	return b.post(b.path("/transactions"), b.key(k), body, header("Prefer", "respond-async"))
}

// ended asks for a command until it has ended.
func (c *caller) ended(location string) *answer {
	c.t.Helper()
	var a *answer
	require.Eventually(c.t, func() bool {
		a = c.get(location).is(http.StatusOK)
		return a.str("status") != "accepted"
	}, 20*time.Second, 10*time.Millisecond)
	return a
}

// Who prefers not to wait is answered as soon as the command is safe, and finds its outcome later.
func respondAsync(t *testing.T, s *service) {
	b := s.book(t)
	b.floors("JPY", accountA)
	body := transaction(pays(opening, accountA, "100", "JPY"))
	a := b.later("1", body).is(http.StatusAccepted)
	location := a.Header.Get("Location")
	require.Equal(t, "/v1/commands/"+a.str("id"), location)
	require.Equal(t, "respond-async", a.Header.Get("Preference-Applied"))
	require.Equal(t, "accepted", a.str("status"))

	done := b.ended(location)
	require.Equal(t, "done", done.str("status"))
	require.Equal(t, a.str("id"), done.str("id"))
	require.Equal(t, "100", done.str("result", "postings", 1, "balance_after"))
	b.s.saw(done.str("position"))
	b.has(accountA, "100", "JPY")
	x := b.transactions()[0]
	require.Equal(t, x.ID, done.str("result", "id"))
	require.Equal(t, a.str("id"), x.CommandID)

	// Both ways of asking are one request: neither does it again.
	b.untouched(func() {
		require.Equal(t, x.ID, b.transact("1", body).is(http.StatusCreated).replayed(true).str("id"))
		require.Equal(t, location, b.later("1", body).is(http.StatusAccepted).Header.Get("Location"))
		b.later("1", transaction(pays(opening, accountA, "200", "JPY"))).refused(http.StatusUnprocessableEntity, "idempotency-key-reused")
		b.post(b.path("/transactions?dry_run=true"), b.key("2"), body, header("Prefer", "respond-async")).
			refused(http.StatusBadRequest, "invalid-parameter")
		b.later("3", transaction(pays(opening, accountA, "0", "JPY"))).refused(http.StatusBadRequest, "invalid-field")

		refused := b.ended(b.later("4", transaction(pays(accountA, accountB, "101", "JPY"))).is(http.StatusAccepted).Header.Get("Location"))
		require.Equal(t, "refused", refused.str("status"))
		require.Equal(t, "insufficient-funds", refused.str("problem", "code"))
		require.Equal(t, "100", refused.str("problem", "available"))
		b.pay("4", accountA, accountB, "101", "JPY").refused(http.StatusUnprocessableEntity, "insufficient-funds").replayed(true)
	})

	// The outcome is its caller's and an operator's.
	other := s.as("usr_other", "finance", "service", "user").in(t)
	other.get(location).refused(http.StatusNotFound, "not-found")
	other.get(b.later("waiting", body).is(http.StatusAccepted).Header.Get("Location")).refused(http.StatusNotFound, "not-found")
	require.Equal(t, done.str("result"), s.as("usr_ops", "operator").in(t).get(location).is(http.StatusOK).str("result"))
	b.get("/v1/commands/cmd_00000000000000000000000000").refused(http.StatusNotFound, "not-found")
	b.get("/v1/commands/nonsense").refused(http.StatusNotFound, "not-found")
	b.get("/v1/commands/"+x.CommandID[:29]+"u").refused(http.StatusNotFound, "not-found")

	// What only the writer can judge is told as well, though the request was accepted.
	b.untouched(func() {
		wrong := b.ended(b.later("5", transaction(pays(opening, accountA, "1.5", "JPY"))).is(http.StatusAccepted).Header.Get("Location"))
		require.Equal(t, "refused", wrong.str("status"))
		require.Equal(t, "amount-scale", wrong.str("problem", "code"))
	})

	locations := together(t, 50, func(i int) (*answer, error) {
		return b.try(http.MethodPost, b.path("/transactions"), body, key(b.key(fmt.Sprint("many ", i))), header("Prefer", "respond-async"))
	})
	for _, a := range locations {
		end := b.ended(a.is(http.StatusAccepted).Header.Get("Location"))
		require.Equal(t, "done", end.str("status"))
		b.s.saw(end.str("position"))
	}
	b.has(accountA, "5200", "JPY")
}

// A read that is given the position of a write sees that write, whoever made it; a position that
// nothing has reached is answered 503.
func atLeast(t *testing.T, s *service) {
	b := s.book(t)
	other := s.as("svc_reader", "service", "finance").in(t)
	for i := range 20 {
		a := b.pay(fmt.Sprint(i), opening, accountA, "1", "JPY").is(http.StatusCreated)
		position := a.Header.Get("Florin-Position")
		require.Equal(t, position, a.str("position"))
		for _, path := range []string{"/accounts/" + accountA + "/balances?", "/transactions?", "/accounts/" + accountA + "/entries?", "/trial-balance?asset=JPY&", "/accounts?"} {
			read := other.get(b.path(path + "at_least=" + position)).is(http.StatusOK)
			switch path {
			case "/transactions?", "/accounts/" + accountA + "/entries?":
				require.Equal(t, fmt.Sprint(i+1), read.str("data", 0, "number"))
			case "/accounts/" + accountA + "/balances?":
				require.Equal(t, fmt.Sprint(i+1), read.str("data", 0, "balance"))
				require.Equal(t, fmt.Sprint(i+1), read.str("data", 0, "version"))
			case "/trial-balance?asset=JPY&":
				require.Equal(t, fmt.Sprint(i+1), read.str("totals", 0, "debits"))
			default:
				require.Equal(t, fmt.Sprint(i+1), read.str("data", 1, "balances", 0, "balance"))
			}
		}
	}
	// The journal has a transaction at once; that it was reversed is read elsewhere.
	paid := b.pay("to reverse", opening, accountA, "1", "JPY").is(http.StatusCreated).str("id")
	reversal := b.reverse(paid, "reversal", map[string]any{"reason": "booked twice"}).is(http.StatusCreated)
	read := other.get(b.path("/transactions/" + paid + "?at_least=" + reversal.Header.Get("Florin-Position"))).is(http.StatusOK)
	require.Equal(t, reversal.str("id"), read.str("reversed_by"))

	begun := time.Now()
	p := other.get(b.path("/transactions?at_least=0-999999999")).refused(http.StatusServiceUnavailable, "not-yet-visible")
	require.Equal(t, "1", p.Header.Get("Retry-After"))
	require.GreaterOrEqual(t, time.Since(begun), 2*time.Second, "it waited")
	require.Less(t, time.Since(begun), 10*time.Second, "and not for ever")
	for _, token := range []string{"1", "0-", "0-x", "-1", "0-1-2", "7-1", ""} {
		other.get(b.path("/transactions?at_least="+token)).refused(http.StatusBadRequest, "invalid-parameter")
	}
}

// A caller that says nothing of positions sees its own writes.
func ownWrites(t *testing.T, s *service) {
	b := s.book(t)
	for i := range 20 {
		b.pay(fmt.Sprint(i), opening, accountA, "1", "JPY").is(http.StatusCreated)
		a := b.get(b.path("/accounts/" + accountA + "/balances?asset=JPY")).is(http.StatusOK)
		require.Equal(t, fmt.Sprint(i+1), a.str("data", 0, "balance"))
		require.NotEmpty(t, a.Header.Get("Florin-Position"))
		require.Equal(t, fmt.Sprint(i+1), b.get(b.path("/transactions?limit=1")).is(http.StatusOK).str("data", 0, "number"))
	}
}

// A change of an account's rules may be bound to what it was based on.
func ifMatch(t *testing.T, s *service) {
	b := s.book(t)
	put := func(k string, body map[string]any, options ...option) *answer {
		return b.call(http.MethodPut, b.path("/accounts/"+accountA), body, append(options, key(b.key(k)))...)
	}
	a := put("1", map[string]any{"frozen": true}, header("If-Match", `"0"`)).is(http.StatusOK)
	require.Equal(t, `"1"`, a.Header.Get("ETag"))
	require.Equal(t, "1", a.str("version"))
	account := b.read(b.path("/accounts/" + accountA)).is(http.StatusOK)
	require.Equal(t, `"1"`, account.Header.Get("ETag"))
	require.Equal(t, "true", account.str("frozen"))

	b.untouched(func() {
		p := put("2", map[string]any{"frozen": false}, header("If-Match", `"0"`)).refused(http.StatusPreconditionFailed, "version-mismatch")
		require.Equal(t, "1", p.str("version"))
		for i, wrong := range []string{`1`, `W/"1"`, `"1`, `"x"`, `*`, `"-1"`} {
			put(fmt.Sprint("wrong ", i), map[string]any{"frozen": false}, header("If-Match", wrong)).
				refused(http.StatusBadRequest, "invalid-parameter")
		}
	})
	require.Equal(t, "true", b.read(b.path("/accounts/"+accountA)).str("frozen"))
	b.fund(accountA, "100", "JPY")
	b.untouched(func() {
		b.pay("3", accountA, accountB, "1", "JPY").refused(http.StatusUnprocessableEntity, "account-frozen")
	})
	a = put("4", map[string]any{"frozen": false}, header("If-Match", `"1"`)).is(http.StatusOK)
	require.Equal(t, `"2"`, a.Header.Get("ETag"), "postings are no change of the rules")
	b.pay("5", accountA, accountB, "1", "JPY").is(http.StatusCreated)

	// Of many changes based on one version, one is made.
	answers := together(t, 20, func(i int) (*answer, error) {
		return b.try(http.MethodPut, b.path("/accounts/"+accountA), map[string]any{"metadata": map[string]string{"by": fmt.Sprint(i)}},
			key(b.key(fmt.Sprint("race ", i))), header("If-Match", `"2"`))
	})
	require.Equal(t, map[string]int{"OK": 1, "version-mismatch": 19}, statuses(answers))
	require.Equal(t, "3", b.read(b.path("/accounts/"+accountA)).str("version"))
}
