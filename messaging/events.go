package messaging

import "github.com/florinledger/florin/users/seal"

// The types of the events of messages. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeSent    = "message-sent"
	TypeEdited  = "message-edited"
	TypeDeleted = "message-deleted"
	TypeRead    = "message-read"
)

// Sent says that a message was sent.
type Sent struct {
	MessageID string    `json:"message_id"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Kind      Kind      `json:"kind"`
	ThreadID  string    `json:"thread_id"`
	InReplyTo string    `json:"in_reply_to,omitempty"`
	Subject   seal.Text `json:"subject,omitempty"`
	Body      seal.Text `json:"body"`
	FromKey   seal.Text `json:"from_key,omitempty"`
	ToKey     seal.Text `json:"to_key"`
	Topic     string    `json:"topic,omitempty"`
	About     string    `json:"about,omitempty"`
}

// Edited says what a message says from now on. Both sides are named, so that each can be told.
type Edited struct {
	MessageID string    `json:"message_id"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Subject   seal.Text `json:"subject,omitempty"`
	Body      seal.Text `json:"body,omitempty"`
}

// Deleted says that a message is hidden from one side.
type Deleted struct {
	MessageID string `json:"message_id"`
	By        string `json:"by"`
}

// Read says that who got a message has read it.
type Read struct {
	MessageID string `json:"message_id"`
	From      string `json:"from"`
	To        string `json:"to"`
}
