package messaging

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

const (
	messagePrefix = "msg"
	personPrefix  = "usr"
)

// State is what the writer knows of a message.
type State struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Thread is the message that began the conversation.
	Thread string `json:"thread"`
	// Version is the position of the last event that both sides can see.
	Version  int64 `json:"version"`
	Read     bool  `json:"read,omitempty"`
	FromGone bool  `json:"from_gone,omitempty"` // hidden from the writer
	ToGone   bool  `json:"to_gone,omitempty"`   // hidden from who got it
}

// hiddenFrom reports whether somebody has no part in the message, or has hidden it.
func (m State) hiddenFrom(principal string) bool {
	from, to := m.From == principal && !m.FromGone, m.To == principal && !m.ToGone
	return !from && !to
}

// between reports whether the message is between two principals, whichever of them wrote it.
func (m State) between(a, b string) bool {
	return (m.From == a && m.To == b) || (m.From == b && m.To == a)
}

// Messages is the decision state of messages, by id.
func Messages() journal.Kind[State] { return journal.NewKind[State]("message") }

// known returns a message, whoever sees it. The text may be any.
func known(s *journal.Scope, messageID string) (m State, ok bool) {
	if _, err := journal.ParsePlaceID(messagePrefix, messageID); err != nil {
		return State{}, false
	}
	return Messages().Get(s, messageID)
}

// find returns a message that is there for somebody. The text may be any.
func find(s *journal.Scope, messageID, principal string) (State, error) {
	m, ok := known(s, messageID)
	if !ok || m.hiddenFrom(principal) || erased(s, principal) {
		return State{}, ErrMessageNotFound
	}
	return m, nil
}

// isPerson reports whether a principal is one of the people, and neither a service nor Florin itself.
func isPerson(principal string) bool {
	_, err := journal.ParseID(personPrefix, principal)
	return err == nil
}

// erased reports whether a principal is a person who is not there any more: what they asked for may be
// decided a moment after their erasure.
func erased(s *journal.Scope, principal string) bool {
	if !isPerson(principal) {
		return false
	}
	_, ok := users.Find(s, principal)
	return !ok
}

func emit(s *journal.Scope, messageID, eventType string, body any) {
	s.Emit(journal.Event{Stream: "message/" + messageID, Type: eventType, Schema: 1, Body: body})
}

func decideSendMessage(s *journal.Scope, c SendMessage) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	if erased(s, c.From) {
		return users.ErrUserNotFound
	}
	if _, ok := users.Find(s, c.To); !ok {
		return ErrRecipientNotFound.At("/to")
	}
	id := s.NextID().Format(messagePrefix)
	thread := id
	if c.InReplyTo != "" {
		answered, err := find(s, c.InReplyTo, c.From)
		if err != nil {
			return ErrMessageNotFound.At("/in_reply_to")
		}
		if !answered.between(c.From, c.To) {
			return ErrThreadParties.At("/to")
		}
		thread = answered.Thread
	}
	emit(s, id, TypeSent, Sent{
		MessageID: id, From: c.From, To: c.To, Kind: c.Kind, ThreadID: thread, InReplyTo: c.InReplyTo,
		Subject: c.Subject, Body: c.Body, FromKey: c.FromKey, ToKey: c.ToKey, Topic: c.Topic, About: c.About,
	})
	return nil
}

func decideEditMessage(s *journal.Scope, c EditMessage) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	m, err := find(s, c.MessageID, c.By)
	switch {
	case err != nil:
		return err
	case m.From != c.By:
		return ErrNotAuthor
	case c.Version != 0 && c.Version != m.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: m.Version})
	}
	emit(s, c.MessageID, TypeEdited, Edited{MessageID: c.MessageID, From: m.From, To: m.To, Subject: c.Subject, Body: c.Body})
	return nil
}

func decideDeleteMessage(s *journal.Scope, c DeleteMessage) error {
	m, ok := known(s, c.MessageID)
	if !ok || (m.From != c.By && m.To != c.By) || erased(s, c.By) {
		return ErrMessageNotFound
	}
	if !m.hiddenFrom(c.By) {
		emit(s, c.MessageID, TypeDeleted, Deleted{MessageID: c.MessageID, By: c.By})
	}
	return nil
}

func decideReadMessage(s *journal.Scope, c ReadMessage) error {
	m, err := find(s, c.MessageID, c.By)
	switch {
	case err != nil:
		return err
	case m.To != c.By:
		return ErrNotRecipient
	}
	if !m.Read {
		emit(s, c.MessageID, TypeRead, Read{MessageID: c.MessageID, From: m.From, To: m.To})
	}
	return nil
}
