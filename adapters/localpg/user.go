package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// serverUser is who initdb and postgres run as. The zero value is the caller.
type serverUser struct {
	uid, gid uint32
	switched bool // true where it is somebody else than the caller, who is then root
}

// chooseUser returns the user for the cluster in dir. Only root has a choice to make: it takes the
// owner of data that are already there, so that a folder filled without root keeps its owner, then
// the user that a Postgres package made, then the one that every system has.
func chooseUser(dir string) (serverUser, error) {
	if os.Geteuid() != 0 {
		return serverUser{}, nil
	}
	if info, err := os.Lstat(filepath.Join(dir, dataFolder)); err == nil {
		if owner := ownerOf(info); owner.uid != 0 {
			return owner, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil || uid == 0 {
			continue
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			continue
		}
		return serverUser{uid: uint32(uid), gid: uint32(gid), switched: true}, nil
	}
	return serverUser{}, errors.New("localpg: running as root, and there is neither a user postgres nor nobody to run the server as")
}

// ownerOf reads the owner of a file as a user to switch to.
func ownerOf(info os.FileInfo) serverUser {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return serverUser{}
	}
	return serverUser{uid: stat.Uid, gid: stat.Gid, switched: true}
}

// command prepares a child that runs as u, in a process group of its own: Ctrl-C on the terminal
// goes to the group in the foreground, and must not stop Postgres before the service has drained.
func (u serverUser) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = "/" // the caller's folder may be closed to u, and initdb insists on being able to return to it
	cmd.Env = serverEnv(os.Environ())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if u.switched {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: u.uid, Gid: u.gid}
	}
	return cmd
}

// serverEnv drops what would change the meaning of a command line: libpq's and Postgres's own
// variables (PGDATA, PGPORT, …) and the locale, which decides the language of messages.
func serverEnv(environ []string) []string {
	var kept []string
	for _, entry := range environ {
		if strings.HasPrefix(entry, "PG") || strings.HasPrefix(entry, "LC_") || strings.HasPrefix(entry, "LANG") {
			continue
		}
		kept = append(kept, entry)
	}
	return append(kept, "LC_ALL=C")
}

// reaches reports whether u can enter dir. It asks the kernel, as u, because the permission bits of
// the folders above are not all there is (access lists, mounts, security modules).
func (u serverUser) reaches(ctx context.Context, dir string) bool {
	return u.command(ctx, "/bin/sh", "-c", `cd -- "$1"`, "sh", dir).Run() == nil
}

// give makes u the owner of an open file or folder. By descriptor, because a path may have become
// a link since it was made.
func (u serverUser) give(f *os.File) error {
	if !u.switched {
		return nil
	}
	if err := f.Chown(int(u.uid), int(u.gid)); err != nil {
		return fmt.Errorf("localpg: hand %s to the server's user: %w", f.Name(), err)
	}
	return nil
}

// makeFolder creates a folder of mode 0700 that belongs to u. An existing one is an error (fs.ErrExist).
func (u serverUser) makeFolder(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	folder, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return errors.Join(u.give(folder), folder.Close())
}
