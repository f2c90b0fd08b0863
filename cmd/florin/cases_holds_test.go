package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCasesOfHolds(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"16", captureInParts},
		numbered{"17", releaseTheRest},
		numbered{"18", finalCapture},
		numbered{"19", capturesAtOnce},
		numbered{"20", holdsUpToTheBalance},
		numbered{"38", keyOfAnotherHold},
		numbered{"41", handsOffDomains},
	)
}

// shop is a wallet that pays, one that is paid, and a service that acts for both.
type shop struct {
	*book
	service      *caller
	payer, payee string
}

func (s *service) shop(t *testing.T, yen int64) *shop {
	t.Helper()
	return &shop{
		book: s.mainBook(t), service: s.as("svc_shop", "service").in(t),
		payer: s.wallet(t, "usr_payer", yen), payee: s.wallet(t, "usr_payee", 0),
	}
}

// hold tries to place a hold; the key is the payer's name and k.
func (h *shop) hold(k, amount string) *answer {
	h.t.Helper()
	return h.service.post("/v1/holds", h.payer+k, map[string]any{"wallet_id": h.payer, "to_wallet": h.payee, "amount": yen(amount)})
}

// capture tries to capture a part of a hold, or with an empty amount the rest.
func (h *shop) capture(hold, k, amount string) *answer {
	h.t.Helper()
	body := map[string]any{}
	if amount != "" {
		body["amount"] = yen(amount)
	}
	return h.service.post("/v1/holds/"+hold+"/capture", h.payer+k, body)
}

// stands asserts what the wallets have: the payer available and held, the payee available.
func (h *shop) stands(payer, set, payee string) {
	h.t.Helper()
	h.has(available(h.payer), payer, "JPY")
	h.has(held(h.payer), set, "JPY")
	h.has(available(h.payee), payee, "JPY")
}

// Case 16: a hold is captured in parts, never more than it has.
func captureInParts(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	hold := h.hold("", "600").is(http.StatusCreated).str("id")
	h.stands("400", "600", "0")
	h.capture(hold, "1", "250").is(http.StatusOK)
	a := h.capture(hold, "2", "250").is(http.StatusOK)
	require.Equal(t, "500", a.str("captured", "amount"))
	require.Equal(t, "100", a.str("remaining", "amount"))
	require.Equal(t, "open", a.str("status"))
	h.untouched(func() {
		p := h.capture(hold, "3", "150").refused(http.StatusUnprocessableEntity, "capture-too-large")
		require.Equal(t, map[string]any{"amount": "100", "asset": "JPY"}, p.at("remaining"))
	})
	require.Equal(t, "captured", h.capture(hold, "4", "100").is(http.StatusOK).str("status"))
	h.untouched(func() {
		p := h.capture(hold, "5", "1").refused(http.StatusUnprocessableEntity, "hold-closed")
		require.Equal(t, "captured", p.str("hold_status"))
	})
	h.stands("400", "0", "600")
}

// Case 17: a release gives back what was not captured, once.
func releaseTheRest(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	hold := h.hold("", "600").is(http.StatusCreated).str("id")
	h.capture(hold, "1", "200").is(http.StatusOK)
	release := func(k string) *answer {
		return h.service.post("/v1/holds/"+hold+"/release", h.payer+k, map[string]any{})
	}
	a := release("2").is(http.StatusOK)
	require.Equal(t, "400", a.str("released", "amount"))
	require.Equal(t, "0", a.str("remaining", "amount"))
	require.Equal(t, "released", a.str("status"))
	h.stands("800", "0", "200")
	h.untouched(func() {
		release("3").refused(http.StatusUnprocessableEntity, "hold-closed")
		h.capture(hold, "4", "").refused(http.StatusUnprocessableEntity, "hold-closed")
		require.Equal(t, string(a.Body), string(release("2").is(http.StatusOK).replayed(true).Body))
	})
	require.Equal(t, "released", h.service.read("/v1/holds/"+hold).is(http.StatusOK).str("status"))
}

// Case 18: a final capture gives the rest back at once.
func finalCapture(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	hold := h.hold("", "600").is(http.StatusCreated).str("id")
	final := func(query, k string) *answer {
		return h.service.post("/v1/holds/"+hold+"/capture"+query, h.payer+k, map[string]any{"amount": yen("200"), "final": true})
	}
	h.untouched(func() {
		require.Equal(t, "captured", final("?dry_run=true", "1").is(http.StatusOK).str("status"))
		require.Equal(t, "open", h.service.read("/v1/holds/"+hold).str("status"))
	})
	a := final("", "1").is(http.StatusOK).replayed(false)
	require.Equal(t, "200", a.str("captured", "amount"))
	require.Equal(t, "400", a.str("released", "amount"))
	h.stands("800", "0", "200")
	h.untouched(func() { require.Equal(t, string(a.Body), string(final("", "1").is(http.StatusOK).replayed(true).Body)) })
}

