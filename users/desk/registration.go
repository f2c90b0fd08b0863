package desk

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// NewRegistration makes the command that registers somebody. displayName may be empty. It does the same
// whether or not the address is taken; [Desk.Registered] has to be told how the command ended, and
// [Desk.Discard] when it is not published or only tried.
//
// Errors: a FormError at /email, /password, /display_name; ErrBusy.
func (d *Desk) NewRegistration(ctx context.Context, email, password, displayName string) (users.RegisterUser, error) {
	var c users.RegisterUser
	var p paper
	p.email("/email", email)
	p.password("/password", password, email)
	p.name("/display_name", displayName)
	if err := p.err(); err != nil {
		return c, err
	}
	// First what may be refused, so that it leaves nothing behind.
	hash, err := d.ports.Hasher.Hash(ctx, password)
	if err != nil {
		return c, err
	}
	if c.EmailToken, err = d.ports.Vault.Token(ctx, email); err != nil {
		return c, fmt.Errorf("desk: token of an address: %w", err)
	}
	c.UserID = d.newUserID()
	key, err := d.ports.Vault.Create(ctx, c.UserID)
	if err != nil {
		return c, fmt.Errorf("desk: key of a new person: %w", err)
	}
	c.Email = key.Seal(users.LabelEmail, []byte(email))
	c.Credential = key.Seal(users.LabelCredential, []byte(hash))
	if displayName != "" {
		c.Name = key.Seal(users.LabelName, []byte(displayName))
	}
	return c, nil
}

// Registered is told how a registration ended and returns the id that the caller is shown: that of the new
// person, or one that is nobody's when the address is taken, of which the caller must not learn. Then the
// owner of the address is written to, in the background.
//
// Errors: users.ErrEmailRetired, which another attempt does not meet; any other refusal; a fault.
func (d *Desk) Registered(ctx context.Context, c users.RegisterUser, a journal.Answer) (userID string, err error) {
	switch refusal := a.Outcome.Refusal; {
	case a.Outcome.Status == journal.Done:
		userID, known, err := d.RegisteredAs(a)
		if err == nil && (known || userID != c.UserID) {
			d.Discard(c) // it came to nothing, or is the replay of an earlier one
		}
		if known {
			d.writeLater(letterKnown, d.holder(c.EmailToken))
		}
		return userID, err
	case refusal == nil || a.Outcome.Status != journal.Refused:
		return "", fmt.Errorf("desk: registration ended as %q", byte(a.Outcome.Status))
	case errors.Is(refusal, ledger.ErrInvalidField):
		return "", refusal // among others when the id is somebody's, whose key is not to be touched
	default:
		d.Discard(c)
		if err := d.retired(ctx, c.EmailToken, refusal); err != nil {
			return "", err
		}
		return "", refusal
	}
}

// Discard takes away, in the background, what a registration that came to nothing left behind.
func (d *Desk) Discard(c users.RegisterUser) {
	d.jobs.add("discard a key", func(ctx context.Context) error { return d.ports.Vault.Discard(ctx, c.UserID) })
}

// RegisteredAs returns the id that the caller of a registration is shown, from how it ended. known says that
// it is nobody's, because somebody had the address: that is not for the caller.
func (d *Desk) RegisteredAs(a journal.Answer) (userID string, known bool, err error) {
	if len(a.Events) != 1 {
		return "", false, fmt.Errorf("desk: a registration has %d events", len(a.Events))
	}
	e, err := d.decoded(&a.Events[0])
	if err != nil {
		return "", false, err
	}
	switch body := e.Body.(type) {
	case users.Registered:
		return body.UserID, false, nil
	case users.RegisteredAgain:
		return body.ApplicantID, true, nil
	}
	return "", false, fmt.Errorf("desk: a registration's event is %s", e.Type)
}

// retired forgets the token of an address when a command was refused because it was given up, so that the next
// attempt gets another one. No other token may be forgotten while somebody could still claim it: two
// people would have the address.
func (d *Desk) retired(ctx context.Context, token string, refusal *journal.Refusal) error {
	if !errors.Is(refusal, users.ErrEmailRetired) {
		return nil
	}
	if err := d.ports.Vault.Forget(ctx, token); err != nil {
		return fmt.Errorf("desk: forget an address: %w", err)
	}
	return nil
}

// newUserID returns a UUIDv7 (RFC 9562, section 5.7) as an id: those of later people come later.
func (d *Desk) newUserID() string { return journal.FormatID(userPrefix, uuidV7(d.now())) }

func uuidV7(at time.Time) [16]byte {
	var id [16]byte
	rand.Read(id[:]) // it never fails, or ends the process
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli())<<16)
	copy(id[:6], ms[:6])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// open returns the text that is sealed, and nothing for nothing.
func open(key seal.Key, label string, text seal.Text) (string, error) {
	if len(text) == 0 {
		return "", nil
	}
	plain, err := key.Open(label, text)
	if err != nil {
		return "", fmt.Errorf("desk: %w", err)
	}
	return string(plain), nil
}
