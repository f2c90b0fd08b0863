package postgres

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
)

func TestDirectoryFindsPeople(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	d := NewDirectory(p.pool)
	id, _ := p.register(t, 1)
	require.Equal(t, users.State{
		Status: users.StatusActive, Version: 1, SessionVersion: 1, EmailToken: "tok-1",
		Email: seal.Text("sealed email"), Credential: seal.Text("sealed hash"), Roles: []string{users.RoleUser},
	}, p.state(t, id))
	p.tell(t, users.CommandConfirmEmail, users.ConfirmEmail{UserID: id, EmailToken: "tok-1"})
	require.True(t, p.state(t, id).Confirmed)

	holder := func(token string) string {
		userID, ok, err := d.Holder(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, ok, userID != "")
		return userID
	}
	require.Equal(t, id, holder("tok-1"))
	require.Empty(t, holder("tok-2"))

	p.tell(t, users.CommandChangeUser, users.ChangeUser{UserID: id, EmailToken: "tok-2", Email: seal.Text("another")})
	require.Empty(t, holder("tok-2"), "it waits to be confirmed")
	p.tell(t, users.CommandConfirmEmail, users.ConfirmEmail{UserID: id, EmailToken: "tok-2"})
	require.Equal(t, id, holder("tok-2"))
	require.Empty(t, holder("tok-1"), "it was given up")

	p.tell(t, users.CommandEraseUser, users.EraseUser{UserID: id})
	require.Equal(t, users.StatusErased, p.state(t, id).Status)
	require.Empty(t, holder("tok-2"))
}

func TestDirectoryFindsKeys(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	d := NewDirectory(p.pool)
	digest := strings.Repeat("ab", 32)
	_, ok, err := d.APIKey(t.Context(), digest)
	require.NoError(t, err)
	require.False(t, ok)

	expires := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	p.tell(t, users.CommandCreateAPIKey, users.CreateAPIKey{Name: "shop", Roles: []string{users.RoleService}, Digest: digest, ExpiresAt: expires})
	k, ok, err := d.APIKey(t.Context(), digest)
	require.NoError(t, err)
	require.True(t, ok)
	require.NotEmpty(t, k.KeyID)
	require.Equal(t, users.KeyState{KeyID: k.KeyID, Name: "shop", Roles: []string{users.RoleService}, ExpiresAt: expires}, k)
	require.True(t, k.Counts(expires.Add(-1)))

	p.tell(t, users.CommandRevokeAPIKey, users.RevokeAPIKey{KeyID: k.KeyID})
	k, ok, err = d.APIKey(t.Context(), digest)
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, k.Revoked)
}

func TestDirectoryFindsWallets(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.tell(t, wallet.CommandOpenWallet, wallet.OpenWallet{As: wallet.As{Principal: "usr_ann"}, Owner: "usr_ann"})
	state, err := p.bench.State()
	require.NoError(t, err)
	require.Len(t, state, 1)
	for key := range state {
		w, ok, err := NewDirectory(p.pool).Wallet(t.Context(), strings.TrimPrefix(key, "wallet/"))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, wallet.State{Owner: "usr_ann", Status: wallet.StatusOpen, Version: 1}, w)
	}
	_, ok, err := NewDirectory(p.pool).Wallet(t.Context(), "wal_none")
	require.NoError(t, err)
	require.False(t, ok)
}

// What a client sends as an id or a token is looked up as it is.
func TestDirectoryTakesAnyText(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	d := NewDirectory(p.pool)
	p.register(t, 1)
	for _, text := range []string{"", "usr_", "' OR true --", "a\x00b", "\xff\xfe", "%", "/", strings.Repeat("x", 1<<16)} {
		_, ok, err := d.User(t.Context(), text)
		require.NoError(t, err, text)
		require.False(t, ok, text)
		_, ok, err = d.Holder(t.Context(), text)
		require.NoError(t, err, text)
		require.False(t, ok, text)
		_, ok, err = d.APIKey(t.Context(), text)
		require.NoError(t, err, text)
		require.False(t, ok, text)
	}
}

func TestDirectoryFailsWithoutPostgres(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	d := NewDirectory(p.pool)
	id, _ := p.register(t, 1)
	run(t, p.pool, "ALTER TABLE state RENAME TO state_away")
	_, ok, err := d.User(t.Context(), id)
	require.Error(t, err)
	require.False(t, ok)
	_, ok, err = d.Holder(t.Context(), "tok-1")
	require.Error(t, err)
	require.False(t, ok)
}
