package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/wallet/payment"
)

// told is what a command line printed.
type told struct {
	code     int
	out, err string
}

// florinSays runs a command line in this process.
func florinSays(t *testing.T, args ...string) told {
	t.Helper()
	var out, err bytes.Buffer
	code := run(t.Context(), args, &out, &err)
	return told{code, out.String(), err.String()}
}

// With what dev.env exports, a command line is all that it takes to see a payment booked.
func TestStripeTrigger(t *testing.T) {
	s := startService(t)
	t.Setenv("FLORIN_URL", s.url)
	t.Setenv("STRIPE_WEBHOOK_SECRET", s.stripe)
	c := s.as("usr_ann", "user")
	wallet := c.post("/v1/wallets", "first-wallet", map[string]any{"name": "Ann's"}).is(http.StatusCreated).str("id")
	available := func() string {
		return c.read("/v1/wallets/"+wallet).is(http.StatusOK).str("balances", 0, "available")
	}
	// The position, which other events at the same time would move, is noted and left out.
	trigger := func(eventType string, flags ...string) told {
		a := florinSays(t, append([]string{"stripe", "trigger", eventType}, flags...)...)
		if out, position, ok := strings.Cut(a.out, "position "); ok {
			a.out = out
			s.saw(strings.TrimSpace(position))
		}
		return a
	}
	pays := func(flags ...string) []string {
		return append([]string{"--wallet", wallet, "--amount", "10.50", "--asset", "USD", "--intent", "pi_1"}, flags...)
	}

	require.Equal(t, told{out: "event    evt_1 (payment_intent.succeeded)\npayment  pi_1\nanswer   200 OK, booked\n"},
		trigger("payment_intent.succeeded", pays("--event-id", "evt_1")...))
	require.Equal(t, "10.50", available())

	require.Equal(t, told{out: "event    evt_1 (payment_intent.succeeded)\npayment  pi_1\nanswer   200 OK, booked, as answered before\n"},
		trigger("payment_intent.succeeded", pays("--event-id", "evt_1")...))
	for _, eventType := range []string{"charge.succeeded", "charge.captured", "checkout.session.completed", "payment_intent.succeeded"} {
		require.Equal(t, told{out: "event    evt_" + eventType + " (" + eventType + ")\npayment  pi_1\nanswer   200 OK, ignored\n"},
			trigger(eventType, pays("--event-id", "evt_"+eventType)...))
	}
	require.Equal(t, "10.50", available())

	require.Contains(t, trigger("charge.refunded", pays("--refunded", "4")...).out, "answer   200 OK, booked\n")
	require.Equal(t, "6.50", available())
	require.Contains(t, trigger("charge.refunded", pays()...).out, "answer   200 OK, booked\n", "all of it, when nothing else is said")
	require.Equal(t, "0.00", available())

	// Told nothing, it makes ids of its own; the money of nobody's wallet goes to suspense.
	first, second := trigger("checkout.session.completed"), trigger("checkout.session.completed")
	require.Regexp(t, `^event    evt_\w{26} \(checkout.session.completed\)\npayment  pi_\w{26}\nanswer   200 OK, suspense\n$`, first.out)
	require.NotEqual(t, first.out, second.out)
	require.Equal(t, "20.00", s.finance().balance(payment.Suspense, "USD"))
	require.Equal(t, told{out: "event    evt_2 (customer.created)\nanswer   200 OK, ignored\n"}, trigger("customer.created", "--event-id", "evt_2"))

	// The secret of another service.
	other := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(other, []byte("whsec_other\n"), 0o600))
	refused := trigger("payment_intent.succeeded", pays("--event-id", "evt_3", "--secret-file", other)...)
	require.Equal(t, 1, refused.code)
	require.Equal(t, "event    evt_3 (payment_intent.succeeded)\npayment  pi_1\n", refused.out)
	require.Contains(t, refused.err, "florin: answer: 400 Bad Request: The webhook's signature does not belong to its body. (invalid-signature, req_")
	s.verify()
}

