package rediscache

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestAnEntryIsReadOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		_, cache := open(t, url, b, Config{})
		b.write("ann")
		b.write("bob")
		warm(t, cache, b)
		before := b.count()
		for range 10 {
			value, position := get(t, cache, b, "ann", 0)
			assert.Equal(t, row{Key: "ann", Version: 1}, value)
			assert.Equal(t, int64(2), position, "where it was read, not where it changed")
		}
		assert.Equal(t, before, b.count())
		value, _ := get(t, cache, b, "bob", 0)
		assert.Equal(t, row{Key: "bob", Version: 2}, value, "keys are apart")

		other := NewCache[row](cache.client, "rows-2")
		get(t, other, b, "ann", 0)
		assert.Equal(t, Stats{Misses: 1}, other.Stats(), "names are apart")
	})
}

func TestWhatIsNotFoundIsNotKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		_, cache := open(t, url, b, Config{})
		for range 3 {
			_, _, ok, err := cache.Through(t.Context(), "nobody", 0, b.read("nobody"))
			require.NoError(t, err)
			assert.False(t, ok)
		}
		assert.Equal(t, 3, b.count())
	})
}

func TestOlderEntriesArePassedBy(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		_, cache := open(t, url, b, Config{})
		b.write("ann") // 1
		warm(t, cache, b)
		b.write("bob") // 2
		_, position := get(t, cache, b, "ann", 0)
		assert.Equal(t, int64(1), position, "nobody asked for more")
		_, position = get(t, cache, b, "ann", 2)
		assert.Equal(t, int64(2), position, "read again")
		reads := b.count()
		_, position = get(t, cache, b, "ann", 2)
		assert.Equal(t, int64(2), position)
		assert.Equal(t, reads, b.count(), "and kept at its new position")
	})
}

func TestAChangeLeavesATombstone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		_, cache := open(t, url, b, Config{})
		b.write("ann")
		warm(t, cache, b)
		cache.Tombstone(t.Context(), "ann", b.write("ann"))
		value, position := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
		assert.Equal(t, int64(2), position)

		reads := b.count()
		cache.Tombstone(t.Context(), "ann", 1)
		cache.Tombstone(t.Context(), "ann", 2)
		get(t, cache, b, "ann", 0)
		assert.Equal(t, reads, b.count(), "an entry that has the change already stays")
	})
}

// A reader that looked and read before a change must not fill in after it.
func TestASlowReaderDoesNotFillAfterAChange(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		_, slow := open(t, url, b, Config{})
		_, quick := open(t, url, b, Config{})
		b.write("ann")
		warm(t, quick, b)
		warm(t, slow, b)

		b.write("bob") // 2, so that asking for it makes slow read
		reading, written := make(chan struct{}), make(chan struct{})
		var group errgroup.Group
		group.Go(func() error {
			value, position, ok, err := slow.Through(t.Context(), "ann", 2, func(ctx context.Context) (row, int64, bool, error) {
				value, position, ok, err := b.read("ann")(ctx)
				close(reading)
				<-written
				return value, position, ok, err
			})
			assert.True(t, ok)
			assert.Equal(t, row{Key: "ann", Version: 1}, value, "it is told what was so when it asked")
			assert.Equal(t, int64(2), position)
			return err
		})
		<-reading
		quick.Tombstone(t.Context(), "ann", b.write("ann")) // 3
		close(written)
		require.NoError(t, group.Wait())

		value, _ := get(t, quick, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 3}, value)
		value, _ = get(t, slow, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 3}, value)
	})
}

// What is read while the read model is behind a change that was heard of already is not kept.
func TestAReadModelThatIsBehindFillsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		b.write("ann")
		warm(t, cache, b)
		cache.Tombstone(t.Context(), "ann", b.change("ann"))
		value, _ := get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 1}, value, "the read model knows no better")

		// Nor when the tombstone is lost: the new generation's floor keeps it out.
		require.NoError(t, client.redis.FlushDB(t.Context()).Err())
		for range 5 {
			get(t, cache, b, "ann", 0)
		}
		b.project()
		value, _ = get(t, cache, b, "ann", 0)
		assert.Equal(t, row{Key: "ann", Version: 2}, value)
		warm(t, cache, b)
	})
}

func TestManyWhoAskAtOnceReadOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		_, cache := open(t, url, b, Config{})
		b.write("ann")
		warm(t, cache, b)
		b.write("bob") // 2
		const callers = 50
		before := cache.Stats().Misses
		reading, proceed := make(chan struct{}), make(chan struct{})
		read := func(ctx context.Context) (row, int64, bool, error) {
			close(reading) // twice would panic
			<-proceed
			return b.read("ann")(ctx)
		}
		var group errgroup.Group
		for range callers {
			group.Go(func() error {
				_, position, ok, err := cache.Through(t.Context(), "ann", 2, read)
				assert.True(t, ok)
				assert.Equal(t, int64(2), position)
				return err
			})
		}
		<-reading
		require.Eventually(t, func() bool { return cache.Stats().Misses == before+callers }, 10*time.Second, time.Millisecond)
		close(proceed)
		require.NoError(t, group.Wait())
	})
}

