package telemetry

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
)

// Pool shows how a pool of connections to Postgres is used.
func (m *Metrics) Pool(name string, p *pgxpool.Pool) {
	labels := prometheus.Labels{"pool": name}
	m.gauge("florin_postgres_connections_max", "Connections that the pool may open.", labels, func() float64 { return float64(p.Stat().MaxConns()) })
	m.gauge("florin_postgres_connections", "Connections that the pool has open.", labels, func() float64 { return float64(p.Stat().TotalConns()) })
	m.gauge("florin_postgres_connections_in_use", "Connections of the pool that somebody uses.", labels,
		func() float64 { return float64(p.Stat().AcquiredConns()) })
	m.counter("florin_postgres_acquires_total", "How often a connection of the pool was asked for and given.", labels,
		func() float64 { return float64(p.Stat().AcquireCount()) })
	m.counter("florin_postgres_waits_total", "How often somebody had to wait for a connection of the pool, since all were in use.", labels,
		func() float64 { return float64(p.Stat().EmptyAcquireCount()) })
	m.counter("florin_postgres_wait_seconds_total", "How long everybody together has waited for connections of the pool.", labels,
		func() float64 { return p.Stat().EmptyAcquireWaitTime().Seconds() })
}

// NATS shows how a connection to NATS is.
func (m *Metrics) NATS(c *nats.Conn) {
	m.gauge("florin_nats_connected", "1 when this process is connected to NATS.", nil, func() float64 { return truth(c.IsConnected()) })
	m.counter("florin_nats_reconnects_total", "How often the connection to NATS was made anew.", nil, func() float64 { return float64(c.Stats().Reconnects) })
	m.counter("florin_nats_in_bytes_total", "Bytes that came from NATS.", nil, func() float64 { return float64(c.Stats().InBytes) })
	m.counter("florin_nats_out_bytes_total", "Bytes that went to NATS.", nil, func() float64 { return float64(c.Stats().OutBytes) })
}

// Redis shows whether Redis is used.
func (m *Metrics) Redis(up func() bool) {
	m.gauge("florin_redis_up", "1 when Redis is used; 0 when none is named, or while it is left alone since it failed.", nil,
		func() float64 { return truth(up()) })
}

// Cache shows how often a cache had what was asked for.
func (m *Metrics) Cache(name string, counts func() (hits, misses int64)) {
	for result, of := range map[string]func(hits, misses int64) int64{
		"hit":  func(hits, _ int64) int64 { return hits },
		"miss": func(_, misses int64) int64 { return misses },
	} {
		m.counter("florin_cache_reads_total", "What was asked of a cache, by whether it had it: hit or miss.", prometheus.Labels{"cache": name, "result": result},
			func() float64 { return float64(of(counts())) })
	}
}
