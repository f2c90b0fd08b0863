package withdrawal_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/users/seal/sealtest"
	"github.com/florinledger/florin/wallet/withdrawal"
)

const person = "usr_01k0q3v9x8f6r8v4t0d6m2n7h5"

func TestSealedForTheOwner(t *testing.T) {
	t.Parallel()
	vault := sealtest.NewVault()
	sealer := withdrawal.NewSealer(vault)
	_, err := vault.Create(t.Context(), person)
	require.NoError(t, err)
	d := toIBAN("DE89370400440532013000")
	sealed, err := sealer.Seal(t.Context(), person, d)
	require.NoError(t, err)
	assert.NotContains(t, string(sealed), "Ann")
	assert.NotContains(t, string(sealed), "3000")
	back, err := sealer.Open(t.Context(), person, sealed)
	require.NoError(t, err)
	assert.Equal(t, d, back)

	_, err = sealer.Seal(t.Context(), "key_shop", d)
	require.NoError(t, err)
	_, err = sealer.Open(t.Context(), "key_shop", sealed)
	require.ErrorIs(t, err, seal.ErrUnreadable, "it is another owner's")
	require.NoError(t, vault.Destroy(t.Context(), person))
	_, err = sealer.Open(t.Context(), person, sealed)
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, err = sealer.Seal(t.Context(), person, d)
	require.ErrorIs(t, err, withdrawal.ErrOwnerErased)
}

// Owners who never registered have one key from their first withdrawal on. Who might register has none before that.
func TestOwnersWhoAreNoPeople(t *testing.T) {
	t.Parallel()
	vault := sealtest.NewVault()
	sealer := withdrawal.NewSealer(vault)
	d := toUS("021000021", "000123456789")
	first, err := sealer.Seal(t.Context(), "customer 7", d)
	require.NoError(t, err)
	_, err = sealer.Seal(t.Context(), "customer 7", d)
	require.NoError(t, err)
	assert.Equal(t, 1, vault.Holds())
	back, err := sealer.Open(t.Context(), "customer 7", first)
	require.NoError(t, err)
	assert.Equal(t, d, back)
	_, err = sealer.Seal(t.Context(), person, d)
	require.ErrorIs(t, err, withdrawal.ErrOwnerErased)
	assert.Equal(t, 1, vault.Holds())

	away := errors.New("away")
	vault.Fail(away)
	_, err = sealer.Seal(t.Context(), "customer 7", d)
	require.ErrorIs(t, err, away)
	_, err = sealer.Open(t.Context(), "customer 7", first)
	require.ErrorIs(t, err, away)
}
