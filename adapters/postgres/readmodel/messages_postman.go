package readmodel

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users/seal"
)

// letter is what an event says anew: a message, or a change of one.
type letter struct {
	event *journal.Event
	// message is the position of the message, thread that of the one that began the conversation.
	message, thread int64
	subject, body   seal.Text
	// sides are those who have it and can read it.
	sides []side
	// words are what it can be found by, not digested yet.
	words struct{ subject, body string }
}

// side is somebody who has a message: with a key of their own, and the message's key sealed with it.
type side struct {
	owner   string
	key     seal.Key
	wrapped seal.Text
}

// postman finds out who has the messages of a batch of events, and opens them.
type postman struct {
	db      queryer
	schema  string
	keys    seal.Keys
	known   map[string]*seal.Key // nil: there is none any more
	letters map[int64]*letter    // by the event's position
}

func newPostman(db queryer, schema string, keys seal.Keys) *postman {
	return &postman{db: db, schema: schema, keys: keys, known: map[string]*seal.Key{}, letters: map[int64]*letter{}}
}

// open returns the letters among facts, by the position of the event.
//
// Errors: faults of the vault or the store. A letter that does not open is no error, since it never will: it
// has no words.
func (p *postman) open(ctx context.Context, facts []*journal.Event) (map[int64]*letter, error) {
	var edits []*letter
	for _, e := range facts {
		switch body := e.Body.(type) {
		case messaging.Sent:
			thread, err := messagePlace(e, body.ThreadID)
			if err != nil {
				return nil, err
			}
			l := &letter{event: e, message: e.Position, thread: thread, subject: body.Subject, body: body.Body}
			p.letters[e.Position] = l
			if err := p.give(ctx, l, map[string]seal.Text{body.From: body.FromKey, body.To: body.ToKey}, body.From, body.To); err != nil {
				return nil, err
			}
		case messaging.Edited:
			message, err := messagePlace(e, body.MessageID)
			if err != nil {
				return nil, err
			}
			l := &letter{event: e, message: message, subject: body.Subject, body: body.Body}
			p.letters[e.Position] = l
			edits = append(edits, l)
		}
	}
	if err := p.giveEdits(ctx, edits); err != nil {
		return nil, err
	}
	return p.letters, p.findWords(ctx)
}

// give names the sides of a letter: those of its people for whom its key was sealed, and who have a key to
// open that with.
func (p *postman) give(ctx context.Context, l *letter, wrapped map[string]seal.Text, people ...string) error {
	for i, owner := range people {
		if len(wrapped[owner]) == 0 || (i > 0 && owner == people[0]) {
			continue
		}
		key, err := p.key(ctx, owner)
		if err != nil {
			return err
		}
		if key != nil {
			l.sides = append(l.sides, side{owner, *key, wrapped[owner]})
		}
	}
	return nil
}

// giveEdits names the sides of changes: those of the message, which was sent in the same batch, or before.
func (p *postman) giveEdits(ctx context.Context, edits []*letter) error {
	wrapped := map[int64]map[string]seal.Text{}
	var owners []string
	var positions []int64
	for _, l := range edits {
		if sent := p.letters[l.message]; sent != nil {
			l.sides = sent.sides
			continue
		}
		body := l.event.Body.(messaging.Edited)
		owners, positions = append(owners, body.From, body.To), append(positions, l.message, l.message)
		wrapped[l.message] = map[string]seal.Text{}
	}
	if len(owners) == 0 {
		return nil
	}
	rows, err := p.db.Query(ctx, statement("messages_keys", p.schema), pgx.NamedArgs{"owners": owners, "positions": positions}) //nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	if err != nil {
		return err
	}
	var owner string
	var position int64
	var key []byte
	if _, err := pgx.ForEachRow(rows, []any{&owner, &position, &key}, func() error {
		wrapped[position][owner] = key
		return nil
	}); err != nil {
		return err
	}
	for _, l := range edits {
		if p.letters[l.message] != nil {
			continue
		}
		body := l.event.Body.(messaging.Edited)
		if err := p.give(ctx, l, wrapped[l.message], body.From, body.To); err != nil {
			return err
		}
	}
	return nil
}

// key returns somebody's key; nil when there is none any more.
func (p *postman) key(ctx context.Context, owner string) (*seal.Key, error) {
	if key, ok := p.known[owner]; ok {
		return key, nil
	}
	key, err := p.keys.Key(ctx, owner)
	switch {
	case errors.Is(err, seal.ErrNoKey):
		p.known[owner] = nil
	case err != nil:
		return nil, fmt.Errorf("key of %s: %w", owner, err)
	default:
		p.known[owner] = &key
	}
	return p.known[owner], nil
}
