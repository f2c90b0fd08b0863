package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNobodyLearnsWhoHasAnAccount: with an account of their own and everything that answers tell, positions
// included, nobody finds out whether an address is taken.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	s := startService(t)
	s.registered(t, "victim@example.com")
	eve := s.registered(t, "eve@example.com")
	eve.signIn(goodPassword).is(http.StatusOK)
	probe := func(email string) *answer {
		return s.nobody().in(t).call(http.MethodPost, "/v1/users", map[string]any{"email": email, "password": goodPassword}).is(http.StatusCreated)
	}

	// Positions go on by one each time, whether there is somebody or not.
	before := probe("free@example.com")
	taken := probe("Victim@example.com")
	free := probe("also-free@example.com")
	require.InDelta(t, before.at("version").(float64)+1, taken.at("version"), 0)
	require.InDelta(t, taken.at("version").(float64)+1, free.at("version"), 0)

	// The ids are nobody's to write to, and the answers are alike to the last header.
	writes := func(to string) *answer {
		return eve.self().call(http.MethodPost, "/v1/messages", map[string]any{"to": to, "body": "Who is there?"}).
			refused(http.StatusUnprocessableEntity, "recipient-not-found")
	}
	one, other := writes(taken.str("id")), writes(free.str("id"))
	for _, varies := range []string{"Date", "X-Request-Id"} {
		one.Header.Del(varies)
		other.Header.Del(varies)
	}
	require.Equal(t, other.Header, one.Header)

	// Nor is it told to who asks for the address as their own.
	asks := func(email string) *answer {
		return eve.self().call(http.MethodPatch, "/v1/users/me", map[string]any{"email": email, "current_password": goodPassword}).is(http.StatusOK)
	}
	require.Equal(t, "victim@example.com", asks("victim@example.com").str("pending_email"))
	require.Equal(t, "really-free@example.com", asks("really-free@example.com").str("pending_email"))
	s.verify()
}
