package desk

import (
	"context"
	"errors"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// Sealed is what a read model has of a person; empty for what there is not.
type Sealed struct {
	Email, PendingEmail, Name seal.Text
}

// Shown is the same, readable.
type Shown struct {
	Email, PendingEmail, Name string
	// Erased says that there is no key any more, and so nothing to show, whatever the read model says.
	Erased bool
}

// Show opens what a read model has of a person.
func (d *Desk) Show(ctx context.Context, userID string, sealed Sealed) (Shown, error) {
	key, err := d.key(ctx, userID)
	switch {
	case errors.Is(err, users.ErrUserNotFound):
		return Shown{Erased: true}, nil
	case err != nil:
		return Shown{}, err
	}
	var shown Shown
	var errs [3]error
	shown.Email, errs[0] = open(key, users.LabelEmail, sealed.Email)
	shown.PendingEmail, errs[1] = open(key, users.LabelEmail, sealed.PendingEmail)
	shown.Name, errs[2] = open(key, users.LabelName, sealed.Name)
	return shown, errors.Join(errs[:]...)
}
