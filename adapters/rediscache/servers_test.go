package rediscache

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

// onBoth runs a test against the real server and against the stand-in of `florin dev`.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		test(t, redistest.Start(t).URL())
	})
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		test(t, "redis://"+miniredis.RunT(t).Addr())
	})
}

// clock is a time that tests set.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()) }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// row is what the tests cache: which version of a key, in words.
type row struct {
	Key     string
	Version int64
}

// books are what a read model would hold: the journal's head, how far the read model has come, and the
// positions at which each key changed.
type books struct {
	mu        sync.Mutex
	position  int64
	projected int64
	changes   map[string][]int64
	reads     int
}

func newBooks() *books { return &books{changes: map[string][]int64{}} }

// change moves the journal, and says at which position. The read model does not move.
func (b *books) change(key string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.position++
	b.changes[key] = append(b.changes[key], b.position)
	return b.position
}

// project lets the read model catch up.
func (b *books) project() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.projected = b.position
}

// write is a change that is in the read model at once.
func (b *books) write(key string) int64 {
	defer b.project()
	return b.change(key)
}

func (b *books) head(context.Context) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.position, nil
}

// version is the position of key's last change at or before a position.
func (b *books) version(key string, at int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.versionLocked(key, at)
}

func (b *books) versionLocked(key string, at int64) (version int64) {
	for _, p := range b.changes[key] {
		if p <= at {
			version = p
		}
	}
	return version
}

// read returns what Through takes.
func (b *books) read(key string) func(context.Context) (row, int64, bool, error) {
	return func(context.Context) (row, int64, bool, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.reads++
		v := b.versionLocked(key, b.projected)
		return row{Key: key, Version: v}, b.projected, v > 0, nil
	}
}

// count is how often was read.
func (b *books) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reads
}

// patience is given to Redis where a test is not about its being slow: other tests run beside it.
const patience = 10 * time.Second

// open returns a client of one process and its cache.
func open(t testing.TB, url string, b *books, cfg Config) (*Client, *Cache[row]) {
	t.Helper()
	if strings.HasPrefix(url, "redis://") {
		cfg.Run = "miniredis"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = patience
	}
	client, err := Open(url, b.head, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client, NewCache[row](client, "rows-1")
}

// get reads key, and requires that there is one.
func get(t testing.TB, c *Cache[row], b *books, key string, atLeast int64) (row, int64) {
	t.Helper()
	value, position, ok, err := c.Through(t.Context(), key, atLeast, b.read(key))
	require.NoError(t, err)
	require.True(t, ok)
	return value, position
}

// warm reads ann until she is kept. The first looks of a connection may find that it is new.
func warm(t testing.TB, c *Cache[row], b *books) {
	t.Helper()
	require.Eventually(t, func() bool {
		before := c.Stats().Hits
		get(t, c, b, "ann", 0)
		return c.Stats().Hits > before
	}, 10*time.Second, time.Millisecond)
}
