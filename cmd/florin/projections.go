package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/migrations"
)

// projectionsCommand looks after the read models.
type projectionsCommand struct {
	List    projectionsListCommand    `cmd:"" help:"Say how each projection is."`
	Show    projectionsShowCommand    `cmd:"" help:"Say all there is to know of a projection."`
	Rebuild projectionsRebuildCommand `cmd:"" help:"Build projections anew beside the ones that are read, and swap them in."`
	Pause   projectionsPauseCommand   `cmd:"" help:"Hold a projection, and what is built of it."`
	Resume  projectionsResumeCommand  `cmd:"" help:"Let a projection go on that was paused."`
	Skip    projectionsSkipCommand    `cmd:"" help:"Have a projection pass the event by that it stands before. Those of money pass nothing by."`
}

// projectionsDatabase is where the projections are.
type projectionsDatabase struct {
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
}

// open opens the database, which must have the schema of this binary, for f.
func (d *projectionsDatabase) open(ctx context.Context, connections int32, f func(*pgxpool.Pool, *readmodel.Control) error) error {
	if err := checkSchema(ctx, "the database", d.DatabaseURL, migrations.Status); err != nil {
		return err
	}
	pool, err := openPool(ctx, d.DatabaseURL, connections, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	return f(pool, readmodel.NewControl(pool))
}

// operator is who runs this command.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// projectionsListCommand lists.
type projectionsListCommand struct {
	projectionsDatabase
	JSON bool `help:"Print JSON."`
}

// Run prints a line for each.
func (c *projectionsListCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, 1, func(_ *pgxpool.Pool, control *readmodel.Control) error {
		list, err := control.Projections(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(con, shownProjections(list))
		}
		w := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tVERSION\tGENERATION\tPOSITION\tHEAD\tLAG\tSTATUS")
		for i := range list {
			p := &list[i]
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d events, %s\t%s\n", p.Name, p.Version, p.Generation, p.Position, p.Head,
				p.LagEvents(), p.Lag.Round(time.Millisecond), statusText(p))
		}
		return w.Flush()
	})
}

// statusText is a status, with what is built beside.
func statusText(p *query.Projection) string {
	text := string(p.Status)
	if r := p.Rebuild; r != nil && !r.Finished() {
		text += fmt.Sprintf(", %s at %d of %d", r.Stage, r.Position, r.Total)
	}
	return text
}

// projectionsShowCommand shows one.
type projectionsShowCommand struct {
	projectionsDatabase
	Name string `arg:"" help:"Name of the projection."`
	JSON bool   `help:"Print JSON."`
}

// Run prints it.
func (c *projectionsShowCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, 1, func(_ *pgxpool.Pool, control *readmodel.Control) error {
		p, err := control.Projection(ctx, c.Name)
		if err != nil {
			return explain(err)
		}
		if c.JSON {
			return printJSON(con, shownProjection(&p))
		}
		return showProjection(con, &p)
	})
}

func showProjection(con console, p *query.Projection) error {
	w := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	row("name", "%s", p.Name)
	row("version", "%d", p.Version)
	row("generation", "%d", p.Generation)
	row("position", "%d of %d", p.Position, p.Head)
	row("lag", "%d events, %s", p.LagEvents(), p.Lag.Round(time.Millisecond))
	row("status", "%s", p.Status)
	if p.FailedAt > 0 {
		row("failed at", "event %d: %s", p.FailedAt, p.Error)
	}
	if p.Pause != nil {
		row("paused", "%s by %s: %s", p.Pause.At.Format(time.RFC3339), p.Pause.Actor, p.Pause.Reason)
	}
	for _, s := range p.Skips {
		row("passed by", "event %d, %s by %s: %s", s.Position, s.At.Format(time.RFC3339), s.Actor, s.Reason)
	}
	if r := p.Rebuild; r != nil {
		what := "rebuild"
		if r.Compare {
			what = "comparison"
		}
		row(what, "%s at %d of %d, asked for %s by %s", r.Stage, r.Position, r.Total, r.AskedAt.Format(time.RFC3339), r.Actor)
		if r.Error != "" {
			row("it says", "%s", r.Error)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if r := p.Rebuild; r != nil && r.Comparison != nil {
		return printComparison(con, p.Name, r.Comparison)
	}
	return nil
}

func printComparison(con console, name string, c *query.Comparison) error {
	if c.Differ == 0 {
		_, err := fmt.Fprintf(con.Out, "%s: %d rows at position %d, all alike\n", name, c.Rows, c.Position)
		return err
	}
	for _, d := range c.Differences {
		fmt.Fprintf(con.Out, "%s: %s (%s) %s\n", name, d.Table, d.Key, d.Detail)
	}
	_, err := fmt.Fprintf(con.Out, "%s: %d rows at position %d, %d differ\n", name, c.Rows, c.Position, c.Differ)
	return err
}

// projectionsPauseCommand pauses.
type projectionsPauseCommand struct {
	projectionsDatabase
	Name   string `arg:"" help:"Name of the projection."`
	Reason string `help:"Why; it is shown as long as it is paused." required:""`
}

// Run pauses it.
func (c *projectionsPauseCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, 1, func(_ *pgxpool.Pool, control *readmodel.Control) error {
		if err := needReason(c.Reason); err != nil {
			return err
		}
		if err := control.Pause(ctx, c.Name, c.Reason, operator()); err != nil {
			return explain(err)
		}
		_, err := fmt.Fprintf(con.Out, "%s is paused\n", c.Name)
		return err
	})
}

// projectionsResumeCommand resumes.
type projectionsResumeCommand struct {
	projectionsDatabase
	Name string `arg:"" help:"Name of the projection."`
}

// Run resumes it.
func (c *projectionsResumeCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, 1, func(_ *pgxpool.Pool, control *readmodel.Control) error {
		if err := control.Resume(ctx, c.Name); err != nil {
			return explain(err)
		}
		_, err := fmt.Fprintf(con.Out, "%s goes on\n", c.Name)
		return err
	})
}

