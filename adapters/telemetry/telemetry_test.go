package telemetry_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/ledger/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scrape serves metrics on a listener of its own and returns what is there at a path.
func scrape(t *testing.T, m *telemetry.Metrics, paths ...string) (texts []string) {
	t.Helper()
	var config net.ListenConfig
	ln, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Serve(ctx, ln) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range paths {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+path, http.NoBody)
		require.NoError(t, err)
		response, err := client.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		texts = append(texts, string(body))
	}
	cancel()
	require.NoError(t, <-done)
	return texts
}

func TestMetricsAndProfilesAreServed(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	o := telemetry.NewObserver(m, telemetry.NoTracing())
	tail := journal.NewTail(0, nil, nil, slog.New(slog.DiscardHandler))
	m.Reactor(journal.NewReactor("mail", tail, nil, nil, nil, slog.New(slog.DiscardHandler)))
	m.Feed(func() time.Time { return time.Now().Add(-time.Hour) })
	o.Committed(journal.Commit{Commands: 5, Events: 5, Took: time.Millisecond, Decisions: func(yield func(journal.Decision) bool) {
		for _, d := range []journal.Decision{
			{Command: &journal.Command{Type: "transfer"}, Status: journal.Done},
			{Command: &journal.Command{Type: "transfer"}, Status: journal.Done},
			{Command: &journal.Command{Type: "transfer"}, Status: journal.Refused, Refusal: "insufficient-funds"},
			{Command: &journal.Command{Type: "transfer"}, Status: journal.Done, Replayed: true},
			{Command: &journal.Command{Type: "transfer"}, Status: journal.Done, DryRun: true},
		} {
			if !yield(d) {
				return
			}
		}
	}})
	o.Committed(journal.Commit{Commands: 1, Err: journal.ErrFenced})
	m.HoldsExpired(4)
	m.SchedulesRan(2, 1)
	m.MembershipsRan(30, 3, 2, 1)
	m.ProviderEvent("stripe", "taken", time.Now().Add(-20*time.Second))
	m.Cache("sessions", func() (hits, misses int64) { return 7, 2 })
	texts := scrape(t, m, "/metrics", "/debug/pprof/goroutine?debug=1")
	for _, line := range []string{
		`florin_commands_total{outcome="done",type="transfer"} 2`,
		`florin_commands_total{outcome="refused",type="transfer"} 1`,
		`florin_refusals_total{code="insufficient-funds"} 1`,
		`florin_commit_failures_total{reason="fenced"} 1`,
		`florin_commit_failures_total{reason="unknown"} 0`,
		`florin_commit_commands_sum 5`,
		`florin_events_total 5`,
		`florin_hold_expiries_total 4`,
		`florin_schedule_runs_total{result="done"} 2`,
		`florin_schedule_runs_total{result="refused"} 1`,
		`florin_membership_runs_total{result="day"} 30`,
		`florin_membership_runs_total{result="renewed"} 3`,
		`florin_membership_runs_total{result="refused"} 2`,
		`florin_membership_runs_total{result="ended"} 1`,
		`florin_webhooks_received_total{provider="stripe",result="taken"} 1`,
		`florin_webhook_received_age_seconds_bucket{provider="stripe",le="10"} 0`,
		`florin_webhook_received_age_seconds_bucket{provider="stripe",le="30"} 1`,
		`florin_cache_reads_total{cache="sessions",result="hit"} 7`,
		`florin_cache_reads_total{cache="sessions",result="miss"} 2`,
		`florin_reactor_running{reactor="mail"} 0`,
	} {
		require.Contains(t, texts[0], line+"\n")
	}
	require.Contains(t, texts[0], "go_goroutines")
	require.Regexp(t, `florin_feed_age_seconds 3600\.`, texts[0])
	require.Contains(t, texts[1], "goroutine profile")
}

