package rediscache

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

func secret() []byte { return []byte(strings.Repeat("s", 32)) }

func newTestLimiter(t *testing.T, client *Client, cfg LimiterConfig) *Limiter {
	t.Helper()
	l, err := NewLimiter(client, secret(), cfg)
	require.NoError(t, err)
	return l
}

// hourly gives nothing back while a test runs.
func hourly(burst int) Policy { return Policy{Name: "login", Burst: burst, Per: time.Hour} }

func TestLimitsAreCountedForAllTogether(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		client, _ := open(t, url, newBooks(), Config{})
		other, _ := open(t, url, newBooks(), Config{})
		one, two := newTestLimiter(t, client, LimiterConfig{}), newTestLimiter(t, other, LimiterConfig{})
		var allowed atomic.Int64
		var group sync.WaitGroup
		for range 10 {
			for _, l := range []*Limiter{one, two} {
				group.Go(func() {
					if l.Allow(t.Context(), hourly(7), "203.0.113.9").Allowed {
						allowed.Add(1)
					}
				})
			}
		}
		group.Wait()
		assert.Equal(t, int64(7), allowed.Load())
		assert.Zero(t, one.local.buckets.Len(), "nothing was counted here")
		assert.True(t, one.Allow(t.Context(), hourly(7), "203.0.113.10").Allowed, "another key")
		assert.True(t, one.Allow(t.Context(), Policy{Name: "register", Burst: 7, Per: time.Hour}, "203.0.113.9").Allowed, "another policy")
	})
}

// Both ways of counting decide alike.
func TestDecisions(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, l *Limiter) {
		t.Helper()
		p := hourly(3) // one comes back every 20 minutes
		for i := range 3 {
			d := l.Allow(t.Context(), p, "ann@example.com")
			assert.True(t, d.Allowed)
			assert.Equal(t, 3, d.Limit)
			assert.Equal(t, 2-i, d.Remaining)
			assert.Zero(t, d.RetryAfter)
			assert.InDelta(t, (time.Duration(i+1) * 20 * time.Minute).Seconds(), d.ResetAfter.Seconds(), 30)
		}
		for range 3 { // what is refused is not counted
			d := l.Allow(t.Context(), p, "ann@example.com")
			assert.False(t, d.Allowed)
			assert.Equal(t, 3, d.Limit)
			assert.Zero(t, d.Remaining)
			assert.InDelta(t, (20 * time.Minute).Seconds(), d.RetryAfter.Seconds(), 30)
			assert.InDelta(t, time.Hour.Seconds(), d.ResetAfter.Seconds(), 30)
		}
		assert.Equal(t, Decision{RetryAfter: time.Hour}, l.Allow(t.Context(), Policy{Name: "none", Per: time.Hour}, "ann@example.com"))
		assert.Equal(t, Decision{Limit: 3}, l.Allow(t.Context(), Policy{Name: "none", Burst: 3}, "ann@example.com"))
	}
	onBoth(t, func(t *testing.T, url string) {
		client, _ := open(t, url, newBooks(), Config{})
		check(t, newTestLimiter(t, client, LimiterConfig{}))
	})
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		client, _ := open(t, "", newBooks(), Config{})
		check(t, newTestLimiter(t, client, LimiterConfig{}))
	})
}

func TestLocalLimitsComeBackWithTime(t *testing.T) {
	t.Parallel()
	clock := newClock()
	client, _ := open(t, "", newBooks(), Config{Now: clock.now})
	l, p := newTestLimiter(t, client, LimiterConfig{}), Policy{Name: "login", Burst: 5, Per: time.Minute}
	for range 5 {
		assert.True(t, l.Allow(t.Context(), p, "ann").Allowed)
	}
	assert.Equal(t, Decision{Limit: 5, ResetAfter: time.Minute, RetryAfter: 12 * time.Second}, l.Allow(t.Context(), p, "ann"))
	clock.advance(12 * time.Second)
	assert.Equal(t, Decision{Allowed: true, Limit: 5, ResetAfter: time.Minute}, l.Allow(t.Context(), p, "ann"))
	clock.advance(time.Minute)
	assert.Equal(t, Decision{Allowed: true, Limit: 5, Remaining: 4, ResetAfter: 12 * time.Second}, l.Allow(t.Context(), p, "ann"))
}

func TestWhileRedisIsAwayEachProcessCounts(t *testing.T) {
	t.Parallel()
	server, clock := redistest.Start(t), newClock()
	client, _ := open(t, server.URL(), newBooks(), Config{Now: clock.now})
	l := newTestLimiter(t, client, LimiterConfig{})
	assert.True(t, l.Allow(t.Context(), hourly(2), "ann").Allowed)
	server.Kill()
	got := make([]bool, 3)
	for i := range got {
		got[i] = l.Allow(t.Context(), hourly(2), "ann").Allowed
	}
	assert.Equal(t, []bool{true, true, false}, got, "from zero")
	server.Restart()
	clock.advance(minRest)
	assert.True(t, l.Allow(t.Context(), hourly(2), "ann").Allowed, "Redis counts again")
	assert.Equal(t, 1, l.local.buckets.Len())
}

func TestLocalKeysAreBounded(t *testing.T) {
	t.Parallel()
	client, _ := open(t, "", newBooks(), Config{})
	l := newTestLimiter(t, client, LimiterConfig{LocalKeys: 2})
	for _, key := range []string{"ann", "bob", "ann", "cid"} { // bob is forgotten
		l.Allow(t.Context(), hourly(2), key)
	}
	assert.Equal(t, 2, l.local.buckets.Len())
	assert.False(t, l.Allow(t.Context(), hourly(2), "ann").Allowed)
	assert.Equal(t, 1, l.Allow(t.Context(), hourly(2), "bob").Remaining)
	_, err := NewLimiter(client, secret(), LimiterConfig{LocalKeys: -1})
	require.Error(t, err)
}

// Neither who attempts nor anything that could be found by hashing guesses is in Redis.
func TestRedisDoesNotLearnWhoAttempts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		client, _ := open(t, url, newBooks(), Config{})
		newTestLimiter(t, client, LimiterConfig{}).Allow(t.Context(), hourly(2), "ann@example.com")
		keys := client.redis.Keys(t.Context(), "*rate*").Val()
		require.Len(t, keys, 1)
		assert.Regexp(t, `^rate:florin:rate:login:[0-9a-f]{32}$`, keys[0])
		other, err := NewLimiter(client, []byte(strings.Repeat("t", 32)), LimiterConfig{})
		require.NoError(t, err)
		assert.NotEqual(t, keys[0], "rate:"+other.digest("login", "ann@example.com"), "it takes the secret to find it")
	})
}
