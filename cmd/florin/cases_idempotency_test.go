package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

func TestCasesOfIdempotency(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"9", sameKeyTwice},
		numbered{"10", keyReused},
		numbered{"11", sameKeyAtOnce},
		numbered{"12", refusalIsFinal},
		numbered{"14", twoKeys},
		numbered{"15", referenceTwice},
		numbered{"13", sameKeyAfterRestart},
	)
}

// Case 9: the same key twice is one transaction, and the second answer is the first.
func sameKeyTwice(t *testing.T, s *service) {
	b := s.book(t)
	first := b.pay("K", opening, accountA, "100", "JPY").is(http.StatusCreated).replayed(false)
	events := b.events()
	second := b.pay("K", opening, accountA, "100", "JPY").is(http.StatusCreated).replayed(true)
	require.Equal(t, string(first.Body), string(second.Body))
	require.Equal(t, first.Header.Get("Florin-Position"), second.Header.Get("Florin-Position"))
	// Another spelling of the same document is the same request.
	third := b.transact("K", `{ "postings": [
		{"side":"debit","account":"equity:opening","asset":"JPY","amount":"\u0031\u0030\u0030"},
		{"amount":"100","account":"liabilities:a","side":"credit","asset":"JPY"} ] }`).is(http.StatusCreated).replayed(true)
	require.Equal(t, string(first.Body), string(third.Body))
	require.Equal(t, events, b.events())
	b.has(accountA, "100", "JPY")
	require.Len(t, b.transactions(), 1)
}

// Case 10: the key with another request is refused; the key of another caller is another key.
func keyReused(t *testing.T, s *service) {
	b := s.book(t)
	first := b.pay("K", opening, accountA, "100", "JPY").is(http.StatusCreated)
	b.untouched(func() {
		b.pay("K", opening, accountA, "200", "JPY").refused(http.StatusUnprocessableEntity, "idempotency-key-reused").replayed(false)
		b.pay("K", opening, accountA, "100.0", "JPY").refused(http.StatusUnprocessableEntity, "idempotency-key-reused")
		b.pay("K", opening, accountB, "100", "JPY").refused(http.StatusUnprocessableEntity, "idempotency-key-reused")
		b.reverse(first.str("id"), "K", map[string]any{"reason": "another route"}).
			refused(http.StatusUnprocessableEntity, "idempotency-key-reused")
	})
	// The refusal has not taken the first request's place.
	b.pay("K", opening, accountA, "100", "JPY").is(http.StatusCreated).replayed(true)

	other := b.by(s.as("svc_other", "service")).pay("K", opening, accountA, "200", "JPY").is(http.StatusCreated).replayed(false).txn()
	require.EqualValues(t, 2, other.Number)
	require.Equal(t, "svc_other", other.Actor)
	b.has(accountA, "300", "JPY")

	// The same person with a new token is the same caller.
	b.by(s.as("svc_other", "service", "operator")).pay("K", opening, accountA, "200", "JPY").is(http.StatusCreated).replayed(true)
	b.has(accountA, "300", "JPY")
}

// Case 11: a hundred calls at once with one fresh key are one transaction and one answer.
func sameKeyAtOnce(t *testing.T, s *service) {
	b := s.book(t)
	events := b.events()
	answers := together(t, 100, func(int) (*answer, error) {
		return b.tryTransact("K", transaction(pays(opening, accountA, "100", "JPY")))
	})
	id := answers[0].str("id")
	for _, a := range answers {
		a.is(http.StatusCreated)
		require.Equal(t, id, a.str("id"))
		require.Equal(t, string(answers[0].Body), string(a.Body))
	}
	require.Equal(t, events+1, b.events())
	b.has(accountA, "100", "JPY")

	// Two requests fight for one key: one of them has it, and all calls of the other are refused.
	answers = together(t, 100, func(i int) (*answer, error) {
		return b.tryTransact("L", transaction(pays(opening, accountB, fmt.Sprint(100+i%2), "JPY")))
	})
	require.Equal(t, map[string]int{"Created": 50, "idempotency-key-reused": 50}, statuses(answers))
	winner := ""
	for i, a := range answers {
		if a.Status != http.StatusCreated {
			continue
		}
		if winner == "" {
			winner = a.str("id")
			b.has(accountB, fmt.Sprint(100+i%2), "JPY")
		}
		require.Equal(t, winner, a.str("id"))
	}
	require.Equal(t, events+2, b.events())
}

