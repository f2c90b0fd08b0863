package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/cmd/florin/progress"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	messages "github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/seal"
)

const (
	// watchInterval is how often a rebuild is looked at.
	watchInterval = 200 * time.Millisecond
	// watchLines is how often it is told of as JSON.
	watchLines = 10 * time.Second
)

// projectionsRebuildCommand builds projections anew.
type projectionsRebuildCommand struct {
	projectionsDatabase
	KeysDatabaseURL string   `help:"Postgres database of the vault, as a URL; only messages need it." env:"KEYS_DATABASE_URL,FLORIN_DEV_KEYS_DATABASE_URL"`
	MasterKeys      string   `help:"File, or folder of *.key files, with the master keys of the vault." env:"FLORIN_MASTER_KEYS" type:"path" default:".florin/master-keys"`
	NatsURL         string   `help:"NATS servers, to hear of new events from; without them the journal is read." env:"NATS_URL"`
	Names           []string `arg:"" optional:"" help:"Names of projections."`
	All             bool     `help:"All of them."`
	Compare         bool     `help:"Hold every row against the ones that are read, and swap nothing. Exit code 1 if one differs."`
	Detach          bool     `help:"Leave the work to a running process with the role projector."`
	JSON            bool     `help:"Print JSON, an object per line."`
}

// Run builds, or has built, what is named, and shows how far it is. Whoever else works at the same jobs is left
// to them.
func (c *projectionsRebuildCommand) Run(ctx context.Context, con console) error {
	names := c.Names
	switch {
	case c.All && len(names) > 0:
		return errors.New("either names of projections or --all")
	case c.All:
		names = readmodel.Names()
	case len(names) == 0:
		return errors.New("which ones? Name projections, or --all")
	}
	tuneMemory()
	return c.open(ctx, readmodel.RebuildConnections+2, func(pool *pgxpool.Pool, control *readmodel.Control) error {
		for _, name := range names {
			if _, err := control.Projection(ctx, name); err != nil {
				return explain(fmt.Errorf("%s: %w", name, err))
			}
		}
		keys, stop, err := c.keys(ctx, names)
		if err != nil {
			return err
		}
		defer stop()
		for _, name := range names {
			if err := control.Rebuild(ctx, name, c.Compare, operator()); err != nil {
				return fmt.Errorf("%s: %w", name, explain(err))
			}
		}
		if c.Detach {
			_, err := fmt.Fprintf(con.Out, "asked for: %s\n", strings.Join(names, ", "))
			return err
		}
		return c.work(ctx, con, pool, control, keys, names)
	})
}

// keys opens the vault where it is needed.
func (c *projectionsRebuildCommand) keys(ctx context.Context, names []string) (_ seal.Keys, stop func(), err error) {
	if !slices.Contains(names, messages.Messages) || c.Detach {
		return nil, func() {}, nil
	}
	if c.KeysDatabaseURL == "" {
		return nil, nil, fmt.Errorf("%s are found by words that only the vault's keys open: --keys-database-url and --master-keys, or name the other projections", messages.Messages)
	}
	settings := vaultSettings{KeysDatabaseURL: c.KeysDatabaseURL, MasterKeys: c.MasterKeys}
	v, pool, err := settings.openVault(ctx)
	if err != nil {
		return nil, nil, err
	}
	return v, pool.Close, nil
}

// work runs a rebuilder until what was asked for is done.
func (c *projectionsRebuildCommand) work(ctx context.Context, con console, pool *pgxpool.Pool, control *readmodel.Control, keys seal.Keys, names []string) error {
	log := slog.New(slog.NewTextHandler(con.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	holder, err := holderName()
	if err != nil {
		return err
	}
	events, stop, err := c.events(log)
	if err != nil {
		return err
	}
	defer stop()
	store, registry := postgres.NewStore(pool), newRegistry()
	tail := journal.NewTail(shard, store, events, log)
	working, done := context.WithCancel(ctx)
	var group errgroup.Group
	group.Go(func() error { return tail.Run(working) })
	group.Go(func() error { return readmodel.Register(working, pool, holder, log) })
	group.Go(func() error {
		return readmodel.NewRebuilder(pool, registry, keys, store, tail, log).Run(working, names...)
	})
	list, err := c.watch(ctx, con, control, names)
	done()
	if err := errors.Join(err, group.Wait()); err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted: a running projector, or the same command, goes on where it is; florin projections pause holds it")
		}
		return err
	}
	return c.report(con, list)
}

// events is the log of published events, where there is a bus.
func (c *projectionsRebuildCommand) events(log *slog.Logger) (_ journal.Subscriber, stop func(), err error) {
	if c.NatsURL == "" {
		return journal.NoLog{}, func() {}, nil
	}
	conn, err := natsbus.Connect(c.NatsURL, natsbus.Options{Log: log})
	if err != nil {
		return nil, nil, err
	}
	js, err := natsbus.JetStream(conn)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return natsbus.NewSubscriber(js), conn.Close, nil
}

// watch shows how far the rebuilds are until they are finished, and returns how they ended.
func (c *projectionsRebuildCommand) watch(ctx context.Context, con console, control *readmodel.Control, names []string) ([]query.Projection, error) {
	board := progress.NewBoard(con.Err, "events")
	var told time.Time
	for {
		all, err := control.Projections(ctx)
		if err != nil {
			return nil, err
		}
		list := slices.DeleteFunc(all, func(p query.Projection) bool { return !slices.Contains(names, p.Name) })
		finished := !slices.ContainsFunc(list, func(p query.Projection) bool { return p.Rebuild == nil || !p.Rebuild.Finished() })
		now := time.Now()
		switch {
		case !c.JSON:
			board.Show(now, boardLines(list))
		case finished || now.Sub(told) >= watchLines:
			told = now
			for i := range list {
				if err := json.NewEncoder(con.Out).Encode(shownProjection(&list[i])); err != nil {
					return nil, err
				}
			}
		}
		if finished {
			return list, nil
		}
		pause(ctx, watchInterval)
	}
}

func boardLines(list []query.Projection) []progress.Line {
	var lines []progress.Line
	for i := range list {
		p := &list[i]
		l := progress.Line{Name: p.Name}
		if r := p.Rebuild; r != nil {
			l.Stage, l.Position, l.Total, l.Rate, l.ETA, l.Note = string(r.Stage), r.Position, r.Total, r.Rate, r.ETA, r.Error
		}
		if p.Pause != nil {
			l.Note = "paused by " + p.Pause.Actor + ": " + p.Pause.Reason
		}
		lines = append(lines, l)
	}
	return lines
}

// report says how the rebuilds ended.
func (c *projectionsRebuildCommand) report(con console, list []query.Projection) error {
	var failed error
	for i := range list {
		p, r := &list[i], list[i].Rebuild
		if r.Stage == query.StageAbandoned || r.Comparison != nil && r.Comparison.Differ > 0 {
			failed = errFound
		}
		if c.JSON {
			continue
		}
		var err error
		switch {
		case r.Stage == query.StageAbandoned:
			_, err = fmt.Fprintf(con.Out, "%s: given up: %s\n", p.Name, r.Error)
		case r.Comparison != nil:
			err = printComparison(con, p.Name, r.Comparison)
		default:
			_, err = fmt.Fprintf(con.Out, "%s: generation %d is read, built up to position %d\n", p.Name, r.Generation, r.Position)
		}
		if err != nil {
			return err
		}
	}
	return failed
}
