package desk

import (
	"context"
	"errors"

	"github.com/florinledger/florin/users"
)

// Confirm makes the command that confirms the address that a link was sent to. Errors: users.ErrLinkVoid.
func (d *Desk) Confirm(token string) (users.ConfirmEmail, error) {
	link, err := d.links.Read(PurposeConfirm, token, d.now())
	return users.ConfirmEmail{UserID: link.UserID, EmailToken: link.EmailToken}, err
}

// Forgot sends a link that sets a new password to whoever has the address, in the background. It tells its
// caller nothing, and takes no time that would.
func (d *Desk) Forgot(email string) {
	d.writeLater(letterReset, func(ctx context.Context) (string, bool, error) {
		token, ok, err := d.ports.Vault.Find(ctx, email)
		if err != nil || !ok {
			return "", false, err
		}
		return d.holder(token)(ctx)
	})
}

// Reset makes the command that sets a password by a link.
//
// A link is used up by its use: where the request was answered before, that answer is to be given again
// without asking here.
//
// Errors: users.ErrLinkVoid, a FormError at /password, ErrBusy.
func (d *Desk) Reset(ctx context.Context, token, password string) (users.ResetPassword, error) {
	link, err := d.links.Read(PurposeReset, token, d.now())
	if err != nil {
		return users.ResetPassword{}, err
	}
	c := users.ResetPassword{UserID: link.UserID, SessionVersion: link.SessionVersion, EmailToken: link.EmailToken}
	u, err := d.find(ctx, link.UserID)
	if err != nil {
		return c, orVoid(err)
	}
	if u.SessionVersion != link.SessionVersion || u.EmailToken != link.EmailToken {
		return c, users.ErrLinkVoid // as the decider would, without a hash
	}
	key, err := d.key(ctx, link.UserID)
	if err != nil {
		return c, orVoid(err)
	}
	email, err := open(key, users.LabelEmail, u.Email)
	if err != nil {
		return c, err
	}
	var p paper
	p.password("/password", password, email)
	if err := p.err(); err != nil {
		return c, err
	}
	hash, err := d.ports.Hasher.Hash(ctx, password)
	if err != nil {
		return c, err
	}
	c.Credential = key.Seal(users.LabelCredential, []byte(hash))
	return c, nil
}

// orVoid says of a link to somebody who is not there that it is void.
func orVoid(err error) error {
	if errors.Is(err, users.ErrUserNotFound) {
		return users.ErrLinkVoid
	}
	return err
}
