package topology

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// programs are the paths of what runs.
type programs struct{ root, florin, nats, redis, nginx string }

// buildPrograms builds Florin and the NATS server whose version is in go.mod, and finds the others.
func buildPrograms(ctx context.Context, root, bin string) (programs, error) {
	p := programs{root: root, florin: filepath.Join(bin, "florin"), nats: filepath.Join(bin, "nats-server")}
	if p.root == "" {
		wd, err := os.Getwd()
		if err != nil {
			return p, err
		}
		if p.root, err = repository(wd); err != nil {
			return p, err
		}
	}
	var err error
	p.redis, err = find("redis-server", "redis-server")
	nginx, nginxErr := find("nginx", "nginx-light")
	if err := errors.Join(err, nginxErr); err != nil {
		return p, err
	}
	p.nginx = nginx
	group, ctx := errgroup.WithContext(ctx)
	for target, source := range map[string]string{p.florin: "./cmd/florin", p.nats: "github.com/nats-io/nats-server/v2"} {
		group.Go(func() error {
			cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", target, source)
			cmd.Dir = p.root
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("build %s: %w\n%s", source, err, out)
			}
			return nil
		})
	}
	return p, group.Wait()
}

// repository is the nearest folder above that has a go.mod.
func repository(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is in no Go module: run this in Florin's repository", dir)
		}
	}
}

// find finds an installed program; Debian keeps servers out of the PATH of ordinary people.
func find(name, debian string) (string, error) {
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: on Debian, apt-get install --no-install-recommends %s", name, debian)
}
