package vault_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/users/seal"
)

// A rotation as an operator makes it: add a master key, wrap everything with it, take the old one away.
func TestMasterKeyIsRotated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old := h.open()
	token, err := old.Token(t.Context(), "ann@example.com")
	require.NoError(t, err)
	const people = 1203 // more than two pages
	keys := map[string][]byte{}
	for i := range people {
		person := fmt.Sprintf("usr_%04d", i)
		key, err := old.Create(t.Context(), person)
		require.NoError(t, err)
		keys[person] = key.Bytes()
	}
	require.NoError(t, old.Destroy(t.Context(), "usr_0007"))

	h.addMaster("2.key")
	both := h.open()
	require.NoError(t, both.Check(t.Context()))
	fresh, err := both.Create(t.Context(), "usr_new")
	require.NoError(t, err)
	_, err = h.withOnly("1.key").Key(t.Context(), "usr_new")
	require.ErrorIs(t, err, vault.ErrUnknownMaster, "the newest wraps")
	require.NotErrorIs(t, err, seal.ErrNoKey)
	require.ErrorIs(t, h.withOnly("2.key").Check(t.Context()), vault.ErrUnknownMaster)
	_, err = h.withOnly("2.key").Rewrap(t.Context(), nil)
	require.ErrorIs(t, err, vault.ErrUnknownMaster)

	var steps [][2]int64
	n, err := both.Rewrap(t.Context(), func(done, total int64) { steps = append(steps, [2]int64{done, total}) })
	require.NoError(t, err)
	assert.Equal(t, int64(people-1+1), n, "all but the destroyed one and the new one, and the pepper")
	assert.Equal(t, [][2]int64{{501, 1203}, {1001, 1203}, {1203, 1203}}, steps)
	n, err = both.Rewrap(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, n)

	newest := h.withOnly("2.key")
	require.NoError(t, newest.Check(t.Context()))
	keys["usr_new"] = fresh.Bytes()
	for person, want := range keys {
		key, err := newest.Key(t.Context(), person)
		if person == "usr_0007" {
			require.ErrorIs(t, err, seal.ErrNoKey)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want, key.Bytes(), person)
	}
	found, ok, err := newest.Find(t.Context(), "ANN@example.com")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, token, found, "digests do not hang on the master key")
	require.ErrorIs(t, h.withOnly("1.key").Check(t.Context()), vault.ErrUnknownMaster, "the old one opens nothing any more")
}

// withOnly opens the vault with one of the master keys and no other.
func (h *house) withOnly(name string) *vault.Vault {
	h.t.Helper()
	masters, err := vault.LoadMasters(filepath.Join(h.masters, name))
	require.NoError(h.t, err)
	return vault.New(h.pool, masters, vault.Config{})
}

// What is destroyed while everything is wrapped anew does not come back, and what is created is wrapped
// by the newest.
func TestRewrapBesideARunningService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old := h.open()
	const people = 600
	for i := range people {
		_, err := old.Create(t.Context(), fmt.Sprintf("usr_%03d", i))
		require.NoError(t, err)
	}
	h.addMaster("2.key")
	both := h.open()
	var crowd errgroup.Group
	for range 2 {
		crowd.Go(func() error { _, err := both.Rewrap(t.Context(), nil); return err })
	}
	crowd.Go(func() error {
		for i := 0; i < people; i += 3 {
			if err := both.Destroy(t.Context(), fmt.Sprintf("usr_%03d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	crowd.Go(func() error {
		for i := range 50 {
			if _, err := both.Create(t.Context(), fmt.Sprintf("usr_new%d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, crowd.Wait())
	assert.Equal(t, people/3, h.count("SELECT count(*) FROM person_key WHERE destroyed_at IS NOT NULL AND wrapped IS NULL"))
	require.NoError(t, os.Remove(filepath.Join(h.masters, "1.key")))
	newest := h.open()
	require.NoError(t, newest.Check(t.Context()))
	for i := range people {
		_, err := newest.Key(t.Context(), fmt.Sprintf("usr_%03d", i))
		if i%3 == 0 {
			require.ErrorIs(t, err, seal.ErrNoKey)
		} else {
			require.NoError(t, err)
		}
	}
}
