package users_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
)

const (
	key     = "key_01kkntq2cng008000100000001"
	noKey   = "key_01kkntq2cng008000100000009"
	expires = 24 * time.Hour
)

// digest is the digest of a secret that is told apart by one digit.
func digest(digit string) string { return strings.Repeat(digit, 64) }

// created and revoked are the facts of the key of the tests.
func created() journal.Event {
	return fact(users.TypeAPIKeyCreated, users.APIKeyCreated{KeyID: key, Name: "shop", Roles: []string{"service"}, Digest: digest("a")})
}

func revoked() journal.Event {
	return fact(users.TypeAPIKeyRevoked, users.APIKeyRevoked{KeyID: key, Digest: digest("a")})
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	create := users.CreateAPIKey{Name: "shop", Roles: []string{"service", "finance", "service"}, Digest: digest("a"), ExpiresAt: decidetest.Start().Add(expires)}
	until := func(at time.Time) users.CreateAPIKey { c := create; c.ExpiresAt = at; return c }
	made := users.APIKeyCreated{KeyID: key, Name: "shop", Roles: []string{"finance", "service"}, Digest: digest("a")}
	withEnd := made
	withEnd.ExpiresAt = decidetest.Start().Add(expires)
	second := withEnd
	second.KeyID, second.Digest = "key_01kkntq2cng008000100000002", digest("b")
	another := create
	another.Digest = digest("b")
	hold(t, []rule{
		{name: "a key", when: create, then: []any{withEnd}},
		{name: "a key without an end", when: until(time.Time{}), then: []any{made}},
		{name: "a second key of one service", given: []journal.Event{created()}, when: another, then: []any{second}},
		{name: "an end that is now", when: until(decidetest.Start()), refused: ledger.ErrInvalidField, pointer: "/expires_at"},
		{name: "an end that has been", when: until(decidetest.Start().Add(-time.Hour)), refused: ledger.ErrInvalidField, pointer: "/expires_at"},
		{name: "a secret that a key has", given: []journal.Event{created()}, when: create, refused: ledger.ErrInvalidField, pointer: "/digest"},
		{
			name: "a secret that was revoked", given: []journal.Event{created(), revoked()}, when: create,
			refused: ledger.ErrInvalidField, pointer: "/digest",
		},
		{
			name: "revoke", given: []journal.Event{created()}, when: users.RevokeAPIKey{KeyID: key},
			then: []any{users.APIKeyRevoked{KeyID: key, Digest: digest("a")}},
		},
		{name: "revoke twice", given: []journal.Event{created(), revoked()}, when: users.RevokeAPIKey{KeyID: key}},
		{name: "revoke none", given: []journal.Event{created()}, when: users.RevokeAPIKey{KeyID: noKey}, refused: users.ErrAPIKeyNotFound},
		{name: "revoke what is no id", when: users.RevokeAPIKey{KeyID: "\x00"}, refused: users.ErrAPIKeyNotFound},
		{name: "revoke a secret", given: []journal.Event{created()}, when: users.RevokeAPIKey{KeyID: digest("a")}, refused: users.ErrAPIKeyNotFound},
	})
}

func TestAPIKeyCounts(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, users.Register)
	end := decidetest.Start().Add(expires)
	id := b.Do(users.CommandCreateAPIKey, users.CreateAPIKey{
		Name: "shop", Roles: []string{"service"}, Digest: digest("a"), ExpiresAt: end.In(time.FixedZone("east", 3600)),
	})[0].Body.(users.APIKeyCreated).KeyID
	standing := func() (k users.KeyState) {
		require.NoError(t, json.Unmarshal([]byte(b.State()["api-key/"+digest("a")]), &k))
		return k
	}
	assert.Equal(t, users.KeyState{KeyID: id, Name: "shop", Roles: []string{"service"}, ExpiresAt: end}, standing())
	assert.True(t, standing().Counts(end.Add(-time.Nanosecond)))
	assert.False(t, standing().Counts(end))
	b.Do(users.CommandRevokeAPIKey, users.RevokeAPIKey{KeyID: id})
	assert.False(t, standing().Counts(b.Now()))
	assert.True(t, users.KeyState{}.Counts(end), "what has no end does not end")
	assert.Equal(t, "service:shop", users.ServicePrincipal("shop"))
}
