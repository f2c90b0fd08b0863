package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/wallet/withdrawal"
)

const (
	// sweepInterval is how often keys of people who never came to be are looked for.
	sweepInterval = time.Hour
	// vaultPage is how many erased people are read at once.
	vaultPage = 1000
)

// forgetsKeys makes the vault's memory follow what is heard of people.
func forgetsKeys(v *vault.Vault) natsbus.Listener {
	return natsbus.Listener{
		OnUser: func(userID, eventType string, _ int64) {
			if eventType == users.TypeErased {
				v.ForgetKey(userID)
			}
		},
		OnGap: v.ForgetKeys,
	}
}

// addSweep takes away keys of people who never came to be, from time to time.
func (a *app) addSweep() {
	store, directory := postgres.NewStore(a.reads), postgres.NewDirectory(a.reads)
	a.does(func(ctx context.Context) error {
		return every(ctx, sweepInterval, func(ctx context.Context) error {
			head, err := store.Head(ctx, shard)
			if err != nil {
				return err
			}
			swept, err := sweepVault(ctx, a.vault, directory, head.RecordedAt, time.Now())
			if swept > 0 {
				a.log.Info("keys without a person are taken away", "keys", swept)
			}
			return err
		}, func(err error) { a.log.Warn("keys without a person cannot be taken away", "error", err) })
	})
}

// sweepVault takes away the keys of people whom a journal does not know that was written to, at
// recordedAt, when all keys that are old enough had been made for an hour and more. An older one knows
// nothing of these people yet: it may be a backup that somebody has restored just to look at it, and a key
// is gone for good.
func sweepVault(ctx context.Context, v *vault.Vault, directory *postgres.Directory, recordedAt, now time.Time) (int, error) {
	if now.Sub(recordedAt) > vault.OrphanAge-time.Hour {
		return 0, nil
	}
	return v.Sweep(ctx, vault.OrphanAge, needed(directory))
}

// needed says whose keys stay: those of people and of webhook endpoints whom the journal knows, and of everybody who is
// neither. A service, or what it calls its customers, got a key when money was to go out of a wallet of theirs, and no
// registration knows of them.
func needed(directory *postgres.Directory) func(context.Context, []string) (map[string]bool, error) {
	return func(ctx context.Context, owners []string) (map[string]bool, error) {
		known, err := directory.Known(ctx, owners)
		for owner := range known {
			known[owner] = known[owner] || !withdrawal.IsPerson(owner) && !webhook.IsKeyID(owner)
		}
		return known, err
	}
}

// restoredCommand puts a restored vault right.
type restoredCommand struct{ vaultAndJournal }

// Run destroys the keys of everybody who is erased in the journal, and forgets the addresses that were
// given up there. What is done already is done again without harm.
func (c *restoredCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, func(v *vault.Vault, journal *pgxpool.Pool) error {
		directory := postgres.NewDirectory(journal)
		people, err := forEach(ctx, directory.Erased, v.Destroy)
		if err != nil {
			return err
		}
		addresses, err := forEach(ctx, directory.GivenUp, v.Forget)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.Out, "%d people are erased and %d addresses given up, here as in the journal\n", people, addresses)
		return err
	})
}

// forEach does something to each of a list that is read in pages, and returns how many they were.
func forEach(ctx context.Context, list func(ctx context.Context, after string, limit int) ([]string, error), do func(ctx context.Context, id string) error) (n int, err error) {
	for last := ""; ; {
		ids, err := list(ctx, last, vaultPage)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		for _, id := range ids {
			if err := do(ctx, id); err != nil {
				return n, err
			}
			n++
		}
		last = ids[len(ids)-1]
	}
}
