package alert

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// actor is who asks for alerts to fire.
const actor = "florin:alerts"

// Watcher looks at every transaction for the alerts that it crossed, and asks for these to fire. What alerts
// there are it has in memory: a transaction of wallets without any costs it two look-ups in a map.
//
// It is for one [journal.Reactor], which calls it from one goroutine.
type Watcher struct {
	registry *journal.Registry
	alerts   Alerts
	commands Commands
	log      *slog.Logger

	watched map[string][]Standing // by wallet; never an empty list
}

// NewWatcher returns a watcher. registry decodes events.
func NewWatcher(registry *journal.Registry, alerts Alerts, commands Commands, log *slog.Logger) *Watcher {
	return &Watcher{registry: registry, alerts: alerts, commands: commands, log: log}
}

// Watch is what a reactor does with the watcher.
func (w *Watcher) Watch() journal.Watch {
	return journal.Watch{Begin: w.begin, Wants: w.wants, Effect: w.react}
}

// begin learns which alerts there are. That may be later than the events that come next: alerts that these
// make are made again, and those that are gone by now would not fire for them either. There is nothing to
// look at before the first of them was made.
func (w *Watcher) begin(ctx context.Context) (since int64, err error) {
	w.watched, since = map[string][]Standing{}, math.MaxInt64
	for after := ""; ; {
		list, err := w.alerts.Alerts(ctx, after, page)
		if err != nil {
			return 0, fmt.Errorf("alerts: %w", err)
		}
		for _, of := range list {
			w.watched[of.WalletID] = of.Alerts
			for _, a := range of.Alerts {
				since = min(since, max(a.Since, a.Fired))
			}
		}
		if len(list) < page {
			return since, nil
		}
		after = list[len(list)-1].WalletID
	}
}

// wants reports whether an event changes which alerts there are, or crosses one.
func (w *Watcher) wants(e *journal.Event) bool {
	switch e.Type {
	case TypeCreated, TypeDeleted:
		return true
	case wallet.TypeWalletClosed:
		return w.has(strings.TrimPrefix(e.Stream, wallet.Stream("")))
	}
	return w.crossed(e)
}

func (w *Watcher) has(walletID string) bool {
	_, ok := w.watched[walletID]
	return ok
}

// crossed reports whether a transaction crossed an alert that would fire.
func (w *Watcher) crossed(e *journal.Event) bool {
	if len(w.watched) == 0 {
		return false
	}
	for _, m := range movesOf(e, w.has) {
		if slices.ContainsFunc(w.watched[m.wallet], func(a Standing) bool { return a.fires(e, m) }) {
			return true
		}
	}
	return false
}

// react is a [journal.Effect].
func (w *Watcher) react(ctx context.Context, e *journal.Event, key func(int) string) error {
	if len(e.Postings) > 0 {
		return w.fire(ctx, e, key(0))
	}
	if err := w.registry.Decode(e); err != nil {
		return err
	}
	switch body := e.Body.(type) {
	case Created:
		list := w.watched[body.WalletID]
		if !slices.ContainsFunc(list, func(a Standing) bool { return a.ID == body.AlertID }) { // not known since the watcher began
			w.set(body.WalletID, append(slices.Clone(list), standing(e, body)))
		}
	case Deleted:
		w.set(body.WalletID, without(w.watched[body.WalletID], body.AlertID))
	case wallet.Closed:
		w.set(body.WalletID, nil)
	}
	return nil
}

func (w *Watcher) set(walletID string, list []Standing) {
	if len(list) == 0 {
		delete(w.watched, walletID)
		return
	}
	w.watched[walletID] = list
}

// fire asks for the alerts to fire that a transaction crossed, and remembers which did: what has fired as often
// as it may is not asked for again before its time.
func (w *Watcher) fire(ctx context.Context, e *journal.Event, name string) error {
	c, err := command(e, name)
	if err != nil {
		return err
	}
	a, err := w.commands.Record(ctx, c)
	if err != nil {
		return fmt.Errorf("alerts of event %d: %w", e.Position, err)
	}
	if a.Outcome.Status != journal.Done {
		// It would end in the same way for ever.
		w.log.ErrorContext(ctx, "alerts do not fire", "event", e.Position, "command", c.ID.String(), "status", string(a.Outcome.Status))
		return nil
	}
	for i := range a.Events {
		if err := w.registry.Decode(&a.Events[i]); err != nil {
			return err
		}
		if body, ok := a.Events[i].Body.(Fired); ok && w.has(body.WalletID) {
			w.set(body.WalletID, with(w.watched[body.WalletID], body.AlertID, func(s Standing) Standing { return s.firedBy(body.Position, body.At) }))
		}
	}
	return nil
}

// command returns the command that has the alerts fire which a transaction crossed. It is named after the
// transaction.
func command(e *journal.Event, name string) (journal.Command, error) {
	data, err := journal.Marshal(FireAlerts{TransactionID: e.TransactionID()})
	if err != nil {
		return journal.Command{}, err
	}
	digest := sha256.Sum256([]byte(name))
	return journal.Command{
		ID: journal.NewCommandID(actor, name), Type: CommandFireAlerts, Data: data, Hash: [16]byte(digest[:16]), Actor: actor,
		Correlation: e.Command, Trace: e.Trace,
	}, nil
}
