// Package query is what can be asked about messages, and what is answered. Texts come as they are kept,
// sealed with the message's key, and that key sealed for who asks: [messaging.Sealer] opens them.
package query

import (
	"time"

	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users/seal"
)

// Messages is the projection from which messages are read.
const Messages = "messages"

// Message is a message as one of its sides has it.
type Message struct {
	ID, From, To string
	Kind         messaging.Kind
	ThreadID     string
	InReplyTo    string // empty: it answers none
	// Subject and Body are sealed with the message's key, and Key is that key sealed for the reader.
	// Subject is empty where there is none.
	Subject, Body, Key seal.Text
	// ReadAt is when who got it marked it as read, and for a note when it was written; EditedAt when it was
	// last changed. Zero: never.
	ReadAt, EditedAt time.Time
	// Edits counts how often it was changed.
	Edits int
	// Topic and About say what a notice is about.
	Topic, About string
	CreatedAt    time.Time
	// Position is that of the event that sent it: where a page ends. Version is that of the last event
	// that both sides can see.
	Position, Version int64
}

// Box is a part of somebody's mailbox. Every message is in one of them.
type Box string

// The boxes.
const (
	// Inbox has what others, and Florin, wrote to the owner; Sent what the owner wrote to others.
	Inbox Box = "inbox"
	Sent  Box = "sent"
	// Notes has what the owner wrote to himself.
	Notes Box = "notes"
)

// Filter selects messages that somebody has, newest first. Empty fields select all.
type Filter struct {
	Owner string
	Box   Box
	// Unread keeps what the owner has got and not read.
	Unread bool
	// With is the other side: a person, a service, Florin; the owner for notes.
	With     string
	ThreadID string
	// Words are searched for, in subject and body, whatever their endings in English: all of them, "a
	// phrase" as it stands, either of two around "or", none of those behind a minus. A search for nothing but
	// words that are in every text, such as "the", finds nothing. Words need Key, the owner's.
	Words string
	Key   seal.Key
	// From (inclusive) and Until (exclusive) bound when it was sent.
	From, Until time.Time
	// After is the position of the last message of the page before; 0 for the top. UpTo is the last
	// position that counts; 0 for whatever there is. Limit is the most that come back.
	After, UpTo int64
	Limit       int
}

// Revision is what a message said before it was changed.
type Revision struct {
	// Subject and Body are sealed like those of the message, and Key is the reader's.
	Subject, Body, Key seal.Text
	// WrittenAt is when it began to say so, ReplacedAt when it ended.
	WrittenAt, ReplacedAt time.Time
}

// ChangeType says what happened in a mailbox.
type ChangeType string

// The changes of a mailbox.
const (
	ChangeSent     ChangeType = "sent" // notes too
	ChangeReceived ChangeType = "received"
	ChangeEdited   ChangeType = "edited"
	ChangeRead     ChangeType = "read"
	ChangeDeleted  ChangeType = "deleted" // by the owner of the mailbox
)

// Change is one thing that happened in a mailbox.
type Change struct {
	// Position is that of the event: a reader who has seen it goes on after it.
	Position  int64
	Type      ChangeType
	MessageID string
	At        time.Time
	// Message is the message as it stands now, not as it was; nil when the owner has it no more.
	Message *Message
}
