package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"

	"github.com/florinledger/florin/adapters/localpg"
)

// Env names the environment variable with a superuser's URL of the server to test on. The server should
// be one for tests alone: they make the role florin and many databases there.
const Env = "FLORIN_TEST_POSTGRES"

// server is where the databases of this process are made.
type server struct {
	super    string // URL of a superuser, in a database that always exists
	password string // of the role florin
	journal  template
	vault    template
	fate     string // what becomes of a database that is kept, in words for the log
}

// theServer is the one server of this process, made on first use. A test binary has no place to hand
// a value from one test to the next but a package-level variable.
var theServer = sync.OnceValues(openServer) //nolint:gochecknoglobals // see above

// openServer takes the server that is given, or starts one, and makes it ready for Database.
//
// The context is none of a test's: the server outlives the test that happened to come first.
func openServer() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), serverTimeout)
	defer cancel()
	s := &server{super: os.Getenv(Env)}
	if s.super == "" {
		cluster, err := StartCluster(ctx)
		if err != nil {
			return nil, err
		}
		s.super = cluster.SuperURL("postgres")
		s.fate = ", until this process ends; set " + Env + " to keep it"
	}
	var err error
	if s.password, err = rolePassword(s.super); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// StartCluster starts a throwaway server whose process and folder go with this process, if Stop does
// not come first. withpg uses it as well.
func StartCluster(ctx context.Context) (*localpg.Cluster, error) {
	dir, err := os.MkdirTemp(localpg.Scratch(), "florin-pgtest-")
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	// For root: the server's user has to pass through. What is inside is closed to others.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, fmt.Errorf("pgtest: %w", errors.Join(err, os.RemoveAll(dir)))
	}
	cluster, err := localpg.Start(ctx, localpg.Config{Dir: dir, Temporary: true, Offline: true})
	if err == nil {
		err = setRole(ctx, cluster.SuperURL("postgres"))
	}
	if err != nil {
		if cluster != nil {
			err = errors.Join(err, cluster.Stop(ctx))
		}
		return nil, errors.Join(advise(err), os.RemoveAll(dir))
	}
	return cluster, nil
}

// advise adds the remedy to the one error that a newcomer will meet.
func advise(err error) error {
	if errors.Is(err, localpg.ErrNoBinaries) {
		return fmt.Errorf("pgtest: install postgresql or set %s: %w", Env, err)
	}
	return err
}

// service is the URL of a database for the role florin.
func (s *server) service(database string) string {
	parsed, err := url.Parse(withDatabase(s.super, database))
	if err != nil {
		panic(err) // withDatabase made it
	}
	parsed.User = url.UserPassword(role, s.password)
	return parsed.String()
}

// withDatabase is databaseURL with another database in it.
func withDatabase(databaseURL, database string) string {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		panic(err) // rolePassword parsed it when the server was opened
	}
	parsed.Path = "/" + database
	return parsed.String()
}

func redacted(databaseURL string) string {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		panic(err) // as above
	}
	return parsed.Redacted()
}
