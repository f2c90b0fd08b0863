package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/cmd/florin/progress"
)

const (
	// vaultTimeout ends a statement of the vault's, all of which are short. It bounds a page of keys that
	// are wrapped anew as well.
	vaultTimeout = 10 * time.Second
)

// vaultSettings say where the keys of people are.
type vaultSettings struct {
	KeysDatabaseURL string `help:"Postgres database of the vault, where the keys of people are, as a URL." env:"KEYS_DATABASE_URL" required:""`
	MasterKeys      string `help:"File, or folder of *.key files, with the master keys of the vault; the last name wraps." env:"FLORIN_MASTER_KEYS" type:"path" required:""`
}

// openVault opens the vault and checks that the master keys fit it. The pool is to be closed after its last use.
func (s *vaultSettings) openVault(ctx context.Context) (*vault.Vault, *pgxpool.Pool, error) {
	masters, err := vault.LoadMasters(s.MasterKeys)
	if err != nil {
		return nil, nil, err
	}
	pool, err := openPool(ctx, s.KeysDatabaseURL, vaultConnections, vaultTimeout)
	if err != nil {
		return nil, nil, err
	}
	v := vault.New(pool, masters, vault.Config{})
	err = v.Check(ctx)
	if errors.Is(err, vault.ErrUnknownMaster) {
		err = fmt.Errorf("%w; are the right ones in %s?", err, s.MasterKeys)
	}
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	return v, pool, nil
}

// vaultAndJournal is where the two databases are that a restored backup may have set apart. Unlike the service's
// settings, it knows where florin dev has them.
type vaultAndJournal struct {
	DatabaseURL     string `help:"Postgres with the journal, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
	KeysDatabaseURL string `help:"Postgres database of the vault, as a URL." env:"KEYS_DATABASE_URL,FLORIN_DEV_KEYS_DATABASE_URL" required:""`
	MasterKeys      string `help:"File, or folder of *.key files, with the master keys of the vault." env:"FLORIN_MASTER_KEYS" type:"path" default:".florin/master-keys"`
}

// open opens both for f.
func (c *vaultAndJournal) open(ctx context.Context, f func(v *vault.Vault, journal *pgxpool.Pool) error) error {
	settings := vaultSettings{KeysDatabaseURL: c.KeysDatabaseURL, MasterKeys: c.MasterKeys}
	v, keys, err := settings.openVault(ctx)
	if err != nil {
		return err
	}
	defer keys.Close()
	journal, err := openPool(ctx, c.DatabaseURL, 1, 0)
	if err != nil {
		return err
	}
	defer journal.Close()
	return f(v, journal)
}

// vaultCommand looks after the vault.
type vaultCommand struct {
	Keygen     masterKeygenCommand `cmd:"" help:"Write a new master key."`
	Rewrap     rewrapCommand       `cmd:"" help:"Wrap all keys with the newest master key, after a rotation."`
	Restored   restoredCommand     `cmd:"" help:"Destroy again what was destroyed, after the vault was restored from a backup."`
	EraseAgain eraseAgainCommand   `cmd:"" help:"Erase again whom the journal has as if nothing had happened, after it was restored from a backup."`
}

// masterKeygenCommand writes a new master key.
type masterKeygenCommand struct {
	File string `arg:"" help:"File to write, NAME.key; in a folder of master keys the last name wraps." type:"path"`
}

// Run writes the key.
func (c *masterKeygenCommand) Run() error { return writeMaster(c.File) }

// writeMaster writes a new master key to a file that must not exist.
func writeMaster(path string) error { return writeNew(path, vault.NewMaster()) }

// rewrapCommand wraps all keys with the newest master key.
type rewrapCommand struct {
	KeysDatabaseURL string `help:"Postgres database of the vault, as a URL." env:"KEYS_DATABASE_URL,FLORIN_DEV_KEYS_DATABASE_URL" required:""`
	MasterKeys      string `help:"Folder of *.key files with the older master keys and, as the last name, the newest." env:"FLORIN_MASTER_KEYS" type:"path" default:".florin/master-keys"`
}

// Run wraps them, beside a running service, and says how many they were.
func (c *rewrapCommand) Run(ctx context.Context, con console) error {
	settings := vaultSettings{KeysDatabaseURL: c.KeysDatabaseURL, MasterKeys: c.MasterKeys}
	v, pool, err := settings.openVault(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	var bar *progress.Bar
	shown := int64(0)
	n, err := v.Rewrap(ctx, func(done, total int64) {
		if bar == nil {
			bar = progress.New(con.Err, "wrapping", "keys", total)
		}
		bar.Add(int(done - shown))
		shown = done
	})
	if bar != nil {
		bar.Finish()
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(con.Out, "%d keys wrapped anew; the newest master key wraps all of them\n", n)
	return err
}
