package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/ledger/journal"
)

const (
	// dueInterval is how often a sweep looks: what is due is done within a second, with room for what
	// the read model lags and the commands take.
	dueInterval = 200 * time.Millisecond
	// dueAgain is when the same is asked again that has an answer, and is due all the same: the read
	// model is long past it, but where a journal has lost it, or its command is a dead letter. Each time it is asked
	// after twice as long, up to dueAgainMax: the answer is the same until somebody has dealt with it.
	dueAgain, dueAgainMax = 10 * time.Second, 10 * time.Minute
	// duePatience is how long an answer is waited for before the same is asked again: one that got lost
	// must not keep what comes due meanwhile.
	duePatience = 2 * time.Second
	// duePage is how many things are read at once, and commandsAtOnce how many commands are under way: 10,000
	// that are due at once are few commands, all of which the writer has before its first commit is done.
	duePage, commandsAtOnce = 10_000, 40
)

// sweep has done what is to be done at a time that has come. It only asks: the writer judges by its own clock.
type sweep struct {
	// name is who asks, and that of the lock; things is what is swept, for the log.
	name, things string
	// due is what the read model knows to be due, in an order of its own, after a place in it; the zero due is
	// before all.
	due func(ctx context.Context, after due, limit int) ([]due, error)
	// order is the command that does it; together is how many things go in one.
	order    func([]due) (commandType string, data any)
	together int
	// told reads the answer of one that is done: which things it left for later, and how many it saw to.
	told func(journal.Answer) (left []string, done int, err error)
	// early is how the writer refuses what is not due yet.
	early *journal.Refusal
	// do has a command decided.
	do  func(ctx context.Context, c journal.Command) (journal.Answer, error)
	log *slog.Logger
	// job, if set, is told of each sweep that finds something to do, and when it is through.
	job func(ctx context.Context, name string) (_ context.Context, ended func(error))

	// asked is what was asked for before and is still due as far as the read model knows, by name.
	asked map[string]asked
}

// due is a thing whose time has come.
type due struct {
	id string
	at time.Time
	// wallet is whose it is, where the read model goes by that.
	wallet string
}

// name names a thing at its time.
func (d due) name() string { return d.id + " " + d.at.Format(time.RFC3339Nano) }

// asked is how often something was asked for in vain, and until when there is nothing to ask.
type asked struct {
	attempt int
	until   time.Time
	// pause is how long there is nothing to ask.
	pause time.Duration
}

// again is what is remembered of something that was asked for and has an answer.
func (a asked) again(now time.Time) asked {
	pause := min(max(dueAgain, 2*a.pause), dueAgainMax)
	return asked{attempt: a.attempt, until: now.Add(pause), pause: pause}
}

// run sweeps, in one process at a time, until ctx ends. It returns nil.
func (x *sweep) run(ctx context.Context, points journal.Checkpoints) error {
	return alone(ctx, points, x.name, dueInterval, x.log, func() func(context.Context) error {
		x.asked = map[string]asked{}
		return x.sweep
	})
}

// sweep asks once for everything that is due.
func (x *sweep) sweep(ctx context.Context) (err error) {
	var ended func(error)
	defer func() {
		if ended != nil {
			ended(err)
		}
	}()
	var done atomic.Int64
	var mu sync.Mutex
	seen := map[string]asked{}
	for last := (due{}); ; {
		list, err := x.due(ctx, last, duePage)
		if err != nil {
			return fmt.Errorf("%s that are due: %w", x.things, err)
		}
		full := len(list) == duePage
		if full {
			last = list[len(list)-1]
		}
		list = slices.DeleteFunc(list, func(d due) bool {
			before, known := x.asked[d.name()]
			if known {
				seen[d.name()] = before
			}
			return time.Now().Before(before.until) // the read model has not heard of it yet
		})
		if len(list) > 0 && ended == nil {
			ctx, ended = x.begin(ctx)
		}
		group, asking := errgroup.WithContext(ctx)
		group.SetLimit(commandsAtOnce)
		for some := range slices.Chunk(list, x.together) {
			group.Go(func() error {
				left, n, err := x.ask(asking, some)
				done.Add(int64(n))
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, journal.ErrOutcomeUnknown) && ctx.Err() == nil {
					x.log.WarnContext(ctx, "what is due is asked for again: nobody has answered", "things", x.things, "number", len(some))
					return nil
				}
				for _, d := range some {
					next := x.asked[d.name()].again(time.Now())
					if slices.Contains(left, d.id) {
						next = asked{attempt: next.attempt + 1}
					}
					seen[d.name()] = next
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if !full {
			break
		}
	}
	x.asked = seen
	if n := done.Load(); n > 0 {
		x.log.InfoContext(ctx, "what was due is done", "things", x.things, "number", n)
	}
	return nil
}

// begin tells of a sweep that has something to do.
func (x *sweep) begin(ctx context.Context) (context.Context, func(error)) {
	if x.job == nil {
		return ctx, func(error) {}
	}
	return x.job(ctx, x.name)
}

// ask has things done. It returns those that are to be asked for again, and how many were seen to.
func (x *sweep) ask(ctx context.Context, some []due) (left []string, done int, err error) {
	c, err := x.command(some)
	if err != nil {
		return nil, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, duePatience)
	defer cancel()
	a, err := x.do(ctx, c)
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("%d %s that are due: %w", len(some), x.things, err)
	case a.Outcome.Status == journal.Refused && errors.Is(a.Outcome.Refusal, x.early):
		for _, d := range some {
			left = append(left, d.id)
		}
		return left, 0, nil // the writer's clock is behind the database's
	case a.Outcome.Status != journal.Done && len(some) > 1: // for the fault of one, perhaps
		for i := range some {
			again, n, err := x.ask(ctx, some[i:i+1])
			if err != nil {
				return nil, done, err
			}
			left, done = append(left, again...), done+n
		}
		return left, done, nil
	case a.Outcome.Status != journal.Done:
		// It ends in the same way for ever, and the dead letters have it, or the outcomes.
		x.log.ErrorContext(ctx, "what is due is not done", "things", x.things, "command", c.ID.String(), "status", string(a.Outcome.Status))
		return nil, 0, nil
	}
	left, done, err = x.told(a)
	if err != nil {
		return nil, 0, fmt.Errorf("result of command %s: %w", c.ID, err)
	}
	return left, done, nil
}

// command returns the command that does what is due. It is named after each thing, its time and the attempt, so
// that whoever asks for the same again asks the same, and what was early is another question later: by the
// inbox its answer is recorded.
func (x *sweep) command(some []due) (journal.Command, error) {
	var name strings.Builder
	for _, d := range some {
		fmt.Fprintf(&name, "%s %d\n", d.name(), x.asked[d.name()].attempt)
	}
	commandType, body := x.order(some)
	data, err := journal.Marshal(body)
	if err != nil {
		return journal.Command{}, err
	}
	digest := sha256.Sum256([]byte(name.String()))
	return journal.Command{
		ID: journal.NewCommandID(x.name, hex.EncodeToString(digest[:])), Type: commandType, Data: data,
		Hash: [16]byte(digest[:16]), Actor: x.name,
	}, nil
}