// Case 12: a refusal is as final as a success. What has changed since takes a new key.
func refusalIsFinal(t *testing.T, s *service) {
	b := s.book(t)
	b.floors("JPY", accountA)
	first := b.pay("K", accountA, accountB, "100", "JPY").refused(http.StatusUnprocessableEntity, "insufficient-funds").replayed(false)
	b.fund(accountA, "100", "JPY")
	b.untouched(func() {
		again := b.pay("K", accountA, accountB, "100", "JPY").refused(http.StatusUnprocessableEntity, "insufficient-funds").replayed(true)
		require.Equal(t, first.problem(), again.problem())
		require.Equal(t, "0", again.str("available"), "what was available then")
	})
	b.pay("new", accountA, accountB, "100", "JPY").is(http.StatusCreated).replayed(false)
	b.has(accountB, "100", "JPY")
}

// Case 14: two identical bodies under two keys are two transactions.
func twoKeys(t *testing.T, s *service) {
	b := s.book(t)
	first := b.pay("K", opening, accountA, "100", "JPY").is(http.StatusCreated).replayed(false).txn()
	second := b.pay("L", opening, accountA, "100", "JPY").is(http.StatusCreated).replayed(false).txn()
	require.NotEqual(t, first.ID, second.ID)
	require.EqualValues(t, 1, first.Number)
	require.EqualValues(t, 2, second.Number)
	b.has(accountA, "200", "JPY")
	b.post(b.path("/transactions"), "", transaction(pays(opening, accountA, "1", "JPY"))).
		refused(http.StatusBadRequest, "idempotency-key-invalid")
	b.call(http.MethodPost, b.path("/transactions"), transaction(pays(opening, accountA, "1", "JPY"))).
		refused(http.StatusBadRequest, "idempotency-key-missing")
	b.has(accountA, "200", "JPY")
}

// Case 15: a reference names one transaction of a ledger.
func referenceTwice(t *testing.T, s *service) {
	b, other := s.book(t), s.book(t)
	body := transaction(pays(opening, accountA, "100", "JPY"))
	body["reference"] = "inv-7"
	first := b.transact("1", body).is(http.StatusCreated).txn()
	b.untouched(func() {
		p := b.transact("2", body).refused(http.StatusConflict, "reference-taken")
		require.Equal(t, first.ID, p.str("transaction_id"))
		require.Equal(t, "/reference", p.str("errors", 0, "pointer"))
	})
	b.has(accountA, "100", "JPY")
	b.transact("1", body).is(http.StatusCreated).replayed(true)
	other.transact("1", body).is(http.StatusCreated).replayed(false)

	body["reference"] = "inv-8"
	answers := together(t, 20, func(i int) (*answer, error) { return b.tryTransact(fmt.Sprint("at once ", i), body) })
	require.Equal(t, map[string]int{"Created": 1, "reference-taken": 19}, statuses(answers))
	b.has(accountA, "200", "JPY")
	require.Equal(t, b.transactions()[1:], filtered(b, "reference=inv-8"))
}

// filtered returns the transactions of one page of a filtered list.
func filtered(b *book, query string) []txn {
	b.t.Helper()
	var page struct {
		Data []txn `json:"data"`
	}
	b.read(b.path("/transactions?" + query)).is(http.StatusOK).into(&page)
	return page.Data
}

// Case 13: an outcome outlives the process that made it.
func sameKeyAfterRestart(t *testing.T, s *service) {
	sameKeyAfter(t, s, restart{"nothing", func() {}}, restart{"the service", s.restart})
}

// restart is something that a write under an old key must not notice.
type restart struct {
	name string
	do   func()
}

