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
			s := benchSettings(b)
			service := benchService(b, s, allRoles(), c.connections)
			service.token = benchToken(b, s)
			var n atomic.Int64
			b.SetParallelism(max(c.connections/2, 1))
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := service.post(b.Context(), n.Add(1), c.batch); err != nil {
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

// benchCaller calls a service that runs in this process, as the principal of a token, or as nobody.
type benchCaller struct {
	app        *app
	client     *http.Client
	url, token string
}

// benchService starts a service, which so many connections are kept to, and returns nobody.
func benchService(b *testing.B, s *settings, rs roles, connections int) benchCaller {
	b.Helper()
	a, err := newApp(b.Context(), s, rs, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	var config net.ListenConfig
	ln, err := config.Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.run(ctx, ln, nil, func() { close(ready) }) }()
	b.Cleanup(func() { cancel(); require.NoError(b, <-done); require.NoError(b, a.close()) })
	<-ready
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	b.Cleanup(transport.CloseIdleConnections)
	return benchCaller{app: a, client: &http.Client{Transport: transport}, url: baseURL(ln.Addr())}
}

// benchToken returns the token of a service.
func benchToken(b *testing.B, s *settings) string {
	b.Helper()
	keys, err := authn.LoadKeys(s.TokenKeys)
	require.NoError(b, err)
	minter, err := authn.NewMinter(keys, authn.MinterConfig{})
	require.NoError(b, err)
	token, err := minter.Mint(authn.Claims{Subject: "svc_bench", Roles: []string{authn.RoleService}, TTL: time.Hour})
	require.NoError(b, err)
	return token
}

// call sends a request with a JSON body (empty: none) and headers (names and values in turn), and returns the
// answer's body and its Florin-Position. Another status than the wanted one is an error.
func (c benchCaller) call(ctx context.Context, want int, method, path, body string, headers ...string) (answer []byte, position string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	if err == nil && response.StatusCode != want {
		err = fmt.Errorf("%s %s: status %d: %s", method, path, response.StatusCode, answer)
	}
	return answer, response.Header.Get("Florin-Position"), err
}

// post sends the i-th request: one transaction, or a batch of them.
func (c benchCaller) post(ctx context.Context, i int64, batch int) error {
	path, body, want := "/v1/ledgers/main/transactions", benchBody(i), http.StatusCreated
	if batch > 1 {
		items := make([]string, batch)
		for n := range items {
			items[n] = benchBody(i*int64(batch) + int64(n))
		}
		path, body, want = path+"/batch", `{"transactions":[`+strings.Join(items, ",")+`]}`, http.StatusOK
	}
	_, _, err := c.call(ctx, want, http.MethodPost, path, body, "Idempotency-Key", fmt.Sprint("bench-", i))
	return err
}

// benchBody is the i-th of transactions over 10,000 accounts, with 60 bytes of metadata.
func benchBody(i int64) string {
	return fmt.Sprintf(`{"postings":[{"account":"liabilities:user:%d","side":"debit","amount":"1.00","asset":"USD"},`+
		`{"account":"liabilities:user:%d","side":"credit","amount":"1.00","asset":"USD"}],`+
		`"metadata":{"order":"order-%020d","channel":"benchmark"}}`, i%10_000, i*7919%10_000, i)
}
