package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryRouteWithSomebodyElsesThing walks every operation of the contract that people may use on a thing
// that has an id, with a thing of somebody else's: it is 404, as one that there is not, and nothing is done.
func TestEveryRouteWithSomebodyElsesThing(t *testing.T) {
	t.Parallel()
	s, _ := startWithStripe(t)
	ann, bob, eve := s.registered(t, "ann@example.com"), s.registered(t, "bob@example.com"), s.registered(t, "eve@example.com")
	for _, p := range []*person{ann, bob, eve} {
		p.signIn(goodPassword).is(http.StatusOK)
	}
	from, to := s.wallet(t, ann.id, 1000), s.wallet(t, bob.id, 0)
	made := func(path string, body map[string]any) *answer {
		return ann.self().call(http.MethodPost, path, body, key(path)).is(http.StatusCreated)
	}
	transfer := made("/v1/transfers", map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("10")})
	s.offers(t, "OTHERS", yen("10"), "P1M")
	s.lists(t, "JPY", "USD", map[string]any{"rate": "0.0066"})
	quote := made("/v1/quotes", map[string]any{"from": yen("200"), "to": "USD"}).str("id")
	things := map[string]string{
		"/v1/quotes/":    quote,
		"/v1/exchanges/": made("/v1/exchanges", map[string]any{"quote_id": quote, "wallet_id": from}).str("id"),
		"/v1/wallets/":   from,
		"/v1/transfers/": transfer.str("id"),
		"/v1/holds/":     made("/v1/holds", map[string]any{"wallet_id": from, "to_wallet": to, "amount": yen("10")}).str("id"),
		"/v1/schedules/": made("/v1/schedules", map[string]any{
			"transfer": map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("10")}, "rrule": "FREQ=YEARLY",
		}).str("id"),
		"/v1/messages/":    made("/v1/messages", map[string]any{"to": bob.id, "body": "Between us."}).str("id"),
		"/v1/commands/":    transfer.str("command_id"),
		"/v1/withdrawals/": made("/v1/withdrawals", map[string]any{"wallet_id": from, "amount": yen("10"), "destination": annsBank()}).str("id"),
		"/v1/payments/":    made("/v1/payments", map[string]any{"wallet_id": from, "amount": yen("10"), "method": "payment_intent"}).str("id"),
		"/v1/memberships/": made("/v1/memberships", map[string]any{"plan": "OTHERS", "wallet_id": from}).str("id"),
		"/v1/alerts/":      made("/v1/alerts", map[string]any{"wallet_id": from, "asset": "JPY", "below": "1"}).str("id"),
	}
	bodies := map[string]map[string]any{
		"PATCH /v1/wallets/{id}":           {"name": "Mine"},
		"POST /v1/wallets/{id}/close":      {"reason": "I want it gone."},
		"POST /v1/holds/{id}/capture":      {},
		"POST /v1/holds/{id}/release":      {},
		"POST /v1/holds/{id}/increase":     {"amount": yen("1")},
		"POST /v1/payments/{id}/cancel":    {},
		"POST /v1/withdrawals/{id}/cancel": {},
		"PATCH /v1/schedules/{id}":         {"status": "paused"},
		"POST /v1/memberships/{id}/cancel": {"at": "now"},
		"POST /v1/memberships/{id}/change": {"plan": "OTHERS"},
		"PATCH /v1/messages/{id}":          {"body": "What she never wrote."},
	}
	var before, after int
	s.query(t, &before, "SELECT count(*) FROM events")
	walked := map[string]bool{}
	for operation, letters := range whoMay() {
		method, path, _ := strings.Cut(operation, " ")
		if !strings.Contains(letters, "u") || !strings.Contains(path, "{id}") {
			continue
		}
		kind, rest, _ := strings.Cut(path, "{id}")
		require.Contains(t, things, kind, "%s has a thing of Ann's to be tried on", operation)
		walked[kind] = true
		ask := func(c *caller, id string) *answer {
			var body any
			if b, ok := bodies[operation]; ok {
				body = b
			}
			return c.in(t).call(method, kind+id+rest, body, key(operation+id))
		}
		if method == http.MethodGet {
			soon(t, func() bool { return ask(ann.self(), things[kind]).Status == http.StatusOK })
		}
		theirs := ask(eve.self(), things[kind])
		require.Equal(t, http.StatusNotFound, theirs.Status, "%s: %s", operation, theirs.Body)
		nobodys := ask(eve.self(), strings.TrimPrefix(example(kind+"{id}"), kind))
		require.Equal(t, []any{nobodys.Status, nobodys.str("code")}, []any{theirs.Status, theirs.str("code")}, operation)
	}
	require.Len(t, walked, len(things))
	s.query(t, &after, "SELECT count(*) FROM events")
	require.Equal(t, before, after, "nothing was done by all this knocking")
	s.verify()
}
