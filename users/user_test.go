package users_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	named := registering(ann, "a")
	named.Name = sealed("Ann")
	hold(t, []rule{
		{
			name: "somebody new", when: named,
			then: []any{users.Registered{
				UserID: ann, EmailToken: "a", Email: sealed("a"), Name: sealed("Ann"), Credential: sealed("hash"), Roles: []string{"user"},
			}},
		},
		{
			name: "an address that is taken", given: member(bob, "a"), when: registering(ann, "a"),
			then: []any{users.RegisteredAgain{ApplicantID: ann, EmailToken: "a"}},
		},
		{
			name: "an address that is taken and not confirmed", given: []journal.Event{registered(bob, "a")}, when: registering(ann, "a"),
			then: []any{users.RegisteredAgain{ApplicantID: ann, EmailToken: "a"}},
		},
		{
			name: "a token that was given up", given: both(member(bob, "b"), []journal.Event{confirmed(bob, "b2", "b")}), when: registering(ann, "b"),
			refused: users.ErrEmailRetired,
		},
		{
			name: "the token of somebody who is erased", given: both(member(bob, "b"), []journal.Event{erased(bob, "b")}), when: registering(ann, "b"),
			refused: users.ErrEmailRetired,
		},
		{
			name: "an address that somebody only asked for", given: both(member(bob, "b"), []journal.Event{requested(bob, "a", "")}), when: registering(ann, "a"),
			then: []any{users.Registered{UserID: ann, EmailToken: "a", Email: sealed("a"), Credential: sealed("hash"), Roles: []string{"user"}}},
		},
		{name: "an id that somebody has", given: member(ann, "a"), when: registering(ann, "b"), refused: ledger.ErrInvalidField, pointer: "/user_id"},
		{
			name: "an id that somebody has, and an address that is taken", given: member(ann, "a"), when: registering(ann, "a"),
			refused: ledger.ErrInvalidField, pointer: "/user_id",
		},
		{
			name: "an id that somebody had", given: both(member(ann, "a"), []journal.Event{erased(ann, "a")}), when: registering(ann, "b"),
			refused: ledger.ErrInvalidField, pointer: "/user_id",
		},
	})
}

func TestConfirmEmail(t *testing.T) {
	t.Parallel()
	confirm := func(id, token string) users.ConfirmEmail { return users.ConfirmEmail{UserID: id, EmailToken: token} }
	waits := both(member(ann, "a"), []journal.Event{requested(ann, "a2", "")})
	hold(t, []rule{
		{
			name: "the first address", given: []journal.Event{registered(ann, "a")}, when: confirm(ann, "a"),
			then: []any{users.EmailConfirmed{UserID: ann, EmailToken: "a", Email: sealed("a")}},
		},
		{name: "twice", given: member(ann, "a"), when: confirm(ann, "a")},
		{
			name: "a new address", given: waits, when: confirm(ann, "a2"),
			then: []any{users.EmailConfirmed{UserID: ann, EmailToken: "a2", Email: sealed("a2"), Released: "a"}},
		},
		{name: "a new address twice", given: both(waits, []journal.Event{confirmed(ann, "a2", "a")}), when: confirm(ann, "a2")},
		{name: "the address before", given: both(waits, []journal.Event{confirmed(ann, "a2", "a")}), when: confirm(ann, "a"), refused: users.ErrLinkVoid},
		{name: "the old address while a new one waits", given: waits, when: confirm(ann, "a")},
		{
			name:  "an address that nobody confirmed is left for another",
			given: []journal.Event{registered(ann, "a"), requested(ann, "a2", "")}, when: confirm(ann, "a2"),
			then: []any{users.EmailConfirmed{UserID: ann, EmailToken: "a2", Email: sealed("a2"), Released: "a"}},
		},
		{name: "taken by a registration meanwhile", given: both(waits, []journal.Event{registered(bob, "a2")}), when: confirm(ann, "a2"), refused: users.ErrEmailTaken},
		{
			name:  "taken by a confirmation meanwhile",
			given: both(waits, member(bob, "b"), []journal.Event{requested(bob, "a2", ""), confirmed(bob, "a2", "b")}), when: confirm(ann, "a2"),
			refused: users.ErrEmailTaken,
		},
		{
			name:  "taken meanwhile, and given up again",
			given: both(waits, member(bob, "a2"), []journal.Event{erased(bob, "a2")}), when: confirm(ann, "a2"), refused: users.ErrLinkVoid,
		},
		{
			name:  "asked for by two, and given up by one",
			given: both(waits, member(bob, "b"), []journal.Event{requested(bob, "a2", ""), requested(bob, "b2", "a2")}), when: confirm(ann, "a2"),
			refused: users.ErrLinkVoid,
		},
		{name: "replaced by another", given: both(waits, []journal.Event{requested(ann, "a3", "a2")}), when: confirm(ann, "a2"), refused: users.ErrLinkVoid},
		{name: "never asked for", given: member(ann, "a"), when: confirm(ann, "b"), refused: users.ErrLinkVoid},
		{name: "of somebody else", given: both(member(ann, "a"), []journal.Event{registered(bob, "b")}), when: confirm(ann, "b"), refused: users.ErrLinkVoid},
		{name: "of somebody erased", given: both(waits, []journal.Event{erased(ann, "a", "a2")}), when: confirm(ann, "a"), refused: users.ErrLinkVoid},
		{name: "of nobody", when: confirm(nobody, "a"), refused: users.ErrLinkVoid},
		{name: "no id at all", when: confirm("\x00", "a"), refused: users.ErrLinkVoid},
	})
}

