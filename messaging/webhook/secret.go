package webhook

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
)

const (
	// keyPrefix begins the names of the keys in the vault that secrets are made from.
	keyPrefix = "whk"
	// secretPrefix begins a secret as it is shown.
	secretPrefix = "whsec_"
	// secretSize is the length of a secret, in bytes: the convention asks for 24 to 64.
	secretSize = 32
)

// NewKeyID returns the name of a new key in the vault.
func NewKeyID() string {
	var id [16]byte
	rand.Read(id[:]) // it never fails, or ends the process
	id[0] &= 0x7f    // an identifier has 128 bits in 26 characters, whose first holds three
	return journal.FormatID(keyPrefix, id)
}

// IsKeyID reports whether a name in the vault is one of an endpoint's key, and not a person's.
func IsKeyID(name string) bool {
	_, err := journal.ParseID(keyPrefix, name)
	return err == nil
}

// Secret signs what is sent to an endpoint.
type Secret struct{ key [secretSize]byte }

// SecretOf returns the secret that is made from a key of the vault.
func SecretOf(key seal.Key) Secret {
	derived, err := hkdf.Expand(sha256.New, key.Bytes(), "florin webhook secret 1", secretSize)
	if err != nil {
		panic(err) // the length is one that HKDF gives
	}
	return Secret{[secretSize]byte(derived)}
}

// Reveal returns the secret as its owner is shown it: whsec_ and base64.
func (s Secret) Reveal() string { return secretPrefix + base64.StdEncoding.EncodeToString(s.key[:]) }

// String keeps secrets out of logs.
func (Secret) String() string { return "[redacted]" }

// GoString keeps secrets out of logs.
func (Secret) GoString() string { return "[redacted]" }

// Sign returns the signature of a body that is sent under an id at a time, as it stands in the header
// webhook-signature: "v1," and base64.
func (s Secret) Sign(id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(id + "." + Timestamp(at) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Timestamp writes a time as it is signed, and stands in the header webhook-timestamp: in seconds of Unix.
func Timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
