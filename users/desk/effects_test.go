package desk

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

func key(n int) string { return fmt.Sprint("mail/", n) }

// registered returns the event of somebody who has registered, before anybody has reacted to it.
func registered(t *testing.T, h *house) (userID string, e *journal.Event) {
	t.Helper()
	c, err := h.NewRegistration(t.Context(), ann, secret, "Ann of Example")
	require.NoError(t, err)
	a := h.people.publish(users.CommandRegister, c)
	require.Len(t, a.Events, 1)
	return c.UserID, &a.Events[0]
}

func TestLettersOfEvents(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		draft := Draft{DisplayName: text("Anna"), Email: text("anna@example.com"), Password: text("a new horse battery"), Roles: []string{users.RoleAdmin}}
		c, err := h.Change(t.Context(), id, draft, true)
		require.NoError(t, err)
		before := len(h.post.all())
		require.Nil(t, h.publish(users.CommandChangeUser, c).Outcome.Refusal)
		type letter struct{ to, subject string }
		var got []letter
		for _, m := range h.post.all()[before:] {
			got = append(got, letter{m.To, m.Subject})
		}
		assert.ElementsMatch(t, []letter{
			{ann, "Another email address was asked for"},
			{"anna@example.com", "Confirm your email address"},
			{ann, "Your password was changed"},
		}, got)
		h.confirm(h.post.all()[before+1])
		assert.Len(t, h.post.all(), before+3, "what is confirmed is known")
		assert.Equal(t, "anna@example.com", h.opened(id, users.LabelEmail, h.state(id).Email))
		_, known, err := h.vault.Find(t.Context(), ann)
		require.NoError(t, err)
		assert.False(t, known, "the old address is forgotten")
	})
}

// The same event again, as after a crash: the same letter under the same key, with a token that does the same.
func TestALetterAgain(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		_, e := registered(t, h)
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		letters := h.post.all()
		require.Len(t, letters, 2)
		assert.Equal(t, "mail/0", letters[0].Key)
		assert.Equal(t, letters[0], letters[1])
		assert.Nil(t, e.Body, "others read the same event")
		h.confirm(letters[1])
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		assert.Len(t, h.post.all(), 2, "nobody is asked to confirm what is confirmed")
	})
}

// An address that was replaced by another before its letter was written gets none.
func TestNoLetterToAnAddressThatWaitsNoMore(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		before := len(h.post.all())
		var requested []journal.Event
		for _, email := range []string{"first@example.com", "second@example.com"} {
			c, err := h.Change(t.Context(), id, Draft{Email: &email}, true)
			require.NoError(t, err)
			requested = append(requested, h.people.publish(users.CommandChangeUser, c).Events...)
		}
		require.Len(t, requested, 2)
		for i := range requested {
			require.NoError(t, h.MailEffect(t.Context(), &requested[i], key))
		}
		letters := h.post.all()[before:]
		require.Len(t, letters, 2)
		assert.Equal(t, ann, letters[0].To)
		assert.Equal(t, "second@example.com", letters[1].To)
	})
}

// Whoever asks for somebody's address waits for a letter in vain; its owner is told, and nobody learns whose it
// is.
func TestNoLinkToSomebodysAddress(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.member("bob@example.com")
		id := h.member(ann)
		before := len(h.post.all())
		c, err := h.Change(t.Context(), id, Draft{Email: text("BOB@example.com"), CurrentPassword: text(secret)}, false)
		require.NoError(t, err)
		require.Nil(t, h.publish(users.CommandChangeUser, c).Outcome.Refusal)
		synctest.Wait()
		letters := h.post.all()[before:]
		require.Len(t, letters, 2)
		assert.Equal(t, []string{ann, "Another email address was asked for"}, []string{letters[0].To, letters[0].Subject})
		assert.Equal(t, []string{"bob@example.com", "You have an account already"}, []string{letters[1].To, letters[1].Subject})
		assert.NotContains(t, letters[1].Text, ann)
		assert.Equal(t, "BOB@example.com", h.opened(id, users.LabelEmail, h.state(id).Pending.Email))
	})
}

// An address that nobody has confirmed may be a stranger's: it is told nothing of the account.
func TestNoNoticeToAnAddressThatIsNotConfirmed(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.register("typo@example.com")
		before := len(h.post.all())
		c, err := h.Change(t.Context(), id, Draft{Email: text(ann), Password: text("a new horse battery")}, true)
		require.NoError(t, err)
		require.Nil(t, h.publish(users.CommandChangeUser, c).Outcome.Refusal)
		letters := h.post.all()[before:]
		require.Len(t, letters, 1)
		assert.Equal(t, ann, letters[0].To)
		assert.Equal(t, "Confirm your email address", letters[0].Subject)
	})
}

func TestNoLetterToWhoIsGone(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id, e := registered(t, h)
		require.NoError(t, h.vault.Destroy(t.Context(), id))
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		require.Nil(t, h.people.publish(users.CommandEraseUser, users.EraseUser{UserID: id}).Outcome.Refusal)
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		assert.Zero(t, h.post.tries)
	})
}