func TestChangeUser(t *testing.T) {
	t.Parallel()
	is := member(ann, "a") // its version is 2
	email := func(token string) users.ChangeUser {
		return users.ChangeUser{UserID: ann, EmailToken: token, Email: sealed(token)}
	}
	asked := func(token, released string) users.EmailRequested {
		return users.EmailRequested{UserID: ann, EmailToken: token, Email: sealed(token), Released: released}
	}
	waits := both(is, []journal.Event{requested(ann, "a2", "")})
	hold(t, []rule{
		{name: "nothing", given: is, when: users.ChangeUser{UserID: ann}},
		{name: "a name", given: is, when: users.ChangeUser{UserID: ann, Name: sealed("Ann")}, then: []any{users.Renamed{UserID: ann, Name: sealed("Ann")}}},
		{name: "no name", given: is, when: users.ChangeUser{UserID: ann, NoName: true}, then: []any{users.Renamed{UserID: ann}}},
		{name: "an address", given: is, when: email("a2"), then: []any{asked("a2", "")}},
		{name: "the same address again, for another mail", given: waits, when: email("a2"), then: []any{asked("a2", "")}},
		{name: "yet another address", given: waits, when: email("a3"), then: []any{asked("a3", "a2")}},
		{
			name:  "yet another address, when the one that waits is somebody's",
			given: both(waits, []journal.Event{registered(bob, "a2")}), when: email("a3"), then: []any{asked("a3", "")},
		},
		{
			name:  "yet another address, when the one that waits was given up",
			given: both(waits, []journal.Event{registered(bob, "a2"), erased(bob, "a2")}), when: email("a3"), then: []any{asked("a3", "")},
		},
		{name: "the address that there is", given: is, when: email("a")},
		{
			name:  "the address that there is, so that the one that waits comes to nothing",
			given: waits, when: email("a"), then: []any{users.EmailKept{UserID: ann, Released: "a2"}},
		},
		{
			name: "the address that there is, when the one that waits is somebody's", given: both(waits, []journal.Event{registered(bob, "a2")}),
			when: email("a"), then: []any{users.EmailKept{UserID: ann}},
		},
		{name: "somebody's address, of which the caller must not learn", given: both(is, []journal.Event{registered(bob, "b")}), when: email("b"), then: []any{asked("b", "")}},
		{
			name: "somebody's address, asked for by an administrator, who may know", given: both(is, []journal.Event{registered(bob, "b")}),
			when:    users.ChangeUser{UserID: ann, EmailToken: "b", Email: sealed("b"), ByAdmin: true},
			refused: users.ErrEmailTaken, pointer: "/email",
		},
		{
			name: "another address, when the one that waits was somebody's all along", given: both(is, []journal.Event{registered(bob, "b"), requested(ann, "b", "")}),
			when: email("a2"), then: []any{asked("a2", "")},
		},
		{
			name: "an address that was given up", given: both(is, member(bob, "b"), []journal.Event{erased(bob, "b")}), when: email("b"),
			refused: users.ErrEmailRetired, pointer: "/email",
		},
		{
			name: "a password", given: is, when: users.ChangeUser{UserID: ann, Credential: sealed("new")},
			then: []any{users.PasswordChanged{UserID: ann, Credential: sealed("new")}},
		},
		{
			name: "a password, while an address waits", given: waits, when: users.ChangeUser{UserID: ann, Credential: sealed("new")},
			then: []any{users.EmailKept{UserID: ann, Released: "a2"}, users.PasswordChanged{UserID: ann, Credential: sealed("new")}},
		},
		{
			name: "a password and an address", given: is,
			when: users.ChangeUser{UserID: ann, Credential: sealed("new"), EmailToken: "a2", Email: sealed("a2")},
			then: []any{asked("a2", ""), users.PasswordChanged{UserID: ann, Credential: sealed("new")}},
		},
		{
			name: "roles, in any order", given: is, when: users.ChangeUser{UserID: ann, Roles: []string{"user", "finance", "user"}, ByAdmin: true},
			then: []any{users.RolesSet{UserID: ann, Roles: []string{"finance", "user"}}},
		},
		{name: "the roles that there are", given: is, when: users.ChangeUser{UserID: ann, Roles: []string{"user"}, ByAdmin: true}},
		{name: "roles for oneself", given: is, when: users.ChangeUser{UserID: ann, Roles: []string{"admin"}}, refused: users.ErrRolesForbidden},
		{
			name: "a name and roles for oneself", given: is, when: users.ChangeUser{UserID: ann, Name: sealed("Ann"), Roles: []string{"admin"}},
			refused: users.ErrRolesForbidden,
		},
		{
			name: "everything", given: waits,
			when: users.ChangeUser{
				UserID: ann, Version: 3, Name: sealed("Ann"), EmailToken: "a3", Email: sealed("a3"), Credential: sealed("new"),
				Roles: []string{"admin"}, ByAdmin: true,
			},
			then: []any{
				asked("a3", "a2"), users.Renamed{UserID: ann, Name: sealed("Ann")}, users.RolesSet{UserID: ann, Roles: []string{"admin"}},
				users.PasswordChanged{UserID: ann, Credential: sealed("new")},
			},
		},
		{name: "the version that there is", given: is, when: users.ChangeUser{UserID: ann, Version: 2, NoName: true}, then: []any{users.Renamed{UserID: ann}}},
		{
			name: "another version", given: is, when: users.ChangeUser{UserID: ann, Version: 1, NoName: true},
			refused: ledger.ErrVersionMismatch, members: `{"version":2}`,
		},
		{
			name:  "a version that only another hash of the password came after",
			given: both(is, []journal.Event{fact(users.TypeRehashed, users.Rehashed{UserID: ann, Credential: sealed("again")})}),
			when:  users.ChangeUser{UserID: ann, Version: 2, NoName: true}, then: []any{users.Renamed{UserID: ann}},
		},
		{name: "nobody", when: users.ChangeUser{UserID: nobody, NoName: true}, refused: users.ErrUserNotFound},
		{name: "somebody erased", given: both(is, []journal.Event{erased(ann, "a")}), when: users.ChangeUser{UserID: ann, NoName: true}, refused: users.ErrUserNotFound},
		{name: "no id at all", when: users.ChangeUser{UserID: "ann\x00", NoName: true}, refused: users.ErrUserNotFound},
	})
}

