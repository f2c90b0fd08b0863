package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// clusterMajor returns the major version of the cluster in data; 0 where there is none.
func clusterMajor(data string) (int, error) {
	content, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("localpg: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("localpg: %s: %w", filepath.Join(data, "PG_VERSION"), err)
	}
	return major, nil
}

// initdb makes an empty cluster in home/data. It works aside and renames at the end, so that an
// interrupted run leaves nothing that looks like a cluster.
//
// The cluster has checksums on its pages, UTF-8, and the C locale: text then sorts by code point on
// every machine, and no upgrade of a C library can silently invalidate an index.
func initdb(ctx context.Context, bin binaries, u serverUser, home, password string, durable bool, guard *watchdog) error {
	part := filepath.Join(home, dataFolder+".new")
	if err := os.RemoveAll(part); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	if err := u.makeFolder(part); err != nil {
		return err
	}
	secret, err := passwordFile(home, password, u)
	if err != nil {
		return err
	}
	args := []string{
		"--pgdata=" + part, "--username=" + superRole, "--pwfile=" + secret,
		"--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--data-checksums", "--no-instructions",
	}
	if !durable {
		args = append(args, "--no-sync")
	}
	cmd := u.command(ctx, filepath.Join(bin.dir, "initdb"), args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	run, err := startChild(cmd)
	if err != nil {
		return errors.Join(err, os.Remove(secret))
	}
	err = guard.watch(run.pid())
	<-run.done
	err = errors.Join(err, run.err, ctx.Err(), guard.release(), os.Remove(secret))
	if err != nil {
		return fmt.Errorf("localpg: initdb: %w\n%s", err, tail(output.Bytes()))
	}
	if err := os.Rename(part, filepath.Join(home, dataFolder)); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// passwordFile writes the superuser's password where u, and nobody else, can read it: initdb takes it
// from a file only, and a pipe as /dev/stdin can be reopened by its maker alone.
func passwordFile(home, password string, u serverUser) (string, error) {
	f, err := os.CreateTemp(home, "initdb-*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("localpg: %w", err)
	}
	_, err = f.WriteString(password + "\n")
	if err := errors.Join(err, u.give(f), f.Close()); err != nil {
		return "", fmt.Errorf("localpg: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return f.Name(), nil
}

// tail keeps the last maxLogTail bytes, which is where programs say what went wrong.
func tail(log []byte) string {
	if len(log) > maxLogTail {
		log = log[len(log)-maxLogTail:]
	}
	return strings.TrimSpace(string(log))
}
