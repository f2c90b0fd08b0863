package desk

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

// Draft is what somebody wants changed; nil for what stays.
type Draft struct {
	// Version is that of the person as the caller read it; 0 for whatever it is.
	Version int64
	// DisplayName is the new one; empty for none.
	DisplayName *string
	Email       *string
	Password    *string
	// CurrentPassword is asked for with a new email or password, except of an administrator.
	CurrentPassword *string
	Roles           []string
}

// Change makes the command that changes a person. [Desk.Changed] has to be told how it ended.
//
// A change of password makes its own current password wrong: where the request was answered before, that
// answer is to be given again without asking here.
//
// Errors: a FormError at /display_name, /email, /password; users.ErrUserNotFound, ErrCurrentPassword,
// ErrBusy.
func (d *Desk) Change(ctx context.Context, userID string, draft Draft, byAdmin bool) (users.ChangeUser, error) {
	c := users.ChangeUser{UserID: userID, Version: draft.Version, Roles: draft.Roles, ByAdmin: byAdmin}
	u, err := d.find(ctx, userID)
	if err != nil {
		return c, err
	}
	key, err := d.key(ctx, userID)
	if err != nil {
		return c, err
	}
	email, err := open(key, users.LabelEmail, u.Email)
	if err != nil {
		return c, err
	}
	if err := draft.check(email); err != nil {
		return c, err
	}
	if (draft.Email != nil || draft.Password != nil) && !byAdmin {
		hash, err := open(key, users.LabelCredential, u.Credential)
		if err != nil {
			return c, err
		}
		if err := d.checkCurrent(ctx, draft.CurrentPassword, hash); err != nil {
			return c, err
		}
		if c.Version == 0 {
			// The password was right for this state: another one, with perhaps another password, is not
			// to be changed by it.
			c.Version = u.Version
		}
	}
	if draft.DisplayName != nil {
		c.NoName = *draft.DisplayName == ""
		if !c.NoName {
			c.Name = key.Seal(users.LabelName, []byte(*draft.DisplayName))
		}
	}
	if draft.Password != nil {
		hash, err := d.ports.Hasher.Hash(ctx, *draft.Password)
		if err != nil {
			return c, err
		}
		c.Credential = key.Seal(users.LabelCredential, []byte(hash))
	}
	if draft.Email != nil {
		if c.EmailToken, err = d.ports.Vault.Token(ctx, *draft.Email); err != nil {
			return c, fmt.Errorf("desk: token of an address: %w", err)
		}
		c.Email = key.Seal(users.LabelEmail, []byte(*draft.Email))
	}
	return c, nil
}

// Changed is told how a change ended. What is to be done after a refusal is done; the refusal itself is the
// caller's to answer with.
func (d *Desk) Changed(ctx context.Context, c users.ChangeUser, a journal.Answer) error {
	if a.Outcome.Refusal == nil {
		return nil
	}
	return d.retired(ctx, c.EmailToken, a.Outcome.Refusal)
}

// check reports what is wrong with the form of a draft for who has an email address.
func (draft *Draft) check(email string) error {
	var p paper
	if draft.DisplayName != nil {
		p.name("/display_name", *draft.DisplayName)
	}
	if draft.Email != nil {
		email = *draft.Email
		p.email("/email", email)
	}
	if draft.Password != nil {
		p.password("/password", *draft.Password, email)
	}
	return p.err()
}

// checkCurrent reports whether a password is the one that was hashed. Errors: ErrCurrentPassword, ErrBusy.
func (d *Desk) checkCurrent(ctx context.Context, current *string, hash string) error {
	if current == nil || users.CheckPassword(*current) != "" {
		return ErrCurrentPassword
	}
	ok, _, err := d.ports.Hasher.Verify(ctx, *current, hash)
	if err == nil && !ok {
		err = ErrCurrentPassword
	}
	return err
}
