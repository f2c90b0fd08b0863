package desk

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// SignedIn is who signed in.
type SignedIn struct {
	UserID string
	State  users.State
	// Rehash is a command to publish when the password should be hashed in another way; else nil. Whoever
	// signs in need not wait for it.
	Rehash *users.Rehash
}

// SignIn returns whose address and password these are. It asks the same questions and hashes as often
// whether or not there is somebody. The right password of an address that is not confirmed has another letter
// sent, in the background.
//
// Errors: ErrCredentials, ErrBusy.
func (d *Desk) SignIn(ctx context.Context, email, password string) (SignedIn, error) {
	found, err := d.look(ctx, email)
	if err != nil {
		return SignedIn{}, err
	}
	if users.CheckPassword(password) != "" {
		// It is nobody's, whatever it is, and may be too long to hash.
		found.hash, password = "", ""
	}
	ok, stale, err := d.ports.Hasher.Verify(ctx, password, found.hash)
	switch {
	case err != nil:
		return SignedIn{}, err
	case !ok:
		return SignedIn{}, ErrCredentials
	case !found.State.Confirmed:
		d.writeLater(letterConfirm, func(context.Context) (string, bool, error) { return found.UserID, true, nil })
		return SignedIn{}, ErrCredentials
	}
	if stale {
		found.Rehash = d.rehash(ctx, found, password)
	}
	return found.SignedIn, nil
}

// account is who may be signing in, and what their password is held against: nothing for nobody.
type account struct {
	SignedIn
	key  seal.Key
	hash string
}

// look finds the account of an address. For who is not there the same is asked as for who is, so that the time
// it takes does not tell.
func (d *Desk) look(ctx context.Context, email string) (account, error) {
	var found account
	token, _, err := d.ports.Vault.Find(ctx, email)
	if err != nil {
		return account{}, fmt.Errorf("desk: find an address: %w", err)
	}
	if found.UserID, _, err = d.ports.Directory.Holder(ctx, token); err != nil {
		return account{}, fmt.Errorf("desk: find an address's holder: %w", err)
	}
	if found.UserID == "" {
		found.UserID = d.newUserID() // nobody's
	}
	if found.State, _, err = d.ports.Directory.User(ctx, found.UserID); err != nil {
		return account{}, fmt.Errorf("desk: read a person: %w", err)
	}
	found.key, err = d.ports.Vault.Key(ctx, found.UserID)
	switch {
	case errors.Is(err, seal.ErrNoKey):
		return account{}, nil
	case err != nil:
		return account{}, fmt.Errorf("desk: read a key: %w", err)
	}
	found.hash, err = open(found.key, users.LabelCredential, found.State.Credential)
	return found, err
}

// rehash makes the command that replaces a hash. What goes wrong is logged and forgotten: the next time that
// the person signs in will do.
func (d *Desk) rehash(ctx context.Context, a account, password string) *users.Rehash {
	hash, err := d.ports.Hasher.Hash(ctx, password)
	if err != nil {
		d.log.Warn("password cannot be hashed anew", "user", a.UserID, "error", err)
		return nil
	}
	return &users.Rehash{
		UserID: a.UserID, SessionVersion: a.State.SessionVersion,
		Credential: a.key.Seal(users.LabelCredential, []byte(hash)),
	}
}
