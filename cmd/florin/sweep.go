package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

const (
	// expirySweep is the name under which one process at a time looks for holds that are due, and who
	// asks for their end.
	expirySweep = "florin:expiry"
	// expiryInterval is how often it looks: what is due is released within a second, with room for what
	// the read model lags and the commands take.
	expiryInterval = 200 * time.Millisecond
	// expiryRetry is the pause after a failure, as when the database is away.
	expiryRetry = time.Second
	// expiryAgain is when the same is asked again that has an answer, and is due all the same: the read
	// model is long past it, but where a journal has lost it.
	expiryAgain = 10 * time.Second
	// expiryPatience is how long an answer is waited for before the same is asked again: one that got lost
	// must not keep what comes due meanwhile.
	expiryPatience = 2 * time.Second
	// expiryPage is how many wallets are read at once, expiryTogether how many go in one command, and
	// expiryAtOnce how many commands are under way: 10,000 wallets that are due at once are few commands, all
	// of which the writer has before its first commit is done.
	expiryPage, expiryTogether, expiryAtOnce = 10_000, 250, 40
)

// expiries has holds expire of which nobody has touched the wallet since they were due. It only asks: the
// writer judges by its own clock.
type expiries struct {
	// due is [readmodel.Reads.Due], do has a command decided.
	due func(ctx context.Context, afterWallet string, limit int) ([]query.Due, error)
	do  func(ctx context.Context, c journal.Command) (journal.Answer, error)
	log *slog.Logger

	// asked is what was asked for before and is still due as far as the read model knows.
	asked map[string]asked
}

// asked is how often a hold was asked for in vain, and until when there is nothing to ask.
type asked struct {
	attempt int
	until   time.Time
}

// run sweeps, in one process at a time, until ctx ends. It returns nil.
func (x *expiries) run(ctx context.Context, points journal.Checkpoints) error {
	for ctx.Err() == nil {
		err := points.Alone(ctx, expirySweep, func(ctx context.Context) error {
			x.asked = map[string]asked{}
			for ; ctx.Err() == nil; pause(ctx, expiryInterval) {
				if err := x.sweep(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			x.log.Error("holds that are due are not looked for", "error", err)
			pause(ctx, expiryRetry)
		}
	}
	return nil
}

// sweep asks once for everything that is due: for the first hold of each wallet, with which all others
// go that are due there.
func (x *expiries) sweep(ctx context.Context) error {
	var released atomic.Int64
	var mu sync.Mutex
	seen := map[string]asked{}
	for last := ""; ; {
		due, err := x.due(ctx, last, expiryPage)
		if err != nil {
			return fmt.Errorf("holds that are due: %w", err)
		}
		full := len(due) == expiryPage
		if full {
			last = due[len(due)-1].WalletID
		}
		due = slices.DeleteFunc(due, func(d query.Due) bool {
			before, known := x.asked[d.HoldID]
			if known {
				seen[d.HoldID] = before
			}
			return time.Now().Before(before.until) // the read model has not heard of it yet
		})
		group, asking := errgroup.WithContext(ctx)
		group.SetLimit(expiryAtOnce)
		for some := range slices.Chunk(due, expiryTogether) {
			group.Go(func() error {
				left, n, err := x.expire(asking, some)
				released.Add(int64(n))
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, journal.ErrOutcomeUnknown) && ctx.Err() == nil {
					x.log.Warn("holds that are due are asked for again: nobody has answered", "wallets", len(some))
					return nil
				}
				for _, d := range some {
					next := asked{attempt: x.asked[d.HoldID].attempt, until: time.Now().Add(expiryAgain)}
					if slices.Contains(left, d.HoldID) {
						next = asked{attempt: next.attempt + 1}
					}
					seen[d.HoldID] = next
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
	if n := released.Load(); n > 0 {
		x.log.Info("holds have expired", "holds", n)
	}
	return nil
}

// expire has holds expire. It returns those that are to be asked for again, and how many were released.
func (x *expiries) expire(ctx context.Context, due []query.Due) (left []string, released int, err error) {
	var all []string
	for _, d := range due {
		all = append(all, d.HoldID)
	}
	c, err := x.command(due, all)
	if err != nil {
		return nil, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, expiryPatience)
	defer cancel()
	a, err := x.do(ctx, c)
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("expiry of %d holds: %w", len(all), err)
	case a.Outcome.Status == journal.Refused && errors.Is(a.Outcome.Refusal, wallet.ErrHoldNotDue):
		return all, 0, nil // the writer's clock is behind the database's
	case a.Outcome.Status != journal.Done && len(due) > 1: // for the fault of one, perhaps
		for i := range due {
			again, n, err := x.expire(ctx, due[i:i+1])
			if err != nil {
				return nil, released, err
			}
			left, released = append(left, again...), released+n
		}
		return left, released, nil
	case a.Outcome.Status != journal.Done:
		// It ends in the same way for ever, and the dead letters have it, or the outcomes.
		x.log.Error("holds do not expire", "command", c.ID.String(), "status", string(a.Outcome.Status))
		return nil, 0, nil
	}
	if a.Outcome.Result != nil {
		var result wallet.HoldsLeft
		if err := json.Unmarshal(a.Outcome.Result, &result); err != nil {
			return nil, 0, fmt.Errorf("result of command %s: %w", c.ID, err)
		}
		left = result.Left
	}
	if !a.Replayed {
		released = a.Outcome.Count
	}
	return left, released, nil
}

// command returns the command that has holds expire. It is named after each hold, its time and the
// attempt, so that whoever asks for the same again asks the same, and what was early is another question
// later: by the inbox its answer is recorded.
func (x *expiries) command(due []query.Due, ids []string) (journal.Command, error) {
	var name strings.Builder
	for _, d := range due {
		fmt.Fprintf(&name, "%s %s %d\n", d.HoldID, d.ExpiresAt.Format(time.RFC3339Nano), x.asked[d.HoldID].attempt)
	}
	data, err := journal.Marshal(wallet.ExpireHolds{HoldIDs: ids})
	if err != nil {
		return journal.Command{}, err
	}
	digest := sha256.Sum256([]byte(name.String()))
	return journal.Command{
		ID: journal.NewCommandID(expirySweep, hex.EncodeToString(digest[:])), Type: wallet.CommandExpireHolds, Data: data,
		Hash: [16]byte(digest[:16]), Actor: expirySweep,
	}, nil
}