// projectionsSkipCommand has an event passed by.
type projectionsSkipCommand struct {
	projectionsDatabase
	Name     string `arg:"" help:"Name of the projection."`
	Position int64  `help:"The event that it stands before; it is none other that is passed by." required:""`
	Reason   string `help:"Why; it is kept with the projection." required:""`
}

// Run passes it by.
func (c *projectionsSkipCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, 1, func(_ *pgxpool.Pool, control *readmodel.Control) error {
		if err := needReason(c.Reason); err != nil {
			return err
		}
		if err := control.Skip(ctx, c.Name, c.Position, c.Reason, operator()); err != nil {
			return explain(err)
		}
		_, err := fmt.Fprintf(con.Out, "%s passes event %d by\n", c.Name, c.Position)
		return err
	})
}

func needReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errors.New("--reason: it is done for a reason")
	}
	return nil
}

// explain says what a refusal means for who typed the command.
func explain(err error) error {
	switch {
	case errors.Is(err, query.ErrNoProjection):
		return fmt.Errorf("there is no such projection: there are %s", strings.Join(readmodel.Names(), ", "))
	case errors.Is(err, query.ErrMoneyProjection):
		return errors.New("it shows money, or decides over some, and passes no event by: the event has to be taken, by a binary that can")
	case errors.Is(err, query.ErrNotStuck):
		return errors.New("it does not stand before that event: florin projections show says where it stands")
	case errors.Is(err, query.ErrRebuilding):
		return errors.New("it is being built already, to be compared or to be read: wait for that, or take it up with the same command")
	case errors.Is(err, query.ErrNotBuilt):
		return errors.New("it has no tables to compare with: build it first")
	}
	return err
}

// projectionJSON is a projection as --json shows it.
type projectionJSON struct {
	Name       string       `json:"name"`
	Version    int          `json:"version"`
	Generation int          `json:"generation"`
	Position   int64        `json:"position"`
	Head       int64        `json:"head"`
	LagEvents  int64        `json:"lag_events"`
	LagSeconds json.Number  `json:"lag_seconds"`
	Status     string       `json:"status"`
	FailedAt   int64        `json:"failed_at,omitempty"`
	Error      string       `json:"error,omitempty"`
	Skips      []skipJSON   `json:"skips,omitempty"`
	Rebuild    *rebuildJSON `json:"rebuild,omitempty"`
}

// skipJSON is an event that is passed by.
type skipJSON struct {
	Position int64     `json:"position"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason"`
	Actor    string    `json:"actor"`
}

// rebuildJSON is a rebuild as --json shows it.
type rebuildJSON struct {
	Generation int               `json:"generation,omitempty"`
	Compare    bool              `json:"compare,omitempty"`
	Stage      string            `json:"stage"`
	Position   int64             `json:"position"`
	Total      int64             `json:"total"`
	Rate       int64             `json:"rate"`
	ETASeconds int64             `json:"eta_seconds"`
	FinishedAt time.Time         `json:"finished_at,omitzero"`
	Error      string            `json:"error,omitempty"`
	Comparison *query.Comparison `json:"comparison,omitempty"`
}

func shownProjections(list []query.Projection) []projectionJSON {
	out := make([]projectionJSON, 0, len(list))
	for i := range list {
		out = append(out, shownProjection(&list[i]))
	}
	return out
}

func shownProjection(p *query.Projection) projectionJSON {
	out := projectionJSON{Name: p.Name, Version: p.Version, Generation: p.Generation, Position: p.Position, Head: p.Head,
		LagEvents: p.LagEvents(), LagSeconds: json.Number(fmt.Sprintf("%.3f", p.Lag.Seconds())), Status: string(p.Status), FailedAt: p.FailedAt, Error: p.Error}
	for _, s := range p.Skips {
		out.Skips = append(out.Skips, skipJSON(s))
	}
	if r := p.Rebuild; r != nil {
		out.Rebuild = &rebuildJSON{Generation: r.Generation, Compare: r.Compare, Stage: string(r.Stage), Position: r.Position, Total: r.Total,
			Rate: r.Rate, ETASeconds: int64(r.ETA.Seconds()), FinishedAt: r.FinishedAt, Error: r.Error, Comparison: r.Comparison}
	}
	return out
}

func printJSON(con console, v any) error {
	encoder := json.NewEncoder(con.Out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
