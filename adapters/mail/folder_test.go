package mail

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users/desk"
)

func TestFolderKeepsALetterOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	var log strings.Builder
	folder, err := NewFolder(dir, from, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	require.NoError(t, folder.Send(t.Context(), aLetter()))
	require.NoError(t, folder.Send(t.Context(), aLetter()))

	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	path := filepath.Join(dir, files[0].Name())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(data), "Subject: Confirm your email address\r\n")
	assert.Contains(t, string(data), "To: <ann@example.com>\r\n")
	assert.Contains(t, string(data), "Grüße.\n\n  "+strings.Repeat("token", 40)+"\n", "no line is cut in two")

	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	assert.Contains(t, log.String(), path)
	assert.NotContains(t, log.String(), "ann@")
}

func TestFolderOfNobody(t *testing.T) {
	t.Parallel()
	_, err := NewFolder(t.TempDir(), "Florin\r\nBcc: all <a@b.c>", slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "sender")
}

func TestFolderAway(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	folder, err := NewFolder(dir, from, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, os.Remove(dir))
	err = folder.Send(t.Context(), aLetter())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotErrorIs(t, err, desk.ErrUndeliverable)
}

// Nobody who writes an address or a name adds a line to the head of a letter.
func TestNoLineIsAddedToAHead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, err := NewFolder(dir, from, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for name, change := range map[string]func(*desk.Mail){
		"two lines of subject":   func(m *desk.Mail) { m.Subject = "Hello\r\nBcc: eve@example.com" },
		"a subject and a feed":   func(m *desk.Mail) { m.Subject = "Hello\nBcc: eve@example.com" },
		"two lines of address":   func(m *desk.Mail) { m.To = "ann@example.com\r\nBcc: eve@example.com" },
		"an address with a name": func(m *desk.Mail) { m.To = "Ann <ann@example.com>" },
		"brackets":               func(m *desk.Mail) { m.To = "<ann@example.com>" },
		"two addresses":          func(m *desk.Mail) { m.To = "ann@example.com, eve@example.com" },
		"no address":             func(m *desk.Mail) { m.To = "" },
		"a NUL":                  func(m *desk.Mail) { m.Subject = "Hello\x00" },
	} {
		m := aLetter()
		change(&m)
		err := folder.Send(t.Context(), m)
		require.ErrorIs(t, err, desk.ErrUndeliverable, name)
		assert.NotContains(t, err.Error(), "example.com", name)
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, files)
}
