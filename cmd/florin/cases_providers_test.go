package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// While Stripe does not answer new payments go to another provider. Those that it was asked for stay with it, wait for
// it, and are opened there once.
func TestPaymentsGoElsewhere(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	s := prepareService(t)
	s.settings.StripeKey, s.settings.StripeURL = "sk_test_123", api.URL()
	s.settings.PaymentProviders, s.settings.SimulatedListen = []string{payment.Stripe, payment.Simulated}, "127.0.0.1:0"
	s.start()
	t.Cleanup(s.close)
	into := s.wallet(t, "usr_ann", 0)
	ann, boss := s.as("usr_ann", "user"), s.finance()
	asks := func(k string) (*answer, error) {
		return ann.try(http.MethodPost, "/v1/payments", map[string]any{
			"wallet_id": into, "amount": yen("1000"), "method": "checkout", "success_url": "https://shop.example.com/paid",
		}, key(k))
	}

	// One that Stripe never answers keeps nobody waiting, and does not speak against it.
	api.Away(func(c stripetest.Call) bool { return c.Form.Get("line_items[0][price_data][unit_amount]") == "666" })
	ann.call(http.MethodPost, "/v1/payments", map[string]any{
		"wallet_id": into, "amount": yen("666"), "method": "checkout", "success_url": "https://shop.example.com/paid",
	}, key("poisoned"), header("Prefer", "respond-async")).is(http.StatusAccepted)
	require.Eventually(t, func() bool { return s.count(t, "SELECT coalesce(max(attempts), 0) FROM payment_calls") > 2 }, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, "stripe", ann.pays("before", into, "1000").is(http.StatusCreated).str("provider"))

	api.Away(func(stripetest.Call) bool { return true })
	early := make(chan int)
	for i := range payment.FaultsUntilDown {
		go func() {
			a, err := asks("early-" + string(rune('a'+i)))
			if err != nil { // the restart has cut it off
				early <- 0
				return
			}
			early <- a.Status
		}()
	}
	require.Eventually(t, func() bool {
		return s.count(t, "SELECT count(*) FROM payment_providers WHERE provider = 'stripe' AND down_at IS NOT NULL") == 1
	}, 20*time.Second, 20*time.Millisecond)
	found, err := lookAround(t.Context(), s.app.work, readmodel.NewReads(s.app.work), s.app.providers)
	require.NoError(t, err)
	require.Len(t, found.Providers, 2)
	assert.Equal(t, telemetry.Provider{Name: "simulated", Up: true}, found.Providers[1], "which the database has not heard of")
	assert.Equal(t, []any{"stripe", false}, []any{found.Providers[0].Name, found.Providers[0].Up})
	assert.Positive(t, found.Providers[0].Calls)
	elsewhere := ann.pays("elsewhere", into, "1000").is(http.StatusCreated)
	assert.Equal(t, []string{"simulated", "created"}, []string{elsewhere.str("provider"), elsewhere.str("status")})

	// Another process knows it too, and goes on where this one was.
	s.restart()
	assert.Equal(t, "simulated", ann.pays("elsewhere-2", into, "1000").is(http.StatusCreated).str("provider"))
	api.Away(nil)
	for range payment.FaultsUntilDown {
		assert.Contains(t, []int{0, http.StatusCreated, http.StatusServiceUnavailable}, <-early, "and is asked again with its key")
	}
	ids := map[string]bool{}
	for i := range payment.FaultsUntilDown {
		var asked *answer
		require.Eventually(t, func() bool {
			a, err := asks("early-" + string(rune('a'+i)))
			asked = a
			return err == nil && a.Status == http.StatusCreated
		}, 60*time.Second, 20*time.Millisecond)
		assert.Equal(t, "stripe", asked.str("provider"))
		ids[asked.str("id")] = true
	}
	assert.Len(t, ids, payment.FaultsUntilDown)
	require.Eventually(t, func() bool { return s.count(t, "SELECT count(*) FROM payment_calls") == 0 }, 60*time.Second, 20*time.Millisecond)
	assert.Len(t, api.Opened("checkout.session"), payment.FaultsUntilDown+2, "each once: those, the one before, and the poisoned one")
	assert.Equal(t, "stripe", ann.pays("after", into, "1000").is(http.StatusCreated).str("provider"))

	// The payer pays at the other one, whose accounts are its own; so is its money given back.
	path := "/v1/payments/" + elsewhere.str("id")
	s.presses(t, elsewhere.str("checkout_url"), "decline")
	assert.Equal(t, "failed", ann.read(path).is(http.StatusOK).str("status"))
	s.presses(t, ann.read(path).str("checkout_url"), "pay")
	assert.Equal(t, []string{"succeeded", "1000"}, []string{ann.read(path).str("status"), ann.read(path).str("received", "amount")})
	assert.Equal(t, []string{"1000", "1000", "0"},
		[]string{boss.balance(available(into), "JPY"), boss.balance("assets:simulated:clearing", "JPY"), boss.balance(clearing, "JPY")})
	assert.Equal(t, "settled", boss.post(path+"/refunds", "r-1", map[string]any{"amount": yen("400")}).is(http.StatusCreated).str("status"))
	assert.Equal(t, []string{"600", "600"}, []string{boss.balance(available(into), "JPY"), boss.balance("assets:simulated:clearing", "JPY")})
	s.verify()
}

// presses presses a button of the simulated provider's page, and has what that books be seen by later reads.
func (s *service) presses(t *testing.T, page, button string) {
	t.Helper()
	u, err := url.Parse(page)
	require.NoError(t, err)
	u.Host = s.app.simulated.Addr().String() // it has moved with a restart
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.String(), strings.NewReader(url.Values{"do": {button}}.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, a.Body.Close())
	require.Less(t, a.StatusCode, http.StatusBadRequest)
	var last int64
	s.query(t, &last, "SELECT position FROM shard_head")
	s.saw(journal.Token{Shard: shard, Position: last}.String())
}

// count is a number that a query returns.
func (s *service) count(t *testing.T, sql string) (n int) {
	t.Helper()
	s.query(t, &n, sql)
	return n
}
