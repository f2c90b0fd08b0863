package rediscache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

func TestWithoutRedisEveryReadIsARead(t *testing.T) {
	t.Parallel()
	b := newBooks()
	client, cache := open(t, "", b, Config{})
	b.write("ann")
	for range 3 {
		get(t, cache, b, "ann", 1)
	}
	cache.Tombstone(t.Context(), "ann", b.write("ann"))
	client.Gap()
	value, _ := get(t, cache, b, "ann", 0)
	assert.Equal(t, row{Key: "ann", Version: 2}, value)
	assert.Equal(t, 4, b.count())
	assert.Equal(t, Stats{Misses: 4}, cache.Stats())
}

func TestARedisThatIsAwayIsNoErrorAndIsLeftAlone(t *testing.T) {
	t.Parallel()
	server, b, clock := redistest.Start(t), newBooks(), newClock()
	_, cache := open(t, server.URL(), b, Config{Now: clock.now})
	b.write("ann")
	warm(t, cache, b)
	server.Kill()
	reads := b.count()
	for range 100 {
		get(t, cache, b, "ann", 0)
	}
	assert.Equal(t, reads+100, b.count())
	server.Restart()
	get(t, cache, b, "ann", 0)
	assert.Equal(t, reads+101, b.count(), "it is left alone until the rest is over")
	clock.advance(minRest)
	warm(t, cache, b)
}

// A server that hangs costs one time-out, not one for each caller.
func TestARedisThatHangsCostsOneTimeOut(t *testing.T) {
	t.Parallel()
	server, b, clock := redistest.Start(t), newBooks(), newClock()
	_, cache := open(t, server.URL(), b, Config{Now: clock.now, Timeout: 200 * time.Millisecond})
	b.write("ann")
	warm(t, cache, b)
	server.Pause()
	begun := time.Now()
	for range 100 {
		get(t, cache, b, "ann", 0)
	}
	assert.Less(t, time.Since(begun), 10*time.Second, "a hundred time-outs are 20 s")
	server.Resume()
	clock.advance(minRest)
	warm(t, cache, b)
}

// The server's memory is whole and holds the old entry, but it could not be told of the change.
func TestATombstoneThatWasLostEndsTheGeneration(t *testing.T) {
	t.Parallel()
	server, b, clock := redistest.Start(t), newBooks(), newClock()
	client, cache := open(t, server.URL(), b, Config{Now: clock.now})
	_, other := open(t, server.URL(), b, Config{Now: clock.now})
	b.write("ann")
	warm(t, cache, b)
	warm(t, other, b)
	old := client.redis.Get(t.Context(), client.generationKey()).Val()

	client.breaker.failed(clock.now(), false)
	cache.Tombstone(t.Context(), "ann", b.write("ann"))
	value, _ := get(t, cache, b, "ann", 0)
	assert.Equal(t, row{Key: "ann", Version: 2}, value, "it does not ask what it cannot believe")
	clock.advance(minRest)
	value, _ = get(t, cache, b, "ann", 0)
	assert.Equal(t, row{Key: "ann", Version: 2}, value)
	value, _ = get(t, other, b, "ann", 0)
	assert.Equal(t, row{Key: "ann", Version: 2}, value, "for the others as well")
	assert.NotEqual(t, old, client.redis.Get(t.Context(), client.generationKey()).Val())
	warm(t, cache, b)
}

// A reader that looked before the generation ended does not fill into the next one.
func TestASlowReaderDoesNotFillIntoTheNextGeneration(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		b.write("bob")
		b.write("ann")
		warm(t, cache, b)
		seen := cache.look(t.Context(), "ann", 3)
		require.NotEmpty(t, seen.token)
		b.write("ann") // and nobody heard of it
		client.Gap()
		get(t, cache, b, "bob", 0) // which begins the next
		cache.fill(t.Context(), "ann", seen, row{Key: "ann", Version: 2}, 9)
		assert.NotContains(t, client.redis.Get(t.Context(), client.key("rows-1", "ann")).Val(), ":9:")
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 3}, value)
	})
}

