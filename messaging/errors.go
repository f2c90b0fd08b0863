package messaging

import "github.com/florinledger/florin/ledger/journal"

// The refusals of messages. The ledger adds its own (ErrInvalidField, ErrVersionMismatch).
var (
	// ErrMessageNotFound: there is no such message, or not for the caller, who may have deleted it.
	ErrMessageNotFound = journal.Refuse("message-not-found", "There is no such message.")
	// ErrRecipientNotFound: nobody of that id is there to write to.
	ErrRecipientNotFound = journal.Refuse("recipient-not-found", "There is nobody of that id to write to.")
	// ErrNotAuthor: only who wrote a message changes it.
	ErrNotAuthor = journal.Refuse("not-author", "Only who wrote a message changes it.")
	// ErrNotRecipient: only who got a message marks it as read.
	ErrNotRecipient = journal.Refuse("not-recipient", "Only who got a message marks it as read.")
	// ErrThreadParties: an answer goes to the two who wrote what it answers.
	ErrThreadParties = journal.Refuse("thread-parties", "An answer goes to who wrote, or got, the message that it answers.")
)

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{ErrMessageNotFound, ErrRecipientNotFound, ErrNotAuthor, ErrNotRecipient, ErrThreadParties}
}
