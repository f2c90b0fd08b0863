package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	// webhookRate is how many webhooks are due in a second, whatever the service makes of those before.
	webhookRate = 1_000
	// webhookPatience is how long Stripe's p99 may wait for its answer, and webhookSoon what it should not pass, in
	// milliseconds.
	webhookPatience, webhookSoon = 250, 100
	// nearlyRate is the rate that must be kept up, and fullRate what should be: a burst lasts until its last answer, a
	// little longer than it is due.
	nearlyRate, fullRate = 0.99 * webhookRate, 0.999 * webhookRate
	// clearing is the account that every payment which a webhook tells of debits, by a dollar here.
	clearing = "assets:stripe:clearing"
)

// burst has Stripe send webhooks at a rate, each of a payment of its own, and looks whether each that was answered
// is booked, and once. It does not warm up: all that is sent is counted.
func (f *figures) burst(ctx context.Context) error {
	if !f.wants(partWebhooks) {
		return nil
	}
	if f.b.target.WebhookSecret == "" {
		f.report.Missing = append(f.report.Missing, fmt.Sprintf("%s: %v", partWebhooks, errNoSecret))
		return nil
	}
	rate := f.figure(fmt.Sprintf("webhooks answered in a second, %d due", webhookRate), "webhooks/s", "%.0f", nearlyRate, fullRate)
	p99 := f.figure("p99 of those, from when each was due", "ms", "%.1f", webhookPatience, webhookSoon)
	answered := f.figure("share of them that was sent and answered 200", "", "%.5f", 1, 1)
	booked := f.figure("share of those answered that is booked once", "", "%.5f", 1, 1)
	for n := range f.c.Runs {
		order := []func() (*Result, error){
			func() (*Result, error) { return f.webhooks(ctx, booked) },
			func() (*Result, error) {
				return f.leg(ctx, Leg{Workload: Uniform, Connections: manyConnections, Batch: 1, Rate: webhookRate})
			},
		}
		if n%2 > 0 {
			slices.Reverse(order)
		}
		var costs []string
		for _, measure := range order {
			r, err := measure()
			if err != nil {
				return err
			}
			if r.Workload == Webhook {
				rate.add(r.PerSecond)
				p99.add(r.Latency.P99 * 1000)
				answered.add(float64(r.Done) / float64(r.Requests))
			}
			costs = append(costs, fmt.Sprintf("%s %.0f µs", r.Workload, r.cpu()))
		}
		rate.Note = fmt.Sprintf("%d each run; processor time of service and Postgres, last run: %s, %s", f.c.Webhooks, costs[0], costs[1])
	}
	return nil
}

// webhooks is one burst, after which it adds to booked.
func (f *figures) webhooks(ctx context.Context, booked *Figure) (*Result, error) {
	before, err := f.b.cleared(ctx)
	if err != nil {
		return nil, err
	}
	r, err := f.leg(ctx, Leg{
		Workload: Webhook, Connections: manyConnections, Rate: webhookRate,
		Requests: int64(f.c.Webhooks), Duration: time.Duration(f.c.Webhooks) * time.Second / webhookRate,
	})
	if err != nil {
		return nil, err
	}
	after, err := f.b.cleared(ctx)
	if err != nil {
		return nil, err
	}
	booked.add(bookedOnce(after-before, r.Done, r.Failed+r.Unavailable))
	return r, nil
}

// bookedOnce is 1 where as many were booked as were answered, or some more of those that may have been; less by the share
// of the answered that is missing, or booked again.
func bookedOnce(booked, answered, unknown int64) float64 {
	wrong := max(answered-booked, booked-answered-unknown, 0)
	return 1 - float64(wrong)/float64(max(answered, 1))
}

// cleared is how many dollars payments have brought to Stripe so far, everything that was answered before included.
func (b *Bench) cleared(ctx context.Context) (int64, error) {
	if err := b.settle(ctx); err != nil {
		return 0, err
	}
	now, err := b.mark(ctx)
	if err != nil {
		return 0, err
	}
	b.posted++ // the mark is in the ledger, too
	var balances struct {
		Data []struct {
			Asset   string `json:"asset"`
			Balance string `json:"balance"`
		} `json:"data"`
	}
	path := "/v1/ledgers/" + mainLedger + "/accounts/" + clearing + "/balances?at_least=" + now.Position
	if err := b.target.askBusy(ctx, http.MethodGet, path, "", "", &balances); err != nil {
		return 0, err
	}
	for _, balance := range balances.Data {
		if balance.Asset == "USD" {
			dollars, err := strconv.ParseFloat(balance.Balance, 64)
			return int64(dollars), err
		}
	}
	return 0, nil
}
