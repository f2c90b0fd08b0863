package localpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	dataFolder  = "data"    // in the home: the cluster
	runFolder   = "run"     // in the home: the unix socket
	pointerFile = "cluster" // in Dir: the path of a home elsewhere
)

// settle returns the home of the cluster that belongs to dir, making one where there is none yet.
//
// Mostly that is dir. A folder under /root, or below one that is closed to others, is out of reach
// for the server's user: its home is then a folder elsewhere, and dir keeps a pointer to it. The
// name of such a home ends in random letters, so that nobody can be there first, and the pointer
// is what finds it again.
func settle(ctx context.Context, dir string, u serverUser, temporary bool) (string, error) {
	if !u.switched {
		return dir, nil
	}
	pointer := filepath.Join(dir, pointerFile)
	written, err := os.ReadFile(pointer)
	switch {
	case err == nil:
		home := strings.TrimSpace(string(written))
		if err := checkHome(home, u); err != nil {
			return "", fmt.Errorf("%w; %s names it (remove that file to begin with an empty cluster)", err, pointer)
		}
		return home, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("localpg: %w", err)
	case u.reaches(ctx, dir):
		return dir, nil
	}
	home, err := newHome(ctx, dir, u, temporary)
	if err != nil {
		return "", err
	}
	if err := writeFile(pointer, []byte(home+"\n"), 0o644); err != nil {
		return "", errors.Join(err, os.Remove(home))
	}
	return home, nil
}

// newHome makes florin-<hash of dir>-<random> in the first place that u can reach. Data that must
// stay go to /var/lib first: systemd empties /var/tmp of what nobody touched for a month.
func newHome(ctx context.Context, dir string, u serverUser, temporary bool) (string, error) {
	places := []string{"/var/lib", "/var/tmp"}
	if temporary {
		places = []string{Scratch(), os.TempDir(), "/var/tmp"}
	}
	sum := sha256.Sum256([]byte(dir))
	pattern := "florin-" + hex.EncodeToString(sum[:4]) + "-*"
	var reasons []error
	for _, place := range places {
		if !u.reaches(ctx, place) {
			reasons = append(reasons, fmt.Errorf("%s is closed to the server's user", place))
			continue
		}
		home, err := os.MkdirTemp(place, pattern) // mode 0700, never an existing name
		if err != nil {
			reasons = append(reasons, err)
			continue
		}
		// Lchown, because home lies in a folder where others may write too. They cannot replace
		// what root made there (the sticky bit), and a link would not be followed.
		if err := os.Lchown(home, int(u.uid), int(u.gid)); err != nil {
			return "", fmt.Errorf("localpg: %w", errors.Join(err, os.Remove(home)))
		}
		return home, nil
	}
	return "", fmt.Errorf("localpg: the server's user cannot reach %s, and no folder elsewhere would do: %w", dir, errors.Join(reasons...))
}

// checkHome refuses a home that is not a real folder, owned by u and closed to everybody else.
func checkHome(home string, u serverUser) error {
	info, err := os.Lstat(home)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsafeHome, err)
	}
	if !filepath.IsAbs(home) || !info.IsDir() || info.Mode().Perm() != 0o700 || ownerOf(info).uid != u.uid {
		return fmt.Errorf("%w: %s is not a folder of mode 0700 that belongs to user %d", ErrUnsafeHome, home, u.uid)
	}
	return nil
}

// socketFolder returns a folder for the unix socket: run in the home, or, where that path is too
// long for a socket address, one in /tmp, which the watchdog removes.
func socketFolder(home string, u serverUser) (path string, elsewhere bool, err error) {
	path = filepath.Join(home, runFolder)
	if len(path) <= maxSocketDir {
		err := u.makeFolder(path)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
		return path, false, err
	}
	path, err = os.MkdirTemp("/tmp", "florin-pg-")
	if err != nil {
		return "", false, fmt.Errorf("localpg: %w", err)
	}
	if u.switched {
		if err := os.Lchown(path, int(u.uid), int(u.gid)); err != nil {
			return "", false, fmt.Errorf("localpg: %w", errors.Join(err, os.Remove(path)))
		}
	}
	return path, true, nil
}

// writeFile writes a small file so that it is there whole or not at all.
func writeFile(path string, content []byte, mode os.FileMode) error {
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	_, err = part.Write(content)
	err = errors.Join(err, part.Chmod(mode), part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("localpg: write %s: %w", path, errors.Join(err, os.Remove(part.Name())))
	}
	return nil
}
