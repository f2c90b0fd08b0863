package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// noRoom is what servers print when a disk is full.
const noRoom = "no space left on device"

// diskFullPostgres fills the disk that the primary writes its log to. A Postgres that cannot write its log ends, and may end
// again and again while it recovers. Once there is room it is started again, if it is not there yet.
func diskFullPostgres(ctx context.Context, s *stage) error {
	return s.diskFull(ctx, "pg_wal", func(full func() bool) error {
		return until(ctx, healTimeout, func() error {
			if full() {
				return nil
			}
			// The log goes on to its next file sooner than by the load alone; files that are there already are used up first.
			err := s.super(ctx, "postgres", func(conn *pgx.Conn) error {
				_, err := conn.Exec(ctx, "SELECT pg_switch_wal()")
				return err
			})
			return errors.Join(errors.New("the disk of the log is not full"), err)
		})
	})
}

// diskFullTables fills the disk of the primary's tables, which is not that of its log. Postgres lives, and refuses what would
// make a table longer. That is no fault of any command: none may end in the dead letters.
func diskFullTables(ctx context.Context, s *stage) error {
	return s.diskFull(ctx, "base", func(full func() bool) error {
		return until(ctx, healTimeout, func() error {
			if full() {
				return nil
			}
			return errors.New("the disk of the tables is not full")
		})
	})
}

// diskFull has a folder of the primary's data lie on a disk that is filled, and freed again. filled returns once Postgres says
// that the disk is full, which full reports.
func (s *stage) diskFull(ctx context.Context, folder string, filled func(full func() bool) error) error {
	if err := s.CanMount(ctx); err != nil {
		return err
	}
	path := filepath.Join(s.Postgres(s.primary).Home(), "data", folder)
	if err := s.Stop(ctx, s.primary); err != nil {
		return err
	}
	disk, err := s.Volume(ctx, path, roomOnDisk)
	if err != nil {
		return err
	}
	if err := s.Start(ctx, s.primary); err != nil {
		return err
	}
	if err := s.answers(ctx, healed); err != nil {
		return err
	}
	full, err := s.says(s.primary, noRoom)
	if err != nil {
		return err
	}
	if err := disk.Fill(); err != nil {
		return err
	}
	if err := filled(full); err != nil {
		return err
	}
	if err := errors.Join(s.last(ctx), disk.Free(), s.revive(ctx, s.primary), s.answers(ctx, healed)); err != nil {
		return err
	}
	if err := s.Stop(ctx, s.primary); err != nil {
		return err
	}
	return errors.Join(disk.Remove(ctx), s.Start(ctx, s.primary))
}

// says returns what reports whether a part has printed a text since.
func (s *stage) says(part, text string) (func() bool, error) {
	info, err := os.Stat(s.Log(part))
	if err != nil {
		return nil, err
	}
	from := info.Size()
	return func() bool {
		log, err := os.ReadFile(s.Log(part))
		return err == nil && int64(len(log)) > from && strings.Contains(strings.ToLower(string(log[from:])), text)
	}, nil
}

// revive waits until a Postgres answers, and starts it where it has ended, as whatever looks after servers does.
func (s *stage) revive(ctx context.Context, name string) error {
	return until(ctx, healTimeout, func() error {
		select {
		case <-s.Postgres(name).Done():
			_ = s.Stop(ctx, name) // that it ended badly is the fault
			return s.Start(ctx, name)
		default:
			return s.super(ctx, "postgres", func(conn *pgx.Conn) error { return conn.Ping(ctx) })
		}
	})
}

// super connects to a database of the primary as its superuser.
func (s *stage) super(ctx context.Context, database string, do func(*pgx.Conn) error) error {
	pg := s.Postgres(s.primary)
	if pg == nil {
		return fmt.Errorf("%s does not run", s.primary)
	}
	conn, err := pgx.Connect(ctx, pg.SuperURL(database))
	if err != nil {
		return err
	}
	return errors.Join(do(conn), conn.Close(ctx))
}
