package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// balance reads balances.
func (f *figures) balance(ctx context.Context) error {
	if !f.wants(partBalance) {
		return nil
	}
	rate := f.figure(fmt.Sprintf("balance of an account, %d connections", readConnections), "requests/s", "%.0f", 5_000, 12_000)
	p99 := f.figure("p99 of those", "ms", "%.1f", 20, 5)
	for range f.c.Runs {
		r, err := f.leg(ctx, Leg{Workload: Balance, Connections: readConnections})
		if err != nil {
			return err
		}
		rate.add(r.PerSecond)
		p99.add(r.Latency.P99 * 1000)
	}
	return nil
}

// list reads the transactions of an account that has many.
func (f *figures) list(ctx context.Context) error {
	if !f.wants(partList) {
		return nil
	}
	group := "history-" + strconv.Itoa(f.c.History)
	spread := f.b.requests.onto(f.b.requests.account(group, 0), mainGroup, f.b.config.Accounts)
	if _, err := f.b.fill(ctx, spread, f.c.History); err != nil {
		return err
	}
	return f.listOf(ctx, group, f.c.History)
}

func (f *figures) listOf(ctx context.Context, group string, transactions int) error {
	rate := f.figure(fmt.Sprintf("transactions of an account of %d, %d connections", transactions, readConnections), "requests/s", "%.0f", 2_000, 5_000)
	rate.Note = "a page as long as the service makes it"
	if f.b.config.Page > 0 {
		rate.Note = fmt.Sprintf("a page of %d", f.b.config.Page)
	}
	defer func() {
		if f.listed != nil && f.listed.Median > 0 {
			rate.Note += fmt.Sprintf("; %.2f of the shorter list's", rate.Median/f.listed.Median)
		}
		f.listed = rate
	}()
	for range f.c.Runs {
		r, err := f.b.run(ctx, Leg{Workload: Transactions, Connections: readConnections, Duration: f.c.Duration}, f.b.read(Transactions, group, 1))
		if err != nil {
			return err
		}
		f.report.Legs = append(f.report.Legs, r)
		rate.add(r.PerSecond)
	}
	return nil
}

// catchUp posts batches as fast as they go and sees how fast projections follow.
func (f *figures) catchUp(ctx context.Context) error {
	if !f.wants(partCatchUp) {
		return nil
	}
	rate := f.figure(fmt.Sprintf("catch-up after %d batched transactions", f.c.CatchUp), "events/s", "%.0f", 15_000, 40_000)
	r, err := f.b.fill(ctx, f.b.requests.among(Uniform, f.b.config.Accounts), f.c.CatchUp)
	if err != nil {
		return err
	}
	f.report.Legs = append(f.report.Legs, r)
	if r.CatchUpSeconds == nil {
		return nil
	}
	drained, enough := r.catchUpRate()
	overall := float64(r.Done) / (r.Seconds + *r.CatchUpSeconds)
	rate.Note = fmt.Sprintf("%d were left when the load ended, and took %.1f s; all of it was projected at %.0f/s", *r.Backlog, *r.CatchUpSeconds, overall)
	if enough {
		rate.add(drained)
	} else { // they kept up: what they can do beyond is not seen
		rate.add(overall)
	}
	return nil
}

// full fills the journal and measures again.
func (f *figures) full(ctx context.Context) error {
	if !f.wants(partFull) {
		return nil
	}
	group := "history-" + strconv.Itoa(f.c.Events)
	many := f.b.requests.inTurn(f.b.requests.account(group, 0), "many", f.c.Accounts)
	filled, err := f.b.fill(ctx, many, f.c.Events)
	if err != nil {
		return err
	}
	f.report.Legs = append(f.report.Legs, filled)
	if db := f.b.observer.db; db != nil {
		if err := db.tidy(ctx); err != nil {
			return err
		}
	}
	if err := f.againstFresh(ctx); err != nil {
		return err
	}
	memory := f.figure(fmt.Sprintf("memory of the service with %d accounts", f.c.Accounts), "MiB", "%.0f", 1024, 400)
	for _, r := range f.filled {
		if r.ServiceBytes != nil {
			memory.add(float64(*r.ServiceBytes) / (1 << 20))
		}
	}
	if filled.ServiceBytes != nil {
		memory.Note = fmt.Sprintf("at most %d MiB while they were filled by batches", *filled.ServiceBytes>>20)
	}
	return f.listOf(ctx, group, f.c.Events)
}

// againstFresh measures the full journal in turns with an empty one: this machine's mood of a minute
// touches both, and filling takes many. Each pair is measured in the other order.
func (f *figures) againstFresh(ctx context.Context) (err error) {
	if f.b.config.Fresh == nil {
		f.report.Missing = append(f.report.Missing, "no empty journal beside this service to compare the full one with: --start has one")
		return nil
	}
	fresh, stop, err := f.b.config.Fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	ratio := f.figure(fmt.Sprintf("after %d events against empty", f.c.Events), "x", "%.2f", 0.9, 1)
	ratio.Note = "each in turns with a service whose journal is empty; vacuumed after filling"
	order := []*Bench{fresh, f.b}
	for range f.c.Runs {
		rate := map[*Bench]float64{}
		for _, b := range order {
			r, err := b.Run(ctx, f.manySingles())
			if err != nil {
				return err
			}
			f.report.Legs = append(f.report.Legs, r)
			rate[b] = r.PerSecond
			if b == f.b {
				f.filled = append(f.filled, r)
			}
		}
		slices.Reverse(order)
		ratio.add(rate[f.b] / rate[fresh])
	}
	return nil
}
