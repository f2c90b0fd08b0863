package users_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
)

func TestResetPassword(t *testing.T) {
	t.Parallel()
	// Sessions of these begin at the registration, which is event 1.
	reset := users.ResetPassword{UserID: ann, SessionVersion: 1, EmailToken: "a", Credential: sealed("new")}
	changed := users.PasswordChanged{UserID: ann, Credential: sealed("new")}
	hold(t, []rule{
		{name: "by a link", given: member(ann, "a"), when: reset, then: []any{changed}},
		{
			name: "by a link to an address that was not confirmed", given: []journal.Event{registered(ann, "a")}, when: reset,
			then: []any{users.EmailConfirmed{UserID: ann, EmailToken: "a", Email: sealed("a")}, changed},
		},
		{
			// Somebody else had got in and asked for an address of their own.
			name:  "while an address waits",
			given: both(member(ann, "a"), []journal.Event{requested(ann, "eve", "")}), when: reset,
			then: []any{users.EmailKept{UserID: ann, Released: "eve"}, changed},
		},
		{
			name:  "after it was changed",
			given: both(member(ann, "a"), []journal.Event{fact(users.TypePasswordChanged, users.PasswordChanged{UserID: ann, Credential: sealed("x")})}),
			when:  reset, refused: users.ErrLinkVoid,
		},
		{
			name:  "by a link to the address before",
			given: both(member(ann, "a"), []journal.Event{requested(ann, "a2", ""), confirmed(ann, "a2", "a")}), when: reset, refused: users.ErrLinkVoid,
		},
		{name: "of somebody erased", given: both(member(ann, "a"), []journal.Event{erased(ann, "a")}), when: reset, refused: users.ErrLinkVoid},
		{name: "of nobody", when: reset, refused: users.ErrLinkVoid},
	})
}

func TestRehash(t *testing.T) {
	t.Parallel()
	rehash := users.Rehash{UserID: ann, SessionVersion: 1, Credential: sealed("again")}
	hold(t, []rule{
		{name: "the same password", given: member(ann, "a"), when: rehash, then: []any{users.Rehashed{UserID: ann, Credential: sealed("again")}}},
		{
			name:  "another password by now",
			given: both(member(ann, "a"), []journal.Event{fact(users.TypePasswordChanged, users.PasswordChanged{UserID: ann, Credential: sealed("x")})}),
			when:  rehash, refused: users.ErrLinkVoid,
		},
		{name: "of somebody erased", given: both(member(ann, "a"), []journal.Event{erased(ann, "a")}), when: rehash, refused: users.ErrLinkVoid},
		{name: "of nobody", when: rehash, refused: users.ErrLinkVoid},
	})
}

// A reset by a link works once, ends sessions, and leaves no way in for who had asked for another address.
func TestResetLocksOut(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, users.Register)
	b.Given(member(ann, "a")...)
	b.Do(users.CommandChangeUser, users.ChangeUser{UserID: ann, EmailToken: "eve", Email: sealed("eve")})
	reset := users.ResetPassword{UserID: ann, SessionVersion: 1, EmailToken: "a", Credential: sealed("new")}
	b.Do(users.CommandResetPassword, reset)
	assert.JSONEq(t, `{"status":"active","version":5,"email_token":"a","confirmed":true,"email":"c2VhbGVkIGE=","roles":["user"],
		"session_version":5,"credential":"c2VhbGVkIG5ldw=="}`, state(t, b, ann))
	require.ErrorIs(t, b.When(users.CommandConfirmEmail, users.ConfirmEmail{UserID: ann, EmailToken: "eve"}).Refusal, users.ErrLinkVoid)
	require.ErrorIs(t, b.When(users.CommandResetPassword, reset).Refusal, users.ErrLinkVoid)
}

// What ends sessions, and what is seen by others: both are positions of events.
func TestVersions(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, users.Register)
	for i, c := range []struct {
		do               any
		version, session int
	}{
		{registering(ann, "a"), 1, 1},
		{users.ConfirmEmail{UserID: ann, EmailToken: "a"}, 2, 1},
		{users.ChangeUser{UserID: ann, Roles: []string{"admin"}, ByAdmin: true}, 3, 1},
		{users.Rehash{UserID: ann, SessionVersion: 1, Credential: sealed("again")}, 3, 1},
		{users.ChangeUser{UserID: ann, Credential: sealed("new")}, 5, 5},
		{users.ChangeUser{UserID: ann, EmailToken: "a2", Email: sealed("a2")}, 6, 5},
		{users.ConfirmEmail{UserID: ann, EmailToken: "a2"}, 7, 5},
		{users.ResetPassword{UserID: ann, SessionVersion: 5, EmailToken: "a2", Credential: sealed("x")}, 8, 8},
		{users.EraseUser{UserID: ann}, 9, 9},
	} {
		b.Do(commandType(t, c.do), c.do)
		got := people(t, b)[ann]
		assert.Equal(t, []int64{int64(c.version), int64(c.session)}, []int64{got.Version, got.SessionVersion}, "%d: %T", i, c.do)
	}
}
