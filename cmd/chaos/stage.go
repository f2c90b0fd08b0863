package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// stage is where a scenario plays: a cluster under load.
type stage struct {
	*topology.Topology
	load *load
	// lasts is for how long a fault lasts that has no end of its own.
	lasts time.Duration
	// rounds is how often what is done over and over is done.
	rounds int
	log    func(format string, args ...any)
	// primary and standby of the journal's database change places.
	primary, standby string
	caller           *caller
	// kept and givenUp count what was answered before a loss that was accepted, and findings are of that.
	kept, givenUp int
	findings      []string
	// loads is how many there were.
	loads int
}

// newStage is a cluster before its first scenario.
func newStage(t *topology.Topology, lasts time.Duration, log func(string, ...any)) (*stage, error) {
	token, err := t.Token("svc_chaos", "service", "finance")
	if err != nil {
		return nil, err
	}
	return &stage{Topology: t, lasts: lasts, rounds: rounds, log: log, primary: topology.Primary, standby: topology.Standby, caller: newCaller(t.URL(), token)}, nil
}

// begin has a new load begin, and waits until it is answered.
func (s *stage) begin(ctx context.Context) (err error) {
	s.loads++
	if s.load, err = startLoad(ctx, fmt.Sprintf("chaos-%d", s.loads), s.caller); err != nil {
		return err
	}
	return s.answers(ctx, warm)
}

// answers waits until so many more writes are answered.
func (s *stage) answers(ctx context.Context, n int) error {
	want := s.load.answered() + n
	return until(ctx, healTimeout, func() error {
		if have := s.load.answered(); have < want {
			return fmt.Errorf("%d writes are still to be answered; clients saw %v", want-have, s.load.seen())
		}
		return nil
	})
}

// last has a fault last.
func (s *stage) last(ctx context.Context) error { return s.pause(ctx, s.lasts) }

// pause lets the load go on for a while.
func (*stage) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// whole waits until every instance says that it is ready, and somebody leads.
func (s *stage) whole(ctx context.Context) error {
	return until(ctx, healTimeout, func() error {
		for _, name := range topology.Instances() {
			if s.Pid(name) == 0 {
				return fmt.Errorf("%s does not run", name)
			}
			if slices.Contains(topology.Workers(), name) {
				continue
			}
			ready := &caller{url: s.URLOf(name), http: s.caller.http}
			if a, err := ready.call(ctx, http.MethodGet, "/readyz", "", ""); err != nil || a.status != http.StatusOK {
				return fmt.Errorf("%s is not ready: %s", name, a.says(err))
			}
		}
		if s.Leader(ctx) == "" {
			return errors.New("nobody leads")
		}
		return nil
	})
}

// leader waits until a worker leads, and names it.
func (s *stage) leader(ctx context.Context) (name string, err error) {
	err = until(ctx, healTimeout, func() error {
		if name = s.Leader(ctx); name == "" {
			return errors.New("nobody leads")
		}
		return nil
	})
	return name, err
}

// verify has florin verify read the books, and looks whether a command was given up for what was a fault around it.
func (s *stage) verify(ctx context.Context) error {
	// Projections follow: what they still have to take is no finding, and verify compares at where they stand.
	out, err := s.Florin(ctx, "verify")
	if err == nil && !strings.Contains(out, "the books are sound") {
		err = fmt.Errorf("florin verify: %s", out)
	}
	if err != nil {
		return err
	}
	if out, err = s.Florin(ctx, "deadletters", "list", "--all", "--json"); err == nil && strings.TrimSpace(out) != "" {
		err = fmt.Errorf("in the dead letters: %s", out)
	}
	return err
}

// until asks again and again until there is no error, and returns the last one when time is up.
func until(ctx context.Context, limit time.Duration, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("after %s: %w", limit, err)
		case <-time.After(poll):
		}
	}
}