func TestAGapEndsTheGenerationForAll(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		_, other := open(t, url, b, Config{})
		b.write("ann")
		warm(t, other, b)
		warm(t, cache, b)
		b.write("ann") // and nobody heard of it
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 1}, value, "what a feed does not tell is not known")
		client.Gap()
		value, _ = get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
		value, _ = get(t, other, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
	})
}

// On a new timeline positions begin again below those that were lost.
func TestANewTimelineBeginsBelow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		lost := newBooks()
		for range 9 {
			lost.write("ann")
		}
		client, cache := open(t, url, lost, Config{})
		warm(t, cache, lost)
		cache.Tombstone(t.Context(), "bob", 9)

		kept := newBooks()
		kept.write("ann")
		kept.write("bob")
		client.head = kept.head
		client.Gap()
		value, position := get(t, cache, kept, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 1}, value)
		assert.Equal(t, int64(2), position)
		warm(t, cache, kept)
		value, _ = get(t, cache, kept, "bob", 0)
		assert.Equal(t, row{Key: "bob", Version: 2}, value)
	})
}

// An entry of the lost timeline, at a higher position than any now, keeps no tombstone of the new one away.
func TestALostEntryDoesNotStandForAChange(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		lost, kept := newBooks(), newBooks()
		for range 9 {
			lost.write("ann")
		}
		client, cache := open(t, url, lost, Config{})
		warm(t, cache, lost)
		kept.write("ann")
		client.head = kept.head
		client.Gap()
		seen := cache.look(t.Context(), "ann", 0)
		require.NotEmpty(t, seen.token)
		require.False(t, seen.hit)
		cache.Tombstone(t.Context(), "ann", kept.write("ann"))
		cache.fill(t.Context(), "ann", seen, row{Key: "ann", Version: 1}, 1)
		value, _ := get(t, cache, kept, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
	})
}

// A server that comes back with what it once saved has forgotten the changes since.
func TestARedisFromAnOldDumpIsNotBelieved(t *testing.T) {
	t.Parallel()
	server, b, clock := redistest.Start(t), newBooks(), newClock()
	client, cache := open(t, server.URL(), b, Config{Now: clock.now})
	b.write("ann")
	warm(t, cache, b)
	require.NoError(t, client.redis.Save(t.Context()).Err())
	cache.Tombstone(t.Context(), "ann", b.write("ann"))
	server.Restart()

	restored := openPlain(t, server.URL())
	require.Contains(t, restored.Get(t.Context(), client.key("rows-1", "ann")).Val(), ":1:{", "the old entry is there again")
	require.Contains(t, restored.Get(t.Context(), client.generationKey()).Val(), ":", "and so is its generation")
	for range 3 {
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
		clock.advance(maxRest)
	}
	warm(t, cache, b)
}

func openPlain(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	client := redis.NewClient(options)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// A server that does not name its run gets a new generation with each connection, which is safe.
func TestARunThatIsNotNamedIsANewOne(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBooks()
	admin := openPlain(t, server.URL())
	require.NoError(t, admin.Do(t.Context(), "ACL", "SETUSER", "default", "-info").Err())
	client, cache := open(t, server.URL(), b, Config{})
	b.write("ann")
	warm(t, cache, b)
	before := admin.Get(t.Context(), client.runKey()).Val()
	_, other := open(t, server.URL(), b, Config{})
	warm(t, other, b)
	assert.NotEqual(t, before, admin.Get(t.Context(), client.runKey()).Val())
}

// What others left before this process heard of changes is not believed.
func TestAProcessBeginsWithANewGeneration(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		_, before := open(t, url, b, Config{})
		b.write("ann")
		warm(t, before, b)
		b.write("ann") // while nobody listens
		_, after := open(t, url, b, Config{})
		value, _ := get(t, after, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
	})
}

