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
)

// BenchmarkExpiry has 10,000 holds come due at once, of as many wallets or of one, and measures how
// late the last of them is released. With stopped, the service comes up over holds that are due.
func BenchmarkExpiry(b *testing.B) {
	for _, wallets := range []int{10_000, 1} {
		for _, stopped := range []bool{false, true} {
			b.Run(fmt.Sprintf("wallets=%d/stopped=%t", wallets, stopped), func(b *testing.B) {
				for b.Loop() {
					late := dueAtOnce(b, wallets, 10_000, stopped)
					b.ReportMetric(late.Seconds(), "s/last")
				}
			})
		}
	}
}

// dueAtOnce returns how late the last of n holds was released.
func dueAtOnce(b *testing.B, wallets, n int, stopped bool) time.Duration {
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
	placeDue(b, s, wallets, n, at)
	require.True(b, time.Now().Before(at), "the holds were placed too slowly")
	if stopped {
		stop()
	}
	<-time.After(time.Until(at))
	began := at
	if stopped {
		began = time.Now()
		stop = start()
	}
	var expired int
	require.Eventually(b, func() bool {
		require.NoError(b, pool.QueryRow(b.Context(), `SELECT count(*) FROM events WHERE type = 'hold-expired'`).Scan(&expired))
		return expired == n
	}, time.Minute, 20*time.Millisecond)
	late := time.Since(began) // seen in the journal, so it is committed
	stop()
	report, err := verifyBooks(b.Context(), postgres.NewStore(pool))
	require.NoError(b, err)
	require.Empty(b, report.Findings)
	return late
}

// placeDue places n holds over so many wallets that all expire at one time.
func placeDue(b *testing.B, s *settings, wallets, n int, at time.Time) {
	a, err := newApp(b.Context(), s, roles{}, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	defer func() { require.NoError(b, a.close()) }()
	store := postgres.NewStore(a.reads)
	d := journal.NewDispatcher(shard, a.bus, store, store, time.Now)
	ask := func(key, commandType string, body any) journal.Answer {
		data, err := journal.Marshal(body)
		require.NoError(b, err)
		answer, err := d.Do(b.Context(), journal.Command{ID: journal.NewCommandID("bench", key), Type: commandType, Data: data, Actor: "bench"})
		require.NoError(b, err)
		require.Equal(b, journal.Done, answer.Outcome.Status, "%v", answer.Outcome.Refusal)
		return answer
	}
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
