package query

import (
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
)

// Show returns the message that an event sent, as it was at that moment and as one of its sides has it:
// what a request is answered with, however late it is asked again. Who is no side has no Key.
//
// Errors: e is no [messaging.Sent].
func Show(e *journal.Event, reader string) (Message, error) {
	body, ok := e.Body.(messaging.Sent)
	if !ok {
		return Message{}, fmt.Errorf("event %d is a %s, and sent no message", e.Position, e.Type)
	}
	m := Message{
		ID: body.MessageID, From: body.From, To: body.To, Kind: body.Kind, ThreadID: body.ThreadID, InReplyTo: body.InReplyTo,
		Subject: body.Subject, Body: body.Body, Topic: body.Topic, About: body.About,
		CreatedAt: e.RecordedAt, Position: e.Position, Version: e.Position,
	}
	switch reader {
	case body.To: // who writes a note has its one key
		m.Key = body.ToKey
	case body.From:
		m.Key = body.FromKey
	}
	if body.Kind == messaging.KindNote {
		m.ReadAt = e.RecordedAt
	}
	return m, nil
}
