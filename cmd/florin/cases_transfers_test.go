package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

// transfers pays yen from one wallet to another.
func (c *caller) transfers(k, from, to, amount string, more ...map[string]any) *answer {
	c.t.Helper()
	body := map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen(amount)}
	for _, fields := range more {
		for name, value := range fields {
			body[name] = value
		}
	}
	return c.post("/v1/transfers", k, body)
}

// balance is what a wallet shows of yen: available, held, credit limit.
func (s *service) balanceOf(t *testing.T, wallet string) []string {
	t.Helper()
	a := s.finance().in(t).read("/v1/wallets/" + wallet).is(http.StatusOK)
	return []string{a.str("balances", 0, "available"), a.str("balances", 0, "held"), a.str("balances", 0, "credit_limit")}
}

// topUp pays yen into a wallet by card.
func (s *service) topUp(t *testing.T, wallet, intent string, amount int64) {
	t.Helper()
	s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid(intent, amount, wallet)), stripetest.Options{}).is(http.StatusOK)
}

func TestTransfers(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann, bob, eve := s.as("usr_ann", "user"), s.as("usr_bob", "user"), s.as("usr_eve", "user")
	from, to := s.wallet(t, "usr_ann", 1000), s.wallet(t, "usr_bob", 0)

	paid := ann.transfers("t-1", from, to, "300", map[string]any{"description": "Rent", "reference": "rent-7", "metadata": map[string]string{"flat": "7"}}).is(http.StatusCreated)
	assert.Equal(t, []any{"transferred", "rent-7", "Rent", "7", "700", nil}, []any{paid.at("type"), paid.at("reference"), paid.at("description"),
		paid.at("metadata", "flat"), paid.at("postings", 0, "balance_after"), paid.at("postings", 1, "balance_after")}, "what the payee holds is not hers to know")
	again := ann.transfers("t-1", from, to, "300", map[string]any{"description": "Rent", "reference": "rent-7", "metadata": map[string]string{"flat": "7"}}).is(http.StatusCreated)
	assert.JSONEq(t, string(paid.Body), string(again.Body))
	ann.transfers("t-2", from, to, "1", map[string]any{"reference": "rent-7"}).refused(http.StatusConflict, "reference-taken")
	ann.transfers("t-3", from, to, "701").refused(http.StatusUnprocessableEntity, "insufficient-funds")
	bob.transfers("t-4", from, to, "1").refused(http.StatusNotFound, "wallet-not-found")
	ann.transfers("t-5", from, from, "1").refused(http.StatusBadRequest, "invalid-field")
	ann.transfers("t-6", from, to, "0.5").refused(http.StatusBadRequest, "amount-scale")
	assert.Equal(t, []string{"300", "0", "0"}, s.balanceOf(t, to))

	id := paid.str("id")
	assert.Equal(t, "300", bob.read("/v1/transfers/"+id).is(http.StatusOK).at("postings", 1, "balance_after"))
	assert.Nil(t, bob.read("/v1/transfers/"+id).at("postings", 0, "balance_after"))
	eve.read("/v1/transfers/"+id).refused(http.StatusNotFound, "transaction-not-found")
	back := bob.transfers("t-7", to, from, "10").is(http.StatusCreated).str("id")
	for _, c := range []*caller{ann, s.as("service:shop", "service")} {
		assert.Equal(t, []string{back, id}, c.read("/v1/transfers?wallet_id="+from).ids())
	}
	ann.read("/v1/transfers?wallet_id="+to).refused(http.StatusNotFound, "wallet-not-found")
	ann.read("/v1/transfers").refused(http.StatusBadRequest, "invalid-parameter")
	s.finance().call(http.MethodPost, "/v1/ledgers/main/transactions/"+id+"/reverse", map[string]any{"reason": "x"}, key("r-1")).
		refused(http.StatusUnprocessableEntity, "use-domain-undo")
	tried := ann.call(http.MethodPost, "/v1/transfers?dry_run=true", map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("5")}, key("d-1")).is(http.StatusCreated)
	assert.Equal(t, "705", tried.at("postings", 0, "balance_after"))
	assert.Equal(t, []string{"710", "0", "0"}, s.balanceOf(t, from))
	s.verify()
}

