// Package migrations holds the schemas as numbered SQL files, and brings databases up to them: that of
// the journal, which lies beside this file, and that of the vault, in the folder of that name.
//
// Migrations go forward only: what is wrong in one is put right by the next. Each is a file
// NNNNN_name.sql with goose annotations, one idea each, written for Postgres 15.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql vault/*.sql
var files embed.FS

// ErrNewer says that the database was migrated by a newer Florin. This one must not touch it: it
// would write rows that the newer schema forbids, or that its readers misunderstand.
var ErrNewer = errors.New("migrations: the database's schema is newer than this program")

// schema is one database's.
type schema struct {
	files fs.FS
	// versions is the table where goose notes what was applied.
	versions string
}

func journalSchema() schema { return schema{files: files, versions: goose.DefaultTablename} }

// vaultSchema has a table of versions by another name, so that one database is never taken for the other.
func vaultSchema() schema {
	sub, err := fs.Sub(files, "vault")
	if err != nil {
		panic(err) // the name is a valid one
	}
	return schema{files: sub, versions: "vault_db_version"}
}

const (
	// lockPeriod and lockTries let an instance wait five minutes for another one's migrations, and
	// go on within a second of their end. The fastest that the library allows.
	lockPeriod = 1 // seconds
	lockTries  = 300
)

// Up applies to the journal's database what it lacks, in order, each migration in its transaction. Instances
// that start at once take turns (an advisory lock), so that each migration runs once.
//
// The role in databaseURL becomes the owner of all tables. Errors: ErrNewer, after which nothing was
// changed; otherwise a fault, and the migrations before the one it names are in place.
func Up(ctx context.Context, databaseURL string) error { return up(ctx, databaseURL, journalSchema()) }

// UpVault does for the vault's database what Up does for the journal's. It refuses the journal's own.
func UpVault(ctx context.Context, databaseURL string) error {
	return up(ctx, databaseURL, vaultSchema())
}

// Status returns the version that the journal's database is at (0: empty) and the one that this program
// wants. It only reads.
func Status(ctx context.Context, databaseURL string) (current, latest int64, err error) {
	return status(ctx, databaseURL, journalSchema())
}

// StatusVault does for the vault's database what Status does for the journal's.
func StatusVault(ctx context.Context, databaseURL string) (current, latest int64, err error) {
	return status(ctx, databaseURL, vaultSchema())
}

// Checksum names the journal's schema: it changes when a migration is added or edited. Lower-case
// hexadecimal, 64 digits.
func Checksum() (string, error) { return checksum(journalSchema().files) }

// ChecksumVault names the vault's schema, as Checksum does the journal's.
func ChecksumVault() (string, error) { return checksum(vaultSchema().files) }

func up(ctx context.Context, databaseURL string, wanted schema) (err error) {
	current, latest, err := status(ctx, databaseURL, wanted)
	if err != nil {
		return err
	}
	if current > latest {
		return fmt.Errorf("%w: it is at %d, the newest known here is %d", ErrNewer, current, latest)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockPeriod, lockTries))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	provider, err := open(databaseURL, wanted, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

func status(ctx context.Context, databaseURL string, wanted schema) (current, latest int64, err error) {
	provider, err := open(databaseURL, wanted)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	sources := provider.ListSources() // ascending; goose refuses to be without any
	latest = sources[len(sources)-1].Version

	// Asked here, because goose would create the table in order to answer.
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		return 0, 0, fmt.Errorf("migrations: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var migrated bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", wanted.versions).Scan(&migrated); err != nil {
		return 0, 0, fmt.Errorf("migrations: %w", err)
	}
	if !migrated {
		return 0, latest, nil
	}
	if current, err = provider.GetDBVersion(ctx); err != nil {
		return 0, 0, fmt.Errorf("migrations: %w", err)
	}
	return current, latest, nil
}

// open returns a provider whose Close closes its connections.
func open(databaseURL string, wanted schema, options ...goose.ProviderOption) (*goose.Provider, error) {
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	// Go migrations registered by some other package of the program are none of ours.
	options = append(options, goose.WithDisableGlobalRegistry(true), goose.WithTableName(wanted.versions))
	provider, err := goose.NewProvider(goose.DialectPostgres, db, wanted.files, options...)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", errors.Join(err, db.Close()))
	}
	return provider, nil
}

func checksum(migrations fs.FS) (string, error) {
	names, err := fs.Glob(migrations, "*.sql") // sorted, as fs.ReadDir is
	if err != nil {
		return "", fmt.Errorf("migrations: %w", err)
	}
	sum := sha256.New()
	for _, name := range names {
		content, err := fs.ReadFile(migrations, name)
		if err != nil {
			return "", fmt.Errorf("migrations: %w", err)
		}
		// Lengths, so that no two sets of files read the same. Writing to a hash never fails.
		sum.Write(fmt.Appendf(nil, "%d %s %d ", len(name), name, len(content)))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
