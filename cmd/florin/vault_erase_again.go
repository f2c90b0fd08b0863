package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
)

// vaultPrincipal is who erases people again.
const vaultPrincipal = "vault"

// eraseAgainCommand puts a restored journal right.
type eraseAgainCommand struct{ vaultAndJournal }

// Run asks for everybody to be erased whose key was destroyed and whom the journal has as if nothing had
// happened. It leaves the commands in the inbox, where the writer finds them, now or when it is started.
func (c *eraseAgainCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, func(v *vault.Vault, journal *pgxpool.Pool) error {
		store := postgres.NewStore(journal)
		n, err := desk.ReplayErasures(ctx, erasures(ctx, v), postgres.NewDirectory(journal), func(ctx context.Context, erase users.EraseUser) error {
			command, err := eraseAgain(erase)
			if err != nil {
				return err
			}
			return store.Put(ctx, shard, command)
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.Out, "%d people are to be erased again\n", n)
		return err
	})
}

// eraseAgain makes the command. It has one name for each person, so that asking twice erases once.
func eraseAgain(erase users.EraseUser) (journal.Command, error) {
	data, err := journal.Marshal(erase)
	if err != nil {
		return journal.Command{}, fmt.Errorf("command %s: %w", users.CommandEraseUser, err)
	}
	actor := users.ServicePrincipal(vaultPrincipal)
	return journal.Command{
		ID: journal.NewCommandID(actor, "erase again "+erase.UserID), Type: users.CommandEraseUser, Data: data, Actor: actor,
	}, nil
}

// erasures are all people whose keys were destroyed.
func erasures(ctx context.Context, v *vault.Vault) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for last := (vault.Erasure{}); ; {
			page, err := v.Erasures(ctx, last, vaultPage)
			if err != nil {
				yield("", err)
				return
			}
			for _, e := range page {
				if !yield(e.Person, nil) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
			last = page[len(page)-1]
		}
	}
}
