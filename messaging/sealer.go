package messaging

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// Sealer seals what people write before it is published, and opens it for who may read it.
type Sealer struct{ keys seal.Keys }

// NewSealer returns a sealer with the keys of people.
func NewSealer(keys seal.Keys) *Sealer { return &Sealer{keys} }

// Sealed is a message as it is sent: its texts, sealed with a key of their own, and that key, sealed for
// each side.
type Sealed struct {
	Subject, Body seal.Text
	// FromKey is empty for a note, which ToKey opens, and where the writer is no person.
	FromKey, ToKey seal.Text
}

// Seal seals a message from somebody to a person: to from itself, it is a note. A writer who is a person
// reads it too. An empty subject stays empty.
//
// Errors: ErrRecipientNotFound at "/to" (to is no person, or has no key any more), users.ErrUserNotFound
// (from has none), both refusals; and faults of the vault. The text of to may be any.
func (s *Sealer) Seal(ctx context.Context, from, to, subject, body string) (Sealed, error) {
	if !isPerson(to) {
		return Sealed{}, ErrRecipientNotFound.At("/to")
	}
	theirs, err := s.keys.Key(ctx, to)
	if errors.Is(err, seal.ErrNoKey) {
		return Sealed{}, ErrRecipientNotFound.At("/to")
	}
	if err != nil {
		return Sealed{}, fmt.Errorf("key of the recipient: %w", err)
	}
	content := seal.NewKey()
	sealed := Sealed{ToKey: theirs.Wrap(LabelKey, content)}
	if isPerson(from) && from != to {
		own, err := s.keys.Key(ctx, from)
		if errors.Is(err, seal.ErrNoKey) {
			return Sealed{}, users.ErrUserNotFound
		}
		if err != nil {
			return Sealed{}, fmt.Errorf("key of the writer: %w", err)
		}
		sealed.FromKey = own.Wrap(LabelKey, content)
	}
	sealed.Body = content.Seal(LabelBody, []byte(body))
	if subject != "" {
		sealed.Subject = content.Seal(LabelSubject, []byte(subject))
	}
	return sealed, nil
}

// Reseal seals what a person changes of a message, with the key that the message has: wrapped is that key
// as it was sealed for the person. What is nil stays nil, which an [EditMessage] takes for unchanged.
//
// Errors: [seal.ErrNoKey] (the person was erased), [seal.ErrUnreadable], and faults of the vault.
func (s *Sealer) Reseal(ctx context.Context, person string, wrapped seal.Text, subject, body *string) (sealedSubject, sealedBody seal.Text, err error) {
	content, err := s.content(ctx, person, wrapped)
	if err != nil {
		return nil, nil, err
	}
	if subject != nil {
		sealedSubject = content.Seal(LabelSubject, []byte(*subject))
	}
	if body != nil {
		sealedBody = content.Seal(LabelBody, []byte(*body))
	}
	return sealedSubject, sealedBody, nil
}

// Open returns what a message says to a person, for whom its key was sealed. A sealed text that is empty
// opens as an empty one.
//
// Errors: [seal.ErrNoKey] (the person was erased), [seal.ErrUnreadable], and faults of the vault.
func (s *Sealer) Open(ctx context.Context, person string, wrapped, subject, body seal.Text) (openSubject, openBody string, err error) {
	content, err := s.content(ctx, person, wrapped)
	if err != nil {
		return "", "", err
	}
	return open(content, subject, body)
}

// SearchKey returns the key under whose digests a person's words are found.
//
// Errors: [seal.ErrNoKey] (the person was erased), and faults of the vault.
func (s *Sealer) SearchKey(ctx context.Context, person string) (seal.Key, error) {
	return s.keys.Key(ctx, person)
}

// content returns the key of a message.
func (s *Sealer) content(ctx context.Context, person string, wrapped seal.Text) (seal.Key, error) {
	own, err := s.keys.Key(ctx, person)
	if err != nil {
		return seal.Key{}, fmt.Errorf("key of the reader: %w", err)
	}
	return own.Unwrap(LabelKey, wrapped)
}

// Unseal returns what a message says, with a person's own key at hand and the message's as it was sealed for
// them. Errors: [seal.ErrUnreadable].
func Unseal(own seal.Key, wrapped, subject, body seal.Text) (openSubject, openBody string, err error) {
	content, err := own.Unwrap(LabelKey, wrapped)
	if err != nil {
		return "", "", err
	}
	return open(content, subject, body)
}

func open(content seal.Key, subject, body seal.Text) (openSubject, openBody string, err error) {
	for _, part := range []struct {
		label  string
		sealed seal.Text
		text   *string
	}{{LabelSubject, subject, &openSubject}, {LabelBody, body, &openBody}} {
		if len(part.sealed) == 0 {
			continue
		}
		text, err := content.Open(part.label, part.sealed)
		if err != nil {
			return "", "", err
		}
		*part.text = string(text)
	}
	return openSubject, openBody, nil
}
