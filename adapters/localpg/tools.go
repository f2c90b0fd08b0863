package localpg

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Command prepares a program that looks after the server: it runs as the server's user, finds the tools of the server's
// installation before others, and is told the server and its superuser by libpq's variables (PGHOST, PGPASSWORD and so on).
// program is a path, or the name of such a tool. The server need not run.
func (c *Cluster) Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	tools := binaries{dir: c.binaries}
	if path, err := tools.tool(program); err == nil {
		program = path
	}
	cmd := c.user.command(ctx, program, args...)
	for i, entry := range cmd.Env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			cmd.Env[i] = "PATH=" + tools.folder() + string(filepath.ListSeparator) + path
		}
	}
	cmd.Env = append(cmd.Env, "PGHOST=127.0.0.1", "PGPORT="+strconv.Itoa(c.port), "PGUSER="+superRole, "PGDATABASE=postgres",
		"PGPASSWORD="+c.passwords[superRole])
	return cmd
}

// folder is where the programs are, of which links to some alone may be what is found first.
func (b binaries) folder() string {
	program, err := filepath.EvalSymlinks(filepath.Join(b.dir, "postgres"))
	if err != nil {
		return b.dir
	}
	return filepath.Dir(program)
}

// tool is the path of another program of the same installation.
func (b binaries) tool(name string) (string, error) {
	path := filepath.Join(b.dir, name)
	if !isFile(path) {
		path = filepath.Join(b.folder(), name)
	}
	if !isFile(path) {
		return "", fmt.Errorf("%w: %s is needed, and is not installed", ErrNoBinaries, path)
	}
	return path, nil
}
