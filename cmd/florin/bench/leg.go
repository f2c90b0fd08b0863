package bench

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"time"
)

// Leg is one workload, measured once.
type Leg struct {
	// Workload is one of Workloads.
	Workload    string `json:"workload"`
	Connections int    `json:"connections"`
	// Batch is how many transactions a request posts; 0 where it posts none.
	Batch int `json:"batch,omitempty"`
	// Rate is how many requests are due in a second; 0: closed loop.
	Rate int `json:"due_per_second,omitempty"`
	// Duration ends the leg, unless Requests does.
	Duration time.Duration `json:"-"`
	Requests int64         `json:"-"`
	// WarmUp is how long it runs before it is measured; 0: a share of Duration, and a second at most.
	WarmUp time.Duration `json:"-"`

	share float64 // of the last closed loop's rate that is due; 0: Rate says
}

// Result is what a leg came to. What could not be seen is null.
type Result struct {
	Leg
	Seconds  float64 `json:"seconds"`
	Answered int64   `json:"answered"`
	// Done is how many transactions were posted, or reads answered.
	Done      int64   `json:"done"`
	PerSecond float64 `json:"per_second"`
	Latency   Latency `json:"latency"`
	// What went wrong: answers of 503, other errors, transactions of batches that were refused, requests
	// that were due and never sent.
	Unavailable  int64  `json:"unavailable"`
	Failed       int64  `json:"failed"`
	Refused      int64  `json:"refused"`
	Unsent       int64  `json:"unsent"`
	FirstFailure string `json:"first_failure,omitempty"`

	// Processor time and bytes are per Done, and include the work of projections after the load.
	ServiceCPU   *float64 `json:"service_cpu_us"`
	PostgresCPU  *float64 `json:"postgres_cpu_us"`
	LoadCPU      *float64 `json:"load_cpu_us"`
	WALBytes     *float64 `json:"wal_bytes"`
	StoredBytes  *float64 `json:"stored_bytes"`
	ServiceBytes *int64   `json:"service_resident_bytes"`
	// OthersShare is the share of this machine's processors that went to what is none of the three: above a
	// few percent, the leg says less of the service than of its neighbours.
	OthersShare *float64 `json:"others_share"`

	// How far projections were behind at the worst, and how they caught up once the load had ended.
	LagEvents      *int64   `json:"lag_events"`
	LagSeconds     *float64 `json:"lag_seconds"`
	Backlog        *int64   `json:"backlog_events"`
	CatchUpSeconds *float64 `json:"catch_up_seconds"`
}

// wrong is how many things went wrong, the time to warm up included.
func (r *Result) wrong() int64 { return r.Unavailable + r.Failed + r.Refused + r.Unsent }

// warmUp is how long it runs before it is measured.
func (leg *Leg) warmUp() time.Duration {
	return cmp.Or(leg.WarmUp, min(warmUp, leg.Duration/warmUpShare))
}

// run measures a leg: it warms up, waits until the projections have come to the end, and measures until
// they have again.
func (b *Bench) run(ctx context.Context, leg Leg, w workload) (*Result, error) {
	l := newLoad(b.dial, w, leg.Connections)
	defer l.close()
	warm := &tally{}
	if leg.Requests == 0 {
		warm = l.run(ctx, pace{rate: leg.Rate, duration: leg.warmUp()})
		b.count(l, warm)
		if err := b.settle(ctx); err != nil {
			return nil, err
		}
	}
	before, err := b.observer.read(ctx)
	if err != nil {
		return nil, err
	}
	stop := b.observer.watch(ctx)
	t := l.run(ctx, pace{rate: leg.Rate, duration: leg.Duration, requests: leg.Requests})
	samples := stop()
	b.count(l, t)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	r := resultOf(leg, t, warm)
	if before.service != nil {
		samples = append([]serviceReading{*before.service}, samples...)
	}
	if err := b.catchUp(ctx, r, samples); err != nil {
		return nil, err
	}
	after, err := b.observer.read(ctx)
	if err != nil {
		return nil, err
	}
	r.cost(before, after)
	if b.target.Local() {
		r.OthersShare = others(before, after)
	}
	b.log.Info("leg", "workload", leg.Workload, "connections", leg.Connections, "batch", leg.Batch, "due", leg.Rate,
		"per_second", int64(r.PerSecond), "p50_seconds", r.Latency.P50, "p99_seconds", r.Latency.P99, "wrong", r.wrong())
	if r.Answered == 0 {
		return nil, fmt.Errorf("no request of %s was answered: %s", leg.Workload, r.FirstFailure)
	}
	return r, nil
}

