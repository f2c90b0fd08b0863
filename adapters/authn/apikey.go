package authn

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// APIKeyPrefix begins every key of a service, so that whoever scans code for leaked secrets finds it.
const APIKeyPrefix = "florin_sk_"

// apiKeyBytes is how much of a key is random: so much that a plain digest of it tells nobody the key.
const apiKeyBytes = 32

// NewAPIKey returns a new key for a service, to be shown once, and the digest under which it is kept.
func NewAPIKey() (secret, digest string) {
	var random [apiKeyBytes]byte
	rand.Read(random[:]) // it never fails, or ends the process
	secret = APIKeyPrefix + base64.RawURLEncoding.EncodeToString(random[:])
	return secret, digestOf(secret)
}

// DigestAPIKey returns the digest of a key, the SHA-256 of its text in hex. ok is false for what is no
// key at all.
func DigestAPIKey(secret string) (digest string, ok bool) {
	random, ok := strings.CutPrefix(secret, APIKeyPrefix)
	if !ok || len(random) != base64.RawURLEncoding.EncodedLen(apiKeyBytes) {
		return "", false
	}
	return digestOf(secret), true
}

func digestOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
