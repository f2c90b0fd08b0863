package desk

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users"
)

func TestSignIn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		h.register("unconfirmed@example.com")
		h.erase(h.member("erased@example.com"))
		lost := h.member("lost@example.com")
		require.NoError(t, h.vault.Discard(t.Context(), lost))
		pass(letterInterval)

		for _, c := range []struct {
			name, email, password string
			in                    bool
			letters               int
		}{
			{name: "right", email: ann, password: secret, in: true},
			{name: "right, in another case", email: "ANN@example.com", password: secret, in: true},
			{name: "wrong", email: ann, password: "wrong horse battery"},
			{name: "no password", email: ann},
			{name: "much too long", email: ann, password: strings.Repeat("x", 1<<16)},
			{name: "unknown", email: "nobody@example.com", password: secret},
			{name: "no address", email: "", password: secret},
			{name: "unconfirmed", email: "unconfirmed@example.com", password: secret, letters: 1},
			{name: "unconfirmed again", email: "unconfirmed@example.com", password: secret},
			{name: "unconfirmed and wrong", email: "unconfirmed@example.com", password: "wrong horse battery"},
			{name: "erased", email: "erased@example.com", password: secret},
			{name: "without a key", email: "lost@example.com", password: secret},
		} {
			letters := len(h.post.all())
			signed, err := h.SignIn(t.Context(), c.email, c.password)
			if c.in {
				require.NoError(t, err, c.name)
				assert.Equal(t, id, signed.UserID, c.name)
				assert.Equal(t, h.state(id), signed.State, c.name)
				assert.Nil(t, signed.Rehash, c.name)
			} else {
				assert.Equal(t, ErrCredentials, err, c.name)
				assert.Zero(t, signed, c.name)
			}
			synctest.Wait()
			assert.Equal(t, c.letters, len(h.post.all())-letters, c.name)
		}
		assert.LessOrEqual(t, h.hasher.longest, users.MaxPassword)
	})
}

// Nobody learns from the time it takes whether there is somebody: what takes time is done as often for all.
func TestSignInDoesAsMuchForNobody(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		h.member(ann)
		h.register("unconfirmed@example.com")
		h.erase(h.member("erased@example.com"))
		for _, email := range []string{ann, "unconfirmed@example.com", "erased@example.com", "nobody@example.com", ""} {
			for _, password := range []string{secret, "wrong horse battery", "short", ""} {
				h.hasher.verified, h.hasher.hashed, h.people.asked = 0, 0, 0
				keys := h.vault.Asked()
				_, err := h.SignIn(t.Context(), email, password)
				if email == ann && password == secret {
					require.NoError(t, err)
				} else {
					require.Equal(t, ErrCredentials, err)
				}
				assert.Equal(t, 1, h.hasher.verified, email)
				assert.Equal(t, 0, h.hasher.hashed, email)
				assert.Equal(t, 2, h.people.asked, email)
				assert.Equal(t, 1, h.vault.Asked()-keys, email)
			}
		}
	})
}

func TestSignInOfWhoIsNotConfirmedSendsAnotherLink(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.register(ann)
		pass(ConfirmLife)
		_, err := h.Confirm(tokenIn(t, h.post.last(t, ann)))
		require.ErrorIs(t, err, users.ErrLinkVoid, "the first one is over")
		_, err = h.SignIn(t.Context(), ann, secret)
		require.Equal(t, ErrCredentials, err)
		synctest.Wait()
		h.confirm(h.post.last(t, ann))
		_, err = h.SignIn(t.Context(), ann, secret)
		require.NoError(t, err)
	})
}

// Who has confirmed by the first letter, before the second one was written, does not get it.
func TestSignInWhileTheLetterIsRead(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		h.register(ann)
		_, err := h.SignIn(t.Context(), ann, secret)
		require.Equal(t, ErrCredentials, err)
		h.confirm(h.post.last(t, ann))
		ctx, stop := context.WithCancel(t.Context())
		stop()
		require.NoError(t, h.Run(ctx))
		assert.Len(t, h.post.all(), 1)
	})
}

func TestSignInHashesAnew(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		version := h.state(id).SessionVersion
		h.hasher.version = "2"
		signed, err := h.SignIn(t.Context(), ann, secret)
		require.NoError(t, err)
		require.NotNil(t, signed.Rehash)
		require.Nil(t, h.publish(users.CommandRehash, *signed.Rehash).Outcome.Refusal)
		assert.Equal(t, version, h.state(id).SessionVersion, "no session ends")
		key, err := h.vault.Key(t.Context(), id)
		require.NoError(t, err)
		hash, err := key.Open(users.LabelCredential, h.state(id).Credential)
		require.NoError(t, err)
		assert.Equal(t, "hash2:"+secret, string(hash))
		signed, err = h.SignIn(t.Context(), ann, secret)
		require.NoError(t, err)
		assert.Nil(t, signed.Rehash)
	})
}

func TestSignInFaults(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.member(ann)
		h.hasher.fault = ErrBusy
		_, err := h.SignIn(t.Context(), ann, secret)
		require.ErrorIs(t, err, ErrBusy)
		h.hasher.fault = nil
		h.people.fail(errAway)
		_, err = h.SignIn(t.Context(), ann, secret)
		require.ErrorIs(t, err, errAway)
		h.people.fail(nil)
		h.vault.Fail(errAway)
		_, err = h.SignIn(t.Context(), ann, secret)
		require.ErrorIs(t, err, errAway)
		h.vault.Fail(nil)
		_, err = h.SignIn(t.Context(), ann, secret)
		require.NoError(t, err)
	})
}
