package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// statement reads the statement of a wallet that has many lines, as a whole.
func (f *figures) statement(ctx context.Context) error {
	if !f.wants(partWallets) {
		return nil
	}
	id, err := f.b.busyWallet(ctx, f.c.History)
	if err != nil {
		return err
	}
	formats := []string{"json", "csv"}
	var took []*Figure
	for _, format := range formats {
		took = append(took, f.figure(fmt.Sprintf("statement of a wallet of %d lines, %s", f.c.History, format), "s", "%.2f", 3, 1.5))
	}
	grown := f.figure("what the service's memory grows by meanwhile", "MiB", "%.0f", 64, 16)
	for range f.c.Runs {
		most := new(0.0)
		for i, format := range formats {
			seconds, mebibytes, err := f.b.readStatement(ctx, id, format, f.c.History)
			if err != nil {
				return err
			}
			took[i].add(seconds)
			if most != nil && mebibytes != nil {
				*most = max(*most, *mebibytes)
			} else {
				most = nil
			}
		}
		addKnown(grown, most)
	}
	return nil
}

// busyWallet returns the id of a wallet that has paid so often, or a few times more.
func (b *Bench) busyWallet(ctx context.Context, payments int) (string, error) {
	if err := b.openWallets(ctx); err != nil {
		return "", err
	}
	payer, batch := b.wallets[0], min(payments, fillBatch)
	one := fmt.Sprintf(`{"from_wallet":%q,"to_wallet":%q,"amount":{"amount":"1.00","asset":"USD"},"description":"Benchmark"}`, payer, b.wallets[1])
	body := `{"transfers":[` + strings.Repeat(one+",", batch-1) + one + `]}`
	_, err := b.prepare(ctx, fillConnections, pace{requests: int64((payments + batch - 1) / batch)}, workload{
		perRequest: batch, posted: `"status":201`, inMain: true, maker: func() maker {
			return func(buf []byte) []byte { return b.requests.post(buf, "/v1/transfers/batch", body) }
		},
	})
	if err != nil {
		return "", fmt.Errorf("make transfers of one wallet: %w", err)
	}
	return payer, nil
}

// readStatement reads a statement of so many lines, or more, and returns how long that took, and by how many MiB
// the service grew; nil where that cannot be seen.
func (b *Bench) readStatement(ctx context.Context, wallet, format string, lines int) (seconds float64, grown *float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	before, err := b.observer.read(ctx)
	if err != nil {
		return 0, nil, err
	}
	stop := b.observer.watch(ctx)
	began := time.Now()
	data, err := b.target.whole(ctx, "/v1/wallets/"+wallet+"/statement?format="+format)
	seconds = time.Since(began).Seconds()
	samples := stop()
	if err != nil {
		return 0, nil, err
	}
	if shown := bytes.Count(data, []byte("txn_")); shown < lines {
		return 0, nil, fmt.Errorf("a statement of %d lines has %d", lines, shown)
	}
	if before.service == nil {
		return seconds, nil, nil
	}
	peak := before.service.resident
	for _, s := range samples {
		peak = max(peak, s.resident)
	}
	mebibytes := float64(peak-before.service.resident) / (1 << 20)
	return seconds, &mebibytes, nil
}

// whole reads an answer to its end.
func (t Target) whole(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(t.URL, "/")+path, nil)
	if err != nil {
		return nil, err
	}
	request.Close = true
	request.Header.Set("Authorization", "Bearer "+t.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %s", path, response.Status, clip(data))
	}
	return data, err
}
