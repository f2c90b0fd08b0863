package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// benchPayers is how many connections pay, and benchKnockers how many sign in meanwhile.
	benchPayers   = 64
	benchKnockers = 4
)

// BenchmarkPaymentsBesideSignIns posts transactions, alone and, in turns, while others sign in as fast as they are
// answered. They sign in to addresses that nobody has, each to another one from another network, so that no limit
// holds them up: what is computed for them is what is computed for everybody.
func BenchmarkPaymentsBesideSignIns(b *testing.B) {
	t := benchTownOf(b, 1)
	nobody := t.service
	nobody.token = ""
	var tried, serial atomic.Int64
	var knocking atomic.Int64 // in ns
	knock := func(ctx context.Context) {
		began := time.Now()
		var group sync.WaitGroup
		for range benchKnockers {
			group.Go(func() {
				for ctx.Err() == nil {
					i := tried.Add(1)
					_, _, err := nobody.call(ctx, http.StatusUnauthorized, http.MethodPost, "/v1/login", credentials(fmt.Sprintf("nobody-%d@example.com", i)), clientOf(i)...)
					if err != nil && ctx.Err() == nil {
						b.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		knocking.Add(int64(time.Since(began)))
	}
	pay := func(ctx context.Context, _ int64) error { return t.service.post(ctx, serial.Add(1), 1) }
	b.Run(fmt.Sprintf("connections=%d", benchPayers), func(b *testing.B) {
		before, since := tried.Load(), knocking.Load()
		benchTurns(b, benchPayers, benchSide{name: "alone", do: pay}, benchSide{name: "beside", do: pay, beside: knock})
		b.ReportMetric(float64(tried.Load()-before)/time.Duration(knocking.Load()-since).Seconds(), "sign-ins/s")
	})
}
