package messaging_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/users/seal/sealtest"
)

// vault has a key for each person.
func vault(t *testing.T, people ...string) *sealtest.Vault {
	t.Helper()
	v := sealtest.NewVault()
	for _, id := range people {
		_, err := v.Create(t.Context(), id)
		require.NoError(t, err)
	}
	return v
}

func TestEachSideReads(t *testing.T) {
	t.Parallel()
	ann, bob, eve := person(1), person(2), person(3)
	v := vault(t, ann, bob, eve)
	s := messaging.NewSealer(v)
	m, err := s.Seal(t.Context(), ann, bob, "Rent", "It is due.")
	require.NoError(t, err)
	opens := func(person string, key seal.Text, subject, body string) {
		t.Helper()
		gotSubject, gotBody, err := s.Open(t.Context(), person, key, m.Subject, m.Body)
		require.NoError(t, err)
		assert.Equal(t, [2]string{subject, body}, [2]string{gotSubject, gotBody})
	}
	opens(ann, m.FromKey, "Rent", "It is due.")
	opens(bob, m.ToKey, "Rent", "It is due.")
	for name, c := range map[string]struct {
		person string
		key    seal.Text
	}{"with another's key": {ann, m.ToKey}, "somebody else": {eve, m.ToKey}, "without a key": {bob, nil}} {
		_, _, err := s.Open(t.Context(), c.person, c.key, m.Subject, m.Body)
		require.ErrorIs(t, err, seal.ErrUnreadable, name)
	}
	_, _, err = s.Open(t.Context(), bob, m.ToKey, m.Body, m.Subject)
	require.ErrorIs(t, err, seal.ErrUnreadable, "a body is no subject")

	// A change is sealed with the same key, so that both sides read it with what they have.
	body, empty := "It is paid.", ""
	subject, changed, err := s.Reseal(t.Context(), ann, m.FromKey, nil, &body)
	require.NoError(t, err)
	assert.Nil(t, subject)
	m.Body = changed
	opens(bob, m.ToKey, "Rent", "It is paid.")
	m.Subject, changed, err = s.Reseal(t.Context(), ann, m.FromKey, &empty, nil)
	require.NoError(t, err)
	assert.Nil(t, changed)
	assert.NotEmpty(t, m.Subject, "a subject that was taken away is told from one that stays")
	opens(bob, m.ToKey, "", "It is paid.")

	// Who is erased takes nothing from the other side.
	require.NoError(t, v.Destroy(t.Context(), ann))
	opens(bob, m.ToKey, "", "It is paid.")
	_, _, err = s.Open(t.Context(), ann, m.FromKey, m.Subject, m.Body)
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, _, err = s.Reseal(t.Context(), ann, m.FromKey, nil, &body)
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, err = s.SearchKey(t.Context(), ann)
	require.ErrorIs(t, err, seal.ErrNoKey)
}

func TestWhatIsSealedIsACommand(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	s := messaging.NewSealer(vault(t, b.ann, b.bob))
	for name, c := range map[string]struct {
		from, to string
		kind     messaging.Kind
		keys     int
	}{
		"a message": {b.ann, b.bob, messaging.KindMessage, 2},
		"a note":    {b.ann, b.ann, messaging.KindNote, 1},
		"a service": {shop, b.ann, messaging.KindMessage, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := s.Seal(t.Context(), c.from, c.to, strings.Repeat("s", messaging.MaxSubject), strings.Repeat("b", messaging.MaxBody))
			require.NoError(t, err)
			id := b.send(messaging.SendMessage{
				From: c.from, To: c.to, Kind: c.kind, Subject: m.Subject, Body: m.Body, FromKey: m.FromKey, ToKey: m.ToKey,
			})
			assert.NotEmpty(t, id)
			keys := 0
			for _, key := range []seal.Text{m.FromKey, m.ToKey} {
				if len(key) > 0 {
					keys++
				}
			}
			assert.Equal(t, c.keys, keys)
			own, err := s.SearchKey(t.Context(), c.to)
			require.NoError(t, err)
			subject, body, err := messaging.Unseal(own, m.ToKey, m.Subject, m.Body)
			require.NoError(t, err)
			assert.Equal(t, [2]int{messaging.MaxSubject, messaging.MaxBody}, [2]int{len(subject), len(body)})
		})
	}
	m, err := s.Seal(t.Context(), b.ann, b.bob, "", "x")
	require.NoError(t, err)
	assert.Empty(t, m.Subject)
}

func TestWhoHasNoKey(t *testing.T) {
	t.Parallel()
	ann, bob := person(1), person(2)
	v := vault(t, ann, bob)
	s := messaging.NewSealer(v)
	require.NoError(t, v.Destroy(t.Context(), bob))
	asked := v.Asked()
	for _, to := range []string{"", "bob", shop, messaging.Florin, "usr_\x00"} {
		_, err := s.Seal(t.Context(), ann, to, "", "x")
		require.ErrorIs(t, err, messaging.ErrRecipientNotFound, to)
	}
	assert.Equal(t, asked, v.Asked(), "the vault is not asked for what is no person's id")
	_, err := s.Seal(t.Context(), ann, bob, "", "x")
	require.ErrorIs(t, err, messaging.ErrRecipientNotFound)
	_, err = s.Seal(t.Context(), bob, ann, "", "x")
	require.ErrorIs(t, err, users.ErrUserNotFound)

	away := errors.New("the vault is away")
	v.Fail(away)
	for _, from := range []string{ann, bob} {
		_, err = s.Seal(t.Context(), from, ann, "", "x")
		require.ErrorIs(t, err, away)
	}
	_, _, err = s.Open(t.Context(), ann, nil, nil, nil)
	require.ErrorIs(t, err, away)
}

func TestCheckDraft(t *testing.T) {
	t.Parallel()
	at := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		subject, body string
		want          []string
	}{
		"short":              {"", "x", nil},
		"longest":            {at(512), at(64 << 10), nil},
		"another script":     {"家賃", "今日です。", nil},
		"a long subject":     {at(513), "x", []string{"/subject"}},
		"a long body":        {"", at(64<<10 + 1), []string{"/body"}},
		"no body":            {"Rent", "", []string{"/body"}},
		"white space":        {"Rent", " \n\t", []string{"/body"}},
		"U+0000":             {"a\x00", "b\x00", []string{"/subject", "/body"}},
		"not UTF-8":          {"a\xff", "b\xff", []string{"/subject", "/body"}},
		"bytes, not letters": {strings.Repeat("é", 257), "x", []string{"/subject"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, e := range messaging.CheckDraft(c.subject, c.body) {
				got = append(got, e.Pointer)
			}
			assert.Equal(t, c.want, got)
		})
	}
	empty := ""
	assert.Empty(t, messaging.CheckChange(&empty, nil), "a subject can be taken away")
	errs := messaging.CheckChange(nil, nil)
	require.Len(t, errs, 1)
	assert.Empty(t, errs[0].Pointer)
	errs = messaging.CheckChange(nil, &empty)
	require.Len(t, errs, 1)
	assert.Equal(t, "/body", errs[0].Pointer)
}
