package main

import (
	"context"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/rediscache"
)

// redisSettings say where caches and counters are shared.
type redisSettings struct {
	RedisURL string `help:"Redis for the cache of people and for rate limits, as a URL; without it nothing is cached, and each process counts for itself." env:"REDIS_URL"`

	redisRun string // names the run of a stand-in, which does not do so itself
}

// openRedis opens Redis for the API, which does without where none is named.
func (a *app) openRedis(s *settings) (err error) {
	if s.RedisURL == "" {
		a.log.Info("no redis is named: nothing is cached, and each process counts rates for itself")
	}
	store := postgres.NewStore(a.auth)
	head := func(ctx context.Context) (int64, error) {
		head, err := store.Head(ctx, shard)
		return head.Position, err
	}
	a.redis, err = rediscache.Open(s.RedisURL, head, rediscache.Config{Heard: a.feed.Fresh, Run: s.redisRun, Log: a.log})
	return err
}
