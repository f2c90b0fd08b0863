package desk

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users"
)

func TestConfirm(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.register(ann)
		m := h.post.last(t, ann)
		assert.Equal(t, "Confirm your email address", m.Subject)
		assert.Contains(t, m.Text, publicly+"/confirm?token=")
		assert.False(t, h.state(id).Confirmed)
		h.confirm(m)
		assert.True(t, h.state(id).Confirmed)
		h.confirm(m) // again changes nothing

		_, err := h.Confirm("")
		require.ErrorIs(t, err, users.ErrLinkVoid)
		_, err = h.Reset(t.Context(), tokenIn(t, m), "another horse battery")
		require.ErrorIs(t, err, users.ErrLinkVoid, "it is for confirming only")
	})
}

func TestForgotten(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		h.Forgot("aNN@EXAMPLE.com")
		synctest.Wait()
		m := h.post.last(t, ann)
		assert.Equal(t, "Set a new password", m.Subject)
		_, err := h.Confirm(tokenIn(t, m))
		require.ErrorIs(t, err, users.ErrLinkVoid, "it is for a password only")

		var wrong FormError
		_, err = h.Reset(t.Context(), tokenIn(t, m), "ann@example.com")
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, "/password", wrong[0].Pointer)

		before := h.state(id)
		reset, err := h.Reset(t.Context(), tokenIn(t, m), "a new horse battery")
		require.NoError(t, err)
		require.Nil(t, h.publish(users.CommandResetPassword, reset).Outcome.Refusal)
		assert.Greater(t, h.state(id).SessionVersion, before.SessionVersion, "all sessions are over")
		assert.Equal(t, "Your password was changed", h.post.last(t, ann).Subject)
		_, err = h.SignIn(t.Context(), ann, "a new horse battery")
		require.NoError(t, err)

		h.hasher.hashed = 0
		_, err = h.Reset(t.Context(), tokenIn(t, m), "a third horse battery")
		require.ErrorIs(t, err, users.ErrLinkVoid, "it works once")
		assert.Zero(t, h.hasher.hashed)
	})
}

func TestForgottenWhileTheMailServerIsAway(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.member(ann)
		before := len(h.post.all())
		h.post.fail(errAway)
		h.Forgot(ann)
		synctest.Wait()
		assert.Len(t, h.post.all(), before)
		pass(10 * time.Second)
		assert.Len(t, h.post.all(), before+1)
	})
}

// Whoever reads the mail to an address that somebody else has registered gets it by a new password.
func TestForgottenBeforeConfirmed(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		id := h.register(ann)
		h.Forgot(ann)
		synctest.Wait()
		reset, err := h.Reset(t.Context(), tokenIn(t, h.post.last(t, ann)), "a horse of her own")
		require.NoError(t, err)
		require.Nil(t, h.publish(users.CommandResetPassword, reset).Outcome.Refusal)
		assert.True(t, h.state(id).Confirmed)
		_, err = h.SignIn(t.Context(), ann, secret)
		require.Equal(t, ErrCredentials, err)
	})
}

// U+212A looks like a K and is one in lower case. The link goes where the account's mail goes, and nowhere
// that a caller wrote.
func TestForgottenByALookalike(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.member("kim@example.com")
		h.Forgot("\u212aim@example.com")
		synctest.Wait()
		assert.Equal(t, "Set a new password", h.post.last(t, "kim@example.com").Subject)
	})
}

func TestForgottenByNobody(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		id := h.member("erased@example.com")
		h.Forgot("erased@example.com")
		synctest.Wait()
		m := h.post.last(t, "erased@example.com")
		h.erase(id)
		pass(letterInterval)
		letters := len(h.post.all())
		for _, email := range []string{"erased@example.com", "nobody@example.com", "", "\x00"} {
			h.Forgot(email)
		}
		synctest.Wait()
		assert.Len(t, h.post.all(), letters)
		_, err := h.Reset(t.Context(), tokenIn(t, m), "a horse of nobody")
		require.ErrorIs(t, err, users.ErrLinkVoid)
	})
}

func TestResetLinkIsOver(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.member(ann)
		h.Forgot(ann)
		synctest.Wait()
		m := h.post.last(t, ann)
		pass(ResetLife)
		_, err := h.Reset(t.Context(), tokenIn(t, m), "a new horse battery")
		require.ErrorIs(t, err, users.ErrLinkVoid)
	})
}

// A link that was mailed to an address that the account does not have any more opens nothing.
func TestResetLinkToAnAddressThatWasGivenUp(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		h.Forgot(ann)
		synctest.Wait()
		m := h.post.last(t, ann)
		c, err := h.Change(t.Context(), id, Draft{Email: text("anna@example.com"), CurrentPassword: text(secret)}, false)
		require.NoError(t, err)
		require.Nil(t, h.publish(users.CommandChangeUser, c).Outcome.Refusal)
		h.confirm(h.post.last(t, "anna@example.com"))
		_, err = h.Reset(t.Context(), tokenIn(t, m), "a new horse battery")
		require.ErrorIs(t, err, users.ErrLinkVoid)
	})
}
