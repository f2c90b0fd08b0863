package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/adapters/telemetry/otlptest"
)

// lines is a log that a test reads.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// with returns the lines with a message that are within a trace.
func (l *lines) with(t *testing.T, message, trace string) (found []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for text := range strings.Lines(l.text.String()) {
		var line map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &line))
		if line["msg"] == message && line["trace_id"] == trace {
			found = append(found, line)
		}
	}
	return found
}

// scraped is what a process shows at /metrics.
func (s *service) scraped(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	ln, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.app.metrics.Serve(ctx, ln) }()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+"/metrics", http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	cancel()
	require.NoError(t, <-done)
	return string(text)
}

// Two processes, one of which answers and the other does the rest: a request is one trace through both, down to the webhook
// that tells of it; and what the dashboards and alerts ask for is there.
func TestTelemetryOfTwoProcesses(t *testing.T) {
	t.Parallel()
	collector, log := otlptest.Start(t), &lines{}
	back := prepareService(t)
	back.settings.OTLPEndpoint = collector.URL()
	back.log = slog.New(telemetry.LogHandler(slog.NewJSONHandler(log, nil)))
	back.roles = roles{roleWriter, roleRelay, roleProjector, roleReactor}
	back.start()
	t.Cleanup(back.close)
	front := &service{t: t, settings: back.settings, nats: back.nats, minter: back.minter, contract: back.contract, stripe: back.stripe,
		roles: roles{roleAPI}, log: back.log}
	front.start()
	t.Cleanup(front.close)

	h, r := front.shop(t, 1000), newReceiver(t)
	h.service.endpoint(r.server.URL, "transfer.made")
	const trace, caller = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	h.service.post("/v1/transfers", "traced", map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")},
		header("Traceparent", "00-"+trace+"-"+caller+"-01")).is(http.StatusCreated)
	h.service.post("/v1/transfers", "refused", map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("100000")}).
		refused(http.StatusUnprocessableEntity, "insufficient-funds")
	r.wait(1)
	requests := log.with(t, "request", trace)
	require.Len(t, requests, 1)
	require.Equal(t, "/v1/transfers", requests[0]["route"])

	metrics := map[string]bool{}
	for _, s := range []*service{front, back} {
		require.Eventually(t, func() bool { // the first look at what waits takes a moment
			return s == front || strings.Contains(s.scraped(t), "florin_dead_letters_open 0\n")
		}, patience, 5*time.Millisecond)
		text := s.scraped(t)
		for _, m := range regexp.MustCompile(`(?m)^([a-z_]+)(?:\{[^\n]*\})? [^\n]+$`).FindAllStringSubmatch(text, -1) {
			metrics[m[1]] = true
		}
	}
	for _, name := range []string{"florin_http_request_seconds_count", "florin_commands_total", "florin_refusals_total", "florin_outgoing_request_seconds_count",
		"florin_projection_lag_seconds", "florin_relay_lag_seconds", "florin_postgres_connections", "florin_nats_connected", "florin_inbox_commands"} {
		require.True(t, metrics[name], name)
	}

	// What waits is found: here, money whose wallet nobody knows, and an event that was not signed.
	body, signature := stripetest.SignedEvent(t, front.stripe, "payment_intent.succeeded",
		stripetest.PaymentIntent(t, front.paid("pi_lost", 500, "wal_nobody")), stripetest.Options{EventID: "evt_lost"})
	front.nobody().call(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", signature)).is(http.StatusOK)
	front.nobody().call(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", "t=1,v1=00")).is(http.StatusBadRequest)
	require.Regexp(t, `florin_webhooks_received_total\{provider="stripe",result="taken"\} [1-9]`, front.scraped(t))
	require.Contains(t, front.scraped(t), `florin_webhooks_received_total{provider="stripe",result="invalid-signature"} 1`+"\n")
	require.Eventually(t, func() bool {
		found, err := lookAround(t.Context(), back.app.work, readmodel.NewReads(back.app.work), back.app.providers)
		require.NoError(t, err)
		return slices.Contains(found.Suspense, telemetry.Balance{Account: suspense, Asset: "JPY", Amount: 500}) && found.DatabaseBytes > 1<<20 && found.LogArchived.IsZero() &&
			maps.Equal(found.Payments, map[string]int{"created": 0, "requires_action": 0, "processing": 0, "disputed": 0})
	}, patience, 5*time.Millisecond)

	front.nobody().call(http.MethodPost, "/v1/users", map[string]any{"email": "ann@example.com", "password": goodPassword}).is(http.StatusCreated)
	require.Eventually(t, func() bool { return strings.Contains(back.scraped(t), `florin_letters_total{result="sent"} 1`+"\n") }, patience, 5*time.Millisecond)

	catalog := append(front.app.metrics.Catalog(), back.app.metrics.Catalog()...)
	slices.SortFunc(catalog, func(a, b telemetry.Described) int { return strings.Compare(a.Name, b.Name) })
	catalog = slices.CompactFunc(catalog, func(a, b telemetry.Described) bool { return a.Name == b.Name })
	everyMetricExists(t, metrics, catalog)
	metricsAreListed(t, catalog)

	back.close() // each sends what it has left
	front.close()
	names, ids := map[string][]string{}, map[string]string{caller: "the caller"}
	spans := collector.Spans(trace)
	for _, s := range spans {
		ids[s.ID] = s.Name
	}
	for _, s := range spans {
		names[s.Name] = append(names[s.Name], ids[s.Parent]+" by "+s.Attributes["resource:florin.roles"])
	}
	const request, command, backRoles = "POST /v1/transfers", "command transfer", "writer,relay,projector,reactor"
	for name, want := range map[string]string{
		request: "the caller by api", command: request + " by api", "decide transfer": command + " by " + backRoles, "commit": command + " by " + backRoles,
		"publish": command + " by " + backRoles, "project entries": command + " by " + backRoles, "project wallets": command + " by " + backRoles,
		"react webhooks": command + " by " + backRoles, "call webhook": command + " by " + backRoles,
	} {
		require.True(t, slices.Contains(names[name], want), "%s: %v, want %s; of %v", name, names[name], want, names)
	}
}
