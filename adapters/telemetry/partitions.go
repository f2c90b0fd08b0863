package telemetry

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Partitions say how the tables of the journal are.
type Partitions struct {
	// Number is how many there are, Unfrozen how many of them are full and wait for being frozen.
	Number, Unfrozen int
	// Ahead is how many positions there is room for after the journal's end.
	Ahead int64
	// Bytes is what all of them take on disk.
	Bytes int64
}

// partitions shows the last ones, as long as this process is the one that looks.
type partitions struct {
	seen atomic.Pointer[Partitions]

	number, unfrozen, ahead, bytes *prometheus.Desc
}

// Partitions returns what takes them; nil for none, where another process looks.
func (m *Metrics) Partitions() func(*Partitions) {
	desc := func(name, help string) *prometheus.Desc {
		m.describe("gauge", name, help)
		return prometheus.NewDesc(name, help, nil, nil)
	}
	p := &partitions{
		number:   desc("florin_journal_partitions", "Partitions of the journal, those made ahead of time included. Only where the shard is held."),
		unfrozen: desc("florin_journal_partitions_unfrozen", "Partitions that are full and could not be frozen yet. Only where the shard is held."),
		ahead:    desc("florin_journal_positions_ahead", "Positions after the journal's end that there are partitions for. Only where the shard is held."),
		bytes:    desc("florin_journal_bytes", "What the journal's events and their indexes take on disk. Only where the shard is held."),
	}
	m.registry.MustRegister(p)
	return p.seen.Store
}

// Describe implements prometheus.Collector.
func (p *partitions) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{p.number, p.unfrozen, p.ahead, p.bytes} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (p *partitions) Collect(to chan<- prometheus.Metric) {
	seen := p.seen.Load()
	if seen == nil {
		return
	}
	show := func(d *prometheus.Desc, value float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	show(p.number, float64(seen.Number))
	show(p.unfrozen, float64(seen.Unfrozen))
	show(p.ahead, float64(seen.Ahead))
	show(p.bytes, float64(seen.Bytes))
}
