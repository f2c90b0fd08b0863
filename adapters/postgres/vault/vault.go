package vault

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/singleflight"

	"github.com/florinledger/florin/users/seal"
)

//go:embed sql/durable.sql
var durableSQL string

// Config is what a vault may be told. The zero value is good.
type Config struct {
	// Remembered is how many keys are remembered in memory; 0 for DefaultRemembered.
	Remembered int
	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

// Vault implements [seal.Keys] and [seal.Addresses] in a database of its own. Many may use it at once.
type Vault struct {
	pool    *pgxpool.Pool
	masters *Masters
	memory  *memory
	flights singleflight.Group
	digests atomic.Pointer[[]byte] // what addresses are digested with, once it is known
}

var (
	_ seal.Keys      = (*Vault)(nil)
	_ seal.Addresses = (*Vault)(nil)
)

// New returns the vault in the database of pool, which migrations.UpVault has made. The pool stays the
// caller's. Check says whether the master keys fit the vault.
func New(pool *pgxpool.Pool, masters *Masters, cfg Config) *Vault {
	if cfg.Remembered <= 0 {
		cfg.Remembered = DefaultRemembered
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Vault{pool: pool, masters: masters, memory: newMemory(cfg.Remembered, cfg.Now)}
}

// durably does f in a transaction, and returns after its commit is on disk.
func (v *Vault) durably(ctx context.Context, f func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, v.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, durableSQL); err != nil {
			return err
		}
		return f(tx)
	})
}

// personLabel names the person whose key is wrapped: under another person's it does not open.
func personLabel(person string) string { return "florin vault key of " + person }

func noKey(person string) error { return fmt.Errorf("%w for %s", seal.ErrNoKey, person) }
