package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	assert.Zero(t, median(nil))
	assert.InDelta(t, 3, median([]float64{9, 1, 3}), 0)
	assert.InDelta(t, 2.5, median([]float64{4, 1, 2, 3}), 0)
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		floor, aim, value float64
		want              string
	}{
		{2, 4, 4, "aim met"}, {2, 4, 3.9, "floor met"}, {2, 4, 2, "floor met"}, {2, 4, 1.9, "BELOW"},
		{200, 60, 60, "aim met"}, {200, 60, 61, "floor met"}, {200, 60, 200, "floor met"}, {200, 60, 201, "ABOVE"},
	} {
		f := figures{report: &Report{}}
		figure := f.figure("name", "unit", "%.1f", c.floor, c.aim)
		assert.Equal(t, "unknown", figure.Verdict())
		figure.add(c.value)
		assert.Equal(t, c.want, figure.Verdict(), c)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	f := figures{report: &Report{}}
	rate := f.figure("batches", "transactions/s", "%.0f", 15_000, 36_000)
	for _, v := range []float64{16_000, 14_000, 20_000} {
		rate.add(v)
	}
	f.figure("memory", "MiB", "%.0f", 1024, 400).Note = "not seen"
	number, backlog := 123.4, int64(10_000)
	r := f.report
	r.Legs = []*Result{{Leg: Leg{Workload: Uniform, Connections: 4, Batch: 1000, Duration: time.Second}, PerSecond: 15_000,
		Latency: Latency{P50: 0.001, P95: 0.002, P99: 0.003, Max: 0.1}, ServiceCPU: &number, OthersShare: new(0.27), CatchUpSeconds: new(0.5), Backlog: &backlog,
		Unavailable: 2, FirstFailure: "503 busy"}}
	r.Books = &Books{Answered: 10, Written: 9, Totals: []AssetTotal{{Asset: "USD", Debits: "1.00", Credits: "2.00"}}, Wrong: []string{"one is missing"}}
	r.TPCB = []TPCBRun{{Clients: 64, Scale: 50, PerSecond: 2095.4}}
	r.Missing = []string{"webhook: no secret"}
	var text strings.Builder
	r.Write(&text)
	for _, want := range []string{
		"15000  1.0  2.0  3.0  100.0", "123 - - 27 - - - 0.5 (20000) 2",
		"uniform, 4 connections, batches of 1000: 2 answers of 503, 0 other errors, 0 refused in batches, 0 due but never sent; the first: 503 busy",
		"others took 27 % of the machine", "pgbench (TPC-B, scale 50), 64 clients: 2095/s",
		"batches  transactions/s  15000  36000  16000   14000..20000  floor met",
		"memory   MiB             1024   400    -       0 run         unknown    not seen",
		"10 transactions answered as posted, 0 more may have been, 9 written", "WRONG: one is missing", "missing: webhook: no secret",
	} {
		assert.Contains(t, squeeze(text.String()), squeeze(want))
	}
}

// squeeze makes the widths of columns not matter.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestLatency(t *testing.T) {
	t.Parallel()
	h := newHistogram()
	for ms := range 1000 {
		record(h, time.Duration(ms+1)*time.Millisecond)
	}
	got := latencyOf(h)
	assert.InDelta(t, 0.5, got.P50, 0.001)
	assert.InDelta(t, 0.95, got.P95, 0.001)
	assert.InDelta(t, 0.99, got.P99, 0.001)
	assert.InDelta(t, 1, got.Max, 0.001)
	record(h, 24*time.Hour)
	assert.InDelta(t, maxLatency.Seconds(), latencyOf(h).Max, 1, "what is longer than can be told counts as the longest")
}

// What is missing counts, and what is booked twice; what may have been booked is right either way.
func TestBookedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		booked, answered, unknown int64
		want                      float64
	}{{100, 100, 0, 1}, {99, 100, 0, 0.99}, {101, 100, 0, 0.99}, {102, 100, 2, 1}, {100, 100, 2, 1}, {103, 100, 2, 0.99}, {0, 100, 5, 0}} {
		assert.InDelta(t, c.want, bookedOnce(c.booked, c.answered, c.unknown), 1e-9, c)
	}
}