// A read that began before a change was heard of does not serve who asks after it.
func TestAFlightDoesNotServeWhoAsksForMore(t *testing.T) {
	t.Parallel()
	b := newBooks()
	_, cache := open(t, "", b, Config{})
	b.write("ann")
	began, end := make(chan struct{}), make(chan struct{})
	var group errgroup.Group
	group.Go(func() error {
		_, position, _, err := cache.Through(t.Context(), "ann", 0, func(ctx context.Context) (row, int64, bool, error) {
			value, position, ok, err := b.read("ann")(ctx)
			close(began)
			<-end
			return value, position, ok, err
		})
		assert.Equal(t, int64(1), position)
		return err
	})
	<-began
	changed := b.write("ann")
	_, position := get(t, cache, b, "ann", changed)
	assert.Equal(t, changed, position, "more was asked for")
	cache.Tombstone(t.Context(), "ann", changed)
	_, position = get(t, cache, b, "ann", 0)
	assert.Equal(t, changed, position, "the change was heard of")
	close(end)
	require.NoError(t, group.Wait())
}

func TestAReadGoesOnWhenItsCallerLeaves(t *testing.T) {
	t.Parallel()
	b := newBooks()
	_, cache := open(t, "", b, Config{})
	ctx, leave := context.WithCancel(t.Context())
	began, end, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	read := func(ctx context.Context) (row, int64, bool, error) {
		close(began)
		<-end
		return row{Key: "ann"}, 1, true, ctx.Err()
	}
	go func() {
		_, _, _, err := cache.Through(ctx, "ann", 0, read)
		done <- err
	}()
	<-began
	joined := make(chan error, 1)
	go func() {
		_, _, _, err := cache.Through(t.Context(), "ann", 0, read) // reading again would close began twice
		joined <- err
	}()
	require.Eventually(t, func() bool { return cache.Stats().Misses == 2 }, 10*time.Second, time.Millisecond)
	leave()
	require.ErrorIs(t, <-done, context.Canceled)
	close(end)
	require.NoError(t, <-joined)
}

func TestErrorsAndPanicsOfAReadAreItsCallers(t *testing.T) {
	t.Parallel()
	b := newBooks()
	_, cache := open(t, "", b, Config{})
	broken := errors.New("broken")
	_, _, ok, err := cache.Through(t.Context(), "ann", 0, func(context.Context) (row, int64, bool, error) { return row{}, 0, false, broken })
	require.ErrorIs(t, err, broken)
	assert.False(t, ok)
	_, _, ok, err = cache.Through(t.Context(), "ann", 0, func(context.Context) (row, int64, bool, error) { panic("as asked") })
	require.EqualError(t, err, "rediscache: reading rows-1: panic: as asked")
	assert.False(t, ok)
}

func TestWhoFillsTooLateFillsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b, clock := newBooks(), newClock()
		client, cache := open(t, url, b, Config{Now: clock.now})
		b.write("ann")
		warm(t, cache, b)
		b.write("bob")
		seen := cache.look(t.Context(), "ann", 2)
		require.False(t, seen.hit)
		clock.advance(fillWithin + time.Nanosecond)
		cache.fill(t.Context(), "ann", seen, row{Key: "ann", Version: 1}, 2)
		text, err := client.redis.Get(t.Context(), client.key("rows-1", "ann")).Result()
		require.NoError(t, err)
		assert.Contains(t, text, ":1:{", "the entry of before")
	})
}

func TestWhatIsNoValueIsAMiss(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		b.write("ann")
		warm(t, cache, b)
		token, _, _ := strings.Cut(client.redis.Get(t.Context(), client.generationKey()).Val(), ":")
		for _, text := range []string{"", ":", "::", token, token + ":", token + ":x:{}", token + ":-1:{}", token + ":1:", token + ":1:{\"Version\":\"one\"}", "another:1:{}"} {
			require.NoError(t, client.redis.Set(t.Context(), client.key("rows-1", "ann"), text, 0).Err())
			reads := b.count()
			value, _ := get(t, cache, b, "ann", 0)
			assert.Equal(t, row{Key: "ann", Version: 1}, value, text)
			assert.Equal(t, reads+1, b.count(), text)
		}
		warm(t, cache, b)
	})
}

func TestValuesTooLongAreNotKept(t *testing.T) {
	t.Parallel()
	_, err := encode(strings.Repeat("a", maxEntry-2))
	require.NoError(t, err)
	_, err = encode(strings.Repeat("a", maxEntry-1))
	require.EqualError(t, err, "rediscache: the value has 65537 bytes, at most 65536 are kept")
}

func TestEntriesEndByThemselves(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url string) {
		b := newBooks()
		client, cache := open(t, url, b, Config{})
		b.write("ann")
		warm(t, cache, b)
		left := ttl(t, client, "ann")
		assert.LessOrEqual(t, left, entryTTL)
		assert.Greater(t, left, entryTTL*4/5-time.Minute)
		cache.Tombstone(t.Context(), "ann", b.write("ann"))
		left = ttl(t, client, "ann")
		assert.LessOrEqual(t, left, tombstoneTTL)
		assert.Greater(t, left, tombstoneTTL-time.Minute)
	})
}

func ttl(t *testing.T, client *Client, key string) time.Duration {
	t.Helper()
	left, err := client.redis.PTTL(t.Context(), client.key("rows-1", key)).Result()
	require.NoError(t, err)
	return left
}

func TestOpenDoesNotRepeatAPassword(t *testing.T) {
	t.Parallel()
	_, err := Open("redis://:hunter2@host:port/0", nil, Config{})
	require.EqualError(t, err, "rediscache: the URL of Redis is not of the form redis://user:password@host:6379/0")
	var refused redis.Error
	assert.NotErrorAs(t, err, &refused)
}