// Case 19: many captures at once take what there is, once.
func capturesAtOnce(t *testing.T, s *service) {
	h := s.shop(t, 2000)
	whole := h.hold("whole", "1000").is(http.StatusCreated).str("id")
	parts := h.hold("parts", "1000").is(http.StatusCreated).str("id")
	capture := func(hold, amount string) []*answer {
		return together(t, 100, func(i int) (*answer, error) {
			return h.service.tryPost("/v1/holds/"+hold+"/capture", fmt.Sprint(hold, i), map[string]any{"amount": yen(amount)})
		})
	}
	require.Equal(t, map[string]int{"OK": 1, "hold-closed": 99}, statuses(capture(whole, "1000")))
	h.stands("0", "1000", "1000")
	require.Equal(t, map[string]int{"OK": 33, "capture-too-large": 67}, statuses(capture(parts, "30")))
	h.stands("0", "10", "1990")
}

// Case 20: holds set aside what there is, one after another and all at once.
func holdsUpToTheBalance(t *testing.T, s *service) {
	one, all := s.shop(t, 5000), s.shop(t, 5000)
	for i := range 5 {
		one.hold(fmt.Sprint(i), "1000").is(http.StatusCreated)
	}
	one.untouched(func() { one.hold("6", "1000").refused(http.StatusUnprocessableEntity, "insufficient-funds") })
	one.stands("0", "5000", "0")
	answers := together(t, 6, func(i int) (*answer, error) {
		return all.service.tryPost("/v1/holds", fmt.Sprint(all.payer, i),
			map[string]any{"wallet_id": all.payer, "to_wallet": all.payee, "amount": yen("1000")})
	})
	require.Equal(t, map[string]int{"Created": 5, "insufficient-funds": 1}, statuses(answers))
	all.stands("0", "5000", "0")
}

// Case 38: the hold stands in the path, and the path is part of what a key is held to.
func keyOfAnotherHold(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	first, second := h.hold("1", "300").str("id"), h.hold("2", "300").str("id")
	h.capture(first, "K", "").is(http.StatusOK)
	h.untouched(func() {
		h.capture(second, "K", "").refused(http.StatusUnprocessableEntity, "idempotency-key-reused")
	})
	a := h.service.read("/v1/holds/" + second).is(http.StatusOK)
	require.Equal(t, "open", a.str("status"))
	require.Equal(t, "300", a.str("remaining", "amount"))
	h.stands("400", "300", "300")
	h.capture(second, "L", "").is(http.StatusOK)
	h.stands("400", "0", "600")
}

// Case 41: what a domain has made is undone by the domain, and only the domain posts to its accounts.
func handsOffDomains(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	hold := h.hold("", "600").is(http.StatusCreated).str("id")
	h.capture(hold, "1", "200").is(http.StatusOK)
	made := h.transactions()
	for i, kind := range []string{"hold-captured", "hold-placed", "payment-received"} {
		x := made[len(made)-1-i]
		require.Equal(t, kind, x.Type)
		for _, force := range []bool{false, true} {
			h.untouched(func() {
				h.post(h.path("/transactions/"+x.ID+"/reverse"), fmt.Sprint(x.ID, force), map[string]any{"reason": "by hand", "force": force}).
					refused(http.StatusUnprocessableEntity, "use-domain-undo")
			})
		}
		require.Empty(t, h.transaction(x.ID).ReversedBy)
	}
	owned := []string{
		available(h.payer), held(h.payer), "liabilities:wallets:nobody", "assets:stripe:clearing",
		"liabilities:entitlements:m", "liabilities:deferred:memberships:m", "liabilities:stripe:x",
	}
	for _, account := range owned {
		h.untouched(func() {
			p := h.post(h.path("/transactions"), h.payer+account, transaction(pays(opening, account, "1", "JPY"))).
				refused(http.StatusUnprocessableEntity, "owned-account")
			require.Equal(t, "/postings/1/account", p.str("errors", 0, "pointer"))
			h.post(h.path("/transactions"), h.payer+"from "+account, transaction(pays(account, opening, "1", "JPY"))).
				refused(http.StatusUnprocessableEntity, "owned-account")
			results := h.post(h.path("/transactions/batch"), h.payer+"batch "+account,
				map[string]any{"transactions": []any{transaction(pays(opening, account, "1", "JPY"))}}).is(http.StatusOK)
			require.Equal(t, "owned-account", results.str("results", 0, "problem", "code"))
			h.call(http.MethodPut, h.path("/accounts/"+account), map[string]any{"frozen": true}, key(h.payer+"freeze "+account)).
				refused(http.StatusUnprocessableEntity, "owned-account")
			h.service.post("/v1/holds", h.payer+"to "+account,
				map[string]any{"wallet_id": h.payer, "to_account": account, "amount": yen("1")}).
				refused(http.StatusUnprocessableEntity, "owned-account")
			for _, by := range []string{"/credit", "/debit"} {
				h.service.post("/v1/wallets/"+h.payee+by, h.payer+by+account, map[string]any{"account": account, "amount": yen("1")}).
					refused(http.StatusUnprocessableEntity, "owned-account")
			}
		})
	}
	h.stands("400", "400", "200")
}