// What is printed is what would have been sent.
func TestStripeTriggerPrints(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("whsec_file\n"), 0o600))
	a := florinSays(t, "stripe", "trigger", "charge.succeeded", "--amount=5", "--asset=ISK", "--intent=pi_1", "--wallet=wal_1",
		"--event-id=evt_1", "--secret=whsec_other", "--secret-file="+secret, "--print", "--url=http://127.0.0.1:1")
	require.Equal(t, 0, a.code, a.err)
	signature, ok := strings.CutPrefix(strings.TrimSpace(a.err), "Stripe-Signature: ")
	require.True(t, ok, a.err)
	m, err := stripepay.New([]string{"whsec_file"}, stripepay.Config{}).Read([]byte(a.out), signature)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), m.Fact.OccurredAt, time.Minute)
	m.Fact.OccurredAt = time.Time{}
	require.Equal(t, "US", m.Fact.Card.Country, "that of the published example")
	m.Fact.Card = nil
	require.Equal(t, payment.Fact{Provider: payment.Stripe, EventID: "evt_1", Type: "charge.succeeded", Kind: payment.Paid,
		Payment: "pi_1", Asset: "ISK", Received: "5.00", Refunded: "0.00", Wallet: "wal_1"}, m.Fact)
}

func TestStripeTriggerRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"a type with no fixture": {
			[]string{"payment.succeeded"},
			`Stripe publishes no event "payment.succeeded". Known are charge.captured, charge.refunded, charge.succeeded, charge.updated, ` +
				"checkout.session.async_payment_succeeded, checkout.session.completed, payment_intent.succeeded, " +
				"payment_intent.amount_capturable_updated, payment_intent.canceled, payment_intent.created, ",
		},
		"a type of no kind":            {[]string{"x"}, "payment_intent.succeeded; florin stripe types lists all 265\n"},
		"no type":                      {[]string{""}, "payment_intent.succeeded; florin stripe types lists all 265\n"},
		"too many decimals":            {[]string{"charge.succeeded", "--amount=10.505"}, "10.505 has more decimals than USD"},
		"decimals of a yen":            {[]string{"charge.succeeded", "--amount=10.50", "--asset=JPY"}, "10.50 has more decimals than JPY"},
		"nothing":                      {[]string{"charge.succeeded", "--amount=0"}, "greater than zero"},
		"no currency":                  {[]string{"charge.succeeded", "--asset=PRO-DAY"}, "no currency of three letters"},
		"more than was received":       {[]string{"charge.refunded", "--refunded=10.01"}, "--refunded: 10.01 is more than the 10 that was received"},
		"an amount refunded of words":  {[]string{"charge.refunded", "--refunded=all"}, "--refunded: no amount that Stripe charges"},
		"an intent that was refunded":  {[]string{"payment_intent.succeeded", "--refunded=1"}, "only charges say what was refunded"},
		"a wallet for what pays none":  {[]string{"customer.created", "--wallet=wal_1"}, "customer.created is sent as Stripe publishes it"},
		"a secret file that isn't one": {[]string{"charge.succeeded", "--secret-file=/nonexistent"}, "secret: open /nonexistent"},
		"nobody at that address":       {[]string{"charge.succeeded", "--url=http://127.0.0.1:1"}, "the service does not answer: "},
		"no address":                   {[]string{"charge.succeeded", "--url=:"}, "--url: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := florinSays(t, append([]string{"stripe", "trigger", "--secret=whsec_test"}, c.args...)...)
			require.Equal(t, 1, a.code)
			require.Contains(t, a.err, c.says)
			require.NotContains(t, a.out, "answer")
		})
	}
}

// A secret is asked for, not made up.
func TestStripeTriggerWithoutASecret(t *testing.T) {
	t.Setenv("STRIPE_WEBHOOK_SECRET", "")
	a := florinSays(t, "stripe", "trigger", "charge.succeeded", "--print")
	require.Equal(t, told{code: 1, err: "florin: no webhook secret: source .florin/dev.env, or name the service's with --secret-file\n"}, a)
}

// Whatever else listens at the address, only Florin's receipt is a success.
func TestStripeTriggerElsewhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		body, says string
	}{
		"a page":       {http.StatusOK, "<html>", "florin: 200 OK from something that is not Florin\n"},
		"other JSON":   {http.StatusOK, `{"received":true}`, "florin: 200 OK from something that is not Florin\n"},
		"a proxy":      {http.StatusBadGateway, "<html>", "florin: answer: 502 Bad Gateway\n"},
		"no such page": {http.StatusNotFound, `{"code":"not-found"}`, "florin: answer: 404 Not Found\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			a := florinSays(t, "stripe", "trigger", "customer.created", "--secret=whsec_test", "--event-id=evt_1", "--url="+server.URL)
			require.Equal(t, told{1, "event    evt_1 (customer.created)\n", c.says}, a)
		})
	}
}

func TestStripeTypes(t *testing.T) {
	t.Parallel()
	a := florinSays(t, "stripe", "types")
	require.Equal(t, 0, a.code, a.err)
	require.Equal(t, 265, strings.Count(a.out, "\n"))
	require.Contains(t, a.out, "\ncharge.refunded\n")
}
