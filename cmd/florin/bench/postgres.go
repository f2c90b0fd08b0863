package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// database is the service's Postgres, as seen from beside.
type database struct {
	conn       *pgx.Conn
	postmaster int // 0: it is not on this machine, or its processes cannot be seen
}

// Setting is a parameter of Postgres.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// openDatabase connects.
func openDatabase(ctx context.Context, url string) (*database, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("the service's Postgres: %w", err)
	}
	d := &database{conn: conn}
	var local bool
	var backend int
	// A pid of another machine's could be one of this machine's too.
	row := conn.QueryRow(ctx, `SELECT pg_backend_pid(), coalesce(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true)`)
	if err := row.Scan(&backend, &local); err != nil {
		return nil, d.failed(ctx, err)
	}
	if local {
		d.postmaster, _ = postmasterOf(backend) // 0: its processor time is unknown, and said to be
	}
	return d, nil
}

func (d *database) failed(ctx context.Context, err error) error {
	_ = d.conn.Close(ctx) // the first error is the one to tell
	return fmt.Errorf("the service's Postgres: %w", err)
}

func (d *database) close(ctx context.Context) { _ = d.conn.Close(ctx) }

// databaseReading is what Postgres has spent and holds at one moment.
type databaseReading struct {
	cpu      time.Duration
	cpuKnown bool
	wal      int64 // bytes written to the log since the cluster was made
	size     int64 // bytes of all tables, indexes and TOAST of the schemas that are not Postgres' own
}

func (d *database) read(ctx context.Context) (databaseReading, error) {
	var r databaseReading
	row := d.conn.QueryRow(ctx, `
		SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint,
		       (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
		          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		         WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast'))`)
	if err := row.Scan(&r.wal, &r.size); err != nil {
		return r, fmt.Errorf("sizes of the database: %w", err)
	}
	if d.postmaster != 0 {
		cpu, err := treeCPU(d.postmaster)
		r.cpu, r.cpuKnown = cpu, err == nil
	}
	return r, nil
}

// events is how many events the journal of the first shard has.
func (d *database) events(ctx context.Context) (n int64, err error) {
	if err := d.conn.QueryRow(ctx, `SELECT position FROM shard_head WHERE shard = 0`).Scan(&n); err != nil {
		return 0, fmt.Errorf("length of the journal: %w", err)
	}
	return n, nil
}

// tidy does at once what autovacuum would do in its time with what was written, so that it does not do it beside
// what is measured next.
func (d *database) tidy(ctx context.Context) error {
	if _, err := d.conn.Exec(ctx, `VACUUM (ANALYZE)`); err != nil {
		return fmt.Errorf("vacuum after filling: %w", err)
	}
	return nil
}

// settings returns Postgres' version and the parameters that decide its speed.
func (d *database) settings(ctx context.Context) (version string, all []Setting, err error) {
	if err := d.conn.QueryRow(ctx, `SHOW server_version`).Scan(&version); err != nil {
		return "", nil, fmt.Errorf("version of Postgres: %w", err)
	}
	rows, err := d.conn.Query(ctx, `
		SELECT name, current_setting(name) FROM pg_settings
		 WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'wal_compression', 'wal_sync_method',
		                'commit_delay', 'shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'wal_buffers',
		                'synchronous_standby_names', 'jit', 'max_connections')
		 ORDER BY name`)
	if err != nil {
		return "", nil, fmt.Errorf("settings of Postgres: %w", err)
	}
	all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Setting])
	if err != nil {
		err = fmt.Errorf("settings of Postgres: %w", err)
	}
	return version, all, err
}
