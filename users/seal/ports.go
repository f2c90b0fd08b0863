package seal

import (
	"context"
	"errors"
)

// ErrNoKey says that a person has no key: it was destroyed, or there never was one.
var ErrNoKey = errors.New("seal: there is no key")

// Keys keeps the key of each person, outside of the journal and of its backups. An implementation
// remembers keys for a while, so that a read does not ask twice; Destroy forgets at once in this process,
// and others are told that they have to.
type Keys interface {
	// Create keeps a new key for a person and returns it once it cannot be lost; the one that there is, if
	// there is one. Errors: ErrNoKey (the key was destroyed, and no other comes after it).
	Create(ctx context.Context, person string) (Key, error)
	// Key returns a person's key. Errors: ErrNoKey.
	Key(ctx context.Context, person string) (Key, error)
	// Destroy destroys a person's key, for ever, and notes that it did. It returns when that cannot be
	// undone. Destroying what is destroyed, or never was, is done.
	Destroy(ctx context.Context, person string) error
}

// Addresses gives each email address in use a token, so that the journal can say whether two people
// have the same address without saying which. It finds addresses by a keyed digest of them in lower
// case, and forgets them with their people: then the token says nothing to anybody.
type Addresses interface {
	// Token returns the token of an address, and gives it one if it has none.
	Token(ctx context.Context, email string) (string, error)
	// Find returns the token of an address that has one.
	Find(ctx context.Context, email string) (token string, ok bool, err error)
	// Forget takes a token away from its address. The address gets another one when it is used again.
	Forget(ctx context.Context, token string) error
}
