package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/messaging/query"
)

// Since returns what happened in somebody's mailbox after a position, in order, up to limit changes, each
// with its message as it stands now. Whoever goes on after the last one that they saw misses none: changes
// come to be seen in the order of their positions.
func (r *Reads) Since(ctx context.Context, owner string, position int64, limit int) ([]query.Change, error) {
	var out []query.Change
	var of []int64 // the message of each change
	args := pgx.NamedArgs{"owner": owner, "after": position, "limit": limit}
	err := r.rows(ctx, "mailbox_change_list", args, func(rows pgx.Rows) error {
		var c query.Change
		var message int64
		err := rows.Scan(&c.Position, &c.Type, &message, &c.MessageID, &c.At)
		c.At = c.At.UTC()
		out, of = append(out, c), append(of, message)
		return err
	})
	if err != nil {
		return nil, err
	}
	messages, err := r.messagesAt(ctx, owner, of)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]*query.Message, len(messages))
	for i := range messages {
		at[messages[i].Position] = &messages[i]
	}
	for i := range out {
		out[i].Message = at[of[i]]
	}
	return out, nil
}
