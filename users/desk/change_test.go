package desk

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users"
)

func text(s string) *string { return &s }

func TestChange(t *testing.T) {
	const next = "another horse battery"
	for _, c := range []struct {
		name    string
		draft   Draft
		byAdmin bool
		err     error
		field   string // of a FormError
		check   func(t *testing.T, h *house, c users.ChangeUser)
	}{
		{
			name: "nothing", check: func(t *testing.T, _ *house, c users.ChangeUser) {
				assert.Equal(t, users.ChangeUser{UserID: c.UserID}, c)
			},
		},
		{
			name: "name", draft: Draft{DisplayName: text("Anna"), Version: 7}, check: func(t *testing.T, h *house, c users.ChangeUser) {
				assert.Equal(t, "Anna", h.opened(c.UserID, users.LabelName, c.Name))
				assert.Equal(t, int64(7), c.Version)
			},
		},
		{
			name: "no name", draft: Draft{DisplayName: text("")}, check: func(t *testing.T, _ *house, c users.ChangeUser) {
				assert.True(t, c.NoName)
				assert.Empty(t, c.Name)
			},
		},
		{
			name: "password", draft: Draft{Password: text(next), CurrentPassword: text(secret)},
			check: func(t *testing.T, h *house, c users.ChangeUser) {
				assert.Equal(t, "hash:"+next, h.opened(c.UserID, users.LabelCredential, c.Credential))
				assert.Equal(t, h.state(c.UserID).Version, c.Version, "it is for the state whose password was right")
			},
		},
		{
			name: "email", draft: Draft{Email: text("anna@example.com"), CurrentPassword: text(secret)},
			check: func(t *testing.T, h *house, c users.ChangeUser) {
				assert.Equal(t, "anna@example.com", h.opened(c.UserID, users.LabelEmail, c.Email))
				token, err := h.vault.Token(t.Context(), "ANNA@example.com")
				require.NoError(t, err)
				assert.Equal(t, token, c.EmailToken)
			},
		},
		{name: "password without the current one", draft: Draft{Password: text(next)}, err: ErrCurrentPassword},
		{name: "email without the current password", draft: Draft{Email: text("anna@example.com")}, err: ErrCurrentPassword},
		{name: "with a wrong current password", draft: Draft{Password: text(next), CurrentPassword: text(next)}, err: ErrCurrentPassword},
		{name: "with an endless current password", draft: Draft{Password: text(next), CurrentPassword: text(strings.Repeat("x", 1<<16))}, err: ErrCurrentPassword},
		{
			name: "all of it by an administrator", byAdmin: true,
			draft: Draft{Email: text("anna@example.com"), Password: text(next), Roles: []string{users.RoleFinance}},
			check: func(t *testing.T, h *house, c users.ChangeUser) {
				assert.True(t, c.ByAdmin)
				assert.Equal(t, []string{users.RoleFinance}, c.Roles)
				assert.NotEmpty(t, c.EmailToken)
				assert.Equal(t, "hash:"+next, h.opened(c.UserID, users.LabelCredential, c.Credential))
				assert.Zero(t, c.Version)
			},
		},
		{name: "the address as password", draft: Draft{Password: text("ann@example.com"), CurrentPassword: text(secret)}, field: "/password"},
		{name: "the new address as password", draft: Draft{Email: text("anna@example.com"), Password: text("Anna@example.com"), CurrentPassword: text(secret)}, field: "/password"},
		{name: "no address", draft: Draft{Email: text("anna"), CurrentPassword: text(secret)}, field: "/email"},
		{name: "two lines of name", draft: Draft{DisplayName: text("Anna\r\nEve")}, field: "/display_name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			atRest(t, func(t *testing.T, h *house) {
				id := h.member(ann)
				command, err := h.Change(t.Context(), id, c.draft, c.byAdmin)
				var wrong FormError
				switch {
				case c.err != nil:
					require.Equal(t, c.err, err)
				case c.field != "":
					require.ErrorAs(t, err, &wrong)
					assert.Equal(t, c.field, wrong[0].Pointer)
				default:
					require.NoError(t, err)
					assert.Empty(t, command.Validate())
					c.check(t, h, command)
				}
				assert.LessOrEqual(t, h.hasher.longest, users.MaxPassword)
			})
		})
	}
}

func TestChangeOfNobody(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		erased := h.member("erased@example.com")
		h.erase(erased)
		for _, id := range []string{erased, h.newUserID(), "usr_dev", ""} {
			_, err := h.Change(t.Context(), id, Draft{DisplayName: text("Anna")}, true)
			require.ErrorIs(t, err, users.ErrUserNotFound, id)
		}
	})
}

// A password that was right when it was looked at changes nothing once another one has taken its place.
func TestChangeIsForTheStateItWasCheckedAgainst(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		first, err := h.Change(t.Context(), id, Draft{Password: text("the first new one"), CurrentPassword: text(secret)}, false)
		require.NoError(t, err)
		second, err := h.Change(t.Context(), id, Draft{Password: text("the second new one"), CurrentPassword: text(secret)}, false)
		require.NoError(t, err)
		require.Nil(t, h.publish(users.CommandChangeUser, first).Outcome.Refusal)
		require.ErrorIs(t, h.publish(users.CommandChangeUser, second).Outcome.Refusal, ledger.ErrVersionMismatch)
		_, err = h.SignIn(t.Context(), ann, "the first new one")
		require.NoError(t, err)
	})
}

func TestChangeToARetiredAddress(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		gone := h.member("gone@example.com")
		draft := Draft{Email: text("gone@example.com")}
		c, err := h.Change(t.Context(), id, draft, true)
		require.NoError(t, err)
		require.Nil(t, h.people.publish(users.CommandEraseUser, users.EraseUser{UserID: gone}).Outcome.Refusal)
		a := h.publish(users.CommandChangeUser, c)
		require.ErrorIs(t, a.Outcome.Refusal, users.ErrEmailRetired)
		require.NoError(t, h.Changed(t.Context(), c, a))

		c, err = h.Change(t.Context(), id, draft, true)
		require.NoError(t, err)
		a = h.publish(users.CommandChangeUser, c)
		require.Nil(t, a.Outcome.Refusal)
		require.NoError(t, h.Changed(t.Context(), c, a))
	})
}

func TestChangeFaults(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		h.vault.Fail(errAway)
		_, err := h.Change(t.Context(), id, Draft{DisplayName: text("Anna")}, false)
		require.ErrorIs(t, err, errAway)
		h.vault.Fail(nil)
		h.people.fail(errAway)
		_, err = h.Change(t.Context(), id, Draft{DisplayName: text("Anna")}, false)
		require.ErrorIs(t, err, errAway)
		h.people.fail(nil)
		h.hasher.fault = ErrBusy
		_, err = h.Change(t.Context(), id, Draft{Password: text("another horse"), CurrentPassword: text(secret)}, false)
		require.ErrorIs(t, err, ErrBusy)
	})
}
