package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// networkDelay is what each packet to or from Postgres waits for.
const networkDelay = 20 * time.Millisecond

// slowNetwork puts a proxy before both Postgres servers that lets everything wait, and has the instances use it for a while.
func slowNetwork(ctx context.Context, s *stage) (err error) {
	file := filepath.Join(s.Dir(), "secrets", "database-url")
	direct, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var proxies []*proxy
	defer func() {
		for _, p := range proxies {
			err = errors.Join(err, p.close())
		}
	}()
	slow := regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllStringFunc(string(direct), func(address string) string {
		p, startErr := startProxy(ctx, address, networkDelay)
		if startErr != nil {
			err = errors.Join(err, startErr)
			return address
		}
		proxies = append(proxies, p)
		return p.address()
	})
	if err != nil {
		return err
	}
	if err := s.restartWith(ctx, file, []byte(slow)); err != nil {
		return err
	}
	if err := errors.Join(s.last(ctx), s.answers(ctx, healed)); err != nil {
		return err
	}
	var passed int64
	for _, p := range proxies {
		passed += p.passed.Load()
	}
	if passed == 0 {
		return errors.New("nothing has passed the proxies: the instances do not use them")
	}
	return s.restartWith(ctx, file, direct)
}

// restartWith writes a secret, and restarts the instances one after the other, as an operator would.
func (s *stage) restartWith(ctx context.Context, file string, secret []byte) error {
	if err := os.WriteFile(file, secret, 0o600); err != nil {
		return err
	}
	for _, name := range topology.Instances() {
		if err := s.Restart(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