func TestASilentFeedStopsTheCache(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b, clock := newBooks(), newClock()
		var heard atomic.Pointer[time.Time]
		heard.Store(&time.Time{})
		_, cache := open(t, url, b, Config{Now: clock.now, Heard: func() time.Time { return *heard.Load() }})
		b.write("ann")
		for range 3 {
			get(t, cache, b, "ann", 0)
		}
		assert.Equal(t, Stats{Misses: 3}, cache.Stats(), "nothing was heard yet")

		now := clock.now()
		heard.Store(&now)
		warm(t, cache, b)
		clock.advance(maxSilence)
		hits := cache.Stats().Hits
		get(t, cache, b, "ann", 0)
		assert.Equal(t, hits+1, cache.Stats().Hits, "2 s are believed")
		clock.advance(time.Nanosecond)
		b.write("ann")
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)

		now = clock.now()
		heard.Store(&now)
		value, _ = get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value, "what was missed while it was silent is not in the cache")
		warm(t, cache, b)
	})
}

func TestWithoutAHeadNoGenerationBegins(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		away := errors.New("postgres is away")
		client.head = func(context.Context) (int64, error) { return 0, away }
		b.write("ann")
		for range 3 {
			get(t, cache, b, "ann", 0)
		}
		assert.Equal(t, Stats{Misses: 3}, cache.Stats())
		client.head = b.head
		warm(t, cache, b)
	})
}

// A caller who leaves says nothing about Redis.
func TestACallerWhoLeavesDoesNotRestRedis(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		b.write("ann")
		warm(t, cache, b)
		gone, leave := context.WithCancel(t.Context())
		leave()
		_, _, _, _ = cache.Through(gone, "ann", 0, b.read("ann"))
		assert.False(t, client.breaker.resting(time.Now()))
		cache.Tombstone(gone, "ann", b.write("ann"))
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value, "a change is noted though its caller left")
	})
}

// What is forgotten between the question for the head and the beginning of the generation is above its
// floor, so it does not begin.
func TestARestartWhileAGenerationBegins(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBooks()
	b.write("ann")
	client, cache := open(t, server.URL(), b, Config{})
	_, other := open(t, server.URL(), b, Config{})
	warm(t, other, b)
	var once sync.Once
	client.head = func(ctx context.Context) (int64, error) {
		head, err := b.head(ctx)
		once.Do(func() {
			changed := b.change("ann") // the read model hears of it later
			other.Tombstone(ctx, "ann", changed)
			cache.Tombstone(ctx, "ann", changed)
			server.Restart()
		})
		return head, err
	}
	for range 3 {
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 1}, value, "the read model knows no better")
	}
	b.project()
	value, _ := get(t, cache, b, "ann", 0)
	assert.Equal(t, row{Key: "ann", Version: 2}, value)
	warm(t, cache, b)
}

// Nor does a generation account for what was missed after its head was asked for.
func TestAGapWhileAGenerationBegins(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		b.write("ann")
		client, cache := open(t, url, b, Config{})
		var once sync.Once
		client.head = func(ctx context.Context) (int64, error) {
			head, err := b.head(ctx)
			once.Do(func() {
				b.change("ann") // the read model hears of it later, and this process never
				client.Gap()
			})
			return head, err
		}
		for range 3 {
			get(t, cache, b, "ann", 0)
		}
		b.project()
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
		warm(t, cache, b)
	})
}

// A process that ended while it began a generation holds the others up for a moment only.
func TestAGenerationThatIsNeverBegunEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		b.write("ann")
		warm(t, cache, b)
		require.NoError(t, client.redis.Set(t.Context(), client.generationKey(), "ABC:", raiseWithin).Err())
		misses := cache.Stats().Misses
		for range 3 {
			get(t, cache, b, "ann", 0)
		}
		assert.Equal(t, misses+3, cache.Stats().Misses)
		assert.Equal(t, "ABC:", client.redis.Get(t.Context(), client.generationKey()).Val(), "it is not in a hurry to begin another")
		left := client.redis.PTTL(t.Context(), client.generationKey()).Val()
		assert.LessOrEqual(t, left, raiseWithin)
		assert.Positive(t, left)
		require.NoError(t, client.redis.Del(t.Context(), client.generationKey()).Err())
		warm(t, cache, b)
	})
}
