package vault

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/florinledger/florin/users/seal"
)

// ErrUnknownMaster says that something in the vault is wrapped by a master key that was not given.
var ErrUnknownMaster = errors.New("vault: the master key is not among those given")

// Masters are the master keys: all of them unwrap, the newest wraps. They do not change after they were
// loaded.
type Masters struct {
	byID   map[string]seal.Key
	newest string
}

// LoadMasters reads master keys from path: a file, or a folder whose *.key files are read in the order of
// their names, the last of which is the newest. A file holds one key, 32 bytes as 64 hexadecimal digits
// or as base64. Files named by date, or numbered, are therefore in the right order.
func LoadMasters(path string) (*Masters, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("vault: master keys: %w", err)
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.key")); err != nil {
			return nil, fmt.Errorf("vault: master keys: %w", err)
		}
		slices.Sort(files)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("vault: there is no master key (no *.key file in %s)", path)
	}
	if len(files) > MaxMasters {
		return nil, fmt.Errorf("vault: %d master keys are more than %d (in %s)", len(files), MaxMasters, path)
	}
	m := &Masters{byID: make(map[string]seal.Key, len(files))}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("vault: master keys: %w", err)
		}
		key, err := parseMaster(strings.TrimSpace(string(data)))
		if err != nil {
			return nil, fmt.Errorf("vault: master key in %s: %w", file, err)
		}
		m.newest = masterID(key)
		m.byID[m.newest] = key
	}
	return m, nil
}

// parseMaster reads one key. What it was given appears in no error.
func parseMaster(text string) (seal.Key, error) {
	if len(text) == hex.EncodedLen(seal.KeySize) {
		if secret, err := hex.DecodeString(text); err == nil {
			return seal.KeyOf(secret)
		}
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if secret, err := encoding.DecodeString(text); err == nil && len(secret) == seal.KeySize {
			return seal.KeyOf(secret)
		}
	}
	return seal.Key{}, fmt.Errorf("want %d bytes as hexadecimal digits or base64", seal.KeySize)
}

// masterID names a key by its content, so that an id cannot name two keys, and says nothing of it.
func masterID(key seal.Key) string {
	id := key.Word("florin vault master key")
	return hex.EncodeToString(id[:])
}

// NewMaster returns a new master key as LoadMasters reads it.
func NewMaster() []byte { return []byte(hex.EncodeToString(seal.NewKey().Bytes()) + "\n") }

// Newest returns the id of the master key that wraps: 24 hexadecimal digits.
func (m *Masters) Newest() string { return m.newest }

// wrap wraps a key with the newest master key, and says which that is.
func (m *Masters) wrap(label string, key seal.Key) (master string, wrapped seal.Text) {
	return m.newest, m.byID[m.newest].Wrap(label, key)
}

// unwrap undoes wrap. Errors: ErrUnknownMaster, seal.ErrUnreadable.
func (m *Masters) unwrap(label, master string, wrapped seal.Text) (seal.Key, error) {
	key, ok := m.byID[master]
	if !ok {
		return seal.Key{}, fmt.Errorf("%w: %s", ErrUnknownMaster, master)
	}
	return key.Unwrap(label, wrapped)
}
