package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	// benchLines is how many lines the wallet of the benchmark has, and benchPDFLines one that is made into a PDF.
	benchLines    = 100_000
	benchPDFLines = 20_000
	// benchBatch is how many transfers one request makes.
	benchBatch = 10_000
)

// BenchmarkStatement is what the statement of a full wallet takes over HTTP: how long until its first byte and
// its last, and how much the process grows meanwhile, the client included, which keeps nothing.
func BenchmarkStatement(b *testing.B) {
	s := benchSettings(b)
	service := benchService(b, s, allRoles(), 8)
	service.token = benchToken(b, s)
	full, _ := service.benchWallet(b, "full", benchLines)
	short, last := service.benchWallet(b, "short", benchPDFLines)
	for _, c := range []struct{ name, path string }{
		{"json/lines=100000", full + "/statement"}, {"csv/lines=100000", full + "/statement?format=csv"},
		{"pdf/lines=20000", short + "/statement?format=pdf"}, {"json/lines=50", full + "/entries?limit=50&order=effective"},
	} {
		require.Eventually(b, func() bool {
			_, _, err := service.call(b.Context(), http.StatusOK, http.MethodGet, full+"?at_least="+last, "")
			return err == nil
		}, benchPatience, benchPause)
		b.Run(c.name, func(b *testing.B) {
			var first time.Duration
			var size int64
			grown := peakHeap(b, func() {
				for b.Loop() {
					took, n, err := service.swallow(b.Context(), c.path)
					require.NoError(b, err)
					first, size = first+took, n
				}
			})
			b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "ms-to-first-byte")
			b.ReportMetric(float64(size), "bytes/statement")
			b.ReportMetric(float64(grown)/(1<<20), "MiB-grown")
		})
	}
}

// benchWallet is a wallet that was paid so many times, by its path, and the position of the last payment.
func (c benchCaller) benchWallet(b *testing.B, name string, lines int) (path, position string) {
	b.Helper()
	open := func() (id string) {
		answer, _, err := c.call(b.Context(), http.StatusCreated, http.MethodPost, "/v1/wallets", `{}`)
		require.NoError(b, err)
		var w struct{ ID string }
		require.NoError(b, json.Unmarshal(answer, &w))
		return w.ID
	}
	from, to := open(), open()
	_, _, err := c.call(b.Context(), http.StatusCreated, http.MethodPost, "/v1/wallets/"+from+"/credit",
		fmt.Sprintf(`{"amount":{"amount":"%d","asset":"USD"},"account":"expenses:goodwill"}`, lines), "Idempotency-Key", name)
	require.NoError(b, err)
	for n := range lines / benchBatch {
		var body strings.Builder
		for i := range benchBatch {
			if i > 0 {
				body.WriteByte(',')
			}
			fmt.Fprintf(&body, `{"from_wallet":%q,"to_wallet":%q,"amount":{"amount":"1.00","asset":"USD"},"description":"Order %d of the shop","reference":"%s-%d-%d"}`, from, to, i, name, n, i)
		}
		_, position, err = c.call(b.Context(), http.StatusOK, http.MethodPost, "/v1/transfers/batch", `{"transfers":[`+body.String()+`]}`,
			"Idempotency-Key", fmt.Sprint(name, n))
		require.NoError(b, err)
	}
	return "/v1/wallets/" + to, position
}

// swallow reads an answer and keeps nothing of it.
func (c benchCaller) swallow(ctx context.Context, path string) (first time.Duration, size int64, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, http.NoBody)
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	begun := time.Now()
	response, err := c.client.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	first = time.Since(begun)
	if size, err = io.Copy(io.Discard, response.Body); err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d", path, response.StatusCode)
	}
	return first, size, err
}

// peakHeap is by how much the heap grew at most while something was done, garbage included.
func peakHeap(b *testing.B, do func()) int64 {
	b.Helper()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() int64 {
		metrics.Read(sample)
		return int64(sample[0].Value.Uint64()) //nolint:gosec // it is no more than there is memory
	}
	runtime.GC()
	base := heap()
	peak := base
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				peak = max(peak, heap())
			case <-done:
				return
			}
		}
	})
	do()
	close(done)
	watch.Wait()
	return peak - base
}
