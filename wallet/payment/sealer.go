package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
)

// HandoverLabel is what a handover is sealed under.
const HandoverLabel = "payment handover"

// Sealer seals what a payer is handed before it is published, and opens it for who may have it.
type Sealer struct{ keys seal.Keys }

// NewSealer returns a sealer with the keys of owners.
func NewSealer(keys seal.Keys) *Sealer { return &Sealer{keys} }

// Seal seals a handover with the key of a wallet's owner; it returns nothing for a person who is erased. An owner who
// is no person gets a key when there is none, since no registration would have made it.
//
// Errors: faults of the vault.
func (s *Sealer) Seal(ctx context.Context, owner string, h Handover) (seal.Text, error) {
	key, err := s.keys.Key(ctx, owner)
	if errors.Is(err, seal.ErrNoKey) {
		if _, person := journal.ParseID("usr", owner); person == nil {
			return nil, nil
		}
		key, err = s.keys.Create(ctx, owner)
	}
	if err != nil {
		return nil, fmt.Errorf("key of the wallet's owner: %w", err)
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return key.Seal(HandoverLabel, text), nil
}

// Open returns a handover that was sealed for an owner; nothing of one that was erased.
//
// Errors: [seal.ErrUnreadable], and faults of the vault.
func (s *Sealer) Open(ctx context.Context, owner string, sealed seal.Text) (h Handover, err error) {
	if len(sealed) == 0 {
		return h, nil
	}
	key, err := s.keys.Key(ctx, owner)
	if errors.Is(err, seal.ErrNoKey) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	text, err := key.Open(HandoverLabel, sealed)
	if err != nil {
		return h, err
	}
	err = json.Unmarshal(text, &h)
	return h, err
}
