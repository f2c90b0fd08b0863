package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/adapters/telemetry/otlptest"
	"github.com/florinledger/florin/ledger/journal"
)

const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
)

// tracing returns an observer that sends to a collector, and what sends it.
func tracing(t *testing.T, sampler, argument string) (_ *otlptest.Collector, _ *telemetry.Observer, flush func()) {
	t.Helper()
	c, m := otlptest.Start(t), telemetry.NewMetrics()
	tr, err := telemetry.NewTracing(t.Context(), telemetry.TracingConfig{
		Endpoint: c.URL(), Sampler: sampler, Argument: argument, Instance: "one", Version: "test",
	}, m)
	require.NoError(t, err)
	closed := false
	flush = func() {
		if !closed {
			closed = true
			require.NoError(t, tr.Close(context.WithoutCancel(t.Context())))
		}
	}
	t.Cleanup(flush)
	return c, telemetry.NewObserver(m, tr), flush
}

// request is one of a caller who has begun a trace, sampled or not.
func request(t *testing.T, flags string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/transfers", http.NoBody)
	if flags != "" {
		r.Header.Set("Traceparent", "00-"+callersTrace+"-"+callersSpan+"-"+flags)
	}
	return r
}

// handle is the way of a command from a request to its answer.
func handle(t *testing.T, o *telemetry.Observer, r *http.Request, given string) (trace string) {
	t.Helper()
	ctx, answered := o.Request(r, "/v1/transfers")
	c := journal.Command{Type: "transfer", Trace: given}
	_, ended := o.Asked(ctx, &c)
	ended(journal.Answer{Outcome: journal.Outcome{Status: journal.Done, Position: 7}}, nil)
	answered(201, "")
	return c.Trace
}

func TestACommandsTraceIsItsParentWhereverItGoes(t *testing.T) {
	t.Parallel()
	c, o, flush := tracing(t, "", "")
	trace := handle(t, o, request(t, "01"), "00-"+callersTrace+"-"+callersSpan+"-01")
	require.True(t, journal.Sampled(trace))
	require.Equal(t, callersTrace, strings.Split(trace, "-")[1])
	began := time.Now()
	o.Committed(journal.Commit{Commands: 1, Events: 1, Position: 7, Began: began, Took: time.Millisecond, Decisions: func(yield func(journal.Decision) bool) {
		yield(journal.Decision{Command: &journal.Command{Type: "transfer", Trace: trace}, Status: journal.Done, Began: began, Ended: began})
	}})
	event := journal.Event{Type: "transfer-made", Position: 7, Trace: trace}
	o.Carried(journal.Carriage{By: journal.RelayStep, Events: []journal.Event{event, {Type: "other", Position: 8}}, Began: began, Took: time.Millisecond})
	o.Carried(journal.Carriage{By: "accounts", Events: []journal.Event{event}, Began: began, Took: time.Millisecond, Err: assert.AnError})
	ctx, ended := o.Reacting(t.Context(), "payments", []*journal.Event{&event})
	_, called := o.Calling(ctx, "stripe", "")
	called(500)
	ended(nil)
	_, called = o.Calling(t.Context(), "webhook", trace)
	called(200)
	flush()

	names, byName := map[string]string{}, map[string]otlptest.Span{}
	for _, s := range c.Spans(callersTrace) {
		names[s.ID], byName[s.Name] = s.Name, s
	}
	names[callersSpan] = "the caller"
	children := map[string]string{}
	for _, s := range c.Spans("") {
		children[s.Name] = names[s.Parent]
	}
	require.Equal(t, map[string]string{
		"POST /v1/transfers": "the caller",
		"command transfer":   "POST /v1/transfers",
		"decide transfer":    "command transfer",
		"commit":             "command transfer",
		"publish":            "command transfer",
		"project accounts":   "command transfer",
		"react payments":     "command transfer",
		"call stripe":        "react payments",
		"call webhook":       "command transfer",
	}, children)
	require.True(t, byName["project accounts"].Failed)
	require.True(t, byName["call stripe"].Failed)
	require.False(t, byName["commit"].Failed)
	require.Equal(t, "7", byName["commit"].Attributes["florin.commit.position"])
	require.Equal(t, "florin", byName["commit"].Attributes["resource:service.name"])
	require.Equal(t, "one", byName["commit"].Attributes["resource:service.instance.id"])
}

