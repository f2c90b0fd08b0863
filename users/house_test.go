package users_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// People of the tests, and an id that nobody has.
const (
	ann    = "usr_01kkn6wx9dg000g00400000001"
	bob    = "usr_01kkn6wx9dg000g00400000002"
	eve    = "usr_01kkn6wx9dg000g00400000003"
	nobody = "usr_01kkn6wx9dg000g00400000009"
)

// rule is one case: given these facts, when this is asked, then these facts or this refusal.
type rule struct {
	name  string
	given []journal.Event
	when  any
	// then are the bodies of the events; none for a command that changes nothing.
	then []any
	// refused is the refusal; pointer and members are what it has to say, members as JSON.
	refused *journal.Refusal
	pointer string
	members string
}

// hold runs every rule twice: with all state at hand, and from nothing, as after a take-over.
func hold(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		for _, cold := range []bool{false, true} {
			name := r.name
			if cold {
				name += ", cold"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := decidetest.Open(t, cold, users.Register)
				b.Given(r.given...)
				b.Reload()
				before := b.State()
				a := b.When(commandType(t, r.when), r.when)
				if r.refused != nil {
					require.ErrorIs(t, a.Refusal, r.refused)
					assert.Equal(t, r.pointer, a.Refusal.Pointer)
					assert.Equal(t, r.refused.Malformed, a.Refusal.Malformed)
					if r.members == "" {
						assert.Nil(t, a.Refusal.Members)
					} else {
						assert.JSONEq(t, r.members, string(a.Refusal.Members))
					}
					assert.Empty(t, a.Events)
					assert.Equal(t, before, b.State(), "a refusal moves nothing")
					return
				}
				require.Nil(t, a.Refusal)
				assert.Equal(t, r.then, bodies(a.Events))
				assert.Equal(t, b.State(), b.Replay(users.Register).State())
			})
		}
	}
}

// bodies are what events say. All of them are outside of any ledger, and move no money.
func bodies(events []*journal.Event) (out []any) {
	for _, e := range events {
		if e.Ledger != "" || len(e.Postings) > 0 || e.Schema != 1 {
			return []any{"an event that is none of people's", e}
		}
		out = append(out, e.Body)
	}
	return out
}

// commandType returns the type of a command by its struct.
func commandType(t testing.TB, command any) string {
	t.Helper()
	switch command.(type) {
	case users.RegisterUser:
		return users.CommandRegister
	case users.ConfirmEmail:
		return users.CommandConfirmEmail
	case users.ChangeUser:
		return users.CommandChangeUser
	case users.ResetPassword:
		return users.CommandResetPassword
	case users.Rehash:
		return users.CommandRehash
	case users.EraseUser:
		return users.CommandEraseUser
	case users.CreateAPIKey:
		return users.CommandCreateAPIKey
	case users.RevokeAPIKey:
		return users.CommandRevokeAPIKey
	}
	require.Failf(t, "no command", "%T", command)
	return ""
}

// sealed stands for a text that somebody sealed: the rules never look inside.
func sealed(text string) seal.Text { return seal.Text("sealed " + text) }

// registering asks to make somebody known under the token of an address.
func registering(id, token string) users.RegisterUser {
	return users.RegisterUser{UserID: id, EmailToken: token, Email: sealed(token), Credential: sealed("hash")}
}

// The facts that the rules are given.

func registered(id, token string) journal.Event {
	return fact(users.TypeRegistered, users.Registered{
		UserID: id, EmailToken: token, Email: sealed(token), Credential: sealed("hash"), Roles: []string{users.RoleUser},
	})
}

func confirmed(id, token, released string) journal.Event {
	return fact(users.TypeEmailConfirmed, users.EmailConfirmed{UserID: id, EmailToken: token, Email: sealed(token), Released: released})
}

func requested(id, token, released string) journal.Event {
	return fact(users.TypeEmailRequested, users.EmailRequested{UserID: id, EmailToken: token, Email: sealed(token), Released: released})
}

func erased(id string, released ...string) journal.Event {
	return fact(users.TypeErased, users.Erased{UserID: id, Released: released})
}

func fact(eventType string, body any) journal.Event {
	return journal.Event{Type: eventType, Body: body}
}

// member is somebody who registered with an address and confirmed it.
func member(id, token string) []journal.Event {
	return []journal.Event{registered(id, token), confirmed(id, token, "")}
}

// both joins facts.
func both(lists ...[]journal.Event) (out []journal.Event) {
	for _, list := range lists {
		out = append(out, list...)
	}
	return out
}

// state reads what is known of somebody.
func state(t testing.TB, b *decidetest.Book, id string) string {
	t.Helper()
	return b.State()["user/"+id]
}
