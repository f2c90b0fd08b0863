package telemetry

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are what a process measures. Names are in base units. What it does not do it has no numbers of, but for
// those that count from zero.
type Metrics struct {
	registry *prometheus.Registry
	catalog  []Described

	inFlight prometheus.Gauge
	requests *prometheus.HistogramVec
	problems *prometheus.CounterVec
	answers  *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	received *prometheus.CounterVec
	age      *prometheus.HistogramVec

	commits  prometheus.Histogram
	batch    prometheus.Histogram
	failed   *prometheus.CounterVec
	commands *prometheus.CounterVec
	refusals *prometheus.CounterVec
	events   prometheus.Counter
	labels   bounded

	published prometheus.Counter
	publish   prometheus.Histogram
	projected *prometheus.CounterVec
	applied   *prometheus.HistogramVec
	effects   *prometheus.HistogramVec
	jobs      *prometheus.HistogramVec

	expiries prometheus.Counter
	runs     *prometheus.CounterVec
	members  *prometheus.CounterVec
	letters  *prometheus.CounterVec
	spans    *prometheus.CounterVec
	verify   *verify
}

// The buckets of histograms: what takes a commit, and what somebody waits for.
func commitBuckets() []float64 { return prometheus.ExponentialBuckets(0.0005, 2, 14) }

func waitBuckets() []float64 {
	return []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
}

// NewMetrics returns metrics that begin at zero, with those of the Go runtime and of the process.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.inFlight = m.newGauge("florin_http_requests_in_flight", "Requests that are being answered, streams included.")
	m.requests = m.newHistograms("florin_http_request_seconds", "How long requests took, by method, route and class of status.", waitBuckets(), "method", "route", "status")
	m.problems = m.newCounters("florin_http_problems_total", "Requests that were answered with a problem, by its code.", "code")
	m.answers = m.newHistograms("florin_command_seconds",
		"How long it took from asking for a command to its answer, by how that ended: done, refused, dead, replayed, accepted (for later), unknown (nobody answered in time), failed.",
		waitBuckets(), "outcome")
	m.calls = m.newHistograms("florin_outgoing_request_seconds", "How long calls to others took, by whom and class of status; error for no answer.", waitBuckets(), "peer", "status")
	m.received = m.newCounters("florin_webhooks_received_total", "Events that payment providers delivered, by what became of them.", "provider", "result")
	m.age = m.newHistograms("florin_webhook_received_age_seconds", "How old events of payment providers were when they were delivered.",
		[]float64{1, 2, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400, 259200}, "provider")

	m.commits = m.newHistogram("florin_commit_seconds", "How long the writer's commits took.", commitBuckets())
	m.batch = m.newHistogram("florin_commit_commands", "How many commands the writer's commits held.", prometheus.ExponentialBuckets(1, 2, 12))
	m.failed = m.newCounters("florin_commit_failures_total",
		"Commits of the writer that did not succeed, by why: fenced, bad_data, unknown, clock_skew, or failed.", "reason")
	m.commands = m.newCounters("florin_commands_total", "Commands that the writer decided and committed, by type and outcome.", "type", "outcome")
	m.refusals = m.newCounters("florin_refusals_total", "Commands that were refused, by the code of the rule.", "code")
	m.events = m.newCounter("florin_events_total", "Events committed.")

	m.published = m.newCounter("florin_relay_events_total", "Events that the relay of this process published.")
	m.publish = m.newHistogram("florin_relay_publish_seconds", "How long it took the relay to publish a page of events.", commitBuckets())
	m.projected = m.newCounters("florin_projection_events_total", "Events that this process took into a projection.", "projection")
	m.applied = m.newHistograms("florin_projection_apply_seconds", "How long it took to take a page of events into a projection.", commitBuckets(), "projection")
	m.effects = m.newHistograms("florin_reactor_effect_seconds", "How long the effects of a reactor took, by result: done or failed.", waitBuckets(), "reactor", "result")

	m.jobs = m.newHistograms("florin_job_seconds", "How long sweeps of this process took that found something to do, by result: done or failed.", waitBuckets(), "job", "result")
	m.expiries = m.newCounter("florin_hold_expiries_total", "Holds that this process had expire, since nobody else touched their wallets.")
	m.runs = m.newCounters("florin_schedule_runs_total",
		"Occurrences of schedules that this process asked for, by what became of them: done or refused.", "result")
	m.members = m.newCounters("florin_membership_runs_total",
		"What this process had booked of memberships: days that passed, and periods renewed, refused and ended.", "result")
	m.letters = m.newCounters("florin_letters_total",
		"Attempts to hand a letter to the mail server, by what came of it: sent, undeliverable, put_off (that mailbox takes none now), or failed.", "result")
	m.spans = m.newCounters("florin_trace_spans_total", "Spans of sampled traces that were sent to the collector, and lost on the way.", "result")
	m.verify = newVerify(m)
	m.beginAtZero()
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// beginAtZero makes the series that alerts and rates go by before anything happens: what goes from nothing to one is
// no increase to Prometheus.
func (m *Metrics) beginAtZero() {
	for _, outcome := range []string{"done", "refused", "dead", "replayed", "accepted", "unknown", "failed"} {
		m.answers.WithLabelValues(outcome)
	}
	for _, reason := range []string{"fenced", "bad_data", "unknown", "clock_skew", "failed"} {
		m.failed.WithLabelValues(reason)
	}
	for _, result := range []string{"sent", "undeliverable", "put_off", "failed"} {
		m.letters.WithLabelValues(result)
	}
	for _, result := range []string{"sent", "lost"} {
		m.spans.WithLabelValues(result)
	}
}

