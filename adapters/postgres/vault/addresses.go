package vault

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

var (
	//go:embed sql/address_find.sql
	addressFindSQL string
	//go:embed sql/address_give.sql
	addressGiveSQL string
	//go:embed sql/address_forget.sql
	addressForgetSQL string
	//go:embed sql/pepper_make.sql
	pepperMakeSQL string
	//go:embed sql/pepper_get.sql
	pepperGetSQL string
)

// pepperLabel says what is wrapped, as personLabel does.
const pepperLabel = "florin vault pepper"

// errNoPepper says that the pepper is gone while digests that were made with it are there. With another
// one no address would be found again, and two people could have the same one.
var errNoPepper = errors.New("vault: the table pepper is empty, and email_address is not: restore the vault from a backup")

// Token implements [seal.Addresses]: however many ask at once, an address has one token. It is 26 random
// characters. It takes as long for an address that has one: each time a row is written.
func (v *Vault) Token(ctx context.Context, email string) (token string, err error) {
	digest, err := v.digest(ctx, email)
	if err != nil {
		return "", err
	}
	err = v.durably(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, addressGiveSQL, digest, rand.Text()).Scan(&token)
	})
	if err != nil {
		return "", fmt.Errorf("vault: give an address a token: %w", err)
	}
	return token, nil
}

// Find implements [seal.Addresses].
func (v *Vault) Find(ctx context.Context, email string) (token string, ok bool, err error) {
	digest, err := v.digest(ctx, email)
	if err != nil {
		return "", false, err
	}
	err = v.pool.QueryRow(ctx, addressFindSQL, digest).Scan(&token)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("vault: find an address: %w", err)
	}
	return token, true, nil
}

// Forget implements [seal.Addresses].
func (v *Vault) Forget(ctx context.Context, token string) error {
	err := v.durably(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, addressForgetSQL, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("vault: forget an address: %w", err)
	}
	return nil
}

// digest returns what an address is found by.
func (v *Vault) digest(ctx context.Context, email string) ([]byte, error) {
	key := v.digests.Load()
	if key == nil {
		pepper, err := v.pepper(ctx)
		if err != nil {
			return nil, err
		}
		derived, err := hkdf.Expand(sha256.New, pepper.Bytes(), "florin vault addresses 1", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("vault: pepper: %w", err)
		}
		key = &derived
		v.digests.Store(key)
	}
	mac := hmac.New(sha256.New, *key)
	mac.Write([]byte(users.FoldEmail(email)))
	return mac.Sum(nil), nil
}

// pepper reads the pepper, and makes it in a vault that has yet to be used.
func (v *Vault) pepper(ctx context.Context) (seal.Key, error) {
	master, wrapped := v.masters.wrap(pepperLabel, seal.NewKey())
	err := v.durably(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, pepperMakeSQL, master, []byte(wrapped)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, pepperGetSQL).Scan(&master, (*[]byte)(&wrapped))
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return seal.Key{}, errNoPepper
	}
	if err != nil {
		return seal.Key{}, fmt.Errorf("vault: pepper: %w", err)
	}
	pepper, err := v.masters.unwrap(pepperLabel, master, wrapped)
	if err != nil {
		return seal.Key{}, fmt.Errorf("vault: pepper: %w", err)
	}
	return pepper, nil
}
