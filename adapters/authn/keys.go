package authn

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoSigningKey says that a key set holds public keys only.
var ErrNoSigningKey = errors.New("authn: the key set has no private key to sign with")

// key is one Ed25519 key. private is nil where the machine only verifies.
type key struct {
	id      string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
}

// KeySet holds the keys whose tokens are believed. It does not change after it was made.
type KeySet struct {
	keys   map[string]key
	signer *key
	jwks   []byte
}

// LoadKeys reads a key set from path: a PEM file, or a directory whose *.pem files are read in the
// order of their names. A block is "PRIVATE KEY" (PKCS #8) or "PUBLIC KEY" (PKIX), Ed25519 only.
// The last private key in that order is the newest: it signs. Files named by date, or numbered,
// are therefore in the right order.
func LoadKeys(path string) (*KeySet, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("authn: keys: %w", err)
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.pem")); err != nil {
			return nil, fmt.Errorf("authn: keys: %w", err)
		}
		slices.Sort(files)
	}
	var all []byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("authn: keys: %w", err)
		}
		all = append(append(all, data...), '\n')
	}
	set, err := ParseKeys(all)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return set, nil
}

// ParseKeys reads a key set from PEM blocks, oldest first; see LoadKeys.
func ParseKeys(data []byte) (*KeySet, error) {
	var keys []key
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		k, err := parseKey(block)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	if rest := strings.TrimSpace(string(data)); rest != "" {
		return nil, errors.New("authn: keys: there is text that is not a PEM block")
	}
	return newKeySet(keys)
}

func parseKey(block *pem.Block) (key, error) {
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return key{}, fmt.Errorf("authn: private key: %w", err)
		}
		private, ok := parsed.(ed25519.PrivateKey)
		if !ok {
			return key{}, fmt.Errorf("authn: private key: want Ed25519, got %T", parsed)
		}
		public := private.Public().(ed25519.PublicKey) // documented by crypto/ed25519
		return key{id: keyID(public), public: public, private: private}, nil
	case "PUBLIC KEY":
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return key{}, fmt.Errorf("authn: public key: %w", err)
		}
		public, ok := parsed.(ed25519.PublicKey)
		if !ok {
			return key{}, fmt.Errorf("authn: public key: want Ed25519, got %T", parsed)
		}
		return key{id: keyID(public), public: public}, nil
	default:
		return key{}, fmt.Errorf("authn: a PEM block is %q: want PRIVATE KEY or PUBLIC KEY", block.Type)
	}
}

// newKeySet makes a set of keys, oldest first.
func newKeySet(keys []key) (*KeySet, error) {
	if len(keys) == 0 {
		return nil, errors.New("authn: there is no key")
	}
	if len(keys) > MaxKeys {
		return nil, fmt.Errorf("authn: %d keys are more than %d", len(keys), MaxKeys)
	}
	set := &KeySet{keys: make(map[string]key, len(keys))}
	doc := jwks{Keys: make([]jwk, 0, len(keys))}
	for _, k := range keys {
		if _, twice := set.keys[k.id]; !twice {
			doc.Keys = append(doc.Keys, jwk{
				KeyType: "OKP", Curve: "Ed25519", Algorithm: "EdDSA", Use: "sig",
				ID: k.id, X: base64.RawURLEncoding.EncodeToString(k.public),
			})
		}
		set.keys[k.id] = k
		if k.private != nil {
			set.signer = &k
		}
	}
	var err error
	if set.jwks, err = json.Marshal(doc); err != nil {
		return nil, fmt.Errorf("authn: key set: %w", err)
	}
	return set, nil
}

// keyID names a key by its content, so that a kid cannot name two keys: the first 96 bits of the
// SHA-256 of the public key, base64url.
func keyID(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// GenerateKey returns a new private key as a PEM block of PKCS #8, ready for LoadKeys.
func GenerateKey() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("authn: generate key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("authn: generate key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

type jwks struct {
	Keys []jwk `json:"keys"`
}

// jwk is a public Ed25519 key as RFC 8037 writes it.
type jwk struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	Algorithm string `json:"alg"`
	Use       string `json:"use"`
	ID        string `json:"kid"`
	X         string `json:"x"`
}

// JWKS returns the public keys as a JSON Web Key Set (RFC 7517), oldest first. The bytes are
// shared: read only.
func (s *KeySet) JWKS() []byte { return s.jwks }
