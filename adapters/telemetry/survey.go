package telemetry

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Findings are what is found by looking into the database now and then.
type Findings struct {
	// Inbox is how many commands wait there, up to the most that are counted, and since when the oldest does; zero for none.
	Inbox       int
	InboxOldest time.Time
	// DeadLetters is how many are open, counted likewise, and since when the oldest is.
	DeadLetters       int
	DeadLettersOldest time.Time
	// WebhooksPending is how many deliveries wait to be sent, counted likewise; EndpointsFailing to how many endpoints everything
	// has failed of late.
	WebhooksPending  int
	EndpointsFailing int
	// Breaks is how many the reconciliations of a month have found, each period by its newest.
	Breaks int
	// Payments counts those that are not at an end, by status.
	Payments map[string]int
	// Providers says of payment providers whether they answer, and for how many calls each is waited.
	Providers []Provider
	// Reviews is how many of payments are open, counted likewise, and since when the oldest is; zero for none.
	Reviews       int
	ReviewsOldest time.Time
	// Suspense is what is booked to suspense accounts.
	Suspense []Balance
	// DatabaseBytes is what the database takes on disk.
	DatabaseBytes int64
	// LogArchived is when the server last archived its log; zero where it archives none.
	LogArchived time.Time
}

// Balance is what stands on an account, for looking at.
type Balance struct {
	Account, Asset string
	Amount         float64
}

// Provider says how a payment provider stands.
type Provider struct {
	Name  string
	Up    bool
	Calls int
}

// survey shows the last findings, as long as this process is the one that looks: elsewhere there is nothing to show.
type survey struct {
	mu    sync.Mutex
	found *Findings

	inbox, inboxOldest, dead, deadOldest, pending, failing, breaks, payments, suspense, bytes, archived *prometheus.Desc
	providers, calls, reviews, reviewsOldest                                                            *prometheus.Desc
}

// Survey returns what takes findings; nil for none, where another process looks.
func (m *Metrics) Survey() func(*Findings) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		m.describe("gauge", name, help, labels...)
		return prometheus.NewDesc(name, help, labels, nil)
	}
	s := &survey{
		inbox:       desc("florin_inbox_commands", "Commands that wait in the inbox, 10,000 at most. Only where the shard is held."),
		inboxOldest: desc("florin_inbox_oldest_seconds", "How long the oldest command has waited in the inbox. Only where the shard is held."),
		dead:        desc("florin_dead_letters_open", "Dead letters that nobody has dealt with, 10,000 at most. Only where the shard is held."),
		deadOldest:  desc("florin_dead_letters_oldest_seconds", "How long the oldest of those has lain. Only where the shard is held."),
		pending:     desc("florin_webhook_deliveries_pending", "Webhooks that wait to be sent, 10,000 at most. Only where the shard is held."),
		failing:     desc("florin_webhook_endpoints_failing", "Endpoints that have taken nothing since something failed. Only where the shard is held."),
		breaks:      desc("florin_reconciliation_breaks", "Lines of providers' statements of the last 31 days that the books do not agree with. Only where the shard is held."),
		payments:    desc("florin_payments_open", "Payments that are not at an end, by status. Only where the shard is held.", "status"),
		providers: desc("florin_payment_provider_up",
			"1 when a payment provider answers; 0 when it left some calls in a row unanswered, and new payments go elsewhere. Only where the shard is held.", "provider"),
		calls:         desc("florin_payment_calls_waiting", "Calls that a payment provider has not answered and that are made again, 10,000 at most. Only where the shard is held.", "provider"),
		reviews:       desc("florin_risk_reviews_open", "Reviews of payments that finance has not decided, 10,000 at most. Only where the shard is held."),
		reviewsOldest: desc("florin_risk_reviews_oldest_seconds", "How long the oldest review of a payment has been open. Only where the shard is held."),
		suspense:      desc("florin_suspense_balance", "What is booked to suspense accounts, 100 of them at most. Only where the shard is held.", "account", "asset"),
		bytes:         desc("florin_database_bytes", "What the database takes on disk. Only where the shard is held."),
		archived:      desc("florin_log_archive_age_seconds", "How long ago Postgres last archived its log; not there where it archives none. Only where the shard is held."),
	}
	m.registry.MustRegister(s)
	return func(f *Findings) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.found = f
	}
}

// Describe implements prometheus.Collector.
func (s *survey) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		s.inbox, s.inboxOldest, s.dead, s.deadOldest, s.pending, s.failing, s.breaks, s.payments, s.providers, s.calls, s.reviews, s.reviewsOldest,
		s.suspense, s.bytes, s.archived,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s *survey) Collect(to chan<- prometheus.Metric) {
	s.mu.Lock()
	f := s.found
	s.mu.Unlock()
	if f == nil {
		return
	}
	show := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	show(s.inbox, float64(f.Inbox))
	show(s.inboxOldest, secondsSince(f.InboxOldest))
	show(s.dead, float64(f.DeadLetters))
	show(s.deadOldest, secondsSince(f.DeadLettersOldest))
	show(s.pending, float64(f.WebhooksPending))
	show(s.failing, float64(f.EndpointsFailing))
	show(s.breaks, float64(f.Breaks))
	for status, n := range f.Payments {
		show(s.payments, float64(n), status)
	}
	for _, p := range f.Providers {
		show(s.providers, truth(p.Up), p.Name)
		show(s.calls, float64(p.Calls), p.Name)
	}
	show(s.reviews, float64(f.Reviews))
	show(s.reviewsOldest, secondsSince(f.ReviewsOldest))
	for _, b := range f.Suspense {
		show(s.suspense, b.Amount, b.Account, b.Asset)
	}
	show(s.bytes, float64(f.DatabaseBytes))
	if !f.LogArchived.IsZero() {
		show(s.archived, secondsSince(f.LogArchived))
	}
}
