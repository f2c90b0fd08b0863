package main

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/schedule"
)

// BenchmarkExpiry has 10,000 holds come due at once, of as many wallets or of one, and measures how
// late the last of them is released. With stopped, the service comes up over holds that are due.
func BenchmarkExpiry(b *testing.B) {
	for _, wallets := range []int{10_000, 1} {
		for _, stopped := range []bool{false, true} {
			b.Run(fmt.Sprintf("wallets=%d/stopped=%t", wallets, stopped), func(b *testing.B) {
				for b.Loop() {
					late := dueAtOnce(b, 10_000, wallet.TypeHoldExpired, stopped, func(s *settings, at time.Time) { placeDue(b, s, wallets, 10_000, at) })
					b.ReportMetric(late.Seconds(), "s/last")
				}
			})
		}
	}
}

// BenchmarkSchedules has 10,000 schedules come due at once, of one payer and one payee, and measures how late the
// last of them is paid.
func BenchmarkSchedules(b *testing.B) {
	for _, stopped := range []bool{false, true} {
		b.Run(fmt.Sprintf("stopped=%t", stopped), func(b *testing.B) {
			for b.Loop() {
				late := dueAtOnce(b, 10_000, schedule.TypeScheduleRan, stopped, func(s *settings, at time.Time) { orderDue(b, s, 10_000, at) })
				b.ReportMetric(late.Seconds(), "s/last")
			}
		})
	}
}

// dueAtOnce returns how late the last of n things was done that place has come due at a time: an event says of
// each that it is.
func dueAtOnce(b *testing.B, n int, done string, stopped bool, place func(s *settings, at time.Time)) time.Duration {
	s := benchSettings(b)
	start := func() (stop func()) {
		a, err := newApp(b.Context(), s, roles{roleWriter, roleRelay, roleProjector, roleReactor}, slog.New(slog.DiscardHandler))
		require.NoError(b, err)
		ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
		done := make(chan error, 1)
		go func() { done <- a.run(ctx, nil, nil, func() {}) }()
		require.True(b, a.waitReady(ctx))
		return func() { cancel(); require.NoError(b, <-done); require.NoError(b, a.close()) }
	}
	stop := start()
	pool, err := openPool(b.Context(), s.DatabaseURL, 4, 0)
	require.NoError(b, err)
	b.Cleanup(pool.Close)

	at := time.Now().Add(20 * time.Second)
	place(s, at)
	require.True(b, time.Now().Before(at), "they were placed too slowly")
	var placed int64 // what is looked for stands after it: looking through all that is written would be most of the work
	require.NoError(b, pool.QueryRow(b.Context(), `SELECT max(position) FROM events`).Scan(&placed))
	if stopped {
		stop()
	}
	<-time.After(time.Until(at))
	began := at
	if stopped {
		began = time.Now()
		stop = start()
	}
	var seen int
	require.Eventually(b, func() bool {
		require.NoError(b, pool.QueryRow(b.Context(), `SELECT count(*) FROM events WHERE type = $1`, done).Scan(&seen))
		return seen == n
	}, time.Minute, 20*time.Millisecond)
	late := time.Since(began) // seen in the journal, so it is committed
	stop()
	report, err := verifyBooks(b.Context(), pool)
	require.NoError(b, err)
	require.Empty(b, report.Findings)
	return late
}

// insister returns what has commands decided that have to be done, each under a key.
func insister(b *testing.B, s *settings) func(key, commandType string, body any) journal.Answer {
	a, err := newApp(b.Context(), s, roles{}, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, a.close()) })
	store := postgres.NewStore(a.reads)
	d := journal.NewDispatcher(shard, a.bus, store, store, time.Now)
	return func(key, commandType string, body any) journal.Answer {
		data, err := journal.Marshal(body)
		require.NoError(b, err)
		answer, err := d.Do(b.Context(), journal.Command{ID: journal.NewCommandID("bench", key), Type: commandType, Data: data, Actor: "bench"})
		require.NoError(b, err)
		require.Equal(b, journal.Done, answer.Outcome.Status, "%v", answer.Outcome.Refusal)
		return answer
	}
}

// orderDue has n schedules that are all paid at one time.
func orderDue(b *testing.B, s *settings, n int, at time.Time) {
	ask := insister(b, s)
	service := wallet.As{Principal: "bench", Role: wallet.Service}
	var ids []string
	for i := range 2 {
		ids = append(ids, ask(fmt.Sprint("open ", i), wallet.CommandOpenWallet, wallet.OpenWallet{As: service, Owner: "bench"}).Events[0].ID().Format("wal"))
	}
	ask("pay", payment.CommandRecordFact, payment.Fact{
		Provider: payment.Stripe, EventID: "evt_1", Kind: payment.Paid, Payment: "pi_1", Asset: "JPY", Received: fmt.Sprint(n), Wallet: ids[0],
	})
	var group errgroup.Group
	group.SetLimit(256)
	for i := range n {
		group.Go(func() error {
			ask(fmt.Sprint("order ", i), schedule.CommandCreateSchedule, schedule.CreateSchedule{As: service, Timing: schedule.Timing{At: &at}, Transfer: wallet.NewTransfer{
				FromWallet: ids[0], ToWallet: ids[1], Amount: ledger.Money{Amount: "1", Asset: "JPY"},
			}})
			return nil
		})
	}
	require.NoError(b, group.Wait())
}

// placeDue places n holds over so many wallets that all expire at one time.
func placeDue(b *testing.B, s *settings, wallets, n int, at time.Time) {
	ask := insister(b, s)
	service, each := wallet.As{Principal: "bench", Role: wallet.Service}, n/wallets
	ids := make([]string, wallets)
	var group errgroup.Group
	group.SetLimit(256)
	for i := range wallets {
		group.Go(func() error {
			opened := ask(fmt.Sprint("open ", i), wallet.CommandOpenWallet, wallet.OpenWallet{As: service, Owner: "bench"})
			ids[i] = opened.Events[0].ID().Format("wal")
			ask(fmt.Sprint("pay ", i), payment.CommandRecordFact, payment.Fact{
				Provider: payment.Stripe, EventID: fmt.Sprint("evt_", i), Kind: payment.Paid, Payment: fmt.Sprint("pi_", i), Asset: "JPY", Received: fmt.Sprint(each), Wallet: ids[i],
			})
			return nil
		})
	}
	require.NoError(b, group.Wait())
	for i := range n {
		group.Go(func() error {
			ask(fmt.Sprint("hold ", i), wallet.CommandPlaceHold, wallet.PlaceHold{
				As: service, WalletID: ids[i%wallets], Amount: ledger.Money{Amount: "1", Asset: "JPY"}, ExpiresAt: &at,
			})
			return nil
		})
	}
	require.NoError(b, group.Wait())
}
