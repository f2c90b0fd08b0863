package readmodel

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/seal"
)

// errNoSearchKey says that somebody asks for words without the key that they are found under.
var errNoSearchKey = errors.New("a search for words needs the key of the owner")

// Messages lists what somebody has, newest first.
func (r *Reads) Messages(ctx context.Context, f query.Filter) ([]query.Message, error) {
	w, ok := newMailboxWalk(f)
	if !ok {
		return nil, nil
	}
	if f.Words == "" {
		return r.mailboxPage(ctx, w)
	}
	if f.Key == (seal.Key{}) {
		return nil, errNoSearchKey
	}
	positions, err := r.searchMailbox(ctx, f, w)
	if err != nil {
		return nil, err
	}
	return r.messagesAt(ctx, f.Owner, positions)
}

// mailboxWalk is a filter of somebody's mailbox, in SQL, without its words.
type mailboxWalk struct {
	args       pgx.NamedArgs
	conditions []string
	limit      int
}

// newMailboxWalk reads a filter; ok is false when nothing can fit it.
func newMailboxWalk(f query.Filter) (w *mailboxWalk, ok bool) {
	w = &mailboxWalk{args: pgx.NamedArgs{"owner": f.Owner}, conditions: []string{"owner = @owner", "position <= @high"}}
	high := int64(math.MaxInt64)
	if f.UpTo > 0 {
		high = f.UpTo
	}
	if f.After > 0 {
		high = min(high, f.After-1)
	}
	w.upTo(high, f.Limit)
	equal := func(column, value string) {
		if value != "" {
			w.add(column+" = @"+column, column, value)
		}
	}
	equal("box", string(f.Box))
	equal("counterpart", f.With)
	if f.Unread {
		w.conditions = append(w.conditions, "unread")
	}
	if f.ThreadID != "" {
		place, err := journal.ParsePlaceID("msg", f.ThreadID)
		if err != nil {
			return nil, false
		}
		w.add("thread = @thread", "thread", place.Position())
	}
	// A time is turned into a position by the statement itself, as in every list.
	bound := func(comparison, name string, t time.Time) {
		if !t.IsZero() {
			w.add("position "+comparison+" (SELECT journal_position_before(0::smallint, @"+name+"))", name, wholeMicros(t))
		}
	}
	bound(">", "from", f.From)
	bound("<=", "until", f.Until)
	return w, true
}

func (w *mailboxWalk) add(condition, name string, value any) {
	w.conditions = append(w.conditions, condition)
	w.args[name] = value
}

// upTo says where the walk begins, and how many are wanted from there.
func (w *mailboxWalk) upTo(position int64, limit int) {
	w.args["high"], w.args["limit"], w.limit = position, limit, limit
}

// newest selects columns of the newest rows, at most limit.
func (w *mailboxWalk) newest(columns string, limit int) string {
	return "SELECT " + columns + " FROM {messages}.mailbox WHERE " + all(w.conditions) + newestOnly(limit)
}

// mailboxPage returns a page of a mailbox.
func (r *Reads) mailboxPage(ctx context.Context, w *mailboxWalk) ([]query.Message, error) {
	text := "SELECT " + messageColumns + " FROM (" + w.newest("position, key", w.limit) + ") b" +
		" JOIN {messages}.message m USING (position) ORDER BY position DESC"
	var out []query.Message
	err := r.run(ctx, text, w.args, func(rows pgx.Rows) error {
		m, err := scanMessage(rows)
		out = append(out, m)
		return err
	})
	return out, err
}
