package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/wallet/payment"
)

// What is booked of Stripe's statement matches; what the books cannot take, and what was posted by hand and is not there, are
// breaks that explain the difference: on the command line, and each night by itself.
func TestReconciliation(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	s := prepareService(t)
	s.settings.StripeKey, s.settings.StripeURL, s.settings.StripePoll = "sk_test_123", api.URL(), 50*time.Millisecond
	// The day before yesterday is over, whatever the hour is.
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	at := day.Add(10 * time.Hour)
	charge := stripetest.Charge(t, stripetest.Payment{Intent: "pi_a", Currency: "usd", Received: 1000})
	api.Add(charge)
	api.Settles(charge["id"].(string), at, stripetest.Object{"id": "txn_1", "type": "charge", "amount": 1000, "fee": 59, "currency": "usd"})
	api.Add(stripetest.Object{"object": "payout", "id": "po_1", "amount": 600, "currency": "usd", "status": "paid"})
	api.Settles("po_1", at.Add(time.Minute), stripetest.Object{"id": "txn_2", "type": "payout", "amount": -600, "currency": "usd"})
	api.Settles("", at.Add(time.Hour), stripetest.Object{"id": "txn_3", "type": "stripe_fee", "amount": -200, "currency": "zzz"})
	s.start()
	t.Cleanup(s.close)
	finance := s.finance().in(t)
	require.Eventually(t, func() bool { return finance.balance(payment.Clearing, "USD") == "3.41" && s.raw(t, "txn_3") == 1 }, 20*time.Second, 20*time.Millisecond)

	reconciles := func(flags ...string) told {
		t.Helper()
		return florinSays(t, append([]string{
			"recon", "stripe", "--database-url=" + s.settings.DatabaseURL, "--stripe-key=sk_test_123", "--stripe-url=" + api.URL(), "--from=" + day.Format(time.DateOnly),
		}, flags...)...)
	}
	said := reconciles()
	require.Equal(t, 1, said.code, said.err)
	require.Empty(t, said.err)
	for _, line := range []string{
		"3 lines, 2 of them matched, and 4 entries",
		"USD    0        3.41    3.41     3.41       0",
		"ZZZ    0        0       0        -2         2",
		"missing-in-journal  txn_3  -         2 ZZZ",
		"stage-differs       txn_2  -         -           payout/po_1: it is paid, and in_transit in the books",
		"2 breaks",
	} {
		require.Contains(t, said.out, line)
	}

	// Stripe tells of the payout, and of a payment that it has no line for.
	payout := stripetest.Fixture(t, "payout", stripetest.Object{"id": "po_1", "amount": 600, "currency": "usd", "status": "paid"})
	s.hears(t, "payout.paid", payout, time.Now())
	s.hears(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, stripetest.Payment{Intent: "pi_b", Currency: "usd", Received: 500}), at)
	var report reportJSON
	said = reconciles("--json", "--until="+day.AddDate(0, 0, 1).Format(time.RFC3339))
	require.Equal(t, 1, said.code, said.err)
	require.NoError(t, json.Unmarshal([]byte(said.out), &report))
	require.Len(t, report.Breaks, 2, said.out)
	require.Equal(t, []string{"missing-at-provider", "5 USD"}, []string{string(report.Breaks[0].Reason), report.Breaks[0].Difference[0].Amount.String() + " " + report.Breaks[0].Difference[0].Asset})
	require.True(t, strings.HasPrefix(report.Breaks[0].Transaction, "txn_"), report.Breaks[0].Transaction)
	require.Equal(t, "missing-in-journal", string(report.Breaks[1].Reason))
	for _, f := range report.Assets {
		require.True(t, f.Difference.Equal(f.Explained), f.Asset)
	}
	require.Equal(t, told{out: "", err: "florin: --from: \"yesterday\" is neither a day (2026-03-04) nor a time (2026-03-04T06:00:00Z)\n", code: 1}, reconciles("--from=yesterday"))
	require.Contains(t, reconciles("--until=2999-01-01").err, "it is longer than 92 days")
	require.Contains(t, reconciles("--stripe-key=").err, "without a key Stripe tells nothing")

	// Finance asks for the same over HTTP.
	body := map[string]any{"source": "stripe", "from": day.Format(time.RFC3339), "until": day.AddDate(0, 0, 1).Format(time.RFC3339)}
	asked := finance.post("/v1/reconciliations", "rec-1", body).is(http.StatusAccepted)
	path := "/v1/reconciliations/" + asked.str("id")
	require.Equal(t, asked.str("id"), finance.post("/v1/reconciliations", "rec-1", body).is(http.StatusAccepted).replayed(true).str("id"))
	body["until"] = at.Format(time.RFC3339)
	finance.post("/v1/reconciliations", "rec-1", body).refused(http.StatusUnprocessableEntity, "idempotency-key-reused")
	body["until"] = time.Now().Add(time.Hour).Format(time.RFC3339)
	finance.post("/v1/reconciliations", "rec-2", body).refused(http.StatusBadRequest, "invalid-field")
	require.Eventually(t, func() bool { return finance.get(path).is(http.StatusOK).str("status") == "done" }, 20*time.Second, 50*time.Millisecond)
	done := finance.get(path)
	require.Equal(t, []string{"8.41", "3.41", "5"}, []string{done.str("assets", 0, "booked"), done.str("assets", 0, "stated"), done.str("assets", 0, "difference")})
	require.Equal(t, "missing-at-provider", finance.get(path+"/breaks?limit=1").is(http.StatusOK).str("data", 0, "reason"))
	next := finance.get(path + "/breaks?limit=1").str("next_cursor")
	require.Equal(t, "txn_3", finance.get(path+"/breaks?limit=1&cursor="+next).is(http.StatusOK).str("data", 0, "line"))
	require.Equal(t, asked.str("id"), finance.get("/v1/reconciliations?limit=1").is(http.StatusOK).str("data", 0, "id"))
	finance.get("/v1/reconciliations/rec_01k0q3v9x8f6r8v4t0d6m2n7h5/breaks").refused(http.StatusNotFound, "reconciliation-not-found")

	// The night has done the same.
	require.Eventually(t, func() bool {
		var nights int
		s.query(t, &nights, `SELECT count(*) FROM reconciliations WHERE nightly AND status = 'done' AND period_from = '`+day.Format(time.RFC3339)+`'`)
		return nights == 1
	}, 20*time.Second, 50*time.Millisecond)
	s.verify()
}
