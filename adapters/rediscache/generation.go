package rediscache

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

func (c *Client) generationKey() string { return c.cfg.Prefix + ":generation" }
func (c *Client) runKey() string        { return c.cfg.Prefix + ":run" }

// A generation in Redis is "<token>:<floor>", and "<token>:" while it only begins.

// tokenOf returns the token of a generation. ok is false for one that only begins, and where there is none.
func tokenOf(text string) (token string, ok bool) {
	token, floor, _ := strings.Cut(text, ":")
	return token, floor != ""
}

// Gap says that changes may have been missed: the feed of changes begins to be heard, after it was not
// heard or not complete, or begins to tell of another timeline. What was cached before is not used again, by
// any process. The feed has to be heard when it is called: what changes before would be missed.
func (c *Client) Gap() { c.missed.Add(1) }

// gapSince is Gap for who finds out by looking, with what usable returned: of many who look
// at once, one counts.
func (c *Client) gapSince(missed int64) { c.missed.CompareAndSwap(missed, missed+1) }

// usable says whether caches may be used now, after it has begun a new generation where one is due.
// missed is for gapSince.
func (c *Client) usable(ctx context.Context) (missed int64, ok bool) {
	missed = c.missed.Load()
	if c.redis == nil {
		return missed, false
	}
	covered := c.covered.Load()
	if c.cfg.Heard != nil && c.cfg.Now().Sub(c.cfg.Heard()) > maxSilence {
		c.gapSince(covered)
		return missed, false
	}
	if missed == covered {
		return missed, true
	}
	if c.breaker.resting(c.cfg.Now()) || !c.raising.TryLock() {
		return missed, false
	}
	defer c.raising.Unlock()
	missed = c.missed.Load() // before the head is asked for: what was missed is not after it
	if c.raise(ctx) != nil {
		return missed, false
	}
	c.covered.Store(missed)
	return missed, true
}

// raise begins a new generation: first its token alone, with which no entry can be kept, then the floor. The
// head is asked for in between, so that it is not older than anything that this server has forgotten. Where the
// token is gone by then nothing is begun: the server forgot it, which the next look finds, or another process
// set its own after it, and will ask for the head after that, which does for both.
func (c *Client) raise(ctx context.Context) error {
	token := rand.Text() // never used twice: an old generation must not come back
	err := c.do(ctx, func(ctx context.Context) error {
		return c.redis.Set(ctx, c.generationKey(), token+":", raiseWithin).Err()
	})
	if err != nil {
		return err
	}
	head, err := c.head(ctx)
	if err != nil {
		return fmt.Errorf("rediscache: head of the journal: %w", err)
	}
	return c.do(ctx, func(ctx context.Context) error {
		return c.scripts.raise.Run(ctx, c.redis, []string{c.generationKey()}, token, head).Err()
	})
}

// connected is called with each new connection before it is used: where the server is not the one
// that the generation was begun on, it may have forgotten changes, and the generation goes.
func (c *Client) connected(ctx context.Context, conn *redis.Conn) error {
	run, err := c.run(ctx, conn)
	if err != nil {
		return err
	}
	return conn.Eval(ctx, connectedScript, []string{c.generationKey(), c.runKey()}, run).Err()
}

// run returns what names the server's process. One that does not tell is taken for a new one.
func (c *Client) run(ctx context.Context, conn *redis.Conn) (string, error) {
	if c.cfg.Run != "" {
		return c.cfg.Run, nil
	}
	info, err := conn.Info(ctx, "server").Result()
	var refused redis.Error
	if err != nil && !errors.As(err, &refused) {
		return "", fmt.Errorf("rediscache: info: %w", err)
	}
	for line := range strings.Lines(info) {
		if id, ok := strings.CutPrefix(line, "run_id:"); ok {
			return strings.TrimSpace(id), nil
		}
	}
	return rand.Text(), nil
}