func TestRequestsAndAnswersAreCounted(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	o := telemetry.NewObserver(m, telemetry.NoTracing())
	for _, status := range []int{201, 200, 422} {
		code := ""
		if status == 422 {
			code = "insufficient-funds"
		}
		_, answered := o.Request(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/transfers?x=wal_1", http.NoBody), "/v1/transfers")
		answered(status, code)
	}
	_, answered := o.Request(httptest.NewRequestWithContext(t.Context(), "BREW", "/nowhere", http.NoBody), "")
	answered(404, "not-found")
	o.Request(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/x", http.NoBody), "/v1/x")
	_, ended := o.Asked(t.Context(), &journal.Command{Type: "transfer"})
	ended(journal.Answer{}, journal.ErrOutcomeUnknown)
	_, ended = o.Asked(t.Context(), &journal.Command{Type: "transfer"})
	ended(journal.Answer{Outcome: journal.Outcome{Status: journal.Done}, Replayed: true}, nil)
	_, called := o.Calling(t.Context(), "webhook", "")
	called(0)
	_, through := o.Job(t.Context(), "expiries")
	through(errors.New("away"))
	text := scrape(t, m, "/metrics")[0]
	for _, line := range []string{
		`florin_http_request_seconds_count{method="POST",route="/v1/transfers",status="2xx"} 2`,
		`florin_http_request_seconds_count{method="POST",route="/v1/transfers",status="4xx"} 1`,
		`florin_http_request_seconds_count{method="other",route="none",status="4xx"} 1`,
		`florin_http_requests_in_flight 1`,
		`florin_http_problems_total{code="insufficient-funds"} 1`,
		`florin_command_seconds_count{outcome="unknown"} 1`,
		`florin_command_seconds_count{outcome="replayed"} 1`,
		`florin_command_seconds_count{outcome="done"} 0`,
		`florin_outgoing_request_seconds_count{peer="webhook",status="error"} 1`,
		`florin_job_seconds_count{job="expiries",result="failed"} 1`,
	} {
		require.Contains(t, text, line+"\n")
	}
	require.NotContains(t, text, "wal_1", "an address is no label")
}

func TestASurveyIsShownOnlyWhereItIsMade(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	show := m.Survey()
	require.NotContains(t, scrape(t, m, "/metrics")[0], "florin_dead_letters_open")
	show(&telemetry.Findings{
		DeadLetters: 3, DeadLettersOldest: time.Now().Add(-time.Hour), Payments: map[string]int{"created": 2},
		Suspense:  []telemetry.Balance{{Account: "liabilities:suspense:stripe", Asset: "USD", Amount: 12.5}},
		Providers: []telemetry.Provider{{Name: "simulated", Up: true}, {Name: "stripe", Calls: 7}}, Reviews: 2, ReviewsOldest: time.Now().Add(-time.Hour),
	})
	text := scrape(t, m, "/metrics")[0]
	require.Contains(t, text, "florin_dead_letters_open 3\n")
	require.Regexp(t, `florin_dead_letters_oldest_seconds 3600\.`, text)
	require.Contains(t, text, "florin_inbox_oldest_seconds 0\n")
	require.Contains(t, text, `florin_payments_open{status="created"} 2`)
	require.Contains(t, text, `florin_payment_provider_up{provider="simulated"} 1`)
	require.Contains(t, text, `florin_payment_provider_up{provider="stripe"} 0`)
	require.Contains(t, text, `florin_payment_calls_waiting{provider="stripe"} 7`)
	require.Contains(t, text, "florin_risk_reviews_open 2\n")
	require.Regexp(t, `florin_risk_reviews_oldest_seconds 3600\.`, text)
	require.NotContains(t, text, "florin_log_archive_age_seconds ", "there is no archive")
	require.Contains(t, text, `florin_suspense_balance{account="liabilities:suspense:stripe",asset="USD"} 12.5`)
	show(&telemetry.Findings{LogArchived: time.Now().Add(-time.Minute)})
	require.Regexp(t, `florin_log_archive_age_seconds 60\.`, scrape(t, m, "/metrics")[0])
	show(nil)
	require.NotContains(t, scrape(t, m, "/metrics")[0], "florin_dead_letters_open", "another process looks now")
}

func TestPartitionsAreShownOnlyWhereTheyAreLookedAfter(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	show := m.Partitions()
	require.NotContains(t, scrape(t, m, "/metrics")[0], "florin_journal_partitions")
	show(&telemetry.Partitions{Number: 3, Unfrozen: 1, Ahead: 5, Bytes: 7})
	text := scrape(t, m, "/metrics")[0]
	for _, line := range []string{"florin_journal_partitions 3", "florin_journal_partitions_unfrozen 1", "florin_journal_positions_ahead 5", "florin_journal_bytes 7"} {
		require.Contains(t, text, line+"\n")
	}
	show(nil)
	require.NotContains(t, scrape(t, m, "/metrics")[0], "florin_journal_partitions", "another process looks now")
}
