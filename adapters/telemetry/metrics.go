package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/florinledger/florin/ledger/journal"
)

// Metrics are what a process measures. Names are in base units.
type Metrics struct {
	registry *prometheus.Registry
	commits  prometheus.Histogram
	commands prometheus.Counter
	events   prometheus.Counter
	batch    prometheus.Histogram
	expiries prometheus.Counter
	runs     *prometheus.CounterVec
	members  *prometheus.CounterVec
}

// NewMetrics returns metrics that begin at zero, with those of the Go runtime and of the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "florin_commit_seconds",
			Help: "How long the writer's commits took.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "florin_commit_commands",
			Help: "How many commands the writer's commits held.", Buckets: prometheus.ExponentialBuckets(1, 2, 12)}),
		commands: prometheus.NewCounter(prometheus.CounterOpts{Name: "florin_commands_total", Help: "Commands decided and committed."}),
		events:   prometheus.NewCounter(prometheus.CounterOpts{Name: "florin_events_total", Help: "Events committed."}),
		expiries: prometheus.NewCounter(prometheus.CounterOpts{Name: "florin_hold_expiries_total",
			Help: "Holds that this process had expire, since nobody else touched their wallets."}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "florin_schedule_runs_total",
			Help: "Occurrences of schedules that this process asked for, by what became of them: done or refused."}, []string{"result"}),
		members: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "florin_membership_runs_total",
			Help: "What this process had booked of memberships: days that passed, and periods renewed, refused and ended."}, []string{"result"}),
	}
	m.registry.MustRegister(m.commits, m.batch, m.commands, m.events, m.expiries, m.runs, m.members,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Commit counts a commit of the writer.
func (m *Metrics) Commit(c journal.Commit) {
	m.commits.Observe(c.Took.Seconds())
	m.batch.Observe(float64(c.Commands))
	m.commands.Add(float64(c.Commands))
	m.events.Add(float64(c.Events))
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

// Writer shows what a writer is doing.
func (m *Metrics) Writer(w *journal.Writer) {
	m.gauge("florin_writer_leading", "1 when this process holds the shard.", nil, func() float64 {
		if w.Status().Role == journal.Leading {
			return 1
		}
		return 0
	})
	m.gauge("florin_writer_halted", "1 when the shard waits for an operator.", nil, func() float64 {
		if w.Status().Role == journal.Halted {
			return 1
		}
		return 0
	})
	m.gauge("florin_writer_position", "Position of the last committed event.", nil, func() float64 { return float64(w.Status().Head.Position) })
	m.gauge("florin_writer_cached_rows", "Rows of decision state in memory.", nil, func() float64 { return float64(w.Status().Cached) })
}

// Projection shows how far a projection is.
func (m *Metrics) Projection(p *journal.Projector) {
	labels := prometheus.Labels{"projection": p.Status().Name}
	m.gauge("florin_projection_position", "Position that the projection has reached.", labels, func() float64 { return float64(p.Status().Position) })
	m.gauge("florin_projection_lag_events", "Events between the projection and the journal's known end.", labels, func() float64 {
		s := p.Status()
		return float64(max(0, s.Head-s.Position))
	})
	m.gauge("florin_projection_failed", "1 when the projection stands still on an error.", labels, func() float64 {
		if p.Status().Error != nil {
			return 1
		}
		return 0
	})
}

// Reactor watches a reactor. A process that does not run it has nothing to say of its position.
func (m *Metrics) Reactor(r *journal.Reactor) {
	labels := prometheus.Labels{"reactor": r.Status().Name}
	m.gauge("florin_reactor_running", "1 when this process runs the reactor.", labels, func() float64 {
		if r.Status().Running {
			return 1
		}
		return 0
	})
	m.gauge("florin_reactor_lag_events", "Events between the reactor and the journal's known end; 0 where it does not run.", labels, func() float64 {
		s := r.Status()
		if !s.Running {
			return 0
		}
		return float64(max(0, s.Head-s.Position))
	})
	m.gauge("florin_reactor_failed", "1 when the reactor stands still on an error.", labels, func() float64 {
		if r.Status().Error != nil {
			return 1
		}
		return 0
	})
}

// Feed shows how long ago everything was known to be heard that changed elsewhere.
func (m *Metrics) Feed(fresh func() time.Time) {
	m.gauge("florin_feed_age_seconds", "How long ago every change of people, keys and sessions had been heard.", nil,
		func() float64 { return time.Since(fresh()).Seconds() })
}

func (m *Metrics) gauge(name, help string, labels prometheus.Labels, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
}
