package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/query"
)

// reactorsCommand looks after the reactors.
type reactorsCommand struct {
	List reactorsListCommand `cmd:"" help:"Say how each reactor is, and where it runs."`
	Show reactorsShowCommand `cmd:"" help:"Say all there is to know of a reactor."`
	Skip reactorsSkipCommand `cmd:"" help:"Have a reactor pass the event by that it stands before. Those of money, and of erasing, pass nothing by."`
}

// withReactors opens the database for f.
func (d *projectionsDatabase) withReactors(ctx context.Context, f func(*postgres.Reactors) error) error {
	return d.open(ctx, 1, func(pool *pgxpool.Pool, _ *readmodel.Control) error {
		return f(postgres.NewReactors(pool, shard, reactorKinds()))
	})
}

// reactorsListCommand lists.
type reactorsListCommand struct {
	projectionsDatabase
	JSON bool `help:"Print JSON."`
}

// Run prints a line for each.
func (c *reactorsListCommand) Run(ctx context.Context, con console) error {
	return c.withReactors(ctx, func(reactors *postgres.Reactors) error {
		list, err := reactors.Reactors(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			out := make([]reactorJSON, 0, len(list))
			for i := range list {
				out = append(out, shownReactor(&list[i]))
			}
			return printJSON(con, out)
		}
		w := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tPOSITION\tHEAD\tLAG\tSTATUS\tAT")
		for i := range list {
			r := &list[i]
			fmt.Fprintf(w, "%s\t%d\t%d\t%d events, %s\t%s\t%s\n", r.Name, r.Position, r.Head, r.LagEvents(), r.Lag.Round(time.Millisecond), reactorText(r), r.Place)
		}
		return w.Flush()
	})
}

// reactorText is a status, with the event that it stands before.
func reactorText(r *query.Reactor) string {
	if f := r.Failure; f != nil {
		return fmt.Sprintf("%s at event %d, tried %d times", r.Status, f.Position, f.Tries)
	}
	return string(r.Status)
}

// reactorsShowCommand shows one.
type reactorsShowCommand struct {
	projectionsDatabase
	Name string `arg:"" help:"Name of the reactor."`
	JSON bool   `help:"Print JSON."`
}

// Run prints it.
func (c *reactorsShowCommand) Run(ctx context.Context, con console) error {
	return c.withReactors(ctx, func(reactors *postgres.Reactors) error {
		r, err := reactors.Reactor(ctx, c.Name)
		if err != nil {
			return explainReactor(err)
		}
		if c.JSON {
			return printJSON(con, shownReactor(&r))
		}
		return showReactor(con, &r)
	})
}

func showReactor(con console, r *query.Reactor) error {
	w := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	row("name", "%s", r.Name)
	row("position", "%d of %d", r.Position, r.Head)
	row("lag", "%d events, %s", r.LagEvents(), r.Lag.Round(time.Millisecond))
	row("status", "%s", r.Status)
	if r.Place != "" {
		row("runs at", "%s", r.Place)
	}
	if r.Vital {
		row("vital", "it passes no event by")
	}
	if f := r.Failure; f != nil {
		row("failed at", "event %d: %s", f.Position, f.Error)
		row("tried", "%d times since %s, again at %s", f.Tries, f.Since.Format(time.RFC3339), f.Next.Format(time.RFC3339))
	}
	for _, s := range r.Skips {
		row("passed by", "event %d, %s by %s: %s", s.Position, s.At.Format(time.RFC3339), s.Actor, s.Reason)
	}
	return w.Flush()
}

// reactorsSkipCommand has an event passed by.
type reactorsSkipCommand struct {
	projectionsDatabase
	Name     string `arg:"" help:"Name of the reactor."`
	Position int64  `help:"The event that it stands before; it is none other that is passed by." required:""`
	Reason   string `help:"Why; it is kept with the reactor." required:""`
}

// Run passes it by.
func (c *reactorsSkipCommand) Run(ctx context.Context, con console) error {
	return c.withReactors(ctx, func(reactors *postgres.Reactors) error {
		if err := needReason(c.Reason); err != nil {
			return err
		}
		if err := reactors.Skip(ctx, c.Name, c.Position, c.Reason, operator()); err != nil {
			return explainReactor(err)
		}
		_, err := fmt.Fprintf(con.Out, "%s passes event %d by\n", c.Name, c.Position)
		return err
	})
}

// explainReactor says what a refusal means for who typed the command.
func explainReactor(err error) error {
	switch {
	case errors.Is(err, query.ErrNoReactor):
		var names []string
		for _, k := range reactorKinds() {
			names = append(names, k.Name)
		}
		return fmt.Errorf("there is no such reactor: there are %s", strings.Join(names, ", "))
	case errors.Is(err, query.ErrVitalReactor):
		return errors.New("what it does moves money, or erases somebody, and it passes no event by: the event has to be acted on, by a binary that can")
	case errors.Is(err, query.ErrReactorNotStuck):
		return errors.New("it does not stand before that event: florin reactors show says where it stands")
	}
	return err
}

// reactorJSON is a reactor as --json shows it.
type reactorJSON struct {
	Name         string      `json:"name"`
	Vital        bool        `json:"vital"`
	Status       string      `json:"status"`
	RunsAt       string      `json:"runs_at,omitempty"`
	Position     int64       `json:"position"`
	Head         int64       `json:"head"`
	LagEvents    int64       `json:"lag_events"`
	LagSeconds   json.Number `json:"lag_seconds"`
	FailedAt     int64       `json:"failed_at,omitempty"`
	Error        string      `json:"error,omitempty"`
	FailingSince time.Time   `json:"failing_since,omitzero"`
	Tries        int         `json:"tries,omitempty"`
	NextTryAt    time.Time   `json:"next_try_at,omitzero"`
	Skips        []skipJSON  `json:"skips,omitempty"`
}

func shownReactor(r *query.Reactor) reactorJSON {
	out := reactorJSON{Name: r.Name, Vital: r.Vital, Status: string(r.Status), RunsAt: r.Place, Position: r.Position, Head: r.Head,
		LagEvents: r.LagEvents(), LagSeconds: json.Number(fmt.Sprintf("%.3f", r.Lag.Seconds()))}
	if f := r.Failure; f != nil {
		out.FailedAt, out.Error, out.FailingSince, out.Tries, out.NextTryAt = f.Position, f.Error, f.Since, f.Tries, f.Next
	}
	for _, s := range r.Skips {
		out.Skips = append(out.Skips, skipJSON(s))
	}
	return out
}
