package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Plan lists what is measured in about five minutes, at ten seconds a leg, where nothing else is asked for.
func Plan(d time.Duration) []Leg {
	var legs []Leg
	for _, connections := range []int{1, 16, 64, manyConnections} {
		legs = append(legs, Leg{Workload: Uniform, Connections: connections, Batch: 1, Duration: d})
	}
	legs = append(legs,
		Leg{Workload: Uniform, Connections: manyConnections, Batch: 1, Duration: d, share: calmShare},
		Leg{Workload: Hot, Connections: manyConnections, Batch: 1, Duration: d},
		Leg{Workload: Zipfian, Connections: manyConnections, Batch: 1, Duration: d})
	for _, batch := range []int{100, 1_000, 10_000} {
		legs = append(legs, Leg{Workload: Uniform, Connections: fillConnections, Batch: batch, Duration: d})
	}
	for _, name := range []string{Balance, Entries, Transactions, Webhook} {
		legs = append(legs, Leg{Workload: name, Connections: readConnections, Duration: d})
	}
	return legs
}

const (
	// manyConnections is how many connections show what throughput there is.
	manyConnections = 256
	// readConnections is how many connections read, or play Stripe.
	readConnections = 16
	// calmShare is the share of the closed loop's rate that is due in the plan's open loop: a service
	// that is not pressed.
	calmShare = 0.8
	// fullShare is that of the figures' open loop: as much as it can do, with room for the noise between
	// two runs.
	fullShare = 0.95
)

// RunAll measures legs one after the other and adds them to a report. What cannot be measured for want of
// something is noted as missing.
func (b *Bench) RunAll(ctx context.Context, legs []Leg, report *Report) error {
	var closed *Result
	for _, leg := range legs {
		if leg.share > 0 && closed != nil {
			leg.Rate = max(1, int(leg.share*float64(closed.Answered)/closed.Seconds))
		}
		r, err := b.Run(ctx, leg)
		if errors.Is(err, errNoSecret) {
			report.Missing = append(report.Missing, fmt.Sprintf("%s: %v", leg.Workload, err))
			continue
		}
		if err != nil {
			return err
		}
		report.Legs = append(report.Legs, r)
		if r.Rate == 0 {
			closed = r
		}
	}
	return nil
}

// RunTPCB runs pgbench, for a time that is not measured first, and adds it to a report.
func (b *Bench) RunTPCB(ctx context.Context, warmUp, d time.Duration, report *Report) error {
	rate, err := b.config.TPCB.Run(ctx, TPCBClients, warmUp, d)
	if err != nil {
		return err
	}
	b.log.Info("pgbench", "clients", TPCBClients, "per_second", int64(rate))
	report.TPCB = append(report.TPCB, TPCBRun{Clients: TPCBClients, Scale: b.config.TPCB.scale, PerSecond: rate})
	return nil
}
