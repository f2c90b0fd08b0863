package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

// A person is read through Redis, as new as the reader has written, and read all the same while Redis is
// away.
func TestPeopleAreReadThroughRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := prepareService(t)
	s.settings.RedisURL = server.URL()
	s.start()
	t.Cleanup(s.close)
	ann := s.registered(t, "ann@example.com")
	ann.signIn(goodPassword).is(http.StatusOK)
	me := ann.self()
	name := func() string { return me.get("/v1/users/me").is(http.StatusOK).str("display_name") }
	rename := func(to string) {
		me.call(http.MethodPatch, "/v1/users/me", map[string]any{"display_name": to}).is(http.StatusOK)
	}

	rename("Ann")
	soon(t, func() bool { return name() == "Ann" && kept(server, ann.id) })
	for key, value := range server.Values() {
		require.NotContains(t, key+value, "Ann", "what is kept is sealed")
		require.NotContains(t, key+value, "ann@example.com")
	}
	rename("Anna")
	require.Equal(t, "Anna", name())
	server.Kill()
	require.Equal(t, "Anna", name())
	rename("Annabel")
	require.Equal(t, "Annabel", name())
	server.Restart()
	soon(t, func() bool { return name() == "Annabel" && kept(server, ann.id) })
}

// kept says that Redis holds a person, and not only that something happened to them.
func kept(server *redistest.Server, id string) bool {
	for key, value := range server.Values() {
		if strings.HasSuffix(key, ":"+id) && !strings.HasPrefix(value, ":") {
			return true
		}
	}
	return false
}
