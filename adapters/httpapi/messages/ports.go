package messages

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/messaging"
	messages "github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/desk"
)

// Ports are what the routes of messages call out to. All of them are needed.
type Ports struct {
	Messages  Messages
	Names     handling.Names
	Directory desk.Directory
	Sealer    *messaging.Sealer
	Mailboxes *Mailboxes
}

// Messages answers what there is of messages, from the projection messages.Messages. Each has an owner: whose
// mailbox is looked at.
type Messages interface {
	Message(ctx context.Context, owner, id string) (m messages.Message, ok bool, err error)
	Messages(ctx context.Context, f messages.Filter) ([]messages.Message, error)
	// Unread counts what was received and not read; more says that it stopped at a thousand.
	Unread(ctx context.Context, owner string) (n int, more bool, err error)
	// History returns what a message said before it was changed, newest first.
	History(ctx context.Context, owner, id string) ([]messages.Revision, error)
	// Since returns what happened in a mailbox after a position, in order.
	Since(ctx context.Context, owner string, position int64, limit int) ([]messages.Change, error)
}
