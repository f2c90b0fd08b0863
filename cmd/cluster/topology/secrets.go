package topology

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/postgres/vault"
)

// secrets are the keys and passwords of a cluster. Instances are told the names of the files alone.
type secrets struct {
	dir string
	// nats and redis are passwords, stripe is what webhooks are signed with.
	nats, redis, stripe string
}

// makeSecrets makes them anew: what they close begins empty too.
func makeSecrets(dir string) (secrets, *authn.Minter, error) {
	s := secrets{dir: dir, nats: newPassword(), redis: newPassword(), stripe: "whsec_" + newPassword()}
	pem, err := authn.GenerateKey()
	if err != nil {
		return s, nil, err
	}
	for name, data := range map[string][]byte{
		"token-keys/1.pem": pem, "master-keys/1.key": vault.NewMaster(), "secret": []byte(newPassword()), "stripe-webhook": []byte(s.stripe),
	} {
		if err := s.write(name, data); err != nil {
			return s, nil, err
		}
	}
	keys, err := authn.LoadKeys(s.file("token-keys"))
	if err != nil {
		return s, nil, err
	}
	minter, err := authn.NewMinter(keys, authn.MinterConfig{})
	return s, minter, err
}

// writeURLs writes where the databases are, once that is known.
func (s secrets) writeURLs(journal, vault string) error {
	return errors.Join(s.write("database-url", []byte(journal)), s.write("keys-database-url", []byte(vault)))
}

func (s secrets) file(name string) string { return filepath.Join(s.dir, name) }

func (s secrets) write(name string, data []byte) error {
	path := s.file(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// newPassword is of hexadecimal digits: it needs no escaping anywhere.
func newPassword() string {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(secret[:])
}
