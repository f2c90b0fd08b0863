package desk

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

func aLink(t *testing.T) (*Links, Link, string) {
	t.Helper()
	links, err := NewLinks([]byte("an installation's secret of 32 b"))
	require.NoError(t, err)
	link := Link{
		Purpose: PurposeReset, UserID: journal.FormatID("usr", [16]byte{1, 2, 3}), EmailToken: "A4QX2K",
		SessionVersion: 42, ExpiresAt: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC),
	}
	text, err := links.Sign(link)
	require.NoError(t, err)
	return links, link, text
}

func TestLinkReadsWhatWasSigned(t *testing.T) {
	t.Parallel()
	links, link, text := aLink(t)
	read, err := links.Read(PurposeReset, text, link.ExpiresAt.Add(-time.Second))
	require.NoError(t, err)
	assert.Equal(t, link, read)
	assert.Regexp(t, `^[A-Za-z0-9_-]+$`, text, "it stands in a URL as it is")
}

func TestLinkIsVoid(t *testing.T) {
	t.Parallel()
	links, link, text := aLink(t)
	before := link.ExpiresAt.Add(-time.Second)
	other, err := NewLinks([]byte("another installation's secret 32"))
	require.NoError(t, err)
	raw, err := base64.RawURLEncoding.DecodeString(text)
	require.NoError(t, err)
	for name, read := range map[string]func() (Link, error){
		"at its end":       func() (Link, error) { return links.Read(PurposeReset, text, link.ExpiresAt) },
		"another purpose":  func() (Link, error) { return links.Read(PurposeConfirm, text, before) },
		"another secret":   func() (Link, error) { return other.Read(PurposeReset, text, before) },
		"nothing":          func() (Link, error) { return links.Read(PurposeReset, "", before) },
		"no base64":        func() (Link, error) { return links.Read(PurposeReset, text+"=", before) },
		"much too long":    func() (Link, error) { return links.Read(PurposeReset, strings.Repeat("A", 1<<20), before) },
		"only a signature": func() (Link, error) { return links.Read(PurposeReset, text[len(text)-43:], before) },
	} {
		read, err := read()
		require.ErrorIs(t, err, users.ErrLinkVoid, name)
		assert.Zero(t, read, name)
	}
	for i := range raw { // each byte counts: version, purpose, person, versions, expiry, address, signature
		changed := append([]byte(nil), raw...)
		changed[i] ^= 1
		_, err := links.Read(PurposeReset, base64.RawURLEncoding.EncodeToString(changed), before)
		require.ErrorIs(t, err, users.ErrLinkVoid, "byte %d", i)
	}
}

func TestLinkOfNobody(t *testing.T) {
	t.Parallel()
	links, link, _ := aLink(t)
	link.UserID = "usr_dev"
	_, err := links.Sign(link)
	require.ErrorIs(t, err, journal.ErrBadID)
}
