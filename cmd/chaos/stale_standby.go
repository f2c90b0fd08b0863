package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// staleStandby promotes a standby that commits were not confirmed by, and that lacks some of them. The shard has to halt: it
// knows that it has answered more. Once the loss is accepted it goes on, on a new timeline, and nothing of what is lost
// comes back.
func staleStandby(ctx context.Context, s *stage) error {
	if err := errors.Join(s.Postgres(s.primary).Confirm(ctx, ""), s.Stop(ctx, s.standby)); err != nil {
		return err
	}
	if err := s.answers(ctx, healed); err != nil {
		return err
	}
	s.load.end()
	if err := errors.Join(s.Kill(s.primary), s.Start(ctx, s.standby)); err != nil {
		return err
	}
	if err := s.Postgres(s.standby).Promote(ctx); err != nil {
		return err
	}
	s.primary, s.standby = s.standby, s.primary
	if err := s.halted(ctx); err != nil {
		return err
	}
	out, err := s.Florin(ctx, "shard", "accept-loss", "--reason", "a standby that was behind was promoted")
	if err != nil {
		return err
	}
	var shard, position, timeline int64
	if _, err := fmt.Sscanf(out, "shard %d goes on after position %d, on timeline %d", &shard, &position, &timeline); err != nil {
		return fmt.Errorf("accept-loss says %q: %w", out, err)
	}
	if err := errors.Join(s.follow(ctx), s.whole(ctx)); err != nil {
		return err
	}
	if err := s.auditLoss(ctx, position); err != nil {
		return err
	}
	return s.begin(ctx) // what comes after is audited as everywhere
}

// halted waits until a worker says that the shard waits for an operator. A writer looks at where its database stands when it
// has something to write: so it is asked to, and must not answer that it has.
func (s *stage) halted(ctx context.Context) error {
	a, err := s.caller.call(ctx, http.MethodPost, "/v1/wallets", fmt.Sprintf("halted-%d", s.loads), "{}")
	if err == nil && a.known() {
		return fmt.Errorf("a shard that has lost acknowledged events answers %d %s", a.status, a.body)
	}
	if err := s.haltSaid(ctx); err != nil {
		return fmt.Errorf("nobody has noticed that the database has lost what was answered: %w", err)
	}
	return nil
}

// haltSaid waits until a worker says that the shard waits for an operator.
func (s *stage) haltSaid(ctx context.Context) error {
	return until(ctx, healTimeout, func() error {
		for _, name := range topology.Workers() {
			admin := &caller{url: s.AdminURL(name), http: s.caller.http}
			if a, err := admin.call(ctx, http.MethodGet, "/metrics", "", ""); err == nil && strings.Contains(string(a.body), "\nflorin_writer_halted 1\n") {
				return nil
			}
		}
		return errors.New("no worker says that the shard is halted")
	})
}

// auditLoss holds what was answered before against what is left: up to the position everything is there, above it
// nothing, under its old answer.
func (s *stage) auditLoss(ctx context.Context, position int64) error {
	a := &audit{l: s.load, findings: linearizable(s.load.requests)} // until the loss everything was in order
	for _, r := range a.writes() {
		if r.outcome == done && r.position <= position {
			if err := a.repeat(ctx, r); err != nil {
				return err
			}
			s.kept++
			continue
		}
		if r.outcome != done {
			continue // refusals have no position by which one could tell
		}
		s.givenUp++
		if r.kind == capture || r.kind == release {
			continue // its hold may be lost too
		}
		again, err := s.caller.settled(ctx, r.path, r.key, r.body)
		if err != nil {
			return err
		}
		if string(again.body) == r.answer {
			a.found("%s is lost and is answered as before: %s", r.key, r.answer)
		}
	}
	if s.givenUp == 0 {
		a.found("the standby lacked nothing: nothing was shown")
	}
	s.findings = append(s.findings, a.findings...)
	return nil
}
