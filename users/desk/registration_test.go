package desk

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

func TestRegistrationSealsWhatIsPersonal(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c, err := h.NewRegistration(t.Context(), ann, secret, "Ann of Example")
		require.NoError(t, err)
		data, err := json.Marshal(c)
		require.NoError(t, err)
		for _, personal := range []string{"Ann", "ann", "example", "horse"} {
			assert.NotContains(t, string(data), personal)
		}
		assert.Equal(t, ann, h.opened(c.UserID, users.LabelEmail, c.Email))
		assert.Equal(t, "Ann of Example", h.opened(c.UserID, users.LabelName, c.Name))
		assert.Equal(t, "hash:"+secret, h.opened(c.UserID, users.LabelCredential, c.Credential))
		id, err := journal.ParseID("usr", c.UserID)
		require.NoError(t, err)
		assert.Equal(t, byte(7), id[6]>>4)
		assert.Equal(t, byte(2), id[8]>>6)
		later, err := h.NewRegistration(t.Context(), "ben@example.com", secret, "")
		require.NoError(t, err)
		assert.NotEqual(t, c.UserID, later.UserID)
		assert.Empty(t, later.Name)
		assert.Nil(t, h.publish(users.CommandRegister, c).Outcome.Refusal)
	})
}

func TestRegistrationForm(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		const common, short = "PassWord123", "short12"
		for _, c := range []struct {
			name, email, password, displayName string
			want                               map[string]string // what is said, by pointer
		}{
			{name: "no address", email: "ann", password: secret, want: map[string]string{"/email": "want an email address"}},
			{name: "a name with it", email: "Ann <ann@example.com>", password: secret, want: map[string]string{"/email": "want an email address"}},
			{name: "two lines", email: "ann@example.com\r\nBcc: eve@example.com", password: secret, want: map[string]string{"/email": "want an email address"}},
			{name: "long address", email: strings.Repeat("a", 251) + "@b.c", password: secret, want: map[string]string{"/email": "254 bytes"}},
			{name: "short password", email: ann, password: short, want: map[string]string{"/password": "at least 8"}},
			{name: "long password", email: ann, password: strings.Repeat("x", 257), want: map[string]string{"/password": "at most 256"}},
			{name: "common password", email: ann, password: common, want: map[string]string{"/password": "first that are tried"}},
			{name: "the address", email: ann, password: "ann@EXAMPLE.com", want: map[string]string{"/password": "is the email address"}},
			{name: "no text", email: ann, password: "\xff\xff\xff\xff\xff\xff\xff\xff", want: map[string]string{"/password": "UTF-8"}},
			{name: "a name of two lines", email: ann, password: secret, displayName: "Ann\nEve", want: map[string]string{"/display_name": "one line"}},
			{name: "spaces around", email: ann, password: secret, displayName: " Ann", want: map[string]string{"/display_name": "space"}},
			{name: "long name", email: ann, password: secret, displayName: strings.Repeat("n", 201), want: map[string]string{"/display_name": "200 bytes"}},
			{name: "everything", password: "", displayName: "\x00", want: map[string]string{"/email": "want", "/password": "8", "/display_name": "one line"}},
		} {
			_, err := h.NewRegistration(t.Context(), c.email, c.password, c.displayName)
			var wrong FormError
			require.ErrorAs(t, err, &wrong, c.name)
			require.Len(t, wrong, len(c.want), c.name)
			for _, field := range wrong {
				assert.Contains(t, field.Detail, c.want[field.Pointer], c.name)
			}
			for _, written := range []string{common, short, "eve", "ann@EXAMPLE.com"} {
				assert.NotContains(t, wrong.Error(), written, c.name)
			}
		}
		assert.Zero(t, h.hasher.hashed)
		assert.Zero(t, h.vault.Holds())
	})
}

func TestRegistrationLeavesNothingWhenBusy(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.hasher.fault = ErrBusy
		_, err := h.NewRegistration(t.Context(), ann, secret, "")
		require.ErrorIs(t, err, ErrBusy)
		_, known, err := h.vault.Find(t.Context(), ann)
		require.NoError(t, err)
		assert.False(t, known)
		assert.Zero(t, h.vault.Holds())
	})
}

