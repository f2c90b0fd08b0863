package desk

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

func someLetters(t *testing.T, cfg Config) *letters {
	t.Helper()
	links, err := NewLinks([]byte("an installation's secret of 32 b"))
	require.NoError(t, err)
	cfg.Now = func() time.Time { return time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC) }
	l, err := newLetters(links, cfg)
	require.NoError(t, err)
	return l
}

func TestLetters(t *testing.T) {
	t.Parallel()
	to := addressee{userID: journal.FormatID("usr", [16]byte{1}), emailToken: "A4QX2K", email: ann, sessionVersion: 42}
	for kind, until := range map[letter]string{
		letterConfirm: "25 November 2026, 13:05 UTC", letterReset: "22 November 2026, 14:05 UTC", letterKnown: "22 November 2026, 14:05 UTC",
		letterMoving: "", letterPassword: "",
	} {
		m, err := someLetters(t, Config{Service: "Bank & Co", PublicURL: publicly}).write(kind, to, "key")
		require.NoError(t, err, kind)
		assert.Equal(t, ann, m.To, kind)
		assert.Equal(t, "key", m.Key, kind)
		assert.NotEmpty(t, m.Subject, kind)
		assert.NotContains(t, m.Subject, "\n", kind)
		assert.NotContains(t, m.Subject, "Subject", kind)
		assert.Contains(t, m.Text, "Bank & Co", kind)
		assert.NotContains(t, m.Text, "\n\n\n", kind)
		assert.True(t, strings.HasSuffix(m.Text, ".\n"), kind)
		assert.Equal(t, until != "", strings.Contains(m.Text, until) && until != "", kind)
		if until != "" {
			assert.Len(t, tokenIn(t, m), 96, kind)
		} else {
			assert.NotContains(t, m.Text, "token", kind)
		}
	}
}

func TestLetterWithoutAPublicURL(t *testing.T) {
	t.Parallel()
	to := addressee{userID: journal.FormatID("usr", [16]byte{1}), emailToken: "A4QX2K", email: ann}
	for _, kind := range []letter{letterConfirm, letterReset, letterKnown} {
		m, err := someLetters(t, Config{Service: "Florin"}).write(kind, to, "key")
		require.NoError(t, err)
		assert.NotContains(t, m.Text, "link:", kind)
		assert.NotContains(t, m.Text, "http", kind)
		assert.Regexp(t, `(?m)^  [A-Za-z0-9_-]{96}$`, m.Text, kind)
	}
}

func TestPublicURLThatIsNone(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"pay.example.com", "ftp://pay.example.com", "https://", "https://pay.example.com?a=b", "https://pay.example.com#a", "://"} {
		_, err := newLetters(nil, Config{PublicURL: base})
		require.ErrorContains(t, err, "public URL", base)
	}
}
