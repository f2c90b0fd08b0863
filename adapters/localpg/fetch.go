package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// fetchVersion is what is fetched where no Postgres is installed: the version that Florin is tested with.
const fetchVersion = embeddedpostgres.V15

// fetchedFolder is where fetched binaries lie in a home.
const fetchedFolder = "postgres-" + string(fetchVersion)

// fetchBinaries unpacks a Postgres from the Maven repository at url (empty: Maven Central) into home,
// once; later calls find it there. wanted is as for findBinaries.
//
// The library has no call that only fetches: its Start goes on to run a server, with a password and
// a life cycle that are not ours, and not as root. An encoding that does not exist ends it right after
// unpacking, so what counts is whether the binaries are there and run. It also leaves a log of one line in
// the folder for temporary files, whose name it keeps to itself.
func fetchBinaries(ctx context.Context, u serverUser, home, url string, wanted int) (binaries, error) {
	target := filepath.Join(home, fetchedFolder)
	if found, ok := probe(ctx, u, filepath.Join(target, "bin")); ok {
		return matching(found, wanted)
	}
	// A half unpacked folder must never pass for a whole one: unpack aside, then rename. What an
	// interrupted fetch has left is of no use.
	if err := removeAll(filepath.Join(home, "fetch-*")); err != nil {
		return binaries{}, err
	}
	scratch, err := os.MkdirTemp(home, "fetch-")
	if err != nil {
		return binaries{}, fmt.Errorf("localpg: %w", err)
	}
	part := filepath.Join(scratch, "unpacked")
	config := embeddedpostgres.DefaultConfig().
		Version(fetchVersion).
		BinariesPath(part).
		RuntimePath(filepath.Join(scratch, "runtime")).
		DataPath(filepath.Join(scratch, "runtime", "data")).
		CachePath(scratch).
		Encoding("florin-only-fetches").
		Logger(io.Discard)
	if url != "" {
		config = config.BinaryRepositoryURL(strings.TrimSuffix(url, "/"))
	}
	port, err := freePort(ctx)
	if err != nil {
		return binaries{}, errors.Join(err, os.RemoveAll(scratch))
	}
	fetched := make(chan error, 1)
	// The library knows no context. When ours ends first, its download runs on until the process ends.
	go func() { fetched <- embeddedpostgres.NewDatabase(config.Port(uint32(port))).Start() }()
	select {
	case <-ctx.Done():
		return binaries{}, fmt.Errorf("localpg: fetch Postgres %s: %w", fetchVersion, ctx.Err())
	case err = <-fetched:
	}
	if !isFile(filepath.Join(part, "bin", "postgres")) {
		return binaries{}, errors.Join(fmt.Errorf("localpg: fetch Postgres %s: %w", fetchVersion, err), os.RemoveAll(scratch))
	}
	if err := errors.Join(os.RemoveAll(target), handOver(part, u), os.Rename(part, target), os.RemoveAll(scratch)); err != nil {
		return binaries{}, fmt.Errorf("localpg: fetch Postgres %s: %w", fetchVersion, err)
	}
	found, ok := probe(ctx, u, filepath.Join(target, "bin"))
	if !ok {
		return binaries{}, fmt.Errorf("localpg: the Postgres fetched to %s does not run on this machine", target)
	}
	return matching(found, wanted)
}

func matching(found binaries, wanted int) (binaries, error) {
	if wanted != 0 && found.major != wanted {
		return binaries{}, fmt.Errorf("%w: the cluster needs version %d, and %d is what can be fetched", ErrNoBinaries, wanted, found.major)
	}
	return found, nil
}

// handOver makes u the owner of a tree that this process has just unpacked, so that a strict umask
// does not close it to u.
func handOver(root string, u serverUser) error {
	if !u.switched {
		return nil
	}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, int(u.uid), int(u.gid)))
	})
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// removeAll removes everything that matches pattern.
func removeAll(pattern string) error {
	matches, err := filepath.Glob(pattern)
	for _, match := range matches {
		err = errors.Join(err, os.RemoveAll(match))
	}
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}
