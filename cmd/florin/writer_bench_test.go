package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/localpg"
	"github.com/florinledger/florin/adapters/natsbus/embedded"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// benchSettings are of a durable Postgres (fsync on) and an embedded JetStream of the benchmark's own.
func benchSettings(b *testing.B) *settings {
	b.Helper()
	dir := b.TempDir()
	cluster, err := localpg.Start(b.Context(), localpg.Config{Dir: filepath.Join(dir, "postgres"), Durable: true, Temporary: true})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, cluster.Stop(context.WithoutCancel(b.Context()))) })
	bus, err := embedded.Start(embedded.Config{Dir: filepath.Join(dir, "nats")})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, bus.Shutdown()) })
	s := &settings{DatabaseURL: cluster.URL(localpg.ServiceDatabase), NatsURL: bus.URL(), Replicas: 1,
		TokenKeys: filepath.Join(dir, "keys"), SecretFile: filepath.Join(dir, "secret"),
		vaultSettings: vaultSettings{KeysDatabaseURL: cluster.URL(localpg.VaultDatabase), MasterKeys: filepath.Join(dir, "master-keys")},
		mailSettings:  mailSettings{MailFrom: "Florin <florin@localhost>", MailFolder: filepath.Join(dir, "mail")}}
	require.NoError(b, writeKey(filepath.Join(s.TokenKeys, "1.pem")))
	require.NoError(b, writeSecret("")(s.SecretFile))
	require.NoError(b, writeMaster(filepath.Join(s.MasterKeys, "1.key")))
	require.NoError(b, migrateBoth(b.Context(), s.DatabaseURL, s.KeysDatabaseURL))
	return s
}

// BenchmarkWriter sends transactions through the bus, the writer and the journal and waits for
// each answer, with everything else live: relay and projections.
func BenchmarkWriter(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := benchSettings(b)
			a, err := newApp(b.Context(), s, roles{roleWriter, roleRelay, roleProjector}, slog.New(slog.DiscardHandler))
			require.NoError(b, err)
			ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
			done := make(chan error, 1)
			go func() { done <- a.run(ctx, nil, nil, func() {}) }()
			b.Cleanup(func() { cancel(); require.NoError(b, <-done); require.NoError(b, a.close()) })
			require.True(b, a.waitReady(ctx))
			store := postgres.NewStore(a.reads)
			d := journal.NewDispatcher(shard, a.bus, store, store, time.Now)
			var n atomic.Int64
			b.SetParallelism(callers / 2)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					answer, err := d.Do(ctx, benchCommand(i))
					if err != nil || answer.Outcome.Status != journal.Done {
						b.Errorf("%v %v", err, answer.Outcome.Refusal)
						return
					}
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "transactions/s")
		})
	}
}

// benchCommand is the i-th of transactions over 10,000 accounts.
func benchCommand(i int64) journal.Command {
	data, err := json.Marshal(ledger.PostTransaction{Ledger: ledger.Main, NewTransaction: ledger.NewTransaction{
		Postings: []ledger.Line{
			{Account: fmt.Sprintf("liabilities:user:%d", i%10_000), Side: "debit", Amount: "1.00", Asset: "USD"},
			{Account: fmt.Sprintf("liabilities:user:%d", i*7919%10_000), Side: "credit", Amount: "1.00", Asset: "USD"},
		},
		Metadata: map[string]string{"order": fmt.Sprintf("order-%020d", i), "channel": "benchmark"},
	}})
	if err != nil {
		panic(err)
	}
	return journal.Command{ID: journal.NewCommandID("bench", fmt.Sprint(i)), Type: ledger.CommandPostTransaction, Data: data, Actor: "bench"}
}