// Cases 23 to 26 and 40, over HTTP.
func TestCreditLimits(t *testing.T) {
	t.Parallel()
	s := startService(t)
	shop, finance := s.as("service:shop", "service"), s.finance()
	limit := func(wallet, amount string) *answer {
		return finance.call(http.MethodPut, "/v1/wallets/"+wallet+"/credit-limits/JPY", map[string]any{"amount": amount})
	}
	payee := s.wallet(t, "usr_payee", 0)

	t.Run("23: to the last cent of what there is credit for", func(t *testing.T) {
		cents := func(amount string) map[string]string { return map[string]string{"amount": amount, "asset": "USD"} }
		for name, pay := range map[string]func(t *testing.T, from, amount string) (code string){
			"single": func(t *testing.T, from, amount string) string {
				t.Helper()
				a := shop.in(t).post("/v1/transfers", from+amount, map[string]any{"from_wallet": from, "to_wallet": payee, "amount": cents(amount)})
				if a.Status == http.StatusCreated {
					return ""
				}
				return a.is(http.StatusUnprocessableEntity).str("code")
			},
			"batched": func(t *testing.T, from, amount string) string {
				t.Helper()
				one := map[string]any{"from_wallet": from, "to_wallet": payee, "amount": cents(amount)}
				a := shop.in(t).post("/v1/transfers/batch", from+amount, map[string]any{"transfers": []any{one}}).is(http.StatusOK)
				if a.str("results", 0, "status") == "201" {
					return ""
				}
				return a.str("results", 0, "problem", "code")
			},
		} {
			t.Run(name, func(t *testing.T) {
				from := s.wallet(t, "usr_23_"+name, 0)
				assert.Equal(t, "insufficient-funds", pay(t, from, "0.28"), "there is no credit yet")
				finance.in(t).call(http.MethodPut, "/v1/wallets/"+from+"/credit-limits/USD", map[string]any{"amount": "0.29"}).is(http.StatusNoContent)
				assert.Equal(t, "insufficient-funds", pay(t, from, "0.30"))
				assert.Empty(t, pay(t, from, "0.29"))
				assert.Equal(t, "insufficient-funds", pay(t, from, "0.01"))
				assert.Equal(t, []string{"-0.29", "0.00", "0.29"}, s.balanceOf(t, from))
			})
		}
	})
	t.Run("24: forty debits of ten", func(t *testing.T) {
		from := s.wallet(t, "usr_24", 100)
		limit(from, "50").is(http.StatusNoContent)
		answers := together(t, 40, func(n int) (*answer, error) {
			return shop.try(http.MethodPost, "/v1/transfers", map[string]any{"from_wallet": from, "to_wallet": payee, "amount": yen("10")}, key(fmt.Sprint("24-", n)))
		})
		assert.Equal(t, map[string]int{"Created": 15, "insufficient-funds": 25}, statuses(answers))
		assert.Equal(t, []string{"-50", "0", "50"}, s.balanceOf(t, from))
		limit(from, "49").refused(http.StatusUnprocessableEntity, "credit-limit-in-use")
		limit(from, "-1").refused(http.StatusBadRequest, "invalid-field")
	})
	t.Run("24: forty debits of ten in one batch", func(t *testing.T) {
		from := s.wallet(t, "usr_24_batch", 100)
		limit(from, "50").is(http.StatusNoContent)
		transfers := make([]map[string]any, 40)
		for i := range transfers {
			transfers[i] = map[string]any{"from_wallet": from, "to_wallet": payee, "amount": yen("10")}
		}
		a := shop.in(t).post("/v1/transfers/batch", "24-batch", map[string]any{"transfers": transfers}).is(http.StatusOK)
		for i := range transfers {
			if i < 15 {
				assert.Equal(t, "transferred", a.str("results", i, "transaction", "type"), i)
			} else {
				assert.Equal(t, "insufficient-funds", a.str("results", i, "problem", "code"), i)
			}
		}
		assert.Equal(t, []string{"-50", "0", "50"}, s.balanceOf(t, from))
	})
	t.Run("31: a batch of transfers, each by itself and all or none", func(t *testing.T) {
		from, middle := s.wallet(t, "usr_31", 100), s.wallet(t, "usr_31_middle", 0)
		list := map[string]any{"transfers": []map[string]any{
			{"from_wallet": from, "to_wallet": middle, "amount": yen("100")}, {"from_wallet": middle, "to_wallet": payee, "amount": yen("200")},
		}}
		refused := shop.in(t).post("/v1/transfers/batch?mode=atomic", "31-a", list).refused(http.StatusUnprocessableEntity, "insufficient-funds")
		assert.Equal(t, []string{"batch-aborted", "insufficient-funds"}, []string{refused.str("results", 0, "problem", "code"), refused.str("results", 1, "problem", "code")})
		assert.Equal(t, []string{"100", "0", "0"}, s.balanceOf(t, from))
		done := shop.in(t).post("/v1/transfers/batch", "31-b", list).is(http.StatusOK)
		assert.Equal(t, []string{"100", "insufficient-funds"}, []string{done.str("results", 0, "transaction", "postings", 0, "amount"), done.str("results", 1, "problem", "code")})
		assert.Equal(t, []string{"100", "0", "0"}, s.balanceOf(t, middle))
	})
	t.Run("25: a hold and its release use nothing of the limit", func(t *testing.T) {
		from := s.wallet(t, "usr_25", 50)
		limit(from, "100").is(http.StatusNoContent)
		hold := func(k string) string {
			return shop.in(t).post("/v1/holds", k, map[string]any{"wallet_id": from, "to_wallet": payee, "amount": yen("120")}).is(http.StatusCreated).str("id")
		}
		shop.in(t).post("/v1/holds/"+hold("25-a")+"/release", "25-b", map[string]any{}).is(http.StatusOK)
		assert.Equal(t, []string{"50", "0", "100"}, s.balanceOf(t, from))
		shop.in(t).post("/v1/holds/"+hold("25-c")+"/capture", "25-d", map[string]any{}).is(http.StatusOK)
		s.topUp(t, from, "pi_25", 100)
		assert.Equal(t, []string{"30", "0", "100"}, s.balanceOf(t, from))
	})
	t.Run("26: two debits of all there is", func(t *testing.T) {
		from := s.wallet(t, "usr_26", 0)
		limit(from, "200").is(http.StatusNoContent)
		answers := together(t, 2, func(n int) (*answer, error) {
			return shop.try(http.MethodPost, "/v1/transfers", map[string]any{"from_wallet": from, "to_wallet": payee, "amount": yen("200")}, key(fmt.Sprint("26-", n)))
		})
		assert.Equal(t, map[string]int{"Created": 1, "insufficient-funds": 1}, statuses(answers))
		assert.Equal(t, []string{"-200", "0", "200"}, s.balanceOf(t, from))
	})
	t.Run("26: two debits of all there is in one batch", func(t *testing.T) {
		from := s.wallet(t, "usr_26_batch", 0)
		limit(from, "200").is(http.StatusNoContent)
		all := map[string]any{"from_wallet": from, "to_wallet": payee, "amount": yen("200")}
		a := shop.in(t).post("/v1/transfers/batch", "26-batch", map[string]any{"transfers": []any{all, all}}).is(http.StatusOK)
		assert.Equal(t, []string{"201", "insufficient-funds"}, []string{a.str("results", 0, "status"), a.str("results", 1, "problem", "code")})
		assert.Equal(t, []string{"-200", "0", "200"}, s.balanceOf(t, from))
	})
	s.verify()
}

