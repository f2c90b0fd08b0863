package bench

import (
	"context"
	"fmt"
	"slices"
)

const (
	// walletReads is how many wallets are read in a second when it is measured how long that takes.
	walletReads = 2_000
	// dearer is how much more than a plain transaction something may cost that moves a wallet's money, and
	// hardlyDearer what it should not pass.
	dearer, hardlyDearer = 1.3, 1.1
)

// besidePlain is what moves a wallet's money, each in turns with plain transactions of as many postings; each
// pair is measured in the other order.
func (f *figures) besidePlain() func(context.Context) error {
	names := []string{Transfer, Hold, Capture, Expiring}
	times, costs := map[string]*Figure{}, map[string]*Figure{}
	for _, name := range names {
		times[name] = f.figure("time of a "+name+" against a plain transaction's", "x", "%.2f", dearer, hardlyDearer)
		costs[name] = f.figure("its processor time, service and Postgres", "x", "%.2f", dearer, hardlyDearer)
	}
	plainFirst := true
	return func(ctx context.Context) error {
		for _, name := range names {
			pair := []string{Uniform, name}
			if !plainFirst {
				slices.Reverse(pair)
			}
			of := map[string]*Result{}
			for _, workload := range pair {
				r, err := f.leg(ctx, Leg{Workload: workload, Connections: manyConnections, Batch: 1})
				if err != nil {
					return err
				}
				of[workload] = r
			}
			times[name].add(of[Uniform].PerSecond / of[name].PerSecond)
			if plain, dear := of[Uniform].cpu(), of[name].cpu(); plain > 0 && dear > 0 {
				costs[name].add(dear / plain)
			}
		}
		plainFirst = !plainFirst
		return nil
	}
}

// cpu is the processor time of service and Postgres per transaction, in microseconds; 0 where one is unknown.
func (r *Result) cpu() float64 {
	if r.ServiceCPU == nil || r.PostgresCPU == nil {
		return 0
	}
	return *r.ServiceCPU + *r.PostgresCPU
}

// walletRead reads wallets at a rate.
func (f *figures) walletRead() func(context.Context) error {
	p99 := f.figure(fmt.Sprintf("p99 of reading a wallet, %d due in a second", walletReads), "ms", "%.1f", 10, 5)
	return func(ctx context.Context) error {
		r, err := f.leg(ctx, Leg{Workload: Wallet, Connections: readConnections, Rate: walletReads})
		if err == nil {
			p99.add(r.Latency.P99 * 1000)
		}
		return err
	}
}
