package desk

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// job is something done in the background. What it returns is logged.
type job struct {
	name   string
	do     func(context.Context) error
	failed int
}

// jobs does things in the background, a few at a time and in no order. They are in memory only: what must
// not be lost is a reactor's.
type jobs struct {
	queue   chan job
	waiting atomic.Int64 // those that failed and are to be tried again
	lost    atomic.Int64 // those that will never be done
	log     *slog.Logger
}

func newJobs(log *slog.Logger) *jobs { return &jobs{queue: make(chan job, maxJobs), log: log} }

// add has something done. It never waits: when too much is to be done already it is dropped.
func (j *jobs) add(name string, do func(context.Context) error) { j.put(job{name: name, do: do}) }

func (j *jobs) put(one job) {
	select {
	case j.queue <- one:
	default:
		j.lost.Add(1)
		j.log.Error("background is full: a job is dropped", "job", one.name)
	}
}

// run works until ctx ends, and then for stopTime at most on what is queued.
func (j *jobs) run(ctx context.Context) error {
	last, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopTime, stop) })()
	var group sync.WaitGroup
	for range jobWorkers {
		group.Go(func() { j.work(ctx, last) })
	}
	group.Wait()
	if undone := int64(len(j.queue)) + j.waiting.Load(); undone > 0 {
		j.log.Warn("background stops with jobs undone", "jobs", undone)
	}
	return nil
}

func (j *jobs) work(ctx, last context.Context) {
	for {
		select {
		case one := <-j.queue:
			j.once(last, one)
		case <-ctx.Done():
			for last.Err() == nil {
				select {
				case one := <-j.queue:
					j.once(last, one)
				default:
					return
				}
			}
			return
		}
	}
}

// once does a job. When it fails it is tried again later, but not for ever.
func (j *jobs) once(ctx context.Context, one job) {
	limited, cancel := context.WithTimeout(ctx, jobTime)
	defer cancel()
	err := one.do(limited)
	if err == nil {
		return
	}
	if !j.again(one, err) {
		j.lost.Add(1)
		j.log.Error("background job is given up", "job", one.name, "tries", one.failed+1, "error", err)
	}
}

// again has a job tried another time, later. ok is false when that is enough of it.
func (j *jobs) again(one job, err error) (ok bool) {
	delays := retryDelays()
	if one.failed == len(delays) {
		return false
	}
	if j.waiting.Add(1) > maxJobs {
		j.waiting.Add(-1)
		return false
	}
	delay := delays[one.failed]
	one.failed++
	j.log.Warn("background job failed", "job", one.name, "again_in", delay, "error", err)
	time.AfterFunc(delay, func() {
		j.waiting.Add(-1)
		j.put(one)
	})
	return true
}