// settle waits for projections, where they can be seen.
func (b *Bench) settle(ctx context.Context) error {
	if b.observer.admin == "" {
		return nil
	}
	_, err := b.observer.caughtUp(ctx)
	return err
}

// catchUp waits for projections after a load and notes how long that took.
func (b *Bench) catchUp(ctx context.Context, r *Result, samples []serviceReading) error {
	if b.observer.admin == "" {
		return nil
	}
	end, err := readService(ctx, b.observer.admin)
	if err != nil {
		return err
	}
	lag, late := lagOf(append(samples, end))
	backlog := end.lag()
	r.LagEvents, r.LagSeconds, r.Backlog = &lag, &late, &backlog
	caught, err := b.observer.caughtUp(ctx)
	if err != nil {
		return err
	}
	took := caught.at.Sub(end.at).Seconds()
	r.CatchUpSeconds = &took
	resident := caught.resident
	for _, s := range samples {
		resident = max(resident, s.resident)
	}
	r.ServiceBytes = &resident
	return nil
}

// resultOf reads what was counted. What went wrong while it warmed up is no less wrong.
func resultOf(leg Leg, t, warm *tally) *Result {
	return &Result{
		Leg: leg, Seconds: t.took.Seconds(), Answered: t.answered, Done: t.done, PerSecond: float64(t.done) / t.took.Seconds(),
		Latency: latencyOf(t.latency), Unavailable: t.unavailable + warm.unavailable, Failed: t.failed + warm.failed,
		Refused: t.refused + warm.refused, Unsent: t.unsent, FirstFailure: cmp.Or(warm.firstFailure, t.firstFailure),
	}
}

// cost notes what was spent between two readings.
func (r *Result) cost(before, after reading) {
	per := func(amount float64) *float64 {
		if r.Done == 0 {
			return nil
		}
		amount /= float64(r.Done)
		return &amount
	}
	micros := func(d time.Duration) *float64 { return per(d.Seconds() * 1e6) }
	r.LoadCPU = micros(after.load - before.load)
	if before.service != nil && after.service != nil {
		r.ServiceCPU = micros(after.service.cpu - before.service.cpu)
	}
	if before.database == nil || after.database == nil {
		return
	}
	if before.database.cpuKnown && after.database.cpuKnown {
		r.PostgresCPU = micros(after.database.cpu - before.database.cpu)
	}
	if r.Batch > 0 {
		r.WALBytes = per(float64(after.database.wal - before.database.wal))
		r.StoredBytes = per(float64(after.database.size - before.database.size))
	}
}

// others is the share of the machine that went to neither service nor Postgres nor load between two
// readings; nil unless all three are known.
func others(before, after reading) *float64 {
	if before.machine == nil || after.machine == nil || before.service == nil || after.service == nil ||
		before.database == nil || after.database == nil || !before.database.cpuKnown || !after.database.cpuKnown {
		return nil
	}
	ours := after.service.cpu - before.service.cpu + after.database.cpu - before.database.cpu + after.load - before.load
	there := time.Duration(runtime.NumCPU()) * after.at.Sub(before.at)
	share := max(0, (*after.machine-*before.machine-ours).Seconds()/there.Seconds())
	return &share
}
