package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/ledger/journal"
)

// BenchmarkCommand is what it costs to be told of one command from its request to three projections: without a
// collector, with one where nothing is sampled, and where all is.
func BenchmarkCommand(b *testing.B) {
	for name, cfg := range map[string]telemetry.TracingConfig{
		"off": {}, "unsampled": {Endpoint: "http://127.0.0.1:1", Sampler: "always_off"}, "sampled": {Endpoint: "http://127.0.0.1:1"},
	} {
		b.Run(name, func(b *testing.B) {
			m := telemetry.NewMetrics()
			tr, err := telemetry.NewTracing(b.Context(), cfg, m)
			require.NoError(b, err)
			o := telemetry.NewObserver(m, tr)
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/v1/transfers", http.NoBody)
			for b.Loop() {
				ctx, answered := o.Request(r, "/v1/transfers")
				c := journal.Command{Type: "transfer"}
				_, ended := o.Asked(ctx, &c)
				now := time.Time{}
				if journal.Sampled(c.Trace) {
					now = time.Now()
				}
				o.Committed(journal.Commit{Commands: 1, Events: 1, Began: now, Decisions: func(yield func(journal.Decision) bool) {
					yield(journal.Decision{Command: &c, Status: journal.Done, Began: now, Ended: now})
				}})
				events := []journal.Event{{Type: "transfer-made", Trace: c.Trace}}
				for _, by := range []string{journal.RelayStep, "accounts", "entries", "wallets"} {
					o.Carried(journal.Carriage{By: by, Events: events, Began: now})
				}
				ended(journal.Answer{Outcome: journal.Outcome{Status: journal.Done}}, nil)
				answered(http.StatusCreated, "")
			}
			b.StopTimer()
			_ = tr.Close(b.Context()) // nobody is there to take them
		})
	}
}
