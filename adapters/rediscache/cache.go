package rediscache

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// Cache keeps values of one kind by their keys. Values travel as JSON, and one that was read is shared by
// all who asked for it at the same time: they must not change it.
type Cache[T any] struct {
	client  *Client
	name    string
	flights singleflight.Group
	// heard counts tombstones: who asks after one does not join a read that began before it.
	heard atomic.Int64

	hits, misses atomic.Int64
}

// NewCache returns the cache of that name. The name carries a version ("users-1"), which changes with
// the form of T: while a new version is rolled out, both are in use.
func NewCache[T any](client *Client, name string) *Cache[T] {
	return &Cache[T]{client: client, name: name}
}

// Stats are counts since the start.
type Stats struct{ Hits, Misses int64 }

// Stats returns how often Through found a value and how often it did not.
func (c *Cache[T]) Stats() Stats { return Stats{Hits: c.hits.Load(), Misses: c.misses.Load()} }

// found is what a read returned.
type found[T any] struct {
	value    T
	position int64
	ok       bool
}

// Through returns the value of key and the position that it was read at, which is at least atLeast (0 where
// any will do): from Redis, or by read, whose result it then keeps. found is false where read found
// nothing, which is not kept. Keys are ids; they must not tell anything of a person.
//
// read has to return a value with the position that it was read at, in one snapshot, and not before that
// position is atLeast. Of many who ask for the same at once one reads. It goes on when its caller leaves,
// for 20 s at most.
//
// Errors: those of read, and of ctx.
func (c *Cache[T]) Through(ctx context.Context, key string, atLeast int64,
	read func(context.Context) (value T, position int64, found bool, err error),
) (value T, position int64, ok bool, err error) {
	seen := c.look(ctx, key, atLeast)
	if seen.hit {
		c.hits.Add(1)
		return seen.value, seen.position, true, nil
	}
	c.misses.Add(1)
	result := c.flights.DoChan(c.flight(key, atLeast), func() (_ any, err error) {
		defer func() {
			if p := recover(); p != nil { // here it would end the process, and not only the request
				err = fmt.Errorf("rediscache: reading %s: panic: %v", c.name, p)
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readLimit)
		defer cancel()
		value, position, ok, err := read(ctx)
		if err == nil && ok {
			c.fill(ctx, key, seen, value, position)
		}
		return found[T]{value: value, position: position, ok: ok}, err
	})
	select {
	case <-ctx.Done():
		return value, 0, false, ctx.Err()
	case r := <-result:
		f, _ := r.Val.(found[T]) // nil beside the error of a panic
		return f.value, f.position, f.ok, r.Err
	}
}

// flight names a read that others may join: those who ask for the same, before anything else was heard of.
func (c *Cache[T]) flight(key string, atLeast int64) string {
	return strconv.FormatInt(c.client.missed.Load(), 10) + "/" + strconv.FormatInt(c.heard.Load(), 10) + "/" +
		strconv.FormatInt(atLeast, 10) + "/" + key
}

// sight is what a look at Redis found.
type sight[T any] struct {
	value    T
	position int64
	hit      bool

	// token is that of the generation that a value may be filled into that is read from now on; empty for
	// none. at is when it was looked at.
	token string
	at    time.Time
}

// look asks Redis for the generation and the entry, in one round trip.
func (c *Cache[T]) look(ctx context.Context, key string, atLeast int64) sight[T] {
	s := sight[T]{at: c.client.cfg.Now()}
	missed, ok := c.client.usable(ctx)
	if !ok {
		return s
	}
	var texts []any
	err := c.client.do(ctx, func(ctx context.Context) (err error) {
		texts, err = c.client.redis.MGet(ctx, c.client.generationKey(), c.client.key(c.name, key)).Result()
		return err
	})
	if err != nil || len(texts) != 2 {
		return s
	}
	text, _ := texts[0].(string)
	token, ok := tokenOf(text)
	if !ok {
		if !strings.HasSuffix(text, ":") { // emptied, evicted, or another run; not one that only begins
			c.client.gapSince(missed)
		}
		return s
	}
	s.token = token
	text, _ = texts[1].(string)
	s.value, s.position, s.hit = decode[T](text, token)
	s.hit = s.hit && s.position >= atLeast
	return s
}

// fill keeps a value that was read at a position after looking, unless something newer is known of.
func (c *Cache[T]) fill(ctx context.Context, key string, after sight[T], value T, position int64) {
	if after.token == "" || c.client.cfg.Now().Sub(after.at) > fillWithin {
		return
	}
	data, err := encode(value)
	if err != nil {
		c.client.cfg.Log.Error("a value cannot be cached", "cache", c.name, "error", err)
		return
	}
	// What fails here is only not there: do has noted it.
	_ = c.client.do(ctx, func(ctx context.Context) error {
		keys := []string{c.client.generationKey(), c.client.key(c.name, key)}
		ttl := entryTTL - rand.N(entryTTL/5)
		return c.client.scripts.fill.Run(ctx, c.client.redis, keys, after.token, position, data, ttl.Milliseconds()).Err()
	})
}

// Tombstone says that what key stands for changed at a position: nothing that was read before it is
// returned to who asks after Tombstone returned. Where Redis cannot be told, this process does not use
// the cache until it has begun a new generation.
func (c *Cache[T]) Tombstone(ctx context.Context, key string, position int64) {
	c.heard.Add(1)
	err := c.client.do(context.WithoutCancel(ctx), func(ctx context.Context) error {
		keys := []string{c.client.generationKey(), c.client.key(c.name, key)}
		return c.client.scripts.tombstone.Run(ctx, c.client.redis, keys, position, tombstoneTTL.Milliseconds()).Err()
	})
	if err != nil {
		c.client.Gap()
	}
}
