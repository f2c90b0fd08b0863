package desk

import (
	"context"
	"errors"
	"fmt"

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

// Erasures lists whose keys were destroyed, in an order of its own: at most limit of those after the one
// named, from the first on when it is empty.
type Erasures func(ctx context.Context, after string, limit int) ([]string, error)

// ReplayErasures is for after a restore of an older journal. That does not know yet who was erased since
// it was backed up, but the vault does: the command that erases them is published again. It returns for
// how many.
func ReplayErasures(ctx context.Context, list Erasures, directory Directory, publish func(context.Context, users.EraseUser) error) (int, error) {
	replayed, after := 0, ""
	for {
		erased, err := list(ctx, after, erasuresPage)
		if err != nil {
			return replayed, fmt.Errorf("desk: list erasures: %w", err)
		}
		if len(erased) == 0 {
			return replayed, nil
		}
		for _, userID := range erased {
			u, ok, err := directory.User(ctx, userID)
			if err != nil {
				return replayed, fmt.Errorf("desk: read a person: %w", err)
			}
			if ok && u.Status == users.StatusActive {
				if err := publish(ctx, users.EraseUser{UserID: userID}); err != nil {
					return replayed, fmt.Errorf("desk: erase %s again: %w", userID, err)
				}
				replayed++
			}
		}
		after = erased[len(erased)-1]
	}
}
