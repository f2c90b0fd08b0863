package messaging

import "github.com/florinledger/florin/users/seal"

// The types of the commands of messages. Data is the command's struct as JSON, sealed at the edge.
const (
	CommandSendMessage   = "send-message"
	CommandEditMessage   = "edit-message"
	CommandDeleteMessage = "delete-message"
	CommandReadMessage   = "read-message"
)

// The labels that messages are sealed under. Subject and body are sealed with the message's own key, and
// that key with the key of each side.
const (
	LabelSubject = "message subject"
	LabelBody    = "message body"
	LabelKey     = "message key"
)

// Kind says what a message is.
type Kind string

// The kinds of messages.
const (
	// KindMessage is from one person, or service, to another person.
	KindMessage Kind = "message"
	// KindNote is from a person to itself.
	KindNote Kind = "note"
	// KindNotice is what Florin tells a person. Its From is [Florin].
	KindNotice Kind = "notice"
)

// Florin is who notices come from.
const Florin = "florin"

// SendMessage sends a message, or a note, or a notice. Its event's body has the message's id.
//
// Refusals: ErrRecipientNotFound, ErrMessageNotFound (what it answers is not there for the writer),
// ErrThreadParties, users.ErrUserNotFound (the writer was erased), and the ledger's ErrInvalidField.
type SendMessage struct {
	From string `json:"from"`
	// To is a person: From itself for a note.
	To   string `json:"to"`
	Kind Kind   `json:"kind"`
	// InReplyTo is the message that it answers; empty for none.
	InReplyTo string    `json:"in_reply_to,omitempty"`
	Subject   seal.Text `json:"subject,omitempty"`
	Body      seal.Text `json:"body"`
	// FromKey and ToKey are the message's key, sealed for each side; FromKey is empty where the writer is
	// no person, and for a note.
	FromKey seal.Text `json:"from_key,omitempty"`
	ToKey   seal.Text `json:"to_key"`
	// Topic says what a notice is about, such as "top-up-received", and About which thing, such as a
	// payment's id. Both are empty for what people write.
	Topic string `json:"topic,omitempty"`
	About string `json:"about,omitempty"`
}

// EditMessage changes a message. What is empty stays.
//
// Refusals: ErrMessageNotFound, ErrNotAuthor, and the ledger's ErrInvalidField and ErrVersionMismatch.
type EditMessage struct {
	By        string `json:"by"`
	MessageID string `json:"message_id"`
	// Version is that of the message as the caller read it; 0 for whatever it is.
	Version int64     `json:"version,omitempty"`
	Subject seal.Text `json:"subject,omitempty"`
	Body    seal.Text `json:"body,omitempty"`
}

// DeleteMessage hides a message from who asks. Hiding what is hidden changes nothing.
//
// Refusals: ErrMessageNotFound.
type DeleteMessage struct {
	By        string `json:"by"`
	MessageID string `json:"message_id"`
}

// ReadMessage notes that who got a message has read it. Reading what was read changes nothing.
//
// Refusals: ErrMessageNotFound, ErrNotRecipient.
type ReadMessage struct {
	By        string `json:"by"`
	MessageID string `json:"message_id"`
}
