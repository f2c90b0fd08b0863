package rediscache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errAway says that Redis is not asked now.
var errAway = errors.New("rediscache: redis is away")

// Config says how a client behaves. All of it may be left out.
type Config struct {
	// Prefix begins the names of all keys; "florin" where it is empty. Two installations with
	// one Redis have different ones, or different databases.
	Prefix string
	// Timeout is how long Redis may take to answer; 0 means 50 ms. A new connection may take twice as
	// long, and a call with all that it needs four times.
	Timeout time.Duration
	// Heard returns when the feed of changes was last known to be heard. While that is longer ago than
	// 2 s the caches are not used. nil: always heard.
	Heard func() time.Time
	// Run names the run of a server that does not do so itself: a stand-in within this process, which
	// forgets nothing while the process lives. Empty: the server says, or each connection counts as a new run.
	Run string
	// Log gets a line when Redis goes and when it comes back. nil: none.
	Log *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Client is a Redis, or none, that caches and limiters share: when it fails one of them, all leave it
// alone for a while. Its methods may be called from any goroutine.
type Client struct {
	redis   *redis.Client // nil: none
	scripts scripts
	head    func(context.Context) (int64, error)
	cfg     Config
	breaker breaker

	// missed counts what may have been missed: lost tombstones and gaps in the feed. covered is how
	// many of them the generation accounts for; it is written under raising.
	missed  atomic.Int64
	covered atomic.Int64
	raising sync.Mutex
}

// Open returns a client of the Redis at url (redis://user:password@host:6379/0, rediss:// for TLS,
// unix:///path). It does not connect: a Redis that is away is no error. With an empty url there is no
// Redis, and all that is made of the client does without.
//
// head returns the last position of the journal whose changes the caches are told of; it is asked when
// a generation begins.
func Open(url string, head func(context.Context) (int64, error), cfg Config) (*Client, error) {
	if cfg.Prefix == "" {
		cfg.Prefix = "florin"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = ioTimeout
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{head: head, cfg: cfg, scripts: newScripts()}
	// What others left in Redis is not believed: changes were made that this process did not hear of.
	c.missed.Store(1)
	if url == "" {
		return c, nil
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		// Not with the error, whose text has the URL, with the password in it.
		return nil, errors.New("rediscache: the URL of Redis is not of the form redis://user:password@host:6379/0")
	}
	options.ClientName = "florin"
	options.DialTimeout, options.DialerRetries = 2*cfg.Timeout, 1
	options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = cfg.Timeout, cfg.Timeout, cfg.Timeout
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1       // a second attempt is what Postgres is for
	options.PipelinePoolSize = -1 // nothing here is a pipeline
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.OnConnect = c.connected
	logging.Disable() // for the process: its lines are not of the log's form, and say no more than ours
	c.redis = redis.NewClient(options)
	return c, nil
}

// Up reports whether there is a Redis, and it is not left alone because it failed.
func (c *Client) Up() bool { return c.redis != nil && !c.breaker.failing() }

// Close gives the connections back.
func (c *Client) Close() error {
	if c.redis == nil {
		return nil
	}
	if err := c.redis.Close(); err != nil {
		return fmt.Errorf("rediscache: close: %w", err)
	}
	return nil
}

// do calls f, unless Redis is to be left alone, and remembers how it went. f must be done with ctx when
// it returns.
func (c *Client) do(ctx context.Context, f func(context.Context) error) error {
	if c.redis == nil {
		return errAway
	}
	trial, ok := c.breaker.allow(c.cfg.Now())
	if !ok {
		return errAway
	}
	limited, cancel := context.WithTimeout(ctx, 4*c.cfg.Timeout)
	defer cancel()
	err := f(limited)
	switch {
	case err == nil:
		if c.breaker.succeeded(trial) {
			c.cfg.Log.Info("redis is back")
		}
	case ctx.Err() != nil:
		// The caller has left: that says nothing about Redis.
	case c.breaker.failed(c.cfg.Now(), trial):
		c.cfg.Log.Warn("redis is away: reads go to Postgres, limits are counted by each process", "error", err)
	}
	return err
}

func (c *Client) key(kind, name string) string { return c.cfg.Prefix + ":" + kind + ":" + name }
