package telemetry

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Webhooks counts what is sent to webhook endpoints. Neither an endpoint nor an address is a label: who watches a
// process need not know them.
type Webhooks struct {
	sent     *prometheus.CounterVec
	disabled *prometheus.CounterVec
	oldest   atomic.Pointer[time.Time]
}

// Webhooks returns the counts of webhooks, which begin at zero.
func (m *Metrics) Webhooks() *Webhooks {
	w := &Webhooks{
		sent:     m.newCounters("florin_webhook_deliveries_total", "Attempts to deliver a webhook, by what they came to.", "result"),
		disabled: m.newCounters("florin_webhook_endpoints_disabled_total", "Webhook endpoints that were switched off, by why.", "reason"),
	}
	for _, result := range []string{"delivered", "failed", "given_up"} {
		w.sent.WithLabelValues(result)
	}
	for _, reason := range []string{"gone", "failing"} {
		w.disabled.WithLabelValues(reason)
	}
	m.gauge("florin_webhook_oldest_pending_seconds", "How long the oldest webhook has waited that is not delivered yet.", nil, func() float64 {
		if since := w.oldest.Load(); since != nil && !since.IsZero() {
			return time.Since(*since).Seconds()
		}
		return 0
	})
	return w
}

// Sent counts an attempt.
func (w *Webhooks) Sent(result string) { w.sent.WithLabelValues(result).Inc() }

// Disabled counts an endpoint that was switched off.
func (w *Webhooks) Disabled(reason string) { w.disabled.WithLabelValues(reason).Inc() }

// Oldest notes since when the oldest webhook waits; zero for none.
func (w *Webhooks) Oldest(since time.Time) { w.oldest.Store(&since) }
