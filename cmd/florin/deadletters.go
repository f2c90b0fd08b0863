package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/migrations"
)

// letterPage is how many dead letters are read at once.
const letterPage = 500

// deadLettersCommand looks after commands that could not be decided, and events that cannot be taken.
type deadLettersCommand struct {
	List    listLettersCommand   `cmd:"" help:"List dead letters, newest first."`
	Show    showLetterCommand    `cmd:"" help:"Show one, with what its command asks for, or its event says."`
	Requeue requeueLetterCommand `cmd:"" help:"Have its command decided again, under another id, or its event tried at once."`
	Discard discardLetterCommand `cmd:"" help:"Leave it undone; an event is passed by, where that may be."`
}

// letterSettings are those of each.
type letterSettings struct {
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
	JSON        bool   `help:"Print JSON."`
}

// with calls f with the dead letters.
func (s *letterSettings) with(ctx context.Context, f func(*postgres.DeadLetters) error) error {
	if err := checkSchema(ctx, "the database", s.DatabaseURL, migrations.Status); err != nil {
		return err
	}
	pool, err := openPool(ctx, s.DatabaseURL, 1, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	return f(deadLetters(pool))
}

type listLettersCommand struct {
	letterSettings
	All bool `help:"Those too that were dealt with."`
}

// Run lists them.
func (c *listLettersCommand) Run(ctx context.Context, con console) error {
	return c.with(ctx, func(d *postgres.DeadLetters) error {
		table := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
		if !c.JSON {
			fmt.Fprintln(table, "id\ttype\tcaller or taker\tsince\tstatus\treason")
		}
		for f := (journal.LetterFilter{All: c.All, Limit: letterPage}); ; {
			page, err := d.Letters(ctx, f)
			if err != nil {
				return err
			}
			for i := range page {
				l := &page[i]
				if c.JSON {
					if err := printLetter(con.Out, l, true); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", l.ID(), typeOf(l), concerned(l), l.At.Format(time.RFC3339), statusOf(l), firstLine(l.Reason))
			}
			if len(page) < letterPage {
				return table.Flush()
			}
			f.BeforeAt, f.Before = page[len(page)-1].At, page[len(page)-1].ID()
		}
	})
}

type showLetterCommand struct {
	letterSettings
	ID string `arg:"" help:"The command's id, cmd_…; of an event, as it is listed: reactor.mail.1234."`
}

// Run shows it.
func (c *showLetterCommand) Run(ctx context.Context, con console) error {
	id, err := journal.ParseLetterID(c.ID)
	if err != nil {
		return err
	}
	return c.with(ctx, func(d *postgres.DeadLetters) error {
		l, err := d.Letter(ctx, id)
		if err != nil {
			return err
		}
		return printLetter(con.Out, &l, c.JSON)
	})
}

// resolveSettings are those of a decision.
type resolveSettings struct {
	letterSettings
	ID     string `arg:"" help:"The command's id, cmd_…; of an event, as it is listed: reactor.mail.1234."`
	Reason string `help:"Why; it is kept with the dead letter." required:""`
}

func (c *resolveSettings) resolve(ctx context.Context, con console, r journal.Resolution) error {
	id, err := journal.ParseLetterID(c.ID)
	if err != nil {
		return err
	}
	if strings.TrimSpace(c.Reason) == "" {
		return errors.New("a dead letter is dealt with for a reason")
	}
	return c.with(ctx, func(d *postgres.DeadLetters) error {
		l, err := d.Resolve(ctx, id, r, operator(), c.Reason)
		if err != nil {
			return explain(explainReactor(err))
		}
		if c.JSON {
			return printLetter(con.Out, &l, true)
		}
		_, err = fmt.Fprintf(con.Out, "%s is %s\n", l.ID(), statusOf(&l))
		return err
	})
}

type requeueLetterCommand struct{ resolveSettings }

// Run asks again.
func (c *requeueLetterCommand) Run(ctx context.Context, con console) error {
	return c.resolve(ctx, con, journal.Requeued)
}

type discardLetterCommand struct{ resolveSettings }

// Run discards it.
func (c *discardLetterCommand) Run(ctx context.Context, con console) error {
	return c.resolve(ctx, con, journal.Discarded)
}

// statusOf says in a few words what became of a dead letter.
func statusOf(l *journal.Letter) string {
	switch l.Resolution {
	case journal.Requeued:
		if l.Event != nil {
			return "to be tried at once"
		}
		return "requeued as " + l.RequeuedAs.String()
	case journal.Discarded:
		return "discarded"
	}
	if l.Event != nil {
		return fmt.Sprintf("open, tried %d times", l.Event.Tries)
	}
	return "open"
}

// typeOf is what its command asks for, or what its event is.
func typeOf(l *journal.Letter) string {
	if l.Event != nil {
		return l.Event.Type
	}
	return l.Command.Type
}

// concerned is who sent the command, or cannot take the event.
func concerned(l *journal.Letter) string {
	if l.Event != nil {
		return l.Event.Taker.String()
	}
	return l.Command.Actor
}

// firstLine is a reason as a table has room for it: a panic's goes on for pages.
func firstLine(reason string) string {
	line, _, _ := strings.Cut(reason, "\n")
	return line
}

// printLetter prints one: on a line as JSON, or for people. What is personal in a command was sealed before it was sent,
// but nobody knows what there is in one that cannot be read: of that its length is shown.
func printLetter(out io.Writer, l *journal.Letter, asJSON bool) error {
	shown := map[string]any{"id": l.ID().String(), "type": typeOf(l), "at": l.At, "status": "open", "reason": l.Reason}
	data, bytes := l.Command.Data, len(l.Command.Data)
	if e := l.Event; e != nil {
		data, bytes = e.Data, e.Bytes
		shown["kind"], shown["taker"], shown["event_id"], shown["position"] = "event", e.Taker.String(), e.Place.Format("evt"), e.Place.Position()
		shown["tries"] = e.Tries
		if !e.Next.IsZero() {
			shown["next_try_at"] = e.Next
		}
	} else {
		shown["kind"], shown["caller"] = "command", l.Command.Actor
	}
	shown["bytes"] = bytes
	if l.Readable() && len(data) > 0 && json.Valid(data) {
		shown["data"] = data
	}
	if !l.Open() {
		shown["status"], shown["resolved_at"], shown["resolved_by"], shown["resolution_reason"] = l.Resolution, l.ResolvedAt, l.ResolvedBy, l.Why
	}
	if !l.RequeuedAs.IsZero() {
		shown["requeued_as"] = l.RequeuedAs.String()
	}
	encoder := json.NewEncoder(out)
	if !asJSON {
		encoder.SetIndent("", "  ")
	}
	return encoder.Encode(shown)
}
