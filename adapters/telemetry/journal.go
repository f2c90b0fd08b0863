package telemetry

import (
	"errors"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/florinledger/florin/ledger/journal"
)

// maxLabels is how many values a label takes that others have a say in: a command of a type that nobody knows can be put on the
// bus, and is buried.
const maxLabels = 250

// committed counts a commit of the writer.
func (m *Metrics) committed(c journal.Commit) {
	if c.Err != nil {
		m.failed.WithLabelValues(reasonOf(c.Err)).Inc()
		return
	}
	m.commits.Observe(c.Took.Seconds())
	m.batch.Observe(float64(c.Commands))
	m.events.Add(float64(c.Events))
	type kind struct{ name, outcome string }
	kinds, refusals := map[kind]int{}, map[string]int{} // a commit is of few kinds, and a look-up of a label costs
	for d := range c.Decisions {
		if d.Replayed || d.DryRun {
			continue
		}
		kinds[kind{d.Command.Type, outcomeOf(d.Status)}]++
		if d.Status == journal.Refused {
			refusals[d.Refusal]++
		}
	}
	for k, n := range kinds {
		m.commands.WithLabelValues(m.labels.value(k.name), k.outcome).Add(float64(n))
	}
	for code, n := range refusals {
		m.refusals.WithLabelValues(code).Add(float64(n))
	}
}

// carried counts what the relay published, or a projection took.
func (m *Metrics) carried(c journal.Carriage) {
	if c.Err != nil {
		return // it shows as lag, and as a runner that failed
	}
	if c.By == journal.RelayStep {
		m.published.Add(float64(len(c.Events)))
		m.publish.Observe(c.Took.Seconds())
		return
	}
	m.projected.WithLabelValues(c.By).Add(float64(len(c.Events)))
	m.applied.WithLabelValues(c.By).Observe(c.Took.Seconds())
}

// Writer shows what a writer is doing.
func (m *Metrics) Writer(w *journal.Writer) {
	m.gauge("florin_writer_leading", "1 when this process holds the shard.", nil,
		func() float64 { return truth(w.Status().Role == journal.Leading) })
	m.gauge("florin_writer_halted", "1 when the shard waits for an operator.", nil,
		func() float64 { return truth(w.Status().Role == journal.Halted) })
	m.gauge("florin_writer_position", "Position of the last committed event.", nil, func() float64 { return float64(w.Status().Head.Position) })
	m.gauge("florin_writer_epoch", "Terms of office that the shard has had, as far as this process knows: it grows with each take-over.", nil,
		func() float64 { return float64(w.Status().Head.Epoch) })
	m.gauge("florin_writer_cached_rows", "Rows of decision state in memory.", nil, func() float64 { return float64(w.Status().Cached) })
}

// Relay shows how far a relay is.
func (m *Metrics) Relay(r *journal.Relay) {
	m.gauge("florin_relay_position", "Position of the last published event that the relay of this process knows of.", nil,
		func() float64 { return float64(r.Status().Position) })
	m.gauge("florin_relay_lag_events", "Events between the last published one and the journal's known end.", nil, func() float64 {
		s := r.Status()
		return float64(max(0, s.Head-s.Position))
	})
	m.gauge("florin_relay_lag_seconds", "How long the oldest event has waited to be published.", nil,
		func() float64 { return secondsSince(r.Status().Waiting) })
	m.gauge("florin_relay_failed", "1 when events cannot be published.", nil, func() float64 { return truth(r.Status().Error != nil) })
}

// Projection shows how far a projection is.
func (m *Metrics) Projection(p *journal.Projector) {
	labels := prometheus.Labels{"projection": p.Status().Name}
	m.gauge("florin_projection_position", "Position that the projection has reached.", labels, func() float64 { return float64(p.Status().Position) })
	m.gauge("florin_projection_lag_events", "Events between the projection and the journal's known end.", labels, func() float64 {
		s := p.Status()
		return float64(max(0, s.Head-s.Position))
	})
	m.gauge("florin_projection_lag_seconds", "How long the oldest event has waited that the projection has not taken yet.", labels,
		func() float64 { return secondsSince(p.Status().Waiting) })
	m.gauge("florin_projection_failed", "1 when the projection stands still on an error.", labels,
		func() float64 { return truth(p.Status().Error != nil) })
}

// Reactor watches a reactor. A process that does not run it has nothing to say of its position.
func (m *Metrics) Reactor(r *journal.Reactor) {
	labels := prometheus.Labels{"reactor": r.Status().Name}
	m.gauge("florin_reactor_running", "1 when this process runs the reactor.", labels, func() float64 { return truth(r.Status().Running) })
	m.gauge("florin_reactor_lag_events", "Events between the reactor and the journal's known end; 0 where it does not run.", labels, func() float64 {
		s := r.Status()
		if !s.Running {
			return 0
		}
		return float64(max(0, s.Head-s.Position))
	})
	m.gauge("florin_reactor_lag_seconds", "How long the oldest event has waited that the reactor has not passed yet; 0 where it does not run.", labels,
		func() float64 { return secondsSince(r.Status().Waiting) })
	m.gauge("florin_reactor_failed", "1 when the reactor stands still on an error.", labels,
		func() float64 { return truth(r.Status().Error != nil) })
}

// outcomeOf names how a command ended.
func outcomeOf(s journal.Status) string {
	switch s {
	case journal.Done:
		return "done"
	case journal.Refused:
		return "refused"
	case journal.Dead:
		return "dead"
	}
	return "none"
}

// answerOf names how the asking for a command ended.
func answerOf(a journal.Answer, err error) string {
	switch {
	case errors.Is(err, journal.ErrOutcomeUnknown):
		return "unknown"
	case err != nil:
		return "failed"
	case a.Outcome.Status == 0:
		return "accepted"
	case a.Replayed:
		return "replayed"
	}
	return outcomeOf(a.Outcome.Status)
}

// reasonOf names why a commit did not succeed.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, journal.ErrFenced):
		return "fenced"
	case errors.Is(err, journal.ErrBadData):
		return "bad_data"
	case errors.Is(err, journal.ErrUnknown):
		return "unknown"
	case errors.Is(err, journal.ErrClockSkew):
		return "clock_skew"
	}
	return "failed"
}

// resultOf is done, or failed.
func resultOf(err error) string {
	if err != nil {
		return "failed"
	}
	return "done"
}

// bounded are the values that a label has had. Once there are too many, further ones are called other.
type bounded struct {
	mu    sync.Mutex
	known map[string]struct{}
}

func (b *bounded) value(text string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.known[text]; known {
		return text
	}
	if len(b.known) >= maxLabels || len(text) > maxLabel {
		return "other"
	}
	if b.known == nil {
		b.known = map[string]struct{}{}
	}
	b.known[text] = struct{}{}
	return text
}

// maxLabel is the longest such value, in bytes.
const maxLabel = 64
