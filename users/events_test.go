package users_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	want := map[string]any{
		"user-registered.v1": users.Registered{
			UserID: ann, EmailToken: "T1", Email: sealed("a"), Name: sealed("Ann"), Credential: sealed("hash"), Roles: []string{"user"},
		},
		"user-registered-again.v1":    users.RegisteredAgain{ApplicantID: bob, EmailToken: "T1"},
		"user-email-confirmed.v1":     users.EmailConfirmed{UserID: ann, EmailToken: "T2", Email: sealed("a2"), Released: "T1"},
		"user-email-requested.v1":     users.EmailRequested{UserID: ann, EmailToken: "T2", Email: sealed("a2"), Released: "T0"},
		"user-email-kept.v1":          users.EmailKept{UserID: ann, Released: "T2"},
		"user-password-changed.v1":    users.PasswordChanged{UserID: ann, Credential: sealed("new")},
		"user-credential-rehashed.v1": users.Rehashed{UserID: ann, Credential: sealed("again")},
		"user-renamed.v1":             users.Renamed{UserID: ann, Name: sealed("Ann")},
		"user-roles-set.v1":           users.RolesSet{UserID: ann, Roles: []string{"finance", "user"}},
		"user-erased.v1":              users.Erased{UserID: ann, Released: []string{"T1", "T2"}},
		"api-key-created.v1": users.APIKeyCreated{
			KeyID: key, Name: "shop", Roles: []string{"service"}, Digest: digest("a"), ExpiresAt: time.Date(2027, 3, 14, 0, 0, 0, 0, time.UTC),
		},
		"api-key-revoked.v1": users.APIKeyRevoked{KeyID: key, Digest: digest("a")},
	}
	for _, name := range decidetest.Frozen(t, users.Register, want) {
		assert.True(t, users.IsType(name), name)
	}
	assert.False(t, users.IsType("wallet-opened"))
}
