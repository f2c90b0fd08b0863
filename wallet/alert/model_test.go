package alert_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
)

func decimalText(n int) string { return strconv.Itoa(n) }

// writer decides for a watcher over the state of a book, and remembers how each command ended.
type writer struct {
	*book
	outcomes map[journal.CommandID]journal.Answer
	asked    int
}

// Alerts implements alert.Alerts, in pages of one.
func (w *writer) Alerts(_ context.Context, after string, limit int) (list []alert.OfWallet, err error) {
	state := w.State()
	keys := make([]string, 0, len(state))
	for key := range state {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		id, ok := strings.CutPrefix(key, "alerts/")
		if !ok || id <= after || len(list) == limit || state[key] == "[]" {
			continue
		}
		of := alert.OfWallet{WalletID: id}
		if err := json.Unmarshal([]byte(state[key]), &of.Alerts); err != nil {
			return nil, err
		}
		list = append(list, of)
	}
	return list, nil
}

// Record implements alert.Commands.
func (w *writer) Record(_ context.Context, c journal.Command) (journal.Answer, error) {
	w.asked++
	if a, ok := w.outcomes[c.ID]; ok {
		a.Replayed = true
		return a, nil
	}
	var body alert.FireAlerts
	if err := json.Unmarshal(c.Data, &body); err != nil {
		return journal.Answer{}, err
	}
	a := journal.Answer{Outcome: journal.Outcome{Status: journal.Done}}
	for _, e := range w.Do(c.Type, body) {
		a.Events = append(a.Events, journal.Event{Position: e.Position, Type: e.Type, Schema: e.Schema, Data: e.Data, RecordedAt: e.RecordedAt})
	}
	w.outcomes[c.ID] = a
	return a, nil
}

// reactor follows a book as journal.Reactor follows a journal.
type reactor struct {
	watch journal.Watch
	at    int64
}

func (w *writer) reactor(t require.TestingT, at int64) *reactor {
	registry := journal.NewRegistry()
	for _, f := range cores() {
		f(registry)
	}
	r := &reactor{watch: alert.NewWatcher(registry, w, w, slog.New(slog.DiscardHandler)).Watch(), at: at}
	_, err := r.watch.Begin(context.Background())
	require.NoError(t, err)
	return r
}

// follow shows the reactor events up to the book's end as it is at the beginning, at most so many.
func (r *reactor) follow(t require.TestingT, b *book, most int) {
	events := b.Events()[r.at:]
	for _, e := range events[:min(most, len(events))] {
		fact := *e
		fact.Body = nil
		if r.watch.Wants(&fact) {
			require.NoError(t, r.watch.Effect(context.Background(), &fact, func(n int) string { return fmt.Sprintf("alerts/%d/%d", e.Position, n) }))
		}
		r.at = e.Position
	}
}

// model is alerts in a few lines: what each has fired for. It looks at a transaction when a watcher does.
type model struct {
	alerts map[string]*modelAlert
}

type modelAlert struct {
	wallet string
	below  bool
	mark   int
	since  int64
	fired  []int64
	from   time.Time // of the minute in which it fired last, n times
	n      int
	gone   bool
}

func (m *model) sees(e *journal.Event, had, has map[string]int) {
	for _, a := range m.alerts {
		before, after := had[a.wallet]-a.mark, has[a.wallet]-a.mark
		if !a.below {
			before, after = -before, -after
		}
		if a.gone || e.Position <= a.since || before < 0 || after >= 0 {
			continue
		}
		if e.RecordedAt.Sub(a.from) >= time.Minute {
			a.from, a.n = e.RecordedAt, 0
		}
		if a.n < 10 {
			a.fired, a.n = append(a.fired, e.Position), a.n+1
		}
	}
}

// balances replays what is available in each wallet up to an event.
type balances struct {
	at  int64
	has map[string]int
}

func (s *balances) pass(e *journal.Event) (had map[string]int) {
	had = map[string]int{}
	for id, n := range s.has {
		had[id] = n
	}
	for _, p := range e.Postings {
		id, part, ok := wallet.PartOf(p.Account)
		if !ok || part != wallet.Available {
			continue
		}
		n := int(p.Amount.IntPart())
		if p.Side == journal.Debit {
			n = -n
		}
		s.has[id] += n
	}
	return had
}

