package journal

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shelf is a store's events and a log of published ones, and counts how often it is read.
type shelf struct {
	mu        sync.Mutex
	stored    []Event
	published []Event
	reads     int
}

func (s *shelf) Head(context.Context, Shard) (Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Head{Timeline: 1, Position: int64(len(s.stored))}, nil
}

func (s *shelf) Events(_ context.Context, _ Shard, after int64, _ int) ([]Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return s.stored[after:], nil
}

func (s *shelf) Published(context.Context, Shard) (timeline, position int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 1, int64(len(s.published)), nil
}

func (s *shelf) Publish(_ context.Context, _ int64, events []Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published = append(s.published, events...)
	return nil
}

func (s *shelf) Reset(context.Context, Shard) error { return nil }

func (s *shelf) store(events []*Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		s.stored = append(s.stored, *e)
	}
}

func (s *shelf) end() int64 {
	_, position, _ := s.Published(context.Background(), 0)
	return position
}

func TestARelayReadsWhatIsRecentFromMemory(t *testing.T) {
	t.Parallel()
	s, recent, wake := &shelf{}, NewRecent(), make(chan struct{})
	relay := NewRelay(0, s, recent, s, wake, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// The look into the store is the test's to give, so that only it reads the store.
	failing := false
	done := make(chan error, 1)
	look := make(chan time.Time)
	s.store(runOf(1, 1, 0))
	recent.add(1, runOf(1, 1, 0))
	go func() { done <- relay.publishFrom(ctx, 1, 0, look, &failing) }()
	wake <- struct{}{} // it has read the store once, and idles
	for n := int64(1); n < 301; n += 3 {
		recent.add(1, runOf(n+1, n+3, 0)) // and nothing in the store: it would not be found there
		wake <- struct{}{}
		require.Eventually(t, func() bool { return s.end() == n+3 }, 5*time.Second, time.Millisecond)
	}
	s.mu.Lock()
	require.Equal(t, 1, s.reads)
	s.mu.Unlock()

	// Another process's writer goes on. Being woken says nothing; the next look finds it.
	s.store(runOf(2, 305, 0))
	wake <- struct{}{}
	wake <- struct{}{}
	require.Equal(t, int64(301), s.end())
	look <- time.Time{}
	require.Eventually(t, func() bool { return s.end() == 305 }, 5*time.Second, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}
