package sealtest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/users/seal/sealtest"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	v := sealtest.NewVault()
	_, err := v.Key(t.Context(), "ann")
	require.ErrorIs(t, err, seal.ErrNoKey)
	key, err := v.Create(t.Context(), "ann")
	require.NoError(t, err)
	again, err := v.Create(t.Context(), "ann")
	require.NoError(t, err)
	assert.Equal(t, key, again)

	require.NoError(t, v.Discard(t.Context(), "ann"))
	other, err := v.Create(t.Context(), "ann")
	require.NoError(t, err, "a discarded key leaves no trace")
	assert.NotEqual(t, key, other)

	require.NoError(t, v.Destroy(t.Context(), "ann"))
	require.NoError(t, v.Destroy(t.Context(), "ann"))
	_, err = v.Create(t.Context(), "ann")
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, err = v.Key(t.Context(), "ann")
	require.ErrorIs(t, err, seal.ErrNoKey)
	assert.Equal(t, []string{"ann"}, v.Erasures())
	assert.Zero(t, v.Holds())
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	v := sealtest.NewVault()
	_, ok, err := v.Find(t.Context(), "ann@example.com")
	require.NoError(t, err)
	assert.False(t, ok)
	token, err := v.Token(t.Context(), "Ann@example.com")
	require.NoError(t, err)
	found, ok, err := v.Find(t.Context(), "ann@EXAMPLE.com")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, token, found)

	require.NoError(t, v.Forget(t.Context(), token))
	next, err := v.Token(t.Context(), "ann@example.com")
	require.NoError(t, err)
	assert.NotEqual(t, token, next)
}

func TestFail(t *testing.T) {
	t.Parallel()
	v, away := sealtest.NewVault(), errors.New("away")
	_, err := v.Create(t.Context(), "ann")
	require.NoError(t, err)
	v.Fail(away)
	_, err = v.Key(t.Context(), "ann")
	require.ErrorIs(t, err, away)
	v.Fail(nil)
	_, err = v.Key(t.Context(), "ann")
	require.NoError(t, err)
	assert.Equal(t, 2, v.Asked())
}
