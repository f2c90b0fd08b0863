package readmodel

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/query"
)

const (
	// maxUnread is how far unread messages are counted: a mailbox shows no more digits, and counting ends.
	maxUnread = 1000
	// maxRevisions is how many of a message's former texts are shown, the last ones.
	maxRevisions = 100
)

// messageColumns are what scanMessage reads, of a message m and its row b in a mailbox.
const messageColumns = `m.id, m.sender, m.recipient, m.kind, m.thread_id, m.in_reply_to, m.subject, m.body, b.key,
       m.read_at, m.edited_at, m.edits, m.topic, m.about, m.created_at, m.position, m.version`

// withMessage is an embedded statement that selects messages.
func withMessage(name string) string {
	return strings.ReplaceAll(sqlOf(name), "{message_columns}", messageColumns)
}

// Message returns a message that somebody has; ok is false when they have none of that id, which may be any
// text.
func (r *Reads) Message(ctx context.Context, owner, id string) (m query.Message, ok bool, err error) {
	args, ok := messageArgs(owner, id)
	if !ok {
		return m, false, nil
	}
	ok = false
	err = r.run(ctx, withMessage("message_get"), args, func(rows pgx.Rows) error {
		m, err = scanMessage(rows)
		ok = err == nil
		return err
	})
	return m, ok, err
}

// messageArgs names a message in somebody's mailbox; ok is false when the text is no message's id.
func messageArgs(owner, id string) (args pgx.NamedArgs, ok bool) {
	place, err := journal.ParsePlaceID("msg", id)
	return pgx.NamedArgs{"owner": owner, "id": id, "position": place.Position()}, err == nil
}

// messagesAt returns what somebody has of messages at positions, newest first.
func (r *Reads) messagesAt(ctx context.Context, owner string, positions []int64) ([]query.Message, error) {
	if len(positions) == 0 {
		return nil, nil
	}
	out := make([]query.Message, 0, len(positions))
	err := r.run(ctx, withMessage("message_list_at"), pgx.NamedArgs{"owner": owner, "positions": positions}, func(rows pgx.Rows) error {
		m, err := scanMessage(rows)
		out = append(out, m)
		return err
	})
	return out, err
}

// scanMessage reads messageColumns.
func scanMessage(rows pgx.Rows) (m query.Message, err error) {
	var readAt, editedAt *time.Time
	err = rows.Scan(&m.ID, &m.From, &m.To, &m.Kind, &m.ThreadID, &m.InReplyTo, (*[]byte)(&m.Subject), (*[]byte)(&m.Body), (*[]byte)(&m.Key),
		&readAt, &editedAt, &m.Edits, &m.Topic, &m.About, &m.CreatedAt, &m.Position, &m.Version)
	m.CreatedAt, m.ReadAt, m.EditedAt = m.CreatedAt.UTC(), timeOrZero(readAt), timeOrZero(editedAt)
	return m, err
}

// Unread counts what somebody has got and not read. From a thousand on, capped is true: there are so many,
// or more.
func (r *Reads) Unread(ctx context.Context, owner string) (count int, capped bool, err error) {
	err = r.rows(ctx, "message_unread", pgx.NamedArgs{"owner": owner, "limit": maxUnread + 1}, func(rows pgx.Rows) error {
		return rows.Scan(&count)
	})
	return min(count, maxUnread), count > maxUnread, err
}

// History returns what a message said before it was changed, the last text first, a hundred of them at
// most; nothing when the owner does not have the message.
func (r *Reads) History(ctx context.Context, owner, id string) ([]query.Revision, error) {
	args, ok := messageArgs(owner, id)
	if !ok {
		return nil, nil
	}
	args["limit"] = maxRevisions
	var out []query.Revision
	err := r.rows(ctx, "message_edit_list", args, func(rows pgx.Rows) error {
		var v query.Revision
		err := rows.Scan((*[]byte)(&v.Subject), (*[]byte)(&v.Body), (*[]byte)(&v.Key), &v.WrittenAt, &v.ReplacedAt)
		v.WrittenAt, v.ReplacedAt = v.WrittenAt.UTC(), v.ReplacedAt.UTC()
		out = append(out, v)
		return err
	})
	return out, err
}
