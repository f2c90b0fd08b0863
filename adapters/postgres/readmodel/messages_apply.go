package readmodel

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// messagesApplier keeps who has which message, what it says, sealed as it came, and by which words it is
// found. For the words alone it opens what was sealed, in memory. Who has no key any more has no mailbox:
// so a rebuild after an erasure leaves what the erasure left.
func messagesApplier(registry *journal.Registry, keys seal.Keys) applier {
	return func(ctx context.Context, db queryer, b *pgx.Batch, schema string, events []journal.Event) error {
		facts, err := messageFacts(registry, events)
		if err != nil || len(facts) == 0 {
			return err
		}
		letters, err := newPostman(db, schema, keys).open(ctx, facts)
		if err != nil {
			return err
		}
		// What is sent comes first: whatever happens to a message comes after it anyway.
		queueSent(b, schema, letters)
		for _, e := range facts {
			if err := queueChange(b, schema, e, letters[e.Position]); err != nil {
				return err
			}
		}
		return nil
	}
}

// messageFacts are the events that change a mailbox, decoded.
func messageFacts(registry *journal.Registry, events []journal.Event) (facts []*journal.Event, err error) {
	for i := range events {
		e := &events[i]
		if !messaging.IsType(e.Type) && e.Type != users.TypeErased {
			continue
		}
		if err := registry.Decode(e); err != nil {
			return nil, err
		}
		facts = append(facts, e)
	}
	return facts, nil
}

// queueChange queues what an event changes that sends nothing. l is what is to be found of an edit.
func queueChange(b *pgx.Batch, schema string, e *journal.Event, l *letter) error {
	queue := func(name, messageID string, args pgx.NamedArgs) error {
		place, err := messagePlace(e, messageID)
		if err != nil {
			return err
		}
		args["id"], args["message"], args["position"], args["at"] = messageID, place, e.Position, e.RecordedAt
		b.Queue(statement(name, schema), args)
		return nil
	}
	switch body := e.Body.(type) {
	case messaging.Edited:
		queueWords(b, schema, l)
		return queue("messages_edit", body.MessageID, pgx.NamedArgs{
			"sender": body.From, "recipient": body.To, "subject": []byte(body.Subject), "body": []byte(body.Body),
		})
	case messaging.Read:
		return queue("messages_read", body.MessageID, pgx.NamedArgs{"sender": body.From, "recipient": body.To})
	case messaging.Deleted:
		return queue("messages_hide", body.MessageID, pgx.NamedArgs{"owner": body.By})
	case users.Erased:
		b.Queue(statement("messages_erase", schema), pgx.NamedArgs{"owner": body.UserID})
	}
	return nil
}

// queueWords queues by which words a changed message is found from now on.
func queueWords(b *pgx.Batch, schema string, l *letter) {
	for _, s := range l.sides {
		args := pgx.NamedArgs{"owner": s.owner, "message": l.message, "subject": nil, "body": nil}
		if len(l.subject) > 0 {
			args["subject"] = withDigests(l.words.subject, digestOf(s.key))
		}
		if len(l.body) > 0 {
			args["body"] = withDigests(l.words.body, digestOf(s.key))
		}
		b.Queue(statement("messages_set_words", schema), args)
	}
}

// messagePlace returns the position of the message that an event is about.
func messagePlace(e *journal.Event, messageID string) (int64, error) {
	place, err := journal.ParsePlaceID("msg", messageID)
	if err != nil {
		return 0, fmt.Errorf("event %d: %w", e.Position, err)
	}
	return place.Position(), nil
}
