package bench

import (
	"context"
	"errors"
	"time"
)

// observer reads what a leg costs. What is out of its sight stays unknown.
type observer struct {
	admin string // address of the service's metrics; "" where they cannot be read
	db    *database
}

// reading is what all parts have spent up to one moment; nil is unknown.
type reading struct {
	service  *serviceReading
	database *databaseReading
	load     time.Duration
	machine  *time.Duration // everything on this machine
	at       time.Time
}

func (o *observer) read(ctx context.Context) (r reading, err error) {
	if o.db != nil {
		d, err := o.db.read(ctx)
		if err != nil {
			return r, err
		}
		r.database = &d
	}
	if o.admin != "" {
		s, err := readService(ctx, o.admin)
		if err != nil {
			return r, err
		}
		r.service = &s
	}
	if all, err := machineCPU(); err == nil {
		r.machine = &all
	}
	r.load, r.at = selfCPU(), time.Now()
	return r, nil
}

// errBehind says that projections stand still.
var errBehind = errors.New("the projections stand still behind the journal: florin_projection_failed and the service's log say why")

// caughtUp waits until all projections have come to the journal's end, and returns when they had.
// Errors: errBehind.
func (o *observer) caughtUp(ctx context.Context) (serviceReading, error) {
	moved, best := time.Now(), int64(-1)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		r, err := readService(ctx, o.admin)
		switch {
		case err != nil:
			return r, err
		case r.lag() == 0:
			return r, nil
		case r.behind > best:
			moved, best = r.at, r.behind
		case time.Since(moved) > catchUpPatience:
			return r, errBehind
		}
		if !until(ctx, timer, time.Now().Add(catchUpInterval)) {
			return r, ctx.Err()
		}
	}
}

// watch samples the service's metrics until stop is called, which returns the samples in order. A look
// that fails is left out.
func (o *observer) watch(ctx context.Context) (stop func() []serviceReading) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan []serviceReading, 1)
	go func() {
		var samples []serviceReading
		timer := time.NewTimer(0)
		defer timer.Stop()
		for o.admin != "" && until(ctx, timer, time.Now().Add(sampleInterval)) {
			if r, err := readService(ctx, o.admin); err == nil {
				samples = append(samples, r)
			}
		}
		done <- samples
	}()
	return func() []serviceReading { cancel(); return <-done }
}

// lagOf returns how far projections were behind at the worst of samples: in events, and in seconds.
// They are so many seconds behind as have passed since the journal was where they are.
func lagOf(samples []serviceReading) (events int64, seconds float64) {
	for i, s := range samples {
		events = max(events, s.lag())
		if s.lag() > 0 {
			seconds = max(seconds, s.at.Sub(committedAt(samples[:i+1], s.behind)).Seconds())
		}
	}
	return events, seconds
}

// committedAt is when the journal came past a position, between two samples in proportion.
func committedAt(samples []serviceReading, position int64) time.Time {
	for i := len(samples) - 1; i > 0; i-- {
		from, to := samples[i-1], samples[i]
		if from.head > position {
			continue
		}
		if to.head <= position {
			return to.at
		}
		share := float64(position-from.head) / float64(to.head-from.head)
		return from.at.Add(time.Duration(share * float64(to.at.Sub(from.at))))
	}
	return samples[0].at
}
