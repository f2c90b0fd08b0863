package vault_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/adapters/postgres/vault"
)

func benchVault(b *testing.B) *vault.Vault {
	b.Helper()
	file := filepath.Join(b.TempDir(), "1.key")
	require.NoError(b, os.WriteFile(file, vault.NewMaster(), 0o600))
	masters, err := vault.LoadMasters(file)
	require.NoError(b, err)
	pool, err := pgxpool.New(b.Context(), pgtest.Vault(b))
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	return vault.New(pool, masters, vault.Config{})
}

// BenchmarkKey is the cost of a key that is remembered, and of one that is not.
func BenchmarkKey(b *testing.B) {
	v := benchVault(b)
	_, err := v.Create(b.Context(), ann)
	require.NoError(b, err)
	b.Run("remembered", func(b *testing.B) {
		for b.Loop() {
			_, err := v.Key(b.Context(), ann)
			require.NoError(b, err)
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			v.ForgetKey(ann)
			_, err := v.Key(b.Context(), ann)
			require.NoError(b, err)
		}
	})
}

// BenchmarkCreate is the cost of a registration in the vault: a key and a token, on a server without
// fsync.
func BenchmarkCreate(b *testing.B) {
	v := benchVault(b)
	for i := 0; b.Loop(); i++ {
		_, err := v.Create(b.Context(), fmt.Sprint(i))
		require.NoError(b, err)
		_, err = v.Token(b.Context(), fmt.Sprintf("%d@example.com", i))
		require.NoError(b, err)
	}
}
