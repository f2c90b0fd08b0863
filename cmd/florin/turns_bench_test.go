package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// benchRounds is how often the sides of a comparison take turns: a machine that slows down meanwhile slows
// down all of them.
const benchRounds = 10

// benchSide is one of those that are compared.
type benchSide struct {
	name string
	// do does it for the i-th time.
	do func(ctx context.Context, i int64) error
	// beside, unless it is nil, goes on while it is done, until ctx ends.
	beside func(ctx context.Context)
}

// benchTurns does each side b.N times, over so many connections, in turns. Of each it reports the median of the
// rounds' p50 and the p99 of all of them, in µs, and how many were done in a second; of two, how many times the
// first's p50 the second's is, round by round, the median of those.
func benchTurns(b *testing.B, connections int, sides ...benchSide) {
	b.Helper()
	rounds := min(benchRounds, b.N)
	p50s, all := make([][]time.Duration, len(sides)), make([][]time.Duration, len(sides))
	factors, spent := make([]float64, rounds), make([]time.Duration, len(sides))
	var serial atomic.Int64
	b.ResetTimer()
	for round := range rounds {
		for turn := range sides {
			side := (round + turn) % len(sides)
			began := time.Now()
			took := benchRound(b, connections, b.N*(round+1)/rounds-b.N*round/rounds, &serial, sides[side])
			spent[side] += time.Since(began)
			p50s[side], all[side] = append(p50s[side], percentile(took, 50)), append(all[side], took...)
		}
		if len(sides) > 1 {
			factors[round] = float64(p50s[1][round]) / float64(p50s[0][round])
		}
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op") // it would be the sides' together
	for i, side := range sides {
		b.ReportMetric(micros(percentile(p50s[i], 50)), side.name+"-p50-µs")
		b.ReportMetric(micros(percentile(all[i], 99)), side.name+"-p99-µs")
		b.ReportMetric(float64(b.N)/spent[i].Seconds(), side.name+"/s")
	}
	if len(sides) > 1 {
		b.ReportMetric(percentile(factors, 50), "factor")
	}
}

// benchRound does a side n times and returns how long each took.
func benchRound(b *testing.B, connections, n int, serial *atomic.Int64, side benchSide) []time.Duration {
	b.Helper()
	var besides sync.WaitGroup
	ctx, cancel := context.WithCancel(b.Context())
	if side.beside != nil {
		besides.Go(func() { side.beside(ctx) })
	}
	took := make([]time.Duration, n)
	var tickets atomic.Int64
	var group sync.WaitGroup
	for range connections {
		group.Go(func() {
			for ticket := tickets.Add(1) - 1; ticket < int64(n); ticket = tickets.Add(1) - 1 {
				began := time.Now()
				if err := side.do(b.Context(), serial.Add(1)); err != nil {
					b.Errorf("%s: %v", side.name, err)
					return
				}
				took[ticket] = time.Since(began)
			}
		})
	}
	group.Wait()
	cancel()
	besides.Wait()
	return took
}

// percentile is that of values which need not be in order.
func percentile[T cmp.Ordered](values []T, percent int) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
