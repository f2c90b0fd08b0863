package desk

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

// Purpose says what a mailed link is for. A link made for one is none for another.
type Purpose byte

// What links are for.
const (
	PurposeConfirm Purpose = 'c'
	PurposeReset   Purpose = 'r'
)

// Link is what a mailed token says. Nothing is stored of it: it is used up when the state that it names
// has moved on.
type Link struct {
	Purpose Purpose
	UserID  string
	// EmailToken stands for the address that the link was sent to.
	EmailToken string
	// SessionVersion is the person's when the link was made.
	SessionVersion int64
	// ExpiresAt is when it stops working, in whole seconds.
	ExpiresAt time.Time
}

// Links signs and reads the tokens of links.
type Links struct{ key []byte }

const (
	linkVersion = 1
	userPrefix  = "usr"
	// linkHead is the length of what comes before the email token: version, purpose, user, session
	// version, expiry.
	linkHead = 1 + 1 + 16 + 8 + 8
)

// NewLinks returns what signs with a key derived from the installation's secret.
func NewLinks(secret []byte) (*Links, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "florin mailed links 1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("desk: key of links: %w", err)
	}
	return &Links{key: key}, nil
}

// Sign returns the token of a link: text that is safe in a URL.
func (l *Links) Sign(link Link) (string, error) {
	id, err := journal.ParseID(userPrefix, link.UserID)
	if err != nil {
		return "", err
	}
	data := append([]byte{linkVersion, byte(link.Purpose)}, id[:]...)
	data = binary.BigEndian.AppendUint64(data, uint64(link.SessionVersion))
	data = binary.BigEndian.AppendUint64(data, uint64(link.ExpiresAt.Unix()))
	data = append(data, link.EmailToken...)
	return base64.RawURLEncoding.EncodeToString(append(data, l.sum(data)...)), nil
}

// Read returns the link of a token. Errors: users.ErrLinkVoid, for one that was not signed here, is for
// another purpose, or is over.
func (l *Links) Read(purpose Purpose, text string, now time.Time) (Link, error) {
	if len(text) > maxLink {
		return Link{}, users.ErrLinkVoid
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	at := len(data) - sha256.Size
	if err != nil || at < linkHead || !hmac.Equal(data[at:], l.sum(data[:at])) {
		return Link{}, users.ErrLinkVoid
	}
	// From here on it is what Sign wrote, perhaps another version's.
	if data[0] != linkVersion {
		return Link{}, users.ErrLinkVoid
	}
	link := Link{
		Purpose:        Purpose(data[1]),
		UserID:         journal.FormatID(userPrefix, [16]byte(data[2:18])),
		SessionVersion: int64(binary.BigEndian.Uint64(data[18:26])),
		ExpiresAt:      time.Unix(int64(binary.BigEndian.Uint64(data[26:34])), 0).UTC(),
		EmailToken:     string(data[linkHead:at]),
	}
	if link.Purpose != purpose || !now.Before(link.ExpiresAt) {
		return Link{}, users.ErrLinkVoid
	}
	return link, nil
}

func (l *Links) sum(data []byte) []byte {
	mac := hmac.New(sha256.New, l.key)
	mac.Write(data)
	return mac.Sum(nil)
}
