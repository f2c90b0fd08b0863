package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// place is the position that an answer says it was decided at.
func (a *answer) place() int64 {
	a.t.Helper()
	token, err := journal.ParseToken(a.Header.Get("Florin-Position"))
	require.NoError(a.t, err)
	return token.Position
}

// Nothing leaves a wallet once the answer that it is frozen is there, by whichever way and however many try;
// what comes in still does.
func TestFreezeUnderLoad(t *testing.T) {
	t.Parallel()
	s := startService(t)
	shop, finance := s.as("service:shop", "service"), s.finance()
	from, to := s.wallet(t, "usr_ann", 100_000), s.wallet(t, "usr_bob", 100_000)
	out := func(n int, k string) (*answer, error) {
		ways := []struct {
			path string
			body map[string]any
		}{
			{"/v1/transfers", map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("1")}},
			{"/v1/holds", map[string]any{"wallet_id": from, "to_wallet": to, "amount": yen("1")}},
			{"/v1/wallets/" + from + "/debit", map[string]any{"account": "income:fees", "amount": yen("1")}},
			{"/v1/transfers/split", map[string]any{"from_wallet": from, "amount": yen("1"), "to": []map[string]any{{"wallet": to, "rest": true}}}},
			{"/v1/withdrawals", map[string]any{"wallet_id": from, "amount": yen("1"), "destination": annsBank()}},
		}
		way := ways[n%len(ways)]
		return shop.tryPost(way.path, fmt.Sprint(k, n), way.body)
	}
	in := func(n int) (*answer, error) {
		if n%2 == 0 {
			return shop.tryPost("/v1/transfers", fmt.Sprint("in", n), map[string]any{"from_wallet": to, "to_wallet": from, "amount": yen("1")})
		}
		return finance.tryPost("/v1/wallets/"+from+"/credit", fmt.Sprint("in", n), map[string]any{"account": "expenses:goodwill", "amount": yen("1")})
	}

	const each = 400
	var frozen *answer
	var late []*answer // what was asked for after the answer
	var mu sync.Mutex
	answers := together(t, 2*each+1, func(n int) (*answer, error) {
		switch {
		case n == each/2: // in the midst of them
			a, err := finance.tryPost("/v1/wallets/"+from+"/freeze", "freeze", map[string]any{"reason": "stolen"})
			if err != nil {
				return nil, err
			}
			frozen = a
			for i := range 8 {
				after, err := out(i, "after")
				if err != nil {
					return nil, err
				}
				mu.Lock()
				late = append(late, after)
				mu.Unlock()
			}
			return a, nil
		case n < each:
			return out(n, "out")
		}
		return in(n)
	})
	frozen.is(http.StatusNoContent)
	require.Equal(t, map[string]int{"wallet-frozen": 8}, statuses(late))
	before, credits := 0, 0
	for n, a := range answers {
		switch {
		case a == frozen:
		case n < each && a.Status == http.StatusCreated:
			require.Less(t, a.place(), frozen.place())
			before++
		case n < each:
			a.refused(http.StatusUnprocessableEntity, "wallet-frozen")
		default:
			a.is(http.StatusCreated)
			credits++
		}
	}
	require.Equal(t, each+1, credits)
	balances := s.finance().in(t).read("/v1/wallets/" + from).is(http.StatusOK)
	require.Equal(t, "frozen", balances.str("status"))
	left := 100_000 - before + credits // a hold's is no longer available either
	assert.Equal(t, fmt.Sprint(left), balances.str("balances", 0, "available"))
	var debits int // by what is written, and not by what was answered
	s.query(t, &debits, `SELECT count(*) FROM events, json_array_elements(postings) p
		WHERE p ->> 0 = $1 AND p ->> 1 = 'd'`, available(from))
	assert.Equal(t, before, debits)
	s.verify()
}

// Case 40, batched: of what is asked for together, a frozen wallet gives nothing, and gets all the same.
func TestFrozenWalletInABatch(t *testing.T) {
	t.Parallel()
	s := startService(t)
	shop := s.as("service:shop", "service")
	ann, bob := s.wallet(t, "usr_ann", 100), s.wallet(t, "usr_bob", 100)
	shop.post("/v1/wallets/"+ann+"/freeze", "freeze", map[string]any{"reason": "stolen"}).is(http.StatusNoContent)
	pays := func(from, to string) map[string]any {
		return map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("10")}
	}
	list := map[string]any{"transfers": []any{pays(bob, ann), pays(ann, bob), pays(bob, ann)}}
	refused := shop.post("/v1/transfers/batch?mode=atomic", "all", list).refused(http.StatusUnprocessableEntity, "wallet-frozen")
	assert.Equal(t, []string{"batch-aborted", "wallet-frozen", "batch-aborted"}, []string{
		refused.str("results", 0, "problem", "code"), refused.str("results", 1, "problem", "code"), refused.str("results", 2, "problem", "code"),
	})
	assert.Equal(t, "/transfers/1/from_wallet", refused.str("results", 1, "problem", "errors", 0, "pointer"))
	assert.Equal(t, "100", s.balanceOf(t, ann)[0])
	done := shop.post("/v1/transfers/batch", "each", list).is(http.StatusOK)
	assert.Equal(t, []string{"201", "wallet-frozen", "201"}, []string{
		done.str("results", 0, "status"), done.str("results", 1, "problem", "code"), done.str("results", 2, "status"),
	})
	assert.Equal(t, []string{"120", "0", "0"}, s.balanceOf(t, ann))
	s.verify()
}
