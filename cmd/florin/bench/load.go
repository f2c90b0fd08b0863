package bench

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// pace says when requests are sent, and when that ends.
type pace struct {
	// rate is how many requests are due in a second; 0: closed loop.
	rate int
	// duration ends it; 0: requests does.
	duration time.Duration
	// requests is how many are sent; 0: duration ends it.
	requests int64
}

// tally is what came of a load.
type tally struct {
	mu           sync.Mutex
	latency      *hdrhistogram.Histogram
	answered     int64 // answers of 2xx
	done         int64 // transactions posted, or reads
	refused      int64 // transactions of batches that were not posted
	unavailable  int64 // answers of 503
	failed       int64 // other answers, and requests without one
	unsent       int64 // requests that were due and never sent
	firstFailure string
	took         time.Duration
}

// load sends the requests of a workload over its connections, which stay for the next run.
type load struct {
	workload workload
	workers  []*worker
}

type worker struct {
	client *client
	make   maker
	buf    []byte
}

// newLoad prepares so many connections. They are made when they first send.
func newLoad(dial dialer, w workload, connections int) *load {
	l := &load{workload: w}
	for range connections {
		l.workers = append(l.workers, &worker{client: &client{dial: dial}, make: w.maker()})
	}
	return l
}

func (l *load) close() {
	for _, w := range l.workers {
		w.client.close()
	}
}

// run sends requests at a pace, and returns once all answers are there. A connection waits no longer
// than requestPatience; the end of ctx cuts all of them.
func (l *load) run(ctx context.Context, p pace) *tally {
	t := &tally{latency: newHistogram()}
	began := time.Now()
	var tickets atomic.Int64
	var group sync.WaitGroup
	for _, w := range l.workers {
		group.Go(func() { l.drive(ctx, w, p, began, &tickets, t) })
	}
	group.Wait()
	t.took = time.Since(began)
	return t
}

// drive is one connection's part. Tickets number the requests; in an open loop the number says when a
// request is due, and whichever connection is free takes it.
func (l *load) drive(ctx context.Context, w *worker, p pace, began time.Time, tickets *atomic.Int64, t *tally) {
	stop := context.AfterFunc(ctx, func() { w.client.abort() })
	defer stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		ticket := tickets.Add(1) - 1
		due := time.Now()
		if p.rate > 0 {
			due = began.Add(time.Duration(ticket) * time.Second / time.Duration(p.rate))
		}
		if p.requests > 0 && ticket >= p.requests || p.requests == 0 && due.Sub(began) >= p.duration {
			return
		}
		if p.rate > 0 {
			if p.duration > 0 && time.Since(began) > (1+overtime)*p.duration {
				t.neverSent()
				continue
			}
			if !until(ctx, timer, due) {
				return
			}
		}
		if w.buf = w.make(w.buf[:0]); len(w.buf) == 0 {
			return
		}
		if p.rate == 0 {
			due = time.Now() // a closed loop's request is due when it is ready to be sent
		}
		status, body, err := w.client.send(ctx, w.buf)
		t.take(l.workload, time.Since(due), status, body, err)
		if err != nil {
			until(ctx, timer, time.Now().Add(redialPause))
		}
	}
}

// until waits, or reports false when ctx has ended.
func until(ctx context.Context, timer *time.Timer, due time.Time) bool {
	wait := time.Until(due)
	if wait <= 0 {
		return true
	}
	timer.Reset(wait)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// take counts an answer.
func (t *tally) take(w workload, latency time.Duration, status int, body []byte, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	record(t.latency, latency)
	failure := ""
	switch {
	case err != nil:
		t.failed++
		failure = err.Error()
	case status == http.StatusServiceUnavailable:
		t.unavailable++
		failure = fmt.Sprintf("%d %s", status, clip(body))
	case status < 200 || status > 299:
		t.failed++
		failure = fmt.Sprintf("%d %s", status, clip(body))
	default:
		done := w.count(body)
		t.answered++
		t.done += int64(done)
		if w.took != nil {
			w.took(body)
		}
		if refused := w.perRequest - done; w.perRequest > 0 && refused > 0 {
			t.refused += int64(refused)
			failure = fmt.Sprintf("of %d transactions of a batch %d were refused", w.perRequest, refused)
		}
	}
	if t.firstFailure == "" {
		t.firstFailure = failure
	}
}

func (t *tally) neverSent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unsent++
}
