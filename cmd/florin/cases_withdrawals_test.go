package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// annsBank is where Ann's money goes.
func annsBank() map[string]any {
	return map[string]any{"type": "iban", "name": "Ann Miller", "iban": "DE89 3704 0044 0532 0130 00"}
}

func pending(wallet string) string { return "liabilities:wallets:" + wallet + ":pending" }

// withdraws asks for yen of a wallet to go out.
func (c *caller) withdraws(k, from, amount string) *answer {
	c.t.Helper()
	return c.post("/v1/withdrawals", k, map[string]any{"wallet_id": from, "amount": yen(amount), "destination": annsBank()})
}

// steps takes a withdrawal on, by name.
func (c *caller) steps(id, name, k string, body map[string]any, options ...option) *answer {
	c.t.Helper()
	return c.post("/v1/withdrawals/"+id+"/"+name, k, body, options...)
}

// A withdrawal from the request to the bank's word, by everybody who has a part in it.
func TestWithdrawals(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann := newPeople(t, s).person("Ann")
	eve, boss, clerk := s.as("usr_eve", "user"), s.as("usr_boss", "finance"), s.as("usr_clerk", "finance")
	from := s.wallet(t, ann.id, 1000)
	stands := func(availableYen, pendingYen string) {
		t.Helper()
		assert.Equal(t, []string{availableYen, pendingYen}, []string{boss.balance(available(from), "JPY"), boss.balance(pending(from), "JPY")})
	}
	asked := ann.caller.withdraws("w-1", from, "600").is(http.StatusCreated)
	id := asked.str("id")
	stands("400", "600")
	ann.caller.withdraws("w-2", from, "401").refused(http.StatusUnprocessableEntity, "insufficient-funds")
	hint := map[string]any{"type": "iban", "country": "DE", "last4": "3000"}
	assert.Equal(t, hint, asked.at("destination"))
	assert.Equal(t, hint, ann.read("/v1/withdrawals/"+id).is(http.StatusOK).at("destination"))
	assert.Equal(t, hint, boss.read("/v1/withdrawals?status=requested").is(http.StatusOK).at("data", 0, "destination"))
	assert.Equal(t, "DE89370400440532013000", boss.read("/v1/withdrawals/"+id).is(http.StatusOK).str("destination", "iban"))
	eve.read("/v1/withdrawals/"+id).refused(http.StatusNotFound, "withdrawal-not-found")
	assert.Empty(t, eve.read("/v1/withdrawals").ids())
	eve.steps(id, "cancel", "c-1", map[string]any{}).refused(http.StatusNotFound, "withdrawal-not-found")
	ann.steps(id, "approve", "a-1", map[string]any{}).refused(http.StatusForbidden, "forbidden")
	s.as(ann.id, "finance").steps(id, "approve", "a-2", map[string]any{}).refused(http.StatusForbidden, "second-person-required")

	approved := boss.steps(id, "approve", "a-3", map[string]any{}, header("If-Match", asked.Header.Get("ETag"))).is(http.StatusOK)
	assert.Equal(t, []string{"approved", "usr_boss", ann.id}, []string{approved.str("status"), approved.str("approved_by"), approved.str("requested_by")})
	boss.steps(id, "approve", "a-4", map[string]any{}).refused(http.StatusUnprocessableEntity, "withdrawal-wrong-status")
	clerk.steps(id, "send", "s-1", map[string]any{}, header("If-Match", asked.Header.Get("ETag"))).refused(http.StatusPreconditionFailed, "version-mismatch")
	assert.Equal(t, "approved", ann.steps(id, "cancel", "c-2", map[string]any{}).
		refused(http.StatusUnprocessableEntity, "withdrawal-wrong-status").str("withdrawal_status"))

	// A freeze in between stops the order, and not the bank's word.
	boss.post("/v1/wallets/"+from+"/freeze", "f-1", map[string]any{"reason": "looked at"}).is(http.StatusNoContent)
	clerk.steps(id, "send", "s-2", map[string]any{}).refused(http.StatusUnprocessableEntity, "wallet-frozen")
	paidAt := time.Now().UTC().Format(time.RFC3339Nano)
	body := map[string]any{"bank_reference": "E2E-4711", "settled_at": paidAt}
	settled := clerk.steps(id, "settle", "t-1", body).is(http.StatusOK).replayed(false)
	assert.Equal(t, []string{"settled", "E2E-4711"}, []string{settled.str("status"), settled.str("bank_reference")})
	stands("400", "0")
	assert.Equal(t, "-600", boss.balance("assets:bank:main", "JPY"))

	// The answer is the same after everything was restarted.
	s.restart()
	assert.Equal(t, string(settled.Body), string(clerk.steps(id, "settle", "t-1", body).is(http.StatusOK).replayed(true).Body))
	assert.Equal(t, string(asked.Body), string(ann.caller.withdraws("w-1", from, "600").is(http.StatusCreated).replayed(true).Body))
	stands("400", "0")

	// The bank sends it back, days later.
	returned := clerk.steps(id, "fail", "e-1", map[string]any{"reason": "The account is closed."}).is(http.StatusOK)
	assert.Equal(t, []any{"failed", true}, []any{returned.at("status"), returned.at("returned")})
	stands("1000", "0")
	assert.Equal(t, "0", boss.balance("assets:bank:main", "JPY"))
	entries := ann.read("/v1/wallets/" + from + "/entries").is(http.StatusOK)
	assert.Equal(t, []string{"withdrawal-failed", "withdrawal-settled", "withdrawal-requested"},
		[]string{entries.str("data", 0, "type"), entries.str("data", 1, "type"), entries.str("data", 2, "type")})

	// Case 41: none of it is undone by hand.
	made := boss.read("/v1/ledgers/main/transactions?account=" + pending(from)).is(http.StatusOK).ids()
	require.Len(t, made, 2)
	for i, txn := range made {
		boss.post("/v1/ledgers/main/transactions/"+txn+"/reverse", fmt.Sprint("r-", i), map[string]any{"reason": "by hand", "force": true}).
			refused(http.StatusUnprocessableEntity, "use-domain-undo")
	}

	soon(t, func() bool { return len(ann.read("/v1/messages?with=florin").ids()) == 4 })
	var topics []string
	for _, m := range ann.read("/v1/messages?with=florin").ids() {
		notice := ann.get("/v1/messages/" + m).is(http.StatusOK)
		if notice.str("about") == id {
			topics = append(topics, notice.str("topic"))
		}
	}
	assert.Equal(t, []string{"withdrawal-failed", "withdrawal-settled"}, topics)
	s.verify()
}

