package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/florinledger/florin/ledger/journal"
)

// verify are the gauges of what one process at a time looks after. They are there where it does.
type verify struct {
	findings, events, seconds, at, failed prometheus.Gauge
}

func newVerify(m *Metrics) *verify {
	return &verify{
		findings: m.newGauge("florin_verify_findings", "What the last verification that this process made found; 0 when the books are right."),
		events:   m.newGauge("florin_verify_events", "Events that the last verification of this process read."),
		seconds:  m.newGauge("florin_verify_seconds", "How long the last verification of this process took."),
		at:       m.newGauge("florin_verify_time_seconds", "When the last verification of this process ended, in seconds since 1970; 0 for none."),
		failed:   m.newGauge("florin_verify_failed", "1 when the last verification of this process could not be made."),
	}
}

// Verified shows what a verification saw, or that it could not be made.
func (m *Metrics) Verified(r *journal.Report, err error) {
	if err != nil {
		m.verify.failed.Set(1)
		return
	}
	m.verify.failed.Set(0)
	found := 0
	for _, c := range r.Checks {
		found += c.Findings
	}
	m.verify.findings.Set(float64(found))
	m.verify.events.Set(float64(r.Events))
	m.verify.seconds.Set(float64(r.Took) / 1000)
	m.verify.at.SetToCurrentTime()
}
