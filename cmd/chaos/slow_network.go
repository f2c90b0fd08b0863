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

// networkDelay is what each packet to or from a server waits for.
const networkDelay = 20 * time.Millisecond

// slowNetwork puts a proxy before both Postgres servers that lets everything wait, and has the instances use it for a while.
func slowNetwork(ctx context.Context, s *stage) (err error) {
	d, err := s.detour(ctx, "database-url")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := errors.Join(s.last(ctx), s.answers(ctx, healed), d.used()); err != nil {
		return err
	}
	return d.leave(ctx)
}

// slowNats does the same before the nodes of NATS, and then has nothing pass at all. Nobody is told that a connection is of no
// use: a command that is not confirmed in time goes by the inbox, and after some seconds of silence a connection is given up.
func slowNats(ctx context.Context, s *stage) (err error) {
	d, err := s.detour(ctx, "nats-url")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := errors.Join(s.last(ctx), s.answers(ctx, healed), d.used()); err != nil {
		return err
	}
	for _, p := range d.proxies {
		p.stall()
	}
	if err := errors.Join(s.last(ctx), s.answers(ctx, healed)); err != nil {
		return err
	}
	for _, p := range d.proxies {
		p.resume()
	}
	if err := s.answers(ctx, healed); err != nil {
		return err
	}
	return d.leave(ctx)
}

// detour is the way from the instances to some servers, with a proxy before each.
type detour struct {
	s       *stage
	file    string
	direct  []byte
	proxies []*proxy
}

// detour puts proxies before the servers that a secret names, and has the instances use them. The caller closes it.
func (s *stage) detour(ctx context.Context, secret string) (_ *detour, err error) {
	d := &detour{s: s, file: filepath.Join(s.Dir(), "secrets", secret)}
	if d.direct, err = os.ReadFile(d.file); err != nil {
		return nil, err
	}
	slow := regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllStringFunc(string(d.direct), func(address string) string {
		p, startErr := startProxy(ctx, address, networkDelay)
		if startErr != nil {
			err = errors.Join(err, startErr)
			return address
		}
		d.proxies = append(d.proxies, p)
		return p.address()
	})
	if err == nil {
		err = s.restartWith(ctx, d.file, []byte(slow))
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// used is an error if nothing has come by.
func (d *detour) used() error {
	for _, p := range d.proxies {
		if p.passed.Load() > 0 {
			return nil
		}
	}
	return errors.New("nothing has passed the proxies: the instances do not use them")
}

// leave has the instances go straight again.
func (d *detour) leave(ctx context.Context) error { return d.s.restartWith(ctx, d.file, d.direct) }

func (d *detour) close() (err error) {
	for _, p := range d.proxies {
		err = errors.Join(err, p.close())
	}
	return err
}

// restartWith writes a secret, and restarts the instances one after the other, as an operator would: the next one stays
// until nginx uses the one before again.
func (s *stage) restartWith(ctx context.Context, file string, secret []byte) error {
	if err := os.WriteFile(file, secret, 0o600); err != nil {
		return err
	}
	for _, name := range topology.Instances() {
		if err := errors.Join(s.Restart(ctx, name), s.pause(ctx, readmitted)); err != nil {
			return err
		}
	}
	return nil
}
