package main

import (
	"crypto/rand"
	"fmt"
	"net/url"

	"github.com/alicebob/miniredis/v2"
)

// redis starts a stand-in for Redis in this process, unless another one is named. What it holds ends with
// the process, which is all that Florin asks of a Redis. It has a password: whoever can connect
// could lift limits.
func (c *devCommand) redis(s *settings) (stop func(), err error) {
	if c.RedisURL != "" {
		s.RedisURL = c.RedisURL
		return func() {}, nil
	}
	password := rand.Text()
	server := miniredis.NewMiniRedis()
	server.ClockTTL(true)
	server.RequireAuth(password)
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	s.RedisURL = (&url.URL{Scheme: "redis", User: url.UserPassword("", password), Host: server.Addr()}).String()
	s.redisRun = rand.Text()
	return server.Close, nil
}