func TestWhatIsNotSampledIsCarriedOnAndNotRecorded(t *testing.T) {
	t.Parallel()
	unsampled := "00-" + callersTrace + "-" + callersSpan + "-00"
	c, o, flush := tracing(t, "", "")
	require.Equal(t, unsampled, handle(t, o, request(t, "00"), unsampled), "the caller's word, as it came")
	flush()
	require.Empty(t, c.Spans(""))

	c, o, flush = tracing(t, "parentbased_traceidratio", "0")
	require.Empty(t, handle(t, o, request(t, ""), ""), "a trace that nobody records takes no room in the journal")
	require.True(t, journal.Sampled(handle(t, o, request(t, "01"), "00-"+callersTrace+"-"+callersSpan+"-01")), "a caller who records is believed")
	flush()
	require.Len(t, c.Spans(callersTrace), 2)
	require.Len(t, c.Spans(""), 2)
}

func TestWithoutACollectorATraceIsCarriedOn(t *testing.T) {
	t.Parallel()
	tr, err := telemetry.NewTracing(t.Context(), telemetry.TracingConfig{}, telemetry.NewMetrics())
	require.NoError(t, err)
	o := telemetry.NewObserver(telemetry.NewMetrics(), tr)
	given := "00-" + callersTrace + "-" + callersSpan + "-01"
	require.Equal(t, given, handle(t, o, request(t, "01"), given))
	require.Empty(t, handle(t, o, request(t, ""), ""))
	require.NoError(t, tr.Close(t.Context()))
}

func TestSettingsOfTracesThatAreWrongAreRefused(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]telemetry.TracingConfig{
		`"collector:4318" is no address`:               {Endpoint: "collector:4318"},
		`"ftp://127.0.0.1/v1/traces" is no address`:    {TracesEndpoint: "ftp://127.0.0.1/v1/traces"},
		`the ratio of sampled traces is "2"; want a`:   {Endpoint: "http://127.0.0.1:1", Argument: "2"},
		`the ratio of sampled traces is "NaN"; want a`: {Endpoint: "http://127.0.0.1:1", Argument: "NaN"},
		`there is no sampler "jaeger_remote"`:          {Endpoint: "http://127.0.0.1:1", Sampler: "jaeger_remote"},
	} {
		_, err := telemetry.NewTracing(t.Context(), cfg, telemetry.NewMetrics())
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, cfg.Check(), want)
	}
}

func TestSpansThatCannotBeSentAreCounted(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(away.Close)
	m, lines := telemetry.NewMetrics(), &bytes.Buffer{}
	tr, err := telemetry.NewTracing(t.Context(), telemetry.TracingConfig{Endpoint: away.URL, Log: slog.New(slog.NewTextHandler(lines, nil))}, m)
	require.NoError(t, err)
	_, ended := telemetry.NewObserver(m, tr).Job(t.Context(), "expiries")
	ended(nil)
	require.NoError(t, tr.Close(t.Context()))
	require.Contains(t, scrape(t, m, "/metrics")[0], `florin_trace_spans_total{result="lost"} 1`+"\n")
	require.Contains(t, lines.String(), "spans cannot be sent")
}

func TestLinesWithinATraceSayWhich(t *testing.T) {
	t.Parallel()
	lines := &bytes.Buffer{}
	log := slog.New(telemetry.LogHandler(slog.NewJSONHandler(lines, nil))).With("shard", 0)
	o := telemetry.NewObserver(telemetry.NewMetrics(), telemetry.NoTracing())
	ctx, answered := o.Request(request(t, "01"), "/v1/transfers")
	log.InfoContext(ctx, "request")
	answered(200, "")
	log.InfoContext(t.Context(), "elsewhere")
	var within, without map[string]any
	decoder := json.NewDecoder(lines)
	require.NoError(t, decoder.Decode(&within))
	require.NoError(t, decoder.Decode(&without))
	require.Equal(t, callersTrace, within["trace_id"])
	require.Equal(t, callersSpan, within["span_id"])
	require.InDelta(t, 0, within["shard"], 0)
	require.NotContains(t, without, "trace_id")
}

func TestWithoutACollectorATraceCostsNothing(t *testing.T) {
	o := telemetry.NewObserver(telemetry.NewMetrics(), telemetry.NoTracing())
	cost := func(trace string) float64 {
		events := []journal.Event{{Trace: trace}}
		decisions := func(yield func(journal.Decision) bool) {
			yield(journal.Decision{Command: &journal.Command{Type: "transfer", Trace: trace}, Status: journal.Done})
		}
		return testing.AllocsPerRun(100, func() {
			o.Carried(journal.Carriage{By: "accounts", Events: events})
			o.Committed(journal.Commit{Commands: 1, Decisions: decisions})
		})
	}
	require.InDelta(t, cost(""), cost("00-"+callersTrace+"-"+callersSpan+"-01"), 0)
}
