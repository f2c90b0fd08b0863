package readmodel

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/seal"
)

// queueSent queues what was sent to anybody who can read it: one statement for the messages, one for the
// mailboxes.
func queueSent(b *pgx.Batch, schema string, letters map[int64]*letter) {
	var messages messageRows
	var mailbox mailboxRows
	for _, position := range sortedKeys(letters, cmp.Compare[int64]) {
		l := letters[position]
		if body, ok := l.event.Body.(messaging.Sent); ok && len(l.sides) > 0 {
			messages.add(l.event, body)
			for _, s := range l.sides {
				mailbox = append(mailbox, mailboxRow{l, body, s})
			}
		}
	}
	if len(mailbox) > 0 {
		b.Queue(statement("messages_add", schema), messages.args())
		b.Queue(statement("messages_add_mailbox", schema), mailbox.args())
	}
}

// messageRows are rows of messages, by column.
type messageRows struct {
	positions                             []int64
	ids, senders, recipients, kinds       []string
	threadIDs, inReplyTos, topics, abouts []string
	subjects, bodies                      [][]byte
	times                                 []time.Time
}

func (m *messageRows) add(e *journal.Event, body messaging.Sent) {
	m.positions, m.times = append(m.positions, e.Position), append(m.times, e.RecordedAt)
	m.ids, m.senders, m.recipients = append(m.ids, body.MessageID), append(m.senders, body.From), append(m.recipients, body.To)
	m.kinds, m.threadIDs, m.inReplyTos = append(m.kinds, string(body.Kind)), append(m.threadIDs, body.ThreadID), append(m.inReplyTos, body.InReplyTo)
	m.topics, m.abouts = append(m.topics, body.Topic), append(m.abouts, body.About)
	m.subjects, m.bodies = append(m.subjects, notNull(body.Subject)), append(m.bodies, notNull(body.Body))
}

func (m *messageRows) args() pgx.NamedArgs {
	return pgx.NamedArgs{
		"positions": m.positions, "ids": m.ids, "senders": m.senders, "recipients": m.recipients, "kinds": m.kinds,
		"thread_ids": m.threadIDs, "in_reply_tos": m.inReplyTos, "subjects": m.subjects, "bodies": m.bodies,
		"topics": m.topics, "abouts": m.abouts, "times": m.times,
	}
}

// notNull is a sealed text, empty where there is none.
func notNull(text seal.Text) []byte {
	if text == nil {
		return []byte{}
	}
	return text
}

// mailboxRow is a message that was sent, as one side has it.
type mailboxRow struct {
	*letter
	sent messaging.Sent
	side side
}

// place says in which box of the owner the message is, and who the other side is.
func (r mailboxRow) place() (box query.Box, counterpart string) {
	switch {
	case r.sent.Kind == messaging.KindNote:
		return query.Notes, r.side.owner
	case r.side.owner == r.sent.To:
		return query.Inbox, r.sent.From
	default:
		return query.Sent, r.sent.To
	}
}

type mailboxRows []mailboxRow

// args are the rows by column, in the order of the index.
func (rows mailboxRows) args() pgx.NamedArgs {
	slices.SortStableFunc(rows, func(a, b mailboxRow) int { return strings.Compare(a.side.owner, b.side.owner) })
	n := len(rows)
	owners, positions, ids, boxes, counterparts := make([]string, n), make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	threads, unread, keys := make([]int64, n), make([]bool, n), make([][]byte, n)
	subjects, bodies, times := make([]string, n), make([]string, n), make([]time.Time, n)
	for i, row := range rows {
		box, counterpart := row.place()
		owners[i], positions[i], ids[i], boxes[i], counterparts[i] = row.side.owner, row.message, row.sent.MessageID, string(box), counterpart
		threads[i], unread[i], keys[i] = row.thread, box == query.Inbox, row.side.wrapped
		digest := digestOf(row.side.key)
		subjects[i], bodies[i], times[i] = withDigests(row.words.subject, digest), withDigests(row.words.body, digest), row.event.RecordedAt
	}
	return pgx.NamedArgs{
		"owners": owners, "positions": positions, "ids": ids, "boxes": boxes, "counterparts": counterparts, "threads": threads,
		"unread": unread, "keys": keys, "subjects": subjects, "bodies": bodies, "times": times,
	}
}
