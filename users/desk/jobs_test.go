package desk

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJobsGiveUpInTheEnd(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		var tries atomic.Int64
		h.jobs.add("in vain", func(context.Context) error {
			tries.Add(1)
			return errAway
		})
		synctest.Wait()
		for i, delay := range retryDelays() {
			assert.Equal(t, int64(i+1), tries.Load())
			assert.Equal(t, []int64{1, 0}, []int64{h.Waiting(), h.Lost()})
			pass(delay)
		}
		pass(24 * time.Hour)
		assert.Equal(t, int64(5), tries.Load())
		assert.Zero(t, h.Waiting())
		assert.Equal(t, int64(1), h.Lost())
		assert.Contains(t, h.log.String(), `level=ERROR msg="background job is given up" job="in vain" tries=5`)
	})
}

func TestJobsAreDroppedWhenThereAreTooMany(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		var done atomic.Int64
		for range maxJobs + 1 {
			h.jobs.add("one", func(context.Context) error {
				done.Add(1)
				return nil
			})
		}
		assert.Contains(t, h.log.String(), `level=ERROR msg="background is full: a job is dropped" job=one`)
		assert.Equal(t, []int64{maxJobs, 1}, []int64{h.Waiting(), h.Lost()})
		ctx, stop := context.WithCancel(t.Context())
		stop()
		require.NoError(t, h.Run(ctx)) // what is waiting is done before it stops
		assert.Equal(t, int64(maxJobs), done.Load())
	})
}

func TestJobsThatFailDoNotPileUp(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.jobs.waiting.Store(maxJobs)
		h.jobs.add("one", func(context.Context) error { return errAway })
		synctest.Wait()
		assert.Equal(t, int64(maxJobs), h.jobs.waiting.Load())
		assert.Contains(t, h.log.String(), `job is given up" job=one tries=1`)
		h.jobs.waiting.Store(0)
	})
}

// A job that hangs is ended: after its time, and a few seconds after the background is told to stop.
func TestJobsThatHang(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		ended := make(chan error, 2)
		hang := func(ctx context.Context) error {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil
		}
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan error)
		go func() { stopped <- h.Run(ctx) }()
		start := time.Now()
		h.jobs.add("hangs", hang)
		require.ErrorIs(t, <-ended, context.DeadlineExceeded)
		assert.Equal(t, jobTime, time.Since(start))

		h.jobs.add("hangs", hang)
		synctest.Wait()
		start = time.Now()
		stop()
		require.NoError(t, <-stopped)
		require.ErrorIs(t, <-ended, context.Canceled)
		assert.Equal(t, stopTime, time.Since(start))
	})
}

func TestRecent(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	r := newRecent(time.Minute, 3)
	require.True(t, r.take("a", now))
	require.False(t, r.take("a", now.Add(59*time.Second)))
	require.True(t, r.take("a", now.Add(time.Minute)))
	r.release("a")
	require.True(t, r.take("a", now.Add(90*time.Second)))
	require.False(t, r.take("a", now.Add(2*time.Minute)), "it counts from when it was done again, not from what was released")

	for _, what := range []string{"b", "c", "d", "e"} {
		require.True(t, r.take(what, now.Add(121*time.Second)))
	}
	require.True(t, r.take("a", now.Add(122*time.Second)), "the oldest makes room")
	require.False(t, r.take("e", now.Add(122*time.Second)))
	assert.LessOrEqual(t, len(r.at), 3)
	assert.LessOrEqual(t, len(r.order), 3)
}
