package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/messaging/query"
)

// How many messages are looked through one by one, newest first, before the index is asked: first some, and
// then many, while so many of them fit that these will fill the page. The index would show all that fit,
// of the whole mailbox. What only says which words are not there has no place in the index, and is looked
// for to the end.
const (
	lookedForWords = 200
	lookedForMore  = 5_000 // some 25 ms of work
)

// searchMailbox returns the positions of messages with words, newest first.
func (r *Reads) searchMailbox(ctx context.Context, f query.Filter, w *mailboxWalk) (positions []int64, err error) {
	var words, indexed string
	if err := r.rows(ctx, "message_words_query", pgx.NamedArgs{"words": f.Words}, func(rows pgx.Rows) error {
		return rows.Scan(&words, &indexed)
	}); err != nil || words == "" {
		return nil, err
	}
	w.args["words"] = withDigests(words, digestOf(f.Key))
	for step := lookedForWords; ; step = lookedForMore {
		fit, last, count, err := r.lookThroughMailbox(ctx, w, step)
		if err != nil {
			return nil, err
		}
		if positions = append(positions, fit...); len(positions) == f.Limit || count < step {
			return positions, nil
		}
		w.upTo(last-1, f.Limit-len(positions))
		if seldom := len(fit)*lookedForMore < w.limit*step; seldom && indexed != "T" {
			break
		}
	}
	err = r.run(ctx, w.find(), w.args, func(rows pgx.Rows) error {
		var position int64
		err := rows.Scan(&position)
		positions = append(positions, position)
		return err
	})
	return positions, err
}

// hasWords says that the row w of a mailbox's words has what is looked for.
const hasWords = "(w.subject || w.body) @@ @words::text::tsquery"

// lookThroughMailbox returns which of the newest messages have the words, the last that was looked at, and
// how many those were.
func (r *Reads) lookThroughMailbox(ctx context.Context, w *mailboxWalk, newest int) (fit []int64, last int64, count int, err error) {
	text := "WITH seen AS MATERIALIZED (" + w.newest("position", newest) + `)
SELECT ARRAY(SELECT s.position
               FROM (SELECT position FROM seen ORDER BY position DESC OFFSET 0) s
              CROSS JOIN LATERAL (SELECT FROM {messages}.mailbox_words w WHERE w.owner = @owner AND w.position = s.position AND ` + hasWords + ` OFFSET 0) w
              ORDER BY position DESC LIMIT @limit),
       (SELECT coalesce(min(position), 0) FROM seen), (SELECT count(*) FROM seen)`
	err = r.run(ctx, text, w.args, func(rows pgx.Rows) error { return rows.Scan(&fit, &last, &count) })
	return fit, last, count, err
}

// find selects the newest positions that have the words, by the index of words. Only the owner's messages
// have digests of the owner's; the owner is named lest Postgres, where it takes the words for frequent, reads
// everybody's messages instead.
func (w *mailboxWalk) find() string {
	return "WITH found AS MATERIALIZED (SELECT position FROM {messages}.mailbox_words w WHERE owner = @owner AND " + hasWords + `)
SELECT position
  FROM (SELECT position FROM found WHERE position <= @high OFFSET 0) f
  JOIN {messages}.mailbox USING (position)
 WHERE ` + all(w.conditions) + `
 ORDER BY position DESC LIMIT @limit`
}
