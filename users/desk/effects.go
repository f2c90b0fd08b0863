package desk

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// WantsMail reports whether MailEffect acts on events of a type.
func WantsMail(eventType string) bool {
	switch eventType {
	case users.TypeRegistered, users.TypeEmailRequested, users.TypePasswordChanged:
		return true
	}
	return false
}

// WantsErasure reports whether ErasureEffect acts on events of a type.
func WantsErasure(eventType string) bool {
	switch eventType {
	case users.TypeErased, users.TypeEmailConfirmed, users.TypeEmailRequested, users.TypeEmailKept:
		return true
	}
	return false
}

// MailEffect writes the letters that follow from events: it is a journal.Effect, of the reactor "mail". A
// letter that is put off is tried again in the background, so that one mailbox does not keep letters from
// all others.
func (d *Desk) MailEffect(ctx context.Context, e *journal.Event, key func(n int) string) error {
	if !WantsMail(e.Type) {
		return nil
	}
	own, err := d.decoded(e)
	if err != nil {
		return err
	}
	switch body := own.Body.(type) {
	case users.Registered:
		return d.react(ctx, body.UserID, func(p person) error {
			if p.state.Confirmed || p.state.EmailToken != body.EmailToken {
				return nil
			}
			return d.dispatch(ctx, letterConfirm, p, body.EmailToken, body.Email, key(0))
		})
	case users.EmailRequested:
		return d.react(ctx, body.UserID, func(p person) error {
			if p.state.Pending == nil || p.state.Pending.EmailToken != body.EmailToken {
				return nil // confirmed, or replaced, before its letter was written
			}
			if p.state.Confirmed {
				if err := d.dispatch(ctx, letterMoving, p, p.state.EmailToken, p.state.Email, key(0)); err != nil {
					return err
				}
			}
			holder, taken, err := d.ports.Directory.Holder(ctx, body.EmailToken)
			if err != nil {
				return fmt.Errorf("desk: find an address's holder: %w", err)
			}
			if taken && holder != body.UserID {
				// There is nothing to confirm. Its owner learns of it, who asked does not.
				d.writeLater(letterKnown, d.holder(body.EmailToken))
				return nil
			}
			return d.dispatch(ctx, letterConfirm, p, body.EmailToken, body.Email, key(1))
		})
	case users.PasswordChanged:
		return d.react(ctx, body.UserID, func(p person) error {
			if !p.state.Confirmed {
				return nil
			}
			return d.dispatch(ctx, letterPassword, p, p.state.EmailToken, p.state.Email, key(0))
		})
	}
	return nil
}

// ErasureEffect does what erasing asks for, in case that whoever asked for it did not come so far, and forgets
// addresses that were given up: it is a journal.Effect, of the reactor "erasures".
func (d *Desk) ErasureEffect(ctx context.Context, e *journal.Event, _ func(n int) string) error {
	if !WantsErasure(e.Type) {
		return nil
	}
	own, err := d.decoded(e)
	if err != nil {
		return err
	}
	if body, ok := own.Body.(users.Erased); ok {
		return d.Erase(ctx, body.UserID, body.Released)
	}
	for _, token := range users.ReleasedBy(&own) {
		if err := d.ports.Vault.Forget(ctx, token); err != nil {
			return fmt.Errorf("desk: forget an address: %w", err)
		}
	}
	return nil
}

// decoded returns a decoded copy of an event: other readers have the same one.
func (d *Desk) decoded(e *journal.Event) (own journal.Event, err error) {
	own = *e
	if err := d.registry.Decode(&own); err != nil {
		return own, fmt.Errorf("desk: %w", err)
	}
	return own, nil
}

// person is who an event is about, as they are now.
type person struct {
	id    string
	state users.State
	key   seal.Key
}

// react calls f for a person who is there, and does nothing for who is not any more.
func (d *Desk) react(ctx context.Context, userID string, f func(person) error) error {
	u, err := d.find(ctx, userID)
	if err != nil {
		return unlessGone(err)
	}
	key, err := d.key(ctx, userID)
	if err != nil {
		return unlessGone(err)
	}
	return f(person{id: userID, state: u, key: key})
}

// dispatch sends a letter to a sealed address.
func (d *Desk) dispatch(ctx context.Context, kind letter, p person, emailToken string, email seal.Text, key string) error {
	to := addressee{userID: p.id, emailToken: emailToken, sessionVersion: p.state.SessionVersion}
	var err error
	if to.email, err = open(p.key, users.LabelEmail, email); err != nil {
		return err
	}
	err = d.send(ctx, kind, to, key)
	if errors.Is(err, ErrPutOff) {
		d.jobs.add("letter "+string(kind), func(ctx context.Context) error { return d.send(ctx, kind, to, key) })
		return nil
	}
	return err
}
