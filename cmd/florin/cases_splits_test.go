package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What finance books by hand, over the service: as much as is there, whoever else takes at that moment.
func TestDebitsByHand(t *testing.T) {
	t.Parallel()
	s := startService(t)
	finance, shop := s.finance(), s.as("service:shop", "service")
	from := s.wallet(t, "usr_ann", 0)
	path := "/v1/wallets/" + from
	body := map[string]any{"amount": yen("100"), "account": "expenses:goodwill", "description": "Sorry", "reference": "gw-1"}
	credited := finance.post(path+"/credit", "c-1", body).is(http.StatusCreated)
	assert.Equal(t, []any{"wallet-credited", "100", "Sorry"}, []any{credited.at("type"), credited.at("postings", 1, "balance_after"), credited.at("description")})
	finance.post(path+"/credit", "c-2", body).refused(http.StatusConflict, "reference-taken")
	finance.call(http.MethodPut, path+"/credit-limits/JPY", map[string]any{"amount": "50"}).is(http.StatusNoContent)
	answers := together(t, 40, func(n int) (*answer, error) {
		return shop.try(http.MethodPost, path+"/debit", map[string]any{"amount": yen("10"), "account": "income:fees"}, key(fmt.Sprint("d-", n)))
	})
	assert.Equal(t, map[string]int{"Created": 15, "insufficient-funds": 25}, statuses(answers))
	assert.Equal(t, []string{"-50", "0", "50"}, s.balanceOf(t, from))
	assert.Equal(t, "150", finance.read("/v1/ledgers/main/accounts/income:fees/balances?asset=JPY").str("data", 0, "balance"))
	finance.post(path+"/freeze", "f-1", map[string]any{"reason": "x"}).is(http.StatusNoContent)
	finance.post(path+"/debit", "f-2", map[string]any{"amount": yen("1"), "account": "income:fees"}).refused(http.StatusUnprocessableEntity, "wallet-frozen")
	finance.post(path+"/credit", "f-3", map[string]any{"amount": yen("60"), "account": "expenses:goodwill"}).is(http.StatusCreated)
	assert.Equal(t, []string{"10", "0", "50"}, s.balanceOf(t, from))
	s.verify()
}

// What goes out at the same time, by whichever way, does not pass the day's limit together.
func TestSpendingLimitsHoldTogether(t *testing.T) {
	t.Parallel()
	s := startService(t)
	finance, shop := s.finance(), s.as("service:shop", "service")
	from, to := s.wallet(t, "usr_ann", 10_000), s.wallet(t, "usr_bob", 0)
	path := "/v1/wallets/" + from
	// A zone in which this day does not end while the test runs.
	zone := "Etc/GMT-6"
	if time.Now().UTC().Hour() >= 12 {
		zone = "Etc/GMT+6"
	}
	finance.call(http.MethodPatch, path, map[string]any{"time_zone": zone}).is(http.StatusOK)
	finance.call(http.MethodPut, path+"/spending-limits/JPY", map[string]any{"per_transaction": "100", "per_day": "505"}).is(http.StatusNoContent)
	answers := together(t, 60, func(n int) (*answer, error) {
		k := key(fmt.Sprint("p-", n))
		switch n % 4 {
		case 0:
			return shop.try(http.MethodPost, "/v1/transfers", map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("10")}, k)
		case 1:
			return shop.try(http.MethodPost, "/v1/holds", map[string]any{"wallet_id": from, "to_wallet": to, "amount": yen("10")}, k)
		case 2:
			return shop.try(http.MethodPost, path+"/debit", map[string]any{"amount": yen("10"), "account": "income:fees"}, k)
		}
		return shop.try(http.MethodPost, "/v1/transfers/split", map[string]any{"from_wallet": from, "amount": yen("10"), "to": []map[string]any{{"wallet": to, "rest": true}}}, k)
	})
	assert.Equal(t, map[string]int{"Created": 50, "spending-limit-exceeded": 10}, statuses(answers))
	assert.Equal(t, "9500", s.balanceOf(t, from)[0])
	refused := shop.transfers("one-more", from, to, "6").refused(http.StatusUnprocessableEntity, "spending-limit-exceeded")
	assert.Equal(t, []string{"per_day", "505", "500"}, []string{refused.str("limit"), refused.str("allowed", "amount"), refused.str("used", "amount")})
	ends, err := time.Parse(time.RFC3339, refused.str("ends_at"))
	require.NoError(t, err)
	assert.True(t, ends.After(time.Now()) && ends.Before(time.Now().Add(24*time.Hour)), ends)
	shop.transfers("at-once", from, to, "101").refused(http.StatusUnprocessableEntity, "spending-limit-exceeded")
	shop.transfers("the-rest", from, to, "5").is(http.StatusCreated)
	read := finance.read(path).is(http.StatusOK)
	assert.Equal(t, []any{"JPY", "100", "505"}, []any{read.at("spending_limits", 0, "asset"), read.at("spending_limits", 0, "per_transaction"), read.at("spending_limits", 0, "per_day")})
	s.verify()
}

// Splits at the same time from one wallet: each whole or not at all, and not a yen lost.
func TestSplits(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann, bob := s.as("usr_ann", "user"), s.as("usr_bob", "user")
	from := s.wallet(t, "usr_ann", 1000)
	to := []string{s.wallet(t, "usr_bob", 0), s.wallet(t, "usr_eve", 0), s.wallet(t, "usr_mal", 0)}
	body := map[string]any{"from_wallet": from, "amount": yen("100"), "to": []map[string]any{
		{"wallet": to[0], "percent": "33.3"}, {"wallet": to[1], "amount": yen("1")}, {"wallet": to[2], "rest": true},
	}}
	answers := together(t, 12, func(n int) (*answer, error) {
		return ann.try(http.MethodPost, "/v1/transfers/split", body, key(fmt.Sprint("s-", n)))
	})
	assert.Equal(t, map[string]int{"Created": 10, "insufficient-funds": 2}, statuses(answers))
	var held []string
	for _, id := range append(to, from) {
		held = append(held, s.balanceOf(t, id)[0])
	}
	assert.Equal(t, []string{"330", "10", "660", "0"}, held)
	listed := bob.read("/v1/transfers?wallet_id=" + to[0]).is(http.StatusOK)
	assert.Len(t, listed.ids(), 10)
	assert.Len(t, listed.at("data", 0, "postings"), 1, "what he got, and not what the others did")
	s.verify()
}