func TestEffectsOfOtherEvents(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		e := &journal.Event{Type: "wallet-opened", Data: []byte("no JSON")}
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		require.NoError(t, h.ErasureEffect(t.Context(), e, key))
		e.Type, e.Schema = users.TypeErased, 2
		require.ErrorContains(t, h.ErasureEffect(t.Context(), e, key), "schema 2")
	})
}

// What keeps letters from being sent: the server, which everybody waits for; one mailbox, which nobody waits
// for; and one that there is not.
func TestMailFails(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		_, e := registered(t, h)
		h.post.fail(errAway)
		require.ErrorIs(t, h.MailEffect(t.Context(), e, key), errAway)
		h.vault.Fail(errAway)
		require.ErrorIs(t, h.MailEffect(t.Context(), e, key), errAway)
		h.vault.Fail(nil)

		h.post.fail(fmt.Errorf("mail: %w: 550", ErrUndeliverable))
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		assert.Empty(t, h.post.all())
		assert.Contains(t, h.log.String(), "letter cannot be delivered")

		h.post.fail(ErrPutOff, ErrPutOff, ErrPutOff)
		require.NoError(t, h.MailEffect(t.Context(), e, key))
		synctest.Wait()
		assert.Empty(t, h.post.all())
		pass(10 * time.Second)
		assert.Empty(t, h.post.all())
		pass(time.Minute)
		require.Len(t, h.post.all(), 1)
		assert.Equal(t, "mail/0", h.post.all()[0].Key)
	})
}

func TestErase(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		a := h.people.publish(users.CommandEraseUser, users.EraseUser{UserID: id})
		require.Nil(t, a.Outcome.Refusal)
		for range 2 {
			require.NoError(t, h.ErasureEffect(t.Context(), &a.Events[0], key))
		}
		_, known, err := h.vault.Find(t.Context(), ann)
		require.NoError(t, err)
		assert.False(t, known)
		assert.Equal(t, []string{id}, h.vault.Erasures())
		assert.Equal(t, []string{id, id}, h.purged.people)
	})
}

// What cannot be done now does not keep the rest from being done.
func TestEraseDoesWhatItCan(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		h.purged.fault = errAway
		require.ErrorIs(t, h.Erase(t.Context(), id, []string{h.state(id).EmailToken}), errAway)
		assert.Equal(t, []string{id}, h.vault.Erasures())
		_, known, err := h.vault.Find(t.Context(), ann)
		require.NoError(t, err)
		assert.False(t, known)

		h.purged.fault = nil
		other := h.member("ben@example.com")
		h.vault.Fail(errAway)
		require.ErrorIs(t, h.Erase(t.Context(), other, nil), errAway)
		assert.Equal(t, other, h.purged.people[len(h.purged.people)-1])
	})
}

func TestReplayErasures(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		kept := h.member("kept@example.com")
		h.erase(h.member("known@example.com"))
		restored := h.member(ann) // erased, but the journal that was restored does not know
		require.NoError(t, h.Erase(t.Context(), restored, nil))
		require.NoError(t, h.vault.Destroy(t.Context(), h.newUserID())) // registered after the backup

		erased := func(yield func(string, error) bool) {
			for _, id := range h.vault.Erasures() {
				if !yield(id, nil) {
					return
				}
			}
		}
		publish := func(_ context.Context, c users.EraseUser) error {
			h.erase(c.UserID)
			return nil
		}
		n, err := ReplayErasures(t.Context(), erased, h.people, publish)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		assert.Equal(t, users.StatusErased, h.state(restored).Status)
		assert.Equal(t, users.StatusActive, h.state(kept).Status)
		n, err = ReplayErasures(t.Context(), erased, h.people, publish)
		require.NoError(t, err)
		assert.Zero(t, n)

		_, err = ReplayErasures(t.Context(), func(yield func(string, error) bool) { yield("", errAway) }, h.people, publish)
		require.ErrorIs(t, err, errAway)
		require.NoError(t, h.vault.Destroy(t.Context(), kept))
		_, err = ReplayErasures(t.Context(), erased, h.people, func(context.Context, users.EraseUser) error { return errAway })
		require.ErrorIs(t, err, errAway)
	})
}

func TestShow(t *testing.T) {
	atRest(t, func(t *testing.T, h *house) {
		id := h.member(ann)
		u := h.state(id)
		key, err := h.vault.Key(t.Context(), id)
		require.NoError(t, err)
		sealed := Sealed{Email: u.Email, Name: key.Seal(users.LabelName, []byte("Ann"))}
		shown, err := h.Show(t.Context(), id, sealed)
		require.NoError(t, err)
		assert.Equal(t, Shown{Email: ann, Name: "Ann"}, shown)

		_, err = h.Show(t.Context(), id, Sealed{Email: sealed.Name})
		require.ErrorContains(t, err, "does not open")
		h.vault.Fail(errAway)
		_, err = h.Show(t.Context(), id, sealed)
		require.ErrorIs(t, err, errAway)
		h.vault.Fail(nil)

		require.NoError(t, h.vault.Destroy(t.Context(), id))
		shown, err = h.Show(t.Context(), id, sealed)
		require.NoError(t, err)
		assert.Equal(t, Shown{Erased: true}, shown)
	})
}