func TestWalletsAreFrozenAndClosed(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann, finance := s.as("usr_ann", "user"), s.finance()
	from, to := s.wallet(t, "usr_ann", 100), s.wallet(t, "usr_bob", 50)
	hold := ann.post("/v1/holds", "h-1", map[string]any{"wallet_id": from, "to_wallet": to, "amount": yen("40")}).is(http.StatusCreated).str("id")
	ann.post("/v1/holds/"+hold+"/increase", "h-2", map[string]any{"amount": yen("10")}).is(http.StatusOK)
	s.as("usr_bob", "user").post("/v1/holds/"+hold+"/increase", "h-3", map[string]any{"amount": yen("10")}).refused(http.StatusForbidden, "forbidden-for-payee")
	assert.Equal(t, []string{"50", "50", "0"}, s.balanceOf(t, from))

	path := "/v1/wallets/" + from
	named := ann.call(http.MethodPatch, path, map[string]any{"name": "Savings", "time_zone": "Europe/Berlin"}).is(http.StatusOK)
	assert.Equal(t, []any{"Savings", "Europe/Berlin", "50"}, []any{named.at("name"), named.at("time_zone"), named.at("balances", 0, "available")})
	ann.call(http.MethodPatch, path, map[string]any{"name": "x"}, header("If-Match", `"1"`)).refused(http.StatusPreconditionFailed, "version-mismatch")
	ann.call(http.MethodPatch, path, map[string]any{"name": "Main"}, header("If-Match", named.Header.Get("ETag"))).is(http.StatusOK)
	ann.post(path+"/freeze", "f-1", map[string]any{"reason": "x"}).refused(http.StatusForbidden, "forbidden")
	finance.post(path+"/freeze", "f-2", map[string]any{}).refused(http.StatusBadRequest, "invalid-field")
	finance.post(path+"/freeze", "f-3", map[string]any{"reason": "a dispute"}).is(http.StatusNoContent)
	// From here on nothing goes out, whoever asks, at once.
	ann.transfers("f-4", from, to, "1").refused(http.StatusUnprocessableEntity, "wallet-frozen")
	ann.post("/v1/holds", "f-5", map[string]any{"wallet_id": from, "amount": yen("1")}).refused(http.StatusUnprocessableEntity, "wallet-frozen")
	s.as("usr_bob", "user").transfers("f-6", to, from, "5").is(http.StatusCreated)
	assert.Equal(t, "frozen", ann.read(path).str("status"))
	assert.Equal(t, []string{from}, finance.read("/v1/wallets?status=frozen").ids())
	finance.post(path+"/unfreeze", "f-7", map[string]any{"reason": "looked at"}).is(http.StatusNoContent)

	ann.post(path+"/close", "c-1", map[string]any{"reason": "moved away"}).refused(http.StatusUnprocessableEntity, "wallet-not-empty")
	captured := s.as("usr_bob", "user").post("/v1/holds/"+hold+"/capture", "c-2", map[string]any{}).is(http.StatusOK)
	assert.Equal(t, []string{"50", "50"}, []string{captured.str("amount", "amount"), captured.str("captured", "amount")})
	ann.transfers("c-3", from, to, "55").is(http.StatusCreated)
	s.as("usr_bob", "user").post(path+"/close", "c-4", map[string]any{"reason": "x"}).refused(http.StatusNotFound, "wallet-not-found")
	ann.post(path+"/close", "c-5", map[string]any{"reason": "moved away"}).is(http.StatusNoContent)
	again := ann.post(path+"/close", "c-5", map[string]any{"reason": "moved away"}).is(http.StatusNoContent)
	assert.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	assert.Equal(t, "closed", ann.read(path).str("status"))
	s.as("usr_bob", "user").transfers("c-6", to, from, "1").refused(http.StatusUnprocessableEntity, "wallet-closed")
	// What arrives for it waits for somebody to look at it.
	s.topUp(t, from, "pi_late", 70)
	require.Equal(t, "70", s.finance().read("/v1/ledgers/main/accounts/"+suspense+"/balances?asset=JPY").str("data", 0, "balance"))
	s.verify()
}
