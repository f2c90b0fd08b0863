package vault

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/users/seal"
)

var (
	//go:embed sql/key_create.sql
	keyCreateSQL string
	//go:embed sql/key_get.sql
	keyGetSQL string
	//go:embed sql/key_destroy.sql
	keyDestroySQL string
	//go:embed sql/key_discard.sql
	keyDiscardSQL string
)

// Create implements [seal.Keys]: however many create one person's key at once, they get the same one.
func (v *Vault) Create(ctx context.Context, person string) (seal.Key, error) {
	mark, key := v.memory.mark(), seal.NewKey()
	master, wrapped := v.masters.wrap(personLabel(person), key)
	var created bool
	err := v.durably(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, keyCreateSQL, person, master, []byte(wrapped))
		created = tag.RowsAffected() == 1
		return err
	})
	if err != nil {
		return seal.Key{}, fmt.Errorf("vault: create the key of %s: %w", person, err)
	}
	if !created {
		if key, err = v.load(ctx, person); err != nil {
			return seal.Key{}, err
		}
	}
	v.memory.keep(person, key, mark)
	return key, nil
}

// Key implements [seal.Keys]. A key that was read within the last RememberFor is not read again, unless
// it was destroyed here or ForgetKey was told; callers who ask for one key at once wait for one query.
//
// Errors besides seal.ErrNoKey are faults: the database's, ErrUnknownMaster, and seal.ErrUnreadable when
// the row is not as this vault wrote it.
func (v *Vault) Key(ctx context.Context, person string) (seal.Key, error) {
	if key, ok := v.memory.get(person); ok {
		return key, nil
	}
	flight := v.flights.DoChan(person, func() (any, error) {
		// The caller who came first may give up; the others wait on.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		mark := v.memory.mark()
		key, err := v.load(ctx, person)
		if err == nil {
			v.memory.keep(person, key, mark)
		}
		return key, err
	})
	select {
	case landed := <-flight:
		key, _ := landed.Val.(seal.Key) // load returns one with every error
		return key, landed.Err
	case <-ctx.Done():
		return seal.Key{}, fmt.Errorf("vault: key of %s: %w", person, ctx.Err())
	}
}

// load reads a key from the database.
func (v *Vault) load(ctx context.Context, person string) (seal.Key, error) {
	var master *string
	var wrapped []byte
	err := v.pool.QueryRow(ctx, keyGetSQL, person).Scan(&master, &wrapped)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return seal.Key{}, noKey(person)
	case err != nil:
		return seal.Key{}, fmt.Errorf("vault: key of %s: %w", person, err)
	case master == nil:
		return seal.Key{}, noKey(person) // a tombstone
	}
	key, err := v.masters.unwrap(personLabel(person), *master, wrapped)
	if err != nil {
		return seal.Key{}, fmt.Errorf("vault: key of %s: %w", person, err)
	}
	return key, nil
}

// Destroy implements [seal.Keys]. Who never had a key gets a tombstone too, and never will have one.
func (v *Vault) Destroy(ctx context.Context, person string) error {
	err := v.durably(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, keyDestroySQL, person)
		return err
	})
	// Forgotten in any case: it may have been committed without our being told.
	v.ForgetKey(person)
	if err != nil {
		return fmt.Errorf("vault: destroy the key of %s: %w", person, err)
	}
	return nil
}

// Discard takes away the key of somebody who came to nothing: a registration that was refused. It leaves
// no tombstone. What was sealed with the key is unreadable from now on, so it is not for people who are
// in the journal; those are erased, by Destroy.
func (v *Vault) Discard(ctx context.Context, person string) error {
	err := v.durably(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, keyDiscardSQL, person)
		return err
	})
	v.ForgetKey(person)
	if err != nil {
		return fmt.Errorf("vault: discard the key of %s: %w", person, err)
	}
	return nil
}

// ForgetKey forgets a key in this process's memory: it is called when the news comes that the person was
// erased, which another process may have done.
func (v *Vault) ForgetKey(person string) {
	v.memory.forget(person)
	v.flights.Forget(person) // who asks from now on reads for himself
}

// ForgetKeys forgets all keys in this process's memory: it is called when news may have been missed.
func (v *Vault) ForgetKeys() { v.memory.forgetAll() }