func TestEraseUser(t *testing.T) {
	t.Parallel()
	waits := both(member(ann, "a"), []journal.Event{requested(ann, "a2", "")})
	hold(t, []rule{
		{name: "somebody", given: member(ann, "a"), when: users.EraseUser{UserID: ann}, then: []any{users.Erased{UserID: ann, Released: []string{"a"}}}},
		{
			name: "somebody who never confirmed", given: []journal.Event{registered(ann, "a")}, when: users.EraseUser{UserID: ann},
			then: []any{users.Erased{UserID: ann, Released: []string{"a"}}},
		},
		{name: "with an address that waits", given: waits, when: users.EraseUser{UserID: ann}, then: []any{users.Erased{UserID: ann, Released: []string{"a", "a2"}}}},
		{
			name: "with an address that is somebody's now", given: both(waits, []journal.Event{registered(bob, "a2")}), when: users.EraseUser{UserID: ann},
			then: []any{users.Erased{UserID: ann, Released: []string{"a"}}},
		},
		{name: "twice", given: both(waits, []journal.Event{erased(ann, "a", "a2")}), when: users.EraseUser{UserID: ann}},
		{name: "nobody", when: users.EraseUser{UserID: nobody}, refused: users.ErrUserNotFound},
		{name: "no id at all", when: users.EraseUser{UserID: "\x00"}, refused: users.ErrUserNotFound},
	})
}

