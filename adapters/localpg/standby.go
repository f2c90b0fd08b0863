package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// StandbyName is what a standby calls itself to its primary: the name for synchronous_standby_names.
const StandbyName = "standby"

// follow makes the cluster in home/data a copy of the one that cfg.Follow is, set to receive what that commits from then
// on. Like initdb, it works aside and renames at the end.
func (c *Cluster) follow(ctx context.Context, bin binaries) error {
	program, err := bin.tool("pg_basebackup")
	if err != nil {
		return err
	}
	c.passwords = maps.Clone(c.cfg.Follow.passwords)
	if err := c.passwords.write(filepath.Join(c.dir, pgpassFile)); err != nil {
		return err
	}
	part := filepath.Join(c.home, dataFolder+".new")
	if err := errors.Join(os.RemoveAll(part), c.user.makeFolder(part)); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	primary := strings.Join([]string{
		"host=127.0.0.1", "port=" + strconv.Itoa(c.cfg.Follow.port), "user=" + superRole, "sslmode=disable",
		"application_name=" + StandbyName, "keepalives_idle=5", "keepalives_interval=2", "keepalives_count=3",
	}, " ")
	args := []string{"--pgdata=" + part, "--dbname=" + primary, "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-password"}
	if !c.cfg.Durable {
		args = append(args, "--no-sync")
	}
	cmd := c.user.command(ctx, program, args...)
	cmd.Env = append(cmd.Env, "PGPASSWORD="+c.passwords[superRole])
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	run, err := startChild(cmd)
	if err != nil {
		return err
	}
	err = c.guard.watch(run.pid())
	<-run.done
	if err = errors.Join(err, run.err, ctx.Err(), c.guard.release()); err != nil {
		return fmt.Errorf("localpg: pg_basebackup: %w\n%s", err, tail(output.Bytes()))
	}
	if err := os.Rename(part, filepath.Join(c.home, dataFolder)); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// Promote makes a primary of a standby, and returns once it takes writes. What it had not received of the old primary is
// not in it.
func (c *Cluster) Promote(ctx context.Context) error {
	return c.super(ctx, func(conn *pgx.Conn) error {
		var done bool
		if err := conn.QueryRow(ctx, "SELECT pg_promote(true, 60)").Scan(&done); err != nil {
			return fmt.Errorf("localpg: promote: %w", err)
		}
		if !done {
			return errors.New("localpg: promote: the standby is none a minute later")
		}
		return nil
	})
}

// Confirm has every commit wait until the standbys of the list have it on their disks too, as in
// `FIRST 1 (standby)`; empty for none. It counts from the moment that the server has read it, and outlives a restart.
func (c *Cluster) Confirm(ctx context.Context, standbys string) error {
	return c.super(ctx, func(conn *pgx.Conn) error {
		// ALTER SYSTEM takes no parameters.
		quoted := "'" + strings.ReplaceAll(standbys, "'", "''") + "'"
		if _, err := conn.Exec(ctx, "ALTER SYSTEM SET synchronous_standby_names = "+quoted); err != nil {
			return fmt.Errorf("localpg: %w", err)
		}
		if _, err := conn.Exec(ctx, "SELECT pg_reload_conf()"); err != nil {
			return fmt.Errorf("localpg: %w", err)
		}
		return nil
	})
}

func (c *Cluster) super(ctx context.Context, f func(*pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, c.SuperURL("postgres"))
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return f(conn)
}

// FailoverURL is the address of a database for the role florin on whichever of both servers takes writes.
func (c *Cluster) FailoverURL(database string, other *Cluster) string {
	one := connectionURL(serviceRole, c.passwords[serviceRole], database, c.port)
	at := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	return strings.Replace(one, at(c.port), at(c.port)+","+at(other.port), 1) + "&target_session_attrs=read-write"
}
