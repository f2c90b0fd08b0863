package desk

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/florinledger/florin/users"
)

// Erase makes a person unreadable once erase-user was decided: the key is destroyed, the addresses with
// the released tokens are forgotten, and what is kept of sessions is deleted. It does what it can of
// this, and all of it may be done again.
func (d *Desk) Erase(ctx context.Context, userID string, released []string) error {
	errs := []error{d.ports.Vault.Destroy(ctx, userID)}
	for _, token := range released {
		errs = append(errs, d.ports.Vault.Forget(ctx, token))
	}
	errs = append(errs, d.ports.Sessions.Purge(ctx, userID))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("desk: erase %s: %w", userID, err)
	}
	return nil
}

// ReplayErasures is for after a restore of an older journal. That does not know yet who was erased since
// it was backed up, but the vault does: erased are all people whose keys were destroyed, and for those
// whom the directory still has, the command that erases them is published again. It returns for how many.
func ReplayErasures(ctx context.Context, erased iter.Seq2[string, error], directory Directory, publish func(context.Context, users.EraseUser) error) (int, error) {
	replayed := 0
	for userID, err := range erased {
		if err != nil {
			return replayed, fmt.Errorf("desk: list erasures: %w", err)
		}
		u, ok, err := directory.User(ctx, userID)
		if err != nil {
			return replayed, fmt.Errorf("desk: read a person: %w", err)
		}
		if !ok || u.Status != users.StatusActive {
			continue
		}
		if err := publish(ctx, users.EraseUser{UserID: userID}); err != nil {
			return replayed, fmt.Errorf("desk: erase %s again: %w", userID, err)
		}
		replayed++
	}
	return replayed, nil
}