// sameKeyAfter makes every kind of write and repeats all of them under their keys after each restart:
// every answer is the first, to the byte, and nothing is recorded.
func sameKeyAfter(t *testing.T, s *service, restarts ...restart) {
	b := s.book(t)
	b.floors("JPY", accountA)
	payer, payee := s.wallet(t, "usr_payer", 1000), s.wallet(t, "usr_payee", 0)
	service := s.as("svc_shop", "service").in(t)
	hold := func(k string) *answer {
		return service.post("/v1/holds", b.key(k), map[string]any{
			"wallet_id": payer, "to_wallet": payee, "amount": map[string]string{"amount": "100", "asset": "JPY"}})
	}
	held, parted := hold("first hold").str("id"), hold("second hold").str("id")
	original := b.fund(accountA, "100", "JPY")
	batch := map[string]any{"transactions": []any{
		transaction(pays(opening, accountB, "1", "JPY")), transaction(pays(accountA, accountB, "999", "JPY")),
	}}
	paid := s.paid("pi_"+b.name, 500, payer)
	body, signature := stripetest.SignedEvent(t, s.stripe, "payment_intent.succeeded", stripetest.PaymentIntent(t, paid), stripetest.Options{})

	writes := map[string]func() *answer{
		"transaction": func() *answer { return b.pay("transaction", opening, accountA, "100", "JPY") },
		"refusal":     func() *answer { return b.pay("refusal", accountA, accountB, "999", "JPY") },
		"reversal":    func() *answer { return b.reverse(original.ID, "reversal", map[string]any{"reason": "booked twice"}) },
		"independent": func() *answer { return b.post(b.path("/transactions/batch"), b.key("independent"), batch) },
		"atomic":      func() *answer { return b.post(b.path("/transactions/batch?mode=atomic"), b.key("atomic"), batch) },
		"ledger": func() *answer {
			return b.post("/v1/ledgers", b.key("ledger"), map[string]any{"name": b.name + "-2", "description": "a second one"})
		},
		"asset": func() *answer {
			return b.post("/v1/assets", b.key("asset"), map[string]any{"code": strings.ToUpper(b.name), "scale": 4})
		},
		"account": func() *answer {
			return b.call(http.MethodPut, b.path("/accounts/"+accountB), map[string]any{"metadata": map[string]string{"shop": "north"}}, key(b.key("account")))
		},
		"wallet": func() *answer {
			return service.post("/v1/wallets", b.key("wallet"), map[string]any{"owner_id": "usr_payer", "name": "spare"})
		},
		"hold":    func() *answer { return hold("third hold") },
		"capture": func() *answer { return service.post("/v1/holds/"+held+"/capture", b.key("capture"), map[string]any{}) },
		"part": func() *answer {
			return service.post("/v1/holds/"+parted+"/capture", b.key("part"),
				map[string]any{"amount": map[string]string{"amount": "40", "asset": "JPY"}, "final": true})
		},
		"webhook": func() *answer {
			return s.nobody().in(t).call(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", signature))
		},
	}
	first := map[string]*answer{}
	for name, write := range writes {
		first[name] = write().replayed(false)
	}
	require.Equal(t, http.StatusUnprocessableEntity, first["refusal"].Status)
	require.Equal(t, http.StatusUnprocessableEntity, first["atomic"].Status)
	var events int
	s.query(t, &events, "SELECT count(*) FROM events")
	for _, restart := range restarts {
		restart.do()
		for name, write := range writes {
			again := s.insist(write).replayed(true)
			require.Equal(t, first[name].Status, again.Status, "%s after a restart of %s", name, restart.name)
			require.Equal(t, first[name].Header.Get("ETag"), again.Header.Get("ETag"))
			require.Equal(t, first[name].Header.Get("Florin-Position"), again.Header.Get("Florin-Position"))
			if again.Status < http.StatusBadRequest {
				require.Equal(t, string(first[name].Body), string(again.Body), "%s after a restart of %s", name, restart.name)
			} else {
				require.Equal(t, first[name].problem(), again.problem(), "%s after a restart of %s", name, restart.name)
			}
		}
		var now int
		s.query(t, &now, "SELECT count(*) FROM events")
		require.Equal(t, events, now, "events after a restart of %s", restart.name)
	}
	b.pay("after all of it", opening, accountA, "1", "JPY").is(http.StatusCreated).replayed(false)
	b.has(accountA, "101", "JPY")
}

// insist repeats a request while its outcome is not known, as the answer 503 asks a caller to.
func (s *service) insist(request func() *answer) *answer {
	a := request()
	for range readPatience {
		if a.Status != http.StatusServiceUnavailable {
			break
		}
		a = request()
	}
	return a
}
