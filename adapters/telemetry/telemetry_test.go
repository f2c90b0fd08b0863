package telemetry_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/ledger/journal"
)

func TestMetricsAndProfilesAreServed(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	tail := journal.NewTail(0, nil, nil, slog.New(slog.DiscardHandler))
	m.Reactor(journal.NewReactor("mail", tail, nil, nil, nil, slog.New(slog.DiscardHandler)))
	m.Feed(func() time.Time { return time.Now().Add(-time.Hour) })
	m.Commit(journal.Commit{Commands: 3, Events: 5, Took: time.Millisecond})
	m.HoldsExpired(4)
	m.SchedulesRan(2, 1)
	m.MembershipsRan(30, 3, 2, 1)
	var config net.ListenConfig
	ln, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Serve(ctx, ln) }()
	get := func(path string) string {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+path, http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode)
		return string(body)
	}
	text := get("/metrics")
	require.Contains(t, text, "florin_commands_total 3\n")
	require.Contains(t, text, "florin_events_total 5\n")
	require.Contains(t, text, "florin_hold_expiries_total 4\n")
	require.Contains(t, text, "florin_schedule_runs_total{result=\"done\"} 2\n")
	require.Contains(t, text, "florin_schedule_runs_total{result=\"refused\"} 1\n")
	require.Contains(t, text, "florin_membership_runs_total{result=\"day\"} 30\n")
	require.Contains(t, text, "florin_membership_runs_total{result=\"renewed\"} 3\n")
	require.Contains(t, text, "florin_membership_runs_total{result=\"refused\"} 2\n")
	require.Contains(t, text, "florin_membership_runs_total{result=\"ended\"} 1\n")
	require.Contains(t, text, "go_goroutines")
	require.Contains(t, text, `florin_reactor_running{reactor="mail"} 0`)
	require.Regexp(t, `florin_feed_age_seconds 3600\.`, text)
	require.Contains(t, get("/debug/pprof/goroutine?debug=1"), "goroutine profile")
	cancel()
	require.NoError(t, <-done)
}
