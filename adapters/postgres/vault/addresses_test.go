package vault_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres/vault"
)

func TestAddressesHaveTokens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	_, ok, err := v.Find(t.Context(), "ann@example.com")
	require.NoError(t, err)
	assert.False(t, ok)
	token, err := v.Token(t.Context(), "Ann@Example.com")
	require.NoError(t, err)
	assert.Len(t, token, 26)
	for _, again := range []*vault.Vault{v, h.open()} {
		for _, email := range []string{"ann@example.com", "ANN@EXAMPLE.COM"} {
			found, ok, err := again.Find(t.Context(), email)
			require.NoError(t, err)
			assert.True(t, ok)
			assert.Equal(t, token, found)
			found, err = again.Token(t.Context(), email)
			require.NoError(t, err)
			assert.Equal(t, token, found)
		}
	}
	other, err := v.Token(t.Context(), "bob@example.com")
	require.NoError(t, err)
	assert.NotEqual(t, token, other)

	require.NoError(t, v.Forget(t.Context(), token))
	require.NoError(t, v.Forget(t.Context(), token), "again: done")
	_, ok, err = v.Find(t.Context(), "ann@example.com")
	require.NoError(t, err)
	assert.False(t, ok)
	next, err := v.Token(t.Context(), "ann@example.com")
	require.NoError(t, err)
	assert.NotEqual(t, token, next)
	assert.NotEqual(t, other, next)
	assert.Equal(t, 2, h.count("SELECT count(*) FROM email_address"))
}

// What is known is written again, and waited for until it is on disk, as what is new: the time that a registration
// takes must not tell which it was.
func TestAKnownAddressCostsAsMuch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	token, err := v.Token(t.Context(), "ann@example.com")
	require.NoError(t, err)
	written := h.count("SELECT xmin::text::int FROM email_address")
	again, err := v.Token(t.Context(), "Ann@example.com")
	require.NoError(t, err)
	assert.Equal(t, token, again)
	assert.Greater(t, h.count("SELECT xmin::text::int FROM email_address"), written)
}

// The first of them also makes the pepper, all at once, and in two processes.
func TestManyAskForOneToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.open(), h.open()
	var mu sync.Mutex
	tokens := map[string]int{}
	var crowd errgroup.Group
	for i := range 50 {
		crowd.Go(func() error {
			v, email := here, "ann@example.com"
			if i%2 == 1 {
				v, email = there, "ANN@Example.COM"
			}
			token, err := v.Token(t.Context(), email)
			mu.Lock()
			defer mu.Unlock()
			tokens[token]++
			return err
		})
	}
	require.NoError(t, crowd.Wait())
	require.Len(t, tokens, 1)
	token, ok, err := h.open().Find(t.Context(), "ann@example.com")
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, 50, tokens[token])
	assert.Equal(t, 1, h.count("SELECT count(*) FROM email_address"))
	assert.Equal(t, 1, h.count("SELECT count(*) FROM pepper"))
}

// With another pepper nobody would be found again. It is not made up in silence.
func TestAPepperIsNotReplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	require.NoError(t, v.Check(t.Context()))
	h.exec("DELETE FROM pepper")
	token, err := h.open().Token(t.Context(), "ann@example.com")
	require.NoError(t, err, "nothing was digested with the first one")
	h.exec("DELETE FROM pepper")
	for name, f := range map[string]func(v *vault.Vault) error{
		"Check": func(v *vault.Vault) error { return v.Check(t.Context()) },
		"Token": func(v *vault.Vault) error { _, err := v.Token(t.Context(), "bob@example.com"); return err },
		"Find":  func(v *vault.Vault) error { _, _, err := v.Find(t.Context(), "ann@example.com"); return err },
	} {
		require.ErrorContains(t, f(h.open()), "the table pepper is empty, and email_address is not", name)
	}
	assert.Equal(t, 1, h.count("SELECT count(*) FROM email_address WHERE token = $1", token))
}
