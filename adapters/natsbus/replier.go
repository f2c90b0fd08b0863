package natsbus

import (
	"context"
	"log/slog"

	"github.com/nats-io/nats.go"

	"github.com/florinledger/florin/ledger/journal"
)

// Replier carries answers back. It implements journal.Replier.
type Replier struct {
	conn *nats.Conn
	log  *slog.Logger
}

// NewReplier returns a replier over conn.
func NewReplier(conn *nats.Conn, log *slog.Logger) *Replier {
	return &Replier{conn: conn, log: log}
}

// Reply implements journal.Replier. Answers for one address travel together, in messages of at
// most MaxMessage; one that would not fit alone travels without its events, which its reader finds
// in the journal. What cannot be sent is logged and dropped.
func (r *Replier) Reply(ctx context.Context, to string, answers []journal.Answer) {
	head := journal.AppendAnswers(nil)
	message := append(make([]byte, 0, 64<<10), head...)
	held := 0 // answers in the message
	send := func() {
		if held > 0 {
			r.publish(ctx, to, message, held)
		}
		message, held = message[:len(head)], 0
	}
	for i := range answers {
		end := len(message)
		message = journal.AppendAnswer(message, &answers[i])
		if len(message) > MaxMessage && held > 0 {
			message = message[:end]
			send()
			message = journal.AppendAnswer(message, &answers[i])
		}
		if len(message) > MaxMessage {
			bare := answers[i]
			bare.Events = nil
			message = journal.AppendAnswer(message[:len(head)], &bare)
		}
		held++
	}
	send()
}

// publish sends one message, best effort.
func (r *Replier) publish(ctx context.Context, to string, message []byte, answers int) {
	err := ctx.Err()
	if err == nil {
		err = r.conn.Publish(to, message)
	}
	if err != nil {
		r.log.Warn("answers cannot be sent", "to", to, "answers", answers, "bytes", len(message), "error", err)
	}
}
