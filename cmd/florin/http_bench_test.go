package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/authn"
)

// BenchmarkHTTP posts transactions over HTTP to the whole service: tokens are checked, projections
// run, Postgres syncs each commit. batch=n sends n transactions in one request.
func BenchmarkHTTP(b *testing.B) {
	for _, c := range []struct{ connections, batch int }{{1, 1}, {64, 1}, {256, 1}, {4, 1_000}} {
		b.Run(fmt.Sprintf("connections=%d/batch=%d", c.connections, c.batch), func(b *testing.B) {
			url, token := benchService(b)
			transport := &http.Transport{MaxIdleConnsPerHost: c.connections, MaxConnsPerHost: c.connections}
			b.Cleanup(transport.CloseIdleConnections)
			client := &http.Client{Transport: transport}
			var n atomic.Int64
			b.SetParallelism(max(c.connections/2, 1))
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := benchPost(b.Context(), client, url, token, n.Add(1), c.batch); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N*c.batch)/b.Elapsed().Seconds(), "transactions/s")
		})
	}
}

// benchService starts everything and returns its address and a token.
func benchService(b *testing.B) (url, token string) {
	b.Helper()
	s := benchSettings(b)
	a, err := newApp(b.Context(), s, allRoles(), slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	var config net.ListenConfig
	ln, err := config.Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.run(ctx, ln, nil, func() { close(ready) }) }()
	b.Cleanup(func() { cancel(); require.NoError(b, <-done); require.NoError(b, a.close()) })
	<-ready
	keys, err := authn.LoadKeys(s.TokenKeys)
	require.NoError(b, err)
	minter, err := authn.NewMinter(keys, authn.MinterConfig{})
	require.NoError(b, err)
	token, err = minter.Mint(authn.Claims{Subject: "svc_bench", Roles: []string{authn.RoleService}, TTL: time.Hour})
	require.NoError(b, err)
	return baseURL(ln.Addr()), token
}

// benchPost sends the i-th request: one transaction, or a batch of them.
func benchPost(ctx context.Context, client *http.Client, url, token string, i int64, batch int) error {
	path, body := "/v1/ledgers/main/transactions", benchBody(i)
	if batch > 1 {
		items := make([]string, batch)
		for n := range items {
			items[n] = benchBody(i*int64(batch) + int64(n))
		}
		path, body = path+"/batch", `{"transactions":[`+strings.Join(items, ",")+`]}`
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", fmt.Sprint("bench-", i))
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("status %d: %s", response.StatusCode, answer)
	}
	return err
}

// benchBody is the i-th of transactions over 10,000 accounts, with 60 bytes of metadata.
func benchBody(i int64) string {
	return fmt.Sprintf(`{"postings":[{"account":"liabilities:user:%d","side":"debit","amount":"1.00","asset":"USD"},`+
		`{"account":"liabilities:user:%d","side":"credit","amount":"1.00","asset":"USD"}],`+
		`"metadata":{"order":"order-%020d","channel":"benchmark"}}`, i%10_000, i*7919%10_000, i)
}
