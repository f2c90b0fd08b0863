package localpg

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	superRole   = "postgres" // makes roles and databases; the service never uses it
	serviceRole = "florin"   // an ordinary role, which owns the database florin
	pgpassFile  = "pgpass"
)

// passwords maps a role to its password.
type passwords map[string]string

// loadPasswords reads Dir/pgpass, or makes it where no cluster is there yet. It is written before
// initdb runs, so that a cluster never exists without it.
//
// The format is libpq's (host:port:database:user:password), so that
// `PGPASSFILE=.florin/postgres/pgpass psql -h 127.0.0.1 …` works.
func loadPasswords(dir string, initialised bool) (passwords, error) {
	path := filepath.Join(dir, pgpassFile)
	content, err := os.ReadFile(path)
	switch {
	case err == nil:
		return parsePasswords(path, string(content))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("localpg: %w", err)
	case initialised:
		return nil, fmt.Errorf("%w: %s", ErrPasswordsLost, path)
	}
	made := passwords{superRole: newPassword(), serviceRole: newPassword()}
	return made, made.write(path)
}

// write writes the file, for its owner's eyes.
func (p passwords) write(path string) error {
	var lines strings.Builder
	for _, role := range []string{superRole, serviceRole} {
		fmt.Fprintf(&lines, "127.0.0.1:*:*:%s:%s\n", role, p[role])
	}
	return writeFile(path, []byte(lines.String()), 0o600)
}

func parsePasswords(path, content string) (passwords, error) {
	found := passwords{}
	for line := range strings.Lines(content) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) == 5 {
			found[fields[3]] = fields[4]
		}
	}
	if found[superRole] == "" || found[serviceRole] == "" {
		return nil, fmt.Errorf("%w: %s", ErrPasswordsLost, path)
	}
	return found, nil
}

// newPassword is made of hexadecimal digits only: it needs no escaping in SQL, a URL or a file.
func newPassword() string {
	secret := make([]byte, passwordBytes)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(secret)
}

// connectionURL is the address of one database for one role, over TCP.
func connectionURL(role, password, database string, port int) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(role, password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return address.String()
}