// What is left of somebody who is erased is that there was somebody, in state and in what a writer reads.
func TestErasedStateIsEmpty(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, users.Register)
	named := registering(ann, "a")
	named.Name = sealed("Ann")
	b.Do(users.CommandRegister, named)
	b.Do(users.CommandConfirmEmail, users.ConfirmEmail{UserID: ann, EmailToken: "a"})
	b.Do(users.CommandChangeUser, users.ChangeUser{UserID: ann, EmailToken: "a2", Email: sealed("a2"), Roles: []string{"admin"}, ByAdmin: true})
	require.Contains(t, state(t, b, ann), `"roles":["admin"]`)
	b.Do(users.CommandEraseUser, users.EraseUser{UserID: ann})
	assert.JSONEq(t, `{"status":"erased","version":5,"session_version":5}`, state(t, b, ann))
	assert.JSONEq(t, `{"user_id":"`+ann+`","retired":true}`, b.State()["email/a"])
	assert.JSONEq(t, `{"user_id":"","retired":true}`, b.State()["email/a2"])
	assert.Len(t, b.State(), 3)
}

// Of a hundred who register one address, one gets it, and each of the others leaves as many events under its
// own id: who counts positions cannot tell which of them it was.
func TestOneAddressForOne(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, true, users.Register)
	for i := range 100 {
		id := fmt.Sprintf("usr_01kkn6wx9dg000g004000%05d", i)
		a := b.When(users.CommandRegister, registering(id, "one"))
		require.Nil(t, a.Refusal)
		require.Len(t, a.Events, 1)
		if i > 0 {
			assert.Equal(t, users.RegisteredAgain{ApplicantID: id, EmailToken: "one"}, a.Events[0].Body)
		}
	}
	assert.Len(t, b.Events(), 100)
	assert.Len(t, b.State(), 2, "one person, and one address")
}

// Which tokens an event gives up is what the vault forgets: all that state retires, and nothing else.
func TestReleasedBy(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, users.Register)
	b.Given(both(member(ann, "a"), []journal.Event{
		requested(ann, "a2", ""), requested(ann, "a3", "a2"), confirmed(ann, "a3", "a"), requested(ann, "a4", ""),
		fact(users.TypeEmailKept, users.EmailKept{UserID: ann, Released: "a4"}),
		fact(users.TypeRenamed, users.Renamed{UserID: ann}),
		requested(ann, "a5", ""), erased(ann, "a3", "a5"),
	})...)
	var released []string
	for _, e := range b.Events() {
		released = append(released, users.ReleasedBy(e)...)
	}
	assert.Equal(t, []string{"a2", "a", "a4", "a3", "a5"}, released)
	for _, token := range released {
		assert.Contains(t, b.State()["email/"+token], `"retired":true`)
	}
}