// Whatever moves, and however the watcher is restarted, set back and run twice over, alerts fire for what the
// model says, each once.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		w := &writer{book: b, outcomes: map[journal.CommandID]journal.Answer{}}
		ids := []string{b.wallet("ann", "50"), b.wallet("bob", "40")}
		m := &model{alerts: map[string]*modelAlert{}}
		sum := &balances{has: map[string]int{}}
		first, second := w.reactor(r, 0), w.reactor(r, 0)
		amounts, which := rapid.IntRange(1, 40), rapid.SampledFrom(ids)
		// see lets the model look at what one of the watchers has come to.
		see := func() {
			for at := max(first.at, second.at); sum.at < at; sum.at++ {
				e := b.Events()[sum.at]
				had := sum.pass(e)
				m.sees(e, had, sum.has)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"credit": func(r *rapid.T) { b.credit(which.Draw(r, "wallet"), money(decimalText(amounts.Draw(r, "amount")))) },
			"debit": func(r *rapid.T) {
				b.When(wallet.CommandDebitWallet, wallet.DebitWallet{WalletID: which.Draw(r, "wallet"), Amount: money(decimalText(amounts.Draw(r, "amount"))), Account: "income:fees"})
			},
			"pay": func(r *rapid.T) {
				two := rapid.Permutation(ids).Draw(r, "wallets")
				b.When(wallet.CommandTransfer, wallet.Transfer{As: service(), NewTransfer: wallet.NewTransfer{FromWallet: two[0], ToWallet: two[1], Amount: money(decimalText(amounts.Draw(r, "amount")))}})
			},
			"hold": func(r *rapid.T) {
				b.When(wallet.CommandPlaceHold, wallet.PlaceHold{As: service(), WalletID: which.Draw(r, "wallet"), Amount: money(decimalText(amounts.Draw(r, "amount"))), ExpiresIn: new(int64(1))})
			},
			"swing": func(r *rapid.T) {
				id := which.Draw(r, "wallet")
				for range rapid.IntRange(1, 15).Draw(r, "times") {
					b.credit(id, money("30"))
					b.debit(id, "30")
				}
			},
			"create": func(r *rapid.T) {
				a := &modelAlert{wallet: which.Draw(r, "wallet"), below: rapid.Bool().Draw(r, "below"), mark: rapid.IntRange(0, 80).Draw(r, "mark")}
				c := above(a.wallet, decimalText(a.mark))
				if a.below {
					c = below(a.wallet, decimalText(a.mark))
				}
				if answer := b.When(alert.CommandCreateAlert, c); answer.Refusal == nil {
					a.since = answer.Events[0].Position
					m.alerts[answer.Events[0].Body.(alert.Created).AlertID] = a
				}
			},
			"delete": func(r *rapid.T) {
				there := slices.DeleteFunc(slices.Sorted(maps.Keys(m.alerts)), func(id string) bool { return m.alerts[id].gone })
				if len(there) == 0 {
					return
				}
				id := rapid.SampledFrom(there).Draw(r, "alert")
				b.Do(alert.CommandDeleteAlert, alert.DeleteAlert{As: service(), AlertID: id})
				m.alerts[id].gone = true
			},
			"time passes": func(r *rapid.T) {
				b.Advance(time.Duration(rapid.IntRange(1, 70).Draw(r, "seconds")) * time.Second)
			},
			"follow": func(r *rapid.T) {
				rapid.SampledFrom([]*reactor{first, second}).Draw(r, "watcher").follow(r, b, rapid.IntRange(1, 50).Draw(r, "events"))
				see()
			},
			"set back": func(r *rapid.T) { // its checkpoint was older than its last effect
				f := rapid.SampledFrom([]*reactor{first, second}).Draw(r, "watcher")
				f.at = max(0, f.at-rapid.Int64Range(1, 20).Draw(r, "events"))
			},
			"restart":   func(r *rapid.T) { *first = *w.reactor(r, first.at) },
			"take over": func(*rapid.T) { b.Reload() },
		})
		for first.at < int64(len(b.Events())) {
			first.follow(r, b, 1_000)
			see()
		}
		want, got := map[string][]int64{}, map[string][]int64{}
		for id, a := range m.alerts {
			if a.fired != nil {
				want[id] = a.fired
			}
		}
		for _, e := range b.Events() {
			if body, ok := e.Body.(alert.Fired); ok {
				got[body.AlertID] = append(got[body.AlertID], body.Position)
			}
		}
		require.Equal(r, want, got)
		require.Equal(r, b.State(), b.Replay(cores()...).State())
	})
}