// What is asked for is called back, by whom and as long as it may be; and what is on its way keeps a wallet open.
func TestWithdrawalsCanceled(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann, shop, boss := s.as("usr_ann", "user"), s.as("svc_shop", "service"), s.as("usr_boss", "finance")
	from := s.wallet(t, "usr_ann", 100)
	closes := func(k string) *answer {
		return ann.post("/v1/wallets/"+from+"/close", k, map[string]any{"reason": "moved away"})
	}
	first, second := ann.withdraws("w-1", from, "60").is(http.StatusCreated).str("id"), shop.withdraws("w-2", from, "40").is(http.StatusCreated).str("id")
	p := closes("x-1").refused(http.StatusUnprocessableEntity, "wallet-not-empty")
	assert.Equal(t, []any{map[string]any{"amount": "100", "asset": "JPY"}}, p.at("left"))
	tried := ann.post("/v1/withdrawals/"+first+"/cancel?dry_run=true", "c-1", map[string]any{}).is(http.StatusOK)
	assert.Equal(t, "canceled", tried.str("status"))
	assert.Equal(t, "canceled", ann.steps(first, "cancel", "c-1", map[string]any{}).is(http.StatusOK).str("status"))
	boss.steps(second, "approve", "a-1", map[string]any{}).is(http.StatusOK)
	ann.steps(second, "cancel", "c-2", map[string]any{}).refused(http.StatusUnprocessableEntity, "withdrawal-wrong-status")
	assert.Equal(t, "Not today.", shop.steps(second, "cancel", "c-3", map[string]any{"reason": "Not today."}).is(http.StatusOK).str("reason"))
	assert.Equal(t, []string{second, first}, ann.read("/v1/withdrawals?status=canceled&wallet_id="+from).ids())

	// Together they take no more than there is, and one is approved once.
	answers := together(t, 20, func(i int) (*answer, error) {
		return ann.tryPost("/v1/withdrawals", fmt.Sprint("m-", i), map[string]any{"wallet_id": from, "amount": yen("30"), "destination": annsBank()})
	})
	require.Equal(t, map[string]int{"Created": 3, "insufficient-funds": 17}, statuses(answers))
	var id string
	for _, a := range answers {
		if a.Status == http.StatusCreated {
			id = a.str("id")
		}
	}
	require.Equal(t, map[string]int{"OK": 1, "withdrawal-wrong-status": 9}, statuses(together(t, 10, func(i int) (*answer, error) {
		return boss.tryPost("/v1/withdrawals/"+id+"/approve", fmt.Sprint("y-", i), map[string]any{})
	})))
	later := ann.post("/v1/withdrawals", "l-1", map[string]any{"wallet_id": from, "amount": yen("10"), "destination": annsBank()}, header("Prefer", "respond-async")).
		is(http.StatusAccepted).str("id")
	soon(t, func() bool { return ann.get("/v1/commands/"+later).is(http.StatusOK).str("status") == "done" })
	assert.Equal(t, "3000", ann.get("/v1/commands/"+later).str("result", "destination", "last4"))
	assert.Equal(t, []string{"0", "100"}, []string{boss.balance(available(from), "JPY"), boss.balance(pending(from), "JPY")})
	s.verify()
}
