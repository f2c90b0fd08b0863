package withdrawal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
)

// Label is what a destination is sealed under.
const Label = "withdrawal destination"

// Sealer seals where money goes before it is published, and opens it for who may read it.
type Sealer struct{ keys seal.Keys }

// NewSealer returns a sealer with the keys of owners.
func NewSealer(keys seal.Keys) *Sealer { return &Sealer{keys} }

// Seal seals a destination with the key of a wallet's owner. An owner who is no person, such as a service or
// what it calls its customers, gets a key when there is none: there is no registration that would have made it.
//
// Errors: ErrOwnerErased, a refusal (a person without a key); and faults of the vault.
func (s *Sealer) Seal(ctx context.Context, owner string, d Destination) (seal.Text, error) {
	key, err := s.keys.Key(ctx, owner)
	if errors.Is(err, seal.ErrNoKey) && !IsPerson(owner) {
		key, err = s.keys.Create(ctx, owner)
	}
	if errors.Is(err, seal.ErrNoKey) {
		return nil, ErrOwnerErased
	}
	if err != nil {
		return nil, fmt.Errorf("key of the wallet's owner: %w", err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return key.Seal(Label, text), nil
}

// Open returns a destination that was sealed for an owner.
//
// Errors: [seal.ErrNoKey] (the owner was erased), [seal.ErrUnreadable], and faults of the vault.
func (s *Sealer) Open(ctx context.Context, owner string, sealed seal.Text) (d Destination, err error) {
	key, err := s.keys.Key(ctx, owner)
	if err != nil {
		return d, err
	}
	text, err := key.Open(Label, sealed)
	if err != nil {
		return d, err
	}
	err = json.Unmarshal(text, &d)
	return d, err
}

// IsPerson reports whether an owner is one of the people, who have a key from their registration on and lose it
// when they are erased. The keys of other owners stay.
func IsPerson(owner string) bool {
	_, err := journal.ParseID("usr", owner)
	return err == nil
}
