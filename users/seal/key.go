package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// KeySize is the length of a key, in bytes.
const KeySize = 32

// wordSize is the length of a word's digest, in bytes: two words in a vocabulary of a billion share one
// with a probability of one in ten thousand millions.
const wordSize = 12

// ErrUnreadable says that a text was not sealed with this key under this label, or was changed since.
var ErrUnreadable = errors.New("seal: the text does not open with this key")

// Text is a sealed text: a nonce and what AES-256-GCM made of the text. It is base64 in JSON.
type Text []byte

// Key seals and opens. The zero Key is none: it neither seals nor opens anything that is safe.
type Key struct{ secret [KeySize]byte }

// NewKey returns a new random key.
func NewKey() Key {
	var k Key
	rand.Read(k.secret[:]) // it never fails, or ends the process
	return k
}

// KeyOf returns the key of KeySize bytes, such as Bytes returned.
func KeyOf(secret []byte) (Key, error) {
	if len(secret) != KeySize {
		return Key{}, fmt.Errorf("seal: a key has %d bytes, want %d", len(secret), KeySize)
	}
	return Key{secret: [KeySize]byte(secret)}, nil
}

// Bytes returns the key itself, for who keeps it.
func (k Key) Bytes() []byte { return k.secret[:] }

// String keeps keys out of logs.
func (Key) String() string { return "[redacted]" }

// GoString keeps keys out of logs.
func (Key) GoString() string { return "[redacted]" }

// Seal seals a text under a label. Sealing the same text twice gives two texts that tell nothing of each
// other.
func (k Key) Seal(label string, text []byte) Text {
	return k.gcm().Seal(nil, nil, text, []byte(label))
}

// Open returns the text that was sealed under a label. Errors: ErrUnreadable.
func (k Key) Open(label string, sealed Text) ([]byte, error) {
	text, err := k.gcm().Open(nil, nil, sealed, []byte(label))
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", ErrUnreadable, label)
	}
	return text, nil
}

// Wrap seals another key.
func (k Key) Wrap(label string, other Key) Text { return k.Seal(label, other.secret[:]) }

// Unwrap returns a key that Wrap sealed. Errors: ErrUnreadable.
func (k Key) Unwrap(label string, sealed Text) (Key, error) {
	secret, err := k.Open(label, sealed)
	if err != nil {
		return Key{}, err
	}
	return KeyOf(secret)
}

// Word returns the digest by which a word is found among those of the same key, and by nobody else: an
// HMAC under a key derived from this one.
func (k Key) Word(word string) [wordSize]byte { return k.Words()(word) }

// Words returns Word for many words: the key is derived once. It is for one goroutine.
func (k Key) Words() func(word string) [wordSize]byte {
	mac := hmac.New(sha256.New, k.derive("florin search words 1"))
	return func(word string) [wordSize]byte {
		mac.Reset()
		mac.Write([]byte(word))
		return [wordSize]byte(mac.Sum(nil))
	}
}

// gcm seals with a random nonce, which it puts before the text.
func (k Key) gcm() cipher.AEAD {
	block, err := aes.NewCipher(k.derive("florin seal 1"))
	if err == nil {
		var aead cipher.AEAD
		if aead, err = cipher.NewGCMWithRandomNonce(block); err == nil {
			return aead
		}
	}
	panic(err) // the key has the length that AES wants
}

// derive returns a key for one purpose.
func (k Key) derive(purpose string) []byte {
	derived, err := hkdf.Expand(sha256.New, k.secret[:], purpose, KeySize)
	if err != nil {
		panic(err) // the length is one that HKDF gives
	}
	return derived
}