func TestRegistrationAgain(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first, err := h.NewRegistration(t.Context(), ann, secret, "")
		require.NoError(t, err)
		answer := h.publish(users.CommandRegister, first)
		id, err := h.Registered(t.Context(), first, answer)
		require.NoError(t, err)
		assert.Equal(t, first.UserID, id)

		// The request is sent again: another id was made for it, but the answer is the first one's.
		again, err := h.NewRegistration(t.Context(), ann, secret, "")
		require.NoError(t, err)
		require.Equal(t, 2, h.vault.Holds())
		id, err = h.Registered(t.Context(), again, answer)
		require.NoError(t, err)
		assert.Equal(t, first.UserID, id)
		synctest.Wait()
		assert.Equal(t, 1, h.vault.Holds())

		// The same answer twice, as when it came by two ways: the person keeps the key.
		_, err = h.Registered(t.Context(), first, answer)
		require.NoError(t, err)
		synctest.Wait()
		_, err = h.vault.Key(t.Context(), first.UserID)
		require.NoError(t, err)
	})
}

func TestRegistrationOfATakenAddress(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		owner := h.member(ann)
		before := len(h.post.all())
		c, err := h.NewRegistration(t.Context(), "aNN@example.com", "another password", "Eve, see http://evil.example")
		require.NoError(t, err)
		id, err := h.Registered(t.Context(), c, h.publish(users.CommandRegister, c))
		require.NoError(t, err)
		assert.Equal(t, c.UserID, id)
		assert.NotEqual(t, owner, id)
		synctest.Wait()
		assert.Equal(t, 1, h.vault.Holds(), "nobody's key is kept")
		require.Len(t, h.post.all(), before+1)
		m := h.post.last(t, ann) // where it was first written so
		assert.Equal(t, "You have an account already", m.Subject)
		assert.NotContains(t, m.Text, "evil")

		reset, err := h.Reset(t.Context(), tokenIn(t, m), "a password of her own")
		require.NoError(t, err)
		assert.Equal(t, owner, reset.UserID)
	})
}

// Whoever asks for letters in somebody's name fills nobody's mailbox.
func TestOneLetterAMinute(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.member(ann)
		h.member("ben@example.com")
		before := len(h.post.all())
		for range 50 {
			h.Forgot(ann)
		}
		synctest.Wait()
		require.Len(t, h.post.all(), before+1)
		h.Forgot("ben@example.com")
		synctest.Wait()
		require.Len(t, h.post.all(), before+2, "others are not held up")
		pass(letterInterval)
		h.Forgot(ann)
		synctest.Wait()
		require.Len(t, h.post.all(), before+3)
	})
}

func TestRegistrationOfARetiredAddress(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		// The address is given up between the question for its token and the decision.
		owner := h.member(ann)
		c, err := h.NewRegistration(t.Context(), ann, secret, "")
		require.NoError(t, err)
		require.Nil(t, h.people.publish(users.CommandEraseUser, users.EraseUser{UserID: owner}).Outcome.Refusal)
		_, err = h.Registered(t.Context(), c, h.publish(users.CommandRegister, c))
		require.ErrorIs(t, err, users.ErrEmailRetired)
		assert.NotEmpty(t, h.register(ann), "the next attempt finds it free")
	})
}

func TestRegistrationRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		refusal *journal.Refusal
		keeps   int // keys
	}{
		{name: "expired", refusal: journal.ErrExpired},
		{name: "key used before", refusal: journal.ErrKeyReused},
		// The id may be somebody's.
		{name: "malformed", refusal: ledger.ErrInvalidField, keeps: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				command, err := h.NewRegistration(t.Context(), ann, secret, "")
				require.NoError(t, err)
				_, err = h.Registered(t.Context(), command, journal.Answer{Outcome: journal.Outcome{Status: journal.Refused, Refusal: c.refusal}})
				require.ErrorIs(t, err, c.refusal)
				synctest.Wait()
				assert.Equal(t, c.keeps, h.vault.Holds())
			})
		})
	}
}

func TestRegistrationThatIsDeadKeepsItsKey(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		c, err := h.NewRegistration(t.Context(), ann, secret, "")
		require.NoError(t, err)
		_, err = h.Registered(t.Context(), c, journal.Answer{Outcome: journal.Outcome{Status: journal.Dead, Refusal: journal.Refuse("dead", "Dead.")}})
		require.ErrorContains(t, err, `ended as 'x'`)
		synctest.Wait()
		assert.Equal(t, 1, h.vault.Holds(), "an operator may have it decided after all")
	})
}
