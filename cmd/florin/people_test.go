package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// participant is somebody who has signed in, and calls.
type participant struct {
	*caller
	*person
}

// in returns the same caller for a subtest.
func (p *participant) in(t *testing.T) *caller { return p.caller.in(t) }

// people registers people who then write to each other.
type people struct {
	t *testing.T
	s *service
	n int
}

func newPeople(t *testing.T, s *service) *people {
	t.Helper()
	return &people{t: t, s: s}
}

// person registers somebody with a display name, unless it is empty, and signs in.
func (p *people) person(name string) *participant {
	p.t.Helper()
	p.n++
	who := p.s.registered(p.t, fmt.Sprintf("person-%d@example.com", p.n))
	who.signIn(goodPassword).is(http.StatusOK)
	self := who.self()
	if name != "" {
		require.Equal(p.t, name, self.call(http.MethodPatch, "/v1/users/me", map[string]any{"display_name": name}).is(http.StatusOK).str("display_name"))
	}
	return &participant{caller: self, person: who}
}
