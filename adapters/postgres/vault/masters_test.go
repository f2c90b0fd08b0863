package vault_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/vault"
)

func TestLoadMasters(t *testing.T) {
	t.Parallel()
	load := func(t *testing.T, text string) (string, error) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "m")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		m, err := vault.LoadMasters(file)
		if err != nil {
			return "", err
		}
		return m.Newest(), nil
	}
	secret := bytes.Repeat([]byte{0xfb, 1}, 16)
	want, err := load(t, fmt.Sprintf("%x", secret))
	require.NoError(t, err)
	assert.Regexp(t, "^[0-9a-f]{24}$", want)
	for name, text := range map[string]string{
		"upper case":    strings.ToUpper(fmt.Sprintf(" %x\n", secret)),
		"base64":        base64.StdEncoding.EncodeToString(secret) + "\r\n",
		"raw base64":    base64.RawStdEncoding.EncodeToString(secret),
		"base64url":     base64.URLEncoding.EncodeToString(secret),
		"raw base64url": base64.RawURLEncoding.EncodeToString(secret),
	} {
		got, err := load(t, text)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
	other, err := load(t, string(vault.NewMaster()))
	require.NoError(t, err)
	assert.NotEqual(t, want, other)

	for name, text := range map[string]string{
		"empty": "", "short": fmt.Sprintf("%x", secret[1:]), "long": base64.StdEncoding.EncodeToString(append(secret, 1)),
		"48 bytes of base64": strings.Repeat("zzzz", 16), "words": "correct horse battery staple", "two lines": fmt.Sprintf("%x\n%x", secret, secret),
	} {
		_, err := load(t, text)
		require.ErrorContains(t, err, "want 32 bytes as hexadecimal digits or base64", name)
		if text != "" {
			require.NotContains(t, err.Error(), text, "the key is in no error")
		}
	}
}

func TestLoadMastersFromAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := vault.LoadMasters(filepath.Join(dir, "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = vault.LoadMasters(dir)
	require.ErrorContains(t, err, "there is no master key")
	write := func(name string, data []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	write("README", []byte("not a key"))
	write("2026.key", vault.NewMaster())
	write("2025.key", vault.NewMaster())
	all, err := vault.LoadMasters(dir)
	require.NoError(t, err)
	last, err := vault.LoadMasters(filepath.Join(dir, "2026.key"))
	require.NoError(t, err)
	assert.Equal(t, last.Newest(), all.Newest())

	write("2024.key", []byte("oops"))
	_, err = vault.LoadMasters(dir)
	require.ErrorContains(t, err, "2024.key")
	for i := range vault.MaxMasters {
		write(fmt.Sprintf("old%d.key", i), vault.NewMaster())
	}
	_, err = vault.LoadMasters(dir)
	require.ErrorContains(t, err, "more than 32")
}
