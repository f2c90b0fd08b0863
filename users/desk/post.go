package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/florinledger/florin/users"
)

// whose says who a letter in the background is for; ok is false for nobody.
type whose func(context.Context) (userID string, ok bool, err error)

// writeLater writes a letter in the background to the present address of a person: not the one that a caller
// has written, which may only look like it. Nobody gets the same kind of letter twice within
// letterInterval, however often it is asked for.
func (d *Desk) writeLater(kind letter, whose whose) {
	key := "asked/" + rand.Text()
	d.jobs.add("letter "+string(kind), func(ctx context.Context) error {
		userID, ok, err := whose(ctx)
		if err != nil || !ok {
			return err
		}
		subject := string(kind) + " " + userID
		if !d.recent.take(subject, d.now()) {
			return nil
		}
		if err := d.writeNow(ctx, kind, userID, key); err != nil {
			d.recent.release(subject)
			return err
		}
		return nil
	})
}

// holder is whose an address is.
func (d *Desk) holder(emailToken string) whose {
	return func(ctx context.Context) (string, bool, error) {
		userID, ok, err := d.ports.Directory.Holder(ctx, emailToken)
		if err != nil {
			return "", false, fmt.Errorf("desk: find an address's holder: %w", err)
		}
		return userID, ok, nil
	}
}

// writeNow sends a letter to the present address of a person, if there is one.
func (d *Desk) writeNow(ctx context.Context, kind letter, userID, key string) error {
	u, err := d.find(ctx, userID)
	if err != nil {
		return unlessGone(err)
	}
	if kind == letterConfirm && u.Confirmed {
		return nil // confirmed in the meantime
	}
	to := addressee{userID: userID, emailToken: u.EmailToken, sessionVersion: u.SessionVersion}
	personKey, err := d.key(ctx, userID)
	if err != nil {
		return unlessGone(err)
	}
	if to.email, err = open(personKey, users.LabelEmail, u.Email); err != nil {
		return err
	}
	return d.send(ctx, kind, to, key)
}

// send sends a letter. One that nobody will ever take is given up, with a word in the log.
func (d *Desk) send(ctx context.Context, kind letter, to addressee, key string) error {
	m, err := d.letters.write(kind, to, key)
	if err != nil {
		return err
	}
	err = d.ports.Mailer.Send(ctx, m)
	if errors.Is(err, ErrUndeliverable) {
		d.log.Warn("letter cannot be delivered", "letter", string(kind), "user", to.userID, "key", key, "error", err)
		return nil
	}
	return err
}

// unlessGone returns nil when somebody is not there any more: then there is nothing to do.
func unlessGone(err error) error {
	if errors.Is(err, users.ErrUserNotFound) {
		return nil
	}
	return err
}