// HoldsExpired counts holds that a sweep had expire.
func (m *Metrics) HoldsExpired(n int) { m.expiries.Add(float64(n)) }

// SchedulesRan counts occurrences of schedules that a sweep had paid, and those that were refused.
func (m *Metrics) SchedulesRan(done, refused int) {
	m.runs.WithLabelValues("done").Add(float64(done))
	m.runs.WithLabelValues("refused").Add(float64(refused))
}

// MembershipsRan counts what a sweep had booked of memberships: days, and periods that were renewed, refused and ended.
func (m *Metrics) MembershipsRan(days, renewed, refused, ended int) {
	m.members.WithLabelValues("day").Add(float64(days))
	m.members.WithLabelValues("renewed").Add(float64(renewed))
	m.members.WithLabelValues("refused").Add(float64(refused))
	m.members.WithLabelValues("ended").Add(float64(ended))
}

// ProviderEvent counts an event that a payment provider delivered. happened is when it came to be at the provider's; zero where
// that is not known.
func (m *Metrics) ProviderEvent(provider, result string, happened time.Time) {
	m.received.WithLabelValues(provider, result).Inc()
	if !happened.IsZero() {
		m.age.WithLabelValues(provider).Observe(max(0, time.Since(happened).Seconds()))
	}
}

// Letter counts an attempt to hand a letter to the mail server.
func (m *Metrics) Letter(result string) { m.letters.WithLabelValues(result).Inc() }

// Background shows what a process does in the background, in memory alone: how much waits, and how much was lost.
func (m *Metrics) Background(waiting, lost func() int64) {
	m.gauge("florin_background_jobs_waiting", "Letters that somebody asked for, or that a mailbox put off, which wait in the memory of this process.", nil,
		func() float64 { return float64(waiting()) })
	m.counter("florin_background_jobs_lost_total", "Letters that somebody asked for, or that a mailbox put off, which were given up after the last try, or dropped since too many waited.", nil,
		func() float64 { return float64(lost()) })
}

// Feed shows how long ago everything was known to be heard that changed elsewhere.
func (m *Metrics) Feed(fresh func() time.Time) {
	m.gauge("florin_feed_age_seconds", "How long ago every change of people, keys and sessions had been heard.", nil,
		func() float64 { return time.Since(fresh()).Seconds() })
}

// gauge shows a value that is asked for when somebody looks.
func (m *Metrics) gauge(name, help string, labels prometheus.Labels, value func() float64) {
	m.describe("gauge", name, help, slices.Collect(maps.Keys(labels))...)
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
}

// counter is gauge for a value that only grows.
func (m *Metrics) counter(name, help string, labels prometheus.Labels, value func() float64) {
	m.describe("counter", name, help, slices.Collect(maps.Keys(labels))...)
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, value))
}

func (m *Metrics) newGauge(name, help string) prometheus.Gauge {
	m.describe("gauge", name, help)
	return registered(m, prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help}))
}

func (m *Metrics) newCounter(name, help string) prometheus.Counter {
	m.describe("counter", name, help)
	return registered(m, prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help}))
}

func (m *Metrics) newCounters(name, help string, labels ...string) *prometheus.CounterVec {
	m.describe("counter", name, help, labels...)
	return registered(m, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
}

func (m *Metrics) newHistogram(name, help string, buckets []float64) prometheus.Histogram {
	m.describe("histogram", name, help)
	return registered(m, prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}))
}

func (m *Metrics) newHistograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	m.describe("histogram", name, help, labels...)
	return registered(m, prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels))
}

func registered[C prometheus.Collector](m *Metrics, c C) C {
	m.registry.MustRegister(c)
	return c
}

// truth is 1 for true.
func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// secondsSince is how long ago something was; 0 for never, and for what a clock elsewhere says is yet to come.
func secondsSince(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(0, time.Since(at).Seconds())
}
