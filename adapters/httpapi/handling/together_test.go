package handling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// asks returns a question whose answers wait until they are let go, and what was asked for each time.
func asks(err error) (t *together[int, string], asked <-chan []int, let chan<- struct{}) {
	questions, gate := make(chan []int, 100), make(chan struct{})
	return &together[int, string]{ask: func(_ context.Context, keys []int) (map[int]string, error) {
		questions <- slices.Clone(keys)
		<-gate
		found := map[int]string{}
		for _, key := range keys {
			if key >= 0 {
				found[key] = fmt.Sprint(key)
			}
		}
		return found, err
	}}, questions, gate
}

// What comes while a question is under way is asked in one go after it, and each gets what it asked for.
func TestTogetherAsksInOneGo(t *testing.T) {
	t.Parallel()
	q, asked, let := asks(nil)
	errs := make(chan error, 22)
	var group sync.WaitGroup
	want := func(key int, there bool) {
		v, ok, err := q.get(t.Context(), key)
		errs <- err
		assert.Equal(t, there, ok)
		if there {
			assert.Equal(t, fmt.Sprint(key), v)
		}
	}
	group.Go(func() { want(1, true) })
	require.Equal(t, []int{1}, <-asked)
	for key := -1; key < 20; key++ {
		group.Go(func() { want(key, key >= 0) })
	}
	require.Eventually(t, func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return q.next != nil && len(q.next.keys) == 21
	}, 10*time.Second, time.Millisecond)
	let <- struct{}{}
	require.Len(t, <-asked, 21)
	let <- struct{}{}
	group.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.Empty(t, asked)
}

// Who does not want to wait any longer goes, and the others are answered; an error is everybody's.
func TestTogetherOutlivesWhoAsked(t *testing.T) {
	t.Parallel()
	fails := errors.New("away")
	q, asked, let := asks(fails)
	ctx, cancel := context.WithCancel(t.Context())
	gone, stays := make(chan error, 1), make(chan error, 1)
	go func() { _, _, err := q.get(ctx, 1); gone <- err }()
	<-asked
	go func() { _, _, err := q.get(t.Context(), 2); stays <- err }()
	cancel()
	require.ErrorIs(t, <-gone, context.Canceled)
	let <- struct{}{}
	<-asked
	let <- struct{}{}
	require.ErrorIs(t, <-stays, fails)
}
