package bench

import (
	"context"
	"fmt"
	"time"
)

const (
	// movesShare is the share of the journal's events, one in so many, that move a wallet's money: transfers, holds and
	// captures. The others are plain transactions.
	movesShare = 5
	// verifySeconds is how long a verification of verifyEvents may take, and verifySoon what it should not pass.
	verifySeconds, verifySoon, verifyEvents = 60, 40, 2_000_000
	// rebuildRate is how many events in a second a rebuild has to read, and rebuildFast what it should.
	rebuildRate, rebuildFast = 30_000, 60_000
	// rebuildMemory is what it may take of memory, in MiB.
	rebuildMemory = 512
)

// journal fills the journal with what a service does, and measures what operators do with it: verify the books, and
// build all projections of money anew together.
func (f *figures) journal(ctx context.Context) error {
	if !f.wants(partJournal) {
		return nil
	}
	run := f.b.config.Tool
	if run == nil {
		f.report.Missing = append(f.report.Missing, "no journal that may be verified and rebuilt as is convenient: --start has one")
		return nil
	}
	if err := f.live(ctx); err != nil {
		return err
	}
	events, err := f.b.observer.db.events(ctx)
	if err != nil {
		return err
	}
	floor := verifySeconds * float64(events) / verifyEvents
	verify := f.figure(fmt.Sprintf("florin verify of %d events", events), "s", "%.1f", floor, floor*verifySoon/verifySeconds)
	rebuild := f.figure("florin projections rebuild of all money projections", "events/s", "%.0f", rebuildRate, rebuildFast)
	memory := f.figure("memory of that", "MiB", "%.0f", rebuildMemory, rebuildMemory/2)
	for range f.c.Runs {
		spent, cpu, err := f.tool(ctx, run, "verify")
		if err != nil {
			return err
		}
		verify.add(spent.Wall.Seconds())
		verify.Note = fmt.Sprintf("processor time per event: %s, Postgres %s; at most %d MiB", each(spent.CPU, events), each(cpu, events), spent.PeakBytes>>20)
		spent, cpu, err = f.tool(ctx, run, append([]string{"projections", "rebuild"}, f.b.config.MoneyProjections...)...)
		if err != nil {
			return err
		}
		rebuild.add(float64(events) / spent.Wall.Seconds())
		rebuild.Note = fmt.Sprintf("processor time per event: %s, Postgres %s", each(spent.CPU, events), each(cpu, events))
		memory.add(float64(spent.PeakBytes) / (1 << 20))
	}
	return nil
}

// each is the share of one event, of which there is one at least.
func each(spent time.Duration, events int64) time.Duration {
	return (spent / time.Duration(max(1, events))).Round(100 * time.Nanosecond)
}

// tool runs florin, and says what Postgres took meanwhile as well; 0 where that is unknown.
func (f *figures) tool(ctx context.Context, run Tool, args ...string) (spent Spent, postgres time.Duration, err error) {
	f.b.log.Info("running", "florin", args)
	before, err := f.b.observer.db.read(ctx)
	if err != nil {
		return spent, 0, err
	}
	if spent, err = run(ctx, args...); err != nil {
		return spent, 0, fmt.Errorf("florin %v: %w", args, err)
	}
	after, err := f.b.observer.db.read(ctx)
	return spent, after.cpu - before.cpu, err
}

// live fills the journal up to as many events as it should have, one in movesShare of them of wallets.
func (f *figures) live(ctx context.Context) error {
	if err := f.b.openWallets(ctx); err != nil {
		return err
	}
	third := max(1, int64(f.c.Journal/movesShare/3))
	for _, w := range []workload{f.b.transfers(), f.b.expiringHolds()} {
		if _, err := f.b.prepare(ctx, manyConnections, pace{requests: third}, w); err != nil {
			return err
		}
	}
	placed, err := f.b.prepare(ctx, manyConnections, pace{requests: third}, f.b.holds())
	if err != nil {
		return err
	}
	if _, err := f.b.prepare(ctx, manyConnections, pace{requests: third}, f.b.capturesOf(placed)); err != nil {
		return err
	}
	there, err := f.b.observer.db.events(ctx)
	if err != nil {
		return err
	}
	many := f.b.requests.inTurn(f.b.requests.account("journal", 0), "many", f.c.Accounts)
	filled, err := f.b.fill(ctx, many, max(1, f.c.Journal-int(there)))
	if err != nil {
		return err
	}
	f.report.Legs = append(f.report.Legs, filled)
	return f.b.observer.db.tidy(ctx)
}
