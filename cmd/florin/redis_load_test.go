package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

// TestRedisIsStoppedAndStartedUnderLoad: while people change and are read, Redis is killed and comes back, again
// and again. No answer is a fault, and none is older than what its reader asked for.
func TestRedisIsStoppedAndStartedUnderLoad(t *testing.T) {
	t.Parallel()
	const rounds, readers, reads = 3, 4, 15 // of each reader, while Redis is away and while it is there
	server := redistest.Start(t)
	s := prepareService(t)
	s.settings.RedisURL = server.URL()
	s.start()
	t.Cleanup(s.close)
	ann := s.registered(t, "ann@example.com")
	ann.signIn(goodPassword).is(http.StatusOK)
	// Whoever reads this after a rename reads that name or a later one.
	type renamed struct {
		n        int
		position string
	}
	var last atomic.Pointer[renamed]
	me := ann.self()
	rename := func(n int) error {
		a, err := me.try(http.MethodPatch, "/v1/users/me", map[string]any{"display_name": strconv.Itoa(n)})
		if err == nil && a.Status != http.StatusOK {
			err = fmt.Errorf("rename to %d: %d %s", n, a.Status, a.Body)
		}
		if err == nil {
			last.Store(&renamed{n: n, position: a.Header.Get("Florin-Position")})
		}
		return err
	}
	service := s.as("svc_shop", "service")
	read := func() error {
		want := last.Load()
		var a *answer
		for range readPatience {
			var err error
			if a, err = service.try(http.MethodGet, "/v1/users/"+ann.id+"?at_least="+want.position, nil); err != nil {
				return err
			}
			if a.t = t; a.Status != http.StatusServiceUnavailable || a.str("code") != "not-yet-visible" {
				break // or the projection is behind, on a busy machine, which has nothing to do with Redis
			}
		}
		if a.Status != http.StatusOK {
			return fmt.Errorf("read: %d %s", a.Status, a.Body)
		}
		if got, err := strconv.Atoi(a.str("display_name")); err != nil || got < want.n {
			return fmt.Errorf("read %q after %d was written at %s", a.str("display_name"), want.n, want.position)
		}
		return nil
	}
	n := 0
	load := func() {
		var group errgroup.Group
		var done atomic.Int64
		for range readers {
			group.Go(func() error {
				defer done.Add(1)
				for range reads {
					if err := read(); err != nil {
						return err
					}
				}
				return nil
			})
		}
		group.Go(func() error {
			for done.Load() < readers {
				n++
				if err := rename(n); err != nil {
					return err
				}
			}
			return nil
		})
		require.NoError(t, group.Wait())
	}
	require.NoError(t, rename(n))
	for range rounds {
		load()
		server.Kill()
		load()
		server.Restart()
	}
	load()
	soon(t, func() bool { return read() == nil && kept(server, ann.id) })
	s.verify()
}
