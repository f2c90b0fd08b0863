package main

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// redisAway kills Redis, starts it empty, and empties it once more while it is used.
func redisAway(ctx context.Context, s *stage) error {
	if err := s.Kill(topology.Redis); err != nil {
		return err
	}
	if err := s.last(ctx); err != nil {
		return err
	}
	if err := s.Start(ctx, topology.Redis); err != nil {
		return err
	}
	if err := s.answers(ctx, healed); err != nil {
		return err
	}
	options, err := redis.ParseURL(s.RedisURL())
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	return errors.Join(client.FlushAll(ctx).Err(), client.Close())
}
