package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// FiguresConfig says how much work the figures are measured with.
type FiguresConfig struct {
	// Runs is how often each figure is measured, and Duration how long each time.
	Runs     int
	Duration time.Duration
	// Only lists the parts to measure, of Parts; empty: all.
	Only []string
	// CatchUp is how many transactions projections catch up with, History how many an account has whose
	// transactions are listed, Events how many the journal has at least when it is called full, and
	// Accounts over how many accounts they are then spread.
	CatchUp, History, Events, Accounts int
	// Journal is how many events the journal has at least when it is verified and projections are built anew from it.
	Journal int
	// Webhooks is how many Stripe sends in a burst, a thousand in a second.
	Webhooks int
}

// The parts of the figures.
const (
	partSingle   = "single"
	partOne      = "one"
	partBatches  = "batches"
	partHot      = "hot"
	partWallets  = "wallets"
	partWebhooks = "webhooks"
	partBalance  = "balance"
	partList     = "list"
	partCatchUp  = "catchup"
	partFull     = "full"
	partJournal  = "journal"
)

// Parts returns the names of the parts, in their order.
func Parts() []string {
	return []string{partSingle, partOne, partBatches, partHot, partWallets, partWebhooks, partBalance, partList, partCatchUp, partFull, partJournal}
}

// figures measures them. It is for one call of Figures.
type figures struct {
	b      *Bench
	c      FiguresConfig
	report *Report
	listed *Figure   // the list of the account that was listed before; nil for none
	filled []*Result // the legs on the full journal
}

