package readmodel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// registerInterval is how often a process says which versions it reads, and looks for tables to drop.
	registerInterval = 10 * time.Second
	// registerEnd is how long it may take to say that it reads no more.
	registerEnd = 2 * time.Second
	// dropAfter is how long tables stay after others took their place: longer than any read takes.
	dropAfter = time.Minute
	// goneAfter is how long nobody has read a version when its tables go, as those of the version before after an
	// upgrade: longer than it takes to change one's mind about it.
	goneAfter = time.Hour
)

// Register says, until ctx ends, that the process named holder reads the tables of this version, so that they
// stay for as long as it does. It returns nil.
func Register(ctx context.Context, pool *pgxpool.Pool, holder string, log *slog.Logger) error {
	names, versions := namesAndVersions()
	args := pgx.NamedArgs{"holder": holder, "names": names, "versions": versions}
	for ctx.Err() == nil {
		if _, err := pool.Exec(ctx, sqlOf("reader_register"), args); err != nil && ctx.Err() == nil {
			log.Warn("it cannot be said which projections are read", "error", err)
		}
		select {
		case <-time.After(registerInterval):
		case <-ctx.Done():
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), registerEnd)
	defer cancel()
	// Where this fails, the row is taken for what it is some minutes later.
	_, _ = pool.Exec(ending, `UPDATE projection_reader SET seen_at = clock_timestamp() WHERE holder = $1`, holder)
	return nil
}

// Sweep drops tables that nobody reads, at intervals until ctx ends. It returns nil.
func Sweep(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	for ctx.Err() == nil {
		dropped, err := DropUnread(ctx, pool, dropAfter, goneAfter)
		if err != nil && ctx.Err() == nil {
			log.Warn("tables that nobody reads cannot be dropped", "error", err)
		}
		for _, schema := range dropped {
			log.Info("tables that nobody reads were dropped", "schema", schema)
		}
		select {
		case <-time.After(registerInterval):
		case <-ctx.Done():
		}
	}
	return nil
}

// DropUnread drops the generations that were retired for so long, and retires those of versions that nobody has
// read for so long, if another version is read. It returns the schemas that it dropped. What is locked is left
// for another time.
func DropUnread(ctx context.Context, pool *pgxpool.Pool, retiredFor, unreadFor time.Duration) (dropped []string, err error) {
	if _, err := pool.Exec(ctx, sqlOf("generation_retire"), pgx.NamedArgs{"unread": unreadFor}); err != nil {
		return nil, err
	}
	rows, err := pool.Query(ctx, `SELECT name, generation FROM projection_generation
		WHERE dropped_at IS NULL AND retired_at < clock_timestamp() - $1::interval ORDER BY name, generation`, retiredFor)
	if err != nil {
		return nil, err
	}
	type old struct {
		Name       string
		Generation int
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[old])
	if err != nil {
		return nil, err
	}
	for _, g := range list {
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `SELECT set_config('lock_timeout', '200ms', true)`); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, `UPDATE projection_generation SET dropped_at = clock_timestamp() WHERE name = $1 AND generation = $2 AND dropped_at IS NULL`, g.Name, g.Generation)
			if err != nil || tag.RowsAffected() == 0 {
				return err
			}
			_, err = tx.Exec(ctx, "DROP SCHEMA IF EXISTS "+pgx.Identifier{schemaOf(g.Name, g.Generation)}.Sanitize()+" CASCADE")
			return err
		})
		var refused *pgconn.PgError
		switch {
		case errors.As(err, &refused) && refused.Code == "55P03": // somebody reads them all the same
		case err != nil:
			return dropped, fmt.Errorf("%s: %w", schemaOf(g.Name, g.Generation), err)
		default:
			dropped = append(dropped, schemaOf(g.Name, g.Generation))
		}
	}
	return dropped, nil
}