// Figures measures the figures and adds them, and every leg, to a report.
func (b *Bench) Figures(ctx context.Context, c FiguresConfig, report *Report) error {
	f := &figures{b: b, c: c, report: report}
	for _, step := range []func(context.Context) error{f.rounds, f.statement, f.burst, f.balance, f.list, f.catchUp, f.full, f.journal} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (f *figures) wants(part string) bool {
	return len(f.c.Only) == 0 || slices.Contains(f.c.Only, part)
}

// figure adds an empty figure to the report.
func (f *figures) figure(name, unit, format string, floor, aim float64) *Figure {
	figure := &Figure{Name: name, Unit: unit, format: format, Floor: floor, Aim: aim, Values: []float64{}, AtMost: aim < floor}
	f.report.Figures = append(f.report.Figures, figure)
	return figure
}

// leg measures a leg and adds it to the report.
func (f *figures) leg(ctx context.Context, leg Leg) (*Result, error) {
	if leg.Duration == 0 {
		leg.Duration = f.c.Duration
	}
	r, err := f.b.Run(ctx, leg)
	if err == nil {
		f.report.Legs = append(f.report.Legs, r)
	}
	return r, err
}

func (f *figures) uniform(ctx context.Context) (*Result, error) {
	return f.leg(ctx, f.manySingles())
}

// manySingles is one transaction per request, of as many clients as show what throughput there is.
func (f *figures) manySingles() Leg {
	return Leg{Workload: Uniform, Connections: manyConnections, Batch: 1, Duration: f.c.Duration, WarmUp: min(pageWarmUp, f.c.Duration)}
}

// tpcb runs pgbench, where there is one, and returns its rate; 0 without.
func (f *figures) tpcb(ctx context.Context) (float64, error) {
	if f.b.config.TPCB == nil {
		return 0, nil
	}
	if err := f.b.RunTPCB(ctx, min(pageWarmUp, f.c.Duration), f.c.Duration, f.report); err != nil {
		return 0, err
	}
	return f.report.TPCB[len(f.report.TPCB)-1].PerSecond, nil
}

// rounds measures what is compared with each other, in turns: the machine's mood of a minute then
// touches all of it.
func (f *figures) rounds(ctx context.Context) error {
	var each []func(context.Context) error
	if f.wants(partSingle) {
		each = append(each, f.single())
	}
	if f.wants(partHot) {
		each = append(each, f.hot())
	}
	if f.wants(partOne) {
		each = append(each, f.one())
	}
	if f.wants(partBatches) {
		batches, err := f.batches(ctx)
		if err != nil {
			return err
		}
		each = append(each, batches)
	}
	if f.wants(partWallets) {
		each = append(each, f.besidePlain(), f.walletRead())
	}
	for range f.c.Runs {
		for _, measure := range each {
			if err := measure(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// single is one transaction per request: against pgbench, what clients wait for, and what it leaves.
func (f *figures) single() func(context.Context) error {
	multiple := f.figure(fmt.Sprintf("single, %d connections, as a multiple of TPC-B at %d clients", manyConnections, TPCBClients), "x", "%.2f", 2, 4)
	closed := f.figure("p99 at that rate, closed loop", "ms", "%.1f", 200, 60)
	open := f.figure(fmt.Sprintf("p99 with %.0f %% of that rate due (open loop)", fullShare*100), "ms", "%.1f", 200, 60)
	lag := f.figure("projection lag during that load", "s", "%.2f", 2, 0.5)
	stored := f.figure("stored per transaction, all tables and indexes", "bytes", "%.0f", 1200, 900)
	return func(ctx context.Context) error {
		tpcb, err := f.tpcb(ctx)
		if err != nil {
			return err
		}
		r, err := f.uniform(ctx)
		if err != nil {
			return err
		}
		closed.add(r.Latency.P99 * 1000)
		addKnown(lag, r.LagSeconds)
		addKnown(stored, r.StoredBytes)
		if tpcb > 0 {
			multiple.add(r.PerSecond / tpcb)
		} else {
			multiple.Note = "no pgbench beside this service: --start has one"
		}
		calm, err := f.leg(ctx, Leg{Workload: Uniform, Connections: manyConnections, Batch: 1, Rate: max(1, int(fullShare*r.PerSecond))})
		if err != nil {
			return err
		}
		open.add(calm.Latency.P99 * 1000)
		return nil
	}
}

func addKnown(f *Figure, v *float64) {
	if v != nil {
		f.add(*v)
	}
}

// hot is one account in all transactions, against 10,000; each pair is measured in the other order.
func (f *figures) hot() func(context.Context) error {
	ratio := f.figure("hot account against uniform", "x", "%.2f", 0.95, 1)
	order := []string{Uniform, Hot}
	return func(ctx context.Context) error {
		rate := map[string]float64{}
		for _, name := range order {
			r, err := f.leg(ctx, Leg{Workload: name, Connections: manyConnections, Batch: 1})
			if err != nil {
				return err
			}
			rate[name] = r.PerSecond
		}
		slices.Reverse(order)
		ratio.add(rate[Hot] / rate[Uniform])
		return nil
	}
}

func (f *figures) one() func(context.Context) error {
	p50 := f.figure("one connection, p50", "ms", "%.2f", 5, 2)
	return func(ctx context.Context) error {
		r, err := f.leg(ctx, Leg{Workload: Uniform, Connections: 1, Batch: 1})
		if err == nil {
			p50.add(r.Latency.P50 * 1000)
		}
		return err
	}
}

// batches are of 1,000, over as many connections as suit this machine: that is tried first.
func (f *figures) batches(ctx context.Context) (func(context.Context) error, error) {
	rate := f.figure(fmt.Sprintf("batches of %d", fillBatch), "transactions/s", "%.0f", 15_000, 36_000)
	best, connections := 0.0, 0
	var tried []string
	for _, n := range []int{2, fillConnections, 2 * fillConnections} {
		r, err := f.leg(ctx, Leg{Workload: Uniform, Connections: n, Batch: fillBatch, Duration: f.c.Duration / 2})
		if err != nil {
			return nil, err
		}
		tried = append(tried, fmt.Sprintf("%d: %.0f/s", n, r.PerSecond))
		if r.PerSecond > best {
			best, connections = r.PerSecond, n
		}
	}
	rate.Note = fmt.Sprintf("%d connections (tried %s)", connections, strings.Join(tried, ", "))
	return func(ctx context.Context) error {
		r, err := f.leg(ctx, Leg{Workload: Uniform, Connections: connections, Batch: fillBatch})
		if err == nil {
			rate.add(r.PerSecond)
		}
		return err
	}, nil
}
