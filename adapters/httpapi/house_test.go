package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/books"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/messages"
	"github.com/florinledger/florin/adapters/httpapi/ops"
	"github.com/florinledger/florin/adapters/httpapi/payments"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/adapters/httpapi/wallets"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	walletquery "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/risk"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// house is the service without its walls: the real cores decide, on one bench, and reads are worked
// out from the facts. It fills every port.
type house struct {
	t        *testing.T
	server   *Server
	handlers *Handlers
	registry *journal.Registry
	lobby    *lobby
	log      *logBuffer
	// sealer and mailboxes are those of messages.
	sealer    *messaging.Sealer
	mailboxes *messages.Mailboxes

	mu       sync.Mutex
	bench    *journal.Bench
	now      time.Time
	outcomes map[journal.CommandID]journal.Outcome
	waiting  map[journal.CommandID]journal.Command
	asked    []journal.Command
	awaited  []int64
	// lag is how far projections are behind; broken, if set, is what every port fails with; idle
	// leaves accepted commands where they are; dead condemns every command; mute sends events apart.
	lag    int64
	broken error
	idle   bool
	dead   bool
	mute   bool
	// term is the journal's term of office; eventsRead counts what was read from it by position.
	term       int64
	eventsRead int
	// over are tokens that are good no more; namings counts how often names were asked for.
	over    []string
	namings int
	// signed is what the provider's messages say, by their signature.
	signed map[string]payment.Fact
	kept   []string
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{
		t: t, registry: journal.NewRegistry(), log: &logBuffer{}, now: time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC),
		outcomes: map[journal.CommandID]journal.Outcome{}, waiting: map[journal.CommandID]journal.Command{}, signed: map[string]payment.Fact{},
	}
	ledger.Register(h.registry)
	wallet.Register(h.registry)
	alert.Register(h.registry)
	risk.Register(h.registry)
	payment.Register(h.registry)
	exchange.Register(h.registry)
	withdrawal.Register(h.registry)
	users.Register(h.registry)
	membership.Register(h.registry)
	messaging.Register(h.registry)
	h.bench = journal.NewBench(h.registry)
	h.lobby = newLobby(h)
	h.sealer, h.mailboxes = messaging.NewSealer(h.lobby.vault), messages.NewMailboxes()
	h.start()
	return h
}

// start starts an instance of the service over what there is: one that remembers nothing.
func (h *house) start() {
	h.t.Helper()
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	h.handlers = NewHandlers(h.registry, []byte("secret"), Ports{
		Shared:   handling.Ports{Commands: h, Outcomes: h, Journal: h, Positions: h},
		Books:    books.Ports{Books: h, Accounts: h, Transactions: h},
		Wallets:  wallets.Ports{Wallets: h, Balances: h, Transactions: h, Exchanges: h, Withdrawals: h, Owners: h, Destinations: withdrawal.NewSealer(h.lobby.vault)},
		Payments: payments.Ports{Payments: h, Desk: h, Reviews: h, Rules: h, Owners: h, Handovers: payment.NewSealer(h.lobby.vault), Providers: payment.NewChoice([]string{payment.Stripe}, nil), Stripe: payment.NewReceiver(h, h)},
		People:   h.lobby.ports(),
		Messages: messages.Ports{
			Messages: mailroom{h}, Names: mailroom{h}, Directory: h, Sealer: h.sealer, Mailboxes: h.mailboxes,
		},
		Ops: ops.Ports{DeadLetters: noLetters{}},
	}, handling.Config{Log: log})
	var err error
	h.server, err = New(h.handlers, h.authenticate, Config{Log: log})
	require.NoError(h.t, err)
}

// call asks as a principal, with a key unless it is empty.
func (h *house) call(who, key, method, target, body string, headers ...string) answer {
	h.t.Helper()
	headers = append([]string{"Authorization", "Bearer " + who}, headers...)
	if key != "" {
		headers = append(headers, "Idempotency-Key", key)
	}
	if body != "" && !slices.Contains(headers, "Content-Type") {
		headers = append(headers, "Content-Type", "application/json")
	}
	return ask(h.t, h.server, method, target, body, headers...)
}

const (
	finance = "usr_finance=finance"
	shop    = "key_shop=service"
)

// post posts 'amount asset' from debit to credit as finance, with more fields of the body.
func (h *house) post(key, debit, credit, amount, asset, more string) answer {
	h.t.Helper()
	return h.call(finance, key, "POST", transactionsURL, transfer(debit, credit, amount, asset, more))
}

func transfer(debit, credit, amount, asset, more string) string {
	return `{"postings":[{"account":"` + debit + `","side":"debit","amount":"` + amount + `","asset":"` + asset + `"},` +
		`{"account":"` + credit + `","side":"credit","amount":"` + amount + `","asset":"` + asset + `"}]` + more + `}`
}

// num is a number of an answer: as it was written, since no float has a place here.
func num(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// object decodes an answer that has to have a status.
func (a answer) object(t *testing.T, status int) map[string]any {
	t.Helper()
	require.Equal(t, status, a.status, "%s", a.body)
	var v map[string]any
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&v))
	return v
}

// refused asserts a problem and returns its document.
func (a answer) refused(t *testing.T, status int, code string) map[string]any {
	t.Helper()
	p := a.object(t, status)
	require.Equal(t, request.ProblemContentType, a.header.Get("Content-Type"))
	require.Equal(t, code, p["code"], "%s", a.body)
	return p
}

// --- commands ---

func (h *house) Do(_ context.Context, c journal.Command) (journal.Answer, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return journal.Answer{}, h.broken
	}
	return h.decide(c), nil
}

func (h *house) Accept(_ context.Context, c journal.Command) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return h.broken
	}
	h.waiting[c.ID] = c
	if !h.idle {
		h.decide(c)
		delete(h.waiting, c.ID)
	}
	return nil
}

// decide is the writer: what is known is told again, without the titles of refusals, as from a row.
func (h *house) decide(c journal.Command) journal.Answer {
	if o, ok := h.outcomes[c.ID]; ok {
		if o.Hash != c.Hash {
			o.Status, o.Refusal, o.Count = journal.Refused, journal.ErrKeyReused, 0
			return journal.Answer{Outcome: o}
		}
		return journal.Answer{Outcome: o, Events: h.eventsOf(o), Replayed: true}
	}
	h.asked = append(h.asked, c)
	h.now = h.now.Add(time.Microsecond)
	o := journal.Outcome{Command: c.ID, Type: c.Type, Hash: c.Hash, Caller: c.Actor, Status: journal.Done, At: h.now}
	if h.dead {
		o.Status, o.Refusal = journal.Dead, &journal.Refusal{Code: request.CodeDead}
		h.outcomes[c.ID] = o
		return journal.Answer{Outcome: o}
	}
	events, result, err := h.bench.Decide(c, h.now)
	o.Position = int64(len(h.bench.Events()))
	if r := journal.AsRefusal(err); r != nil {
		bare := *r
		bare.Title = ""
		o.Status, o.Refusal = journal.Refused, &bare
		if !r.Malformed && !c.DryRun {
			h.outcomes[c.ID] = o
		}
		return journal.Answer{Outcome: o}
	}
	require.NoError(h.t, err)
	o.Result, o.Count = result, len(events)
	if len(events) > 0 {
		o.First = events[0].Position
	}
	answer := journal.Answer{Outcome: o, Events: wired(events)}
	if !c.DryRun {
		h.outcomes[c.ID] = o
	}
	if h.mute {
		answer.Events = nil
	}
	return answer
}

// wired are events as they come over the bus: without their bodies.
func wired(events []*journal.Event) []journal.Event {
	out := make([]journal.Event, len(events))
	for i, e := range events {
		out[i] = *e
		out[i].Body = nil
	}
	return out
}

func (h *house) eventsOf(o journal.Outcome) []journal.Event {
	if o.Count == 0 {
		return nil
	}
	return wired(h.bench.Events()[o.First-1 : o.First-1+int64(o.Count)])
}

func (h *house) Outcome(_ context.Context, id journal.CommandID) (a journal.Answer, ok, waiting bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return a, false, false, h.broken
	}
	o, ok := h.outcomes[id]
	if !ok {
		c, waits := h.waiting[id]
		a.Outcome.Caller, a.Outcome.Type = c.Actor, c.Type
		return a, false, waits, nil
	}
	return journal.Answer{Outcome: o, Replayed: true}, true, false, nil // its events are read from the journal
}

func (h *house) EventsAt(_ context.Context, _ journal.Shard, positions []int64) ([]journal.Event, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.eventsRead += len(positions)
	var out []*journal.Event
	for _, e := range h.bench.Events() {
		if slices.Contains(positions, e.Position) {
			out = append(out, e)
		}
	}
	return wired(out), h.broken
}

func (h *house) Await(_ context.Context, position int64, _ ...string) (int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.awaited = append(h.awaited, position)
	at := int64(len(h.bench.Events())) - h.lag
	if h.broken == nil && at < position {
		return at, query.ErrNotYetVisible
	}
	return at, h.broken
}

// --- reads ---

// facts calls f with every body of a type.
func facts[B any](h *house, f func(e *journal.Event, body B)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.bench.Events() {
		if body, ok := e.Body.(B); ok {
			f(e, body)
		}
	}
}

func (h *house) Ledger(ctx context.Context, name string) (l query.Ledger, ok bool, err error) {
	all, err := h.Ledgers(ctx, "", 1000)
	if i := slices.IndexFunc(all, func(l query.Ledger) bool { return l.Name == name }); i >= 0 {
		return all[i], true, err
	}
	return l, false, err
}

func (h *house) Ledgers(_ context.Context, after string, limit int) (out []query.Ledger, err error) {
	facts(h, func(e *journal.Event, b ledger.LedgerCreated) {
		if b.Name > after {
			out = append(out, query.Ledger{Name: b.Name, Description: b.Description, Position: e.Position, CreatedAt: e.RecordedAt})
		}
	})
	slices.SortFunc(out, func(a, b query.Ledger) int { return strings.Compare(a.Name, b.Name) })
	return out[:min(limit, len(out))], h.broken
}

func (h *house) Assets(context.Context) (out []query.Asset, err error) {
	facts(h, func(e *journal.Event, b ledger.AssetRegistered) {
		out = append(out, query.Asset{Code: b.Code, Scale: int(b.Scale), Position: e.Position, CreatedAt: e.RecordedAt})
	})
	return out, h.broken
}

// sums adds up the postings of a ledger by what name makes of each address, and asset.
func (h *house) sums(name, asset string, key func(address string) string) (out []query.Balance) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.bench.Events() {
		for _, p := range e.Postings {
			address := key(p.Account)
			if e.Ledger != name || asset != "" && p.Asset != asset || address == "" {
				continue
			}
			i := slices.IndexFunc(out, func(b query.Balance) bool { return b.Address == address && b.Asset == p.Asset })
			if i < 0 {
				out, i = append(out, query.Balance{Address: address, Asset: p.Asset}), len(out)
			}
			out[i].Version++
			if p.Side == journal.Debit {
				out[i].Debits = out[i].Debits.Add(p.Amount)
			} else {
				out[i].Credits = out[i].Credits.Add(p.Amount)
			}
		}
	}
	slices.SortFunc(out, func(a, b query.Balance) int { return strings.Compare(a.Address+" "+a.Asset, b.Address+" "+b.Asset) })
	return out
}

func (h *house) TrialBalance(_ context.Context, name, asset string, depth, limit int) (t query.TrialBalance, err error) {
	rows := h.sums(name, asset, func(address string) string {
		parts := strings.Split(address, ":")
		return strings.Join(parts[:min(depth, len(parts))], ":")
	})
	t = query.TrialBalance{Position: int64(len(h.bench.Events())), Rows: rows[:min(limit, len(rows))], Cut: len(rows) > limit}
	return t, h.broken
}

func (h *house) Balances(_ context.Context, name, asset string, addresses ...string) ([]query.Balance, error) {
	return h.sums(name, asset, func(address string) string {
		if slices.Contains(addresses, address) {
			return address
		}
		return ""
	}), h.broken
}

func (h *house) Account(ctx context.Context, name, address string) (a query.Account, ok bool, err error) {
	list, err := h.Accounts(ctx, query.AccountFilter{Ledger: name, Prefix: address, Limit: 1000})
	if i := slices.IndexFunc(list, func(a query.Account) bool { return a.Address == address }); i >= 0 {
		return list[i], true, err
	}
	return a, false, err
}

func (h *house) Accounts(_ context.Context, f query.AccountFilter) (out []query.Account, err error) {
	all := map[string]query.Account{}
	h.mu.Lock()
	for _, e := range h.bench.Events() {
		for _, p := range e.Postings {
			if _, ok := all[p.Account]; e.Ledger == f.Ledger && !ok {
				all[p.Account] = query.Account{Address: p.Account, CreatedAt: e.RecordedAt}
			}
		}
		if b, ok := e.Body.(ledger.AccountSet); ok && e.Ledger == f.Ledger {
			a := all[b.Address]
			if a.Address == "" {
				a.CreatedAt = e.RecordedAt
			}
			all[b.Address] = query.Account{Address: b.Address, CreatedAt: a.CreatedAt, Version: b.Version, Frozen: b.Frozen, MinBalance: b.MinBalance, Metadata: b.Metadata}
		}
	}
	h.mu.Unlock()
	for address, a := range all {
		if address > f.After && strings.HasPrefix(address, f.Prefix) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b query.Account) int { return strings.Compare(a.Address, b.Address) })
	return out[:min(f.Limit, len(out))], h.broken
}

// Entries lists by recorded time alone: the other order is the read model's to sum.
func (h *house) Entries(_ context.Context, f query.EntryFilter) (out []query.Entry, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range slices.Backward(h.bench.Events()) {
		for line, p := range slices.Backward(e.Postings) {
			below := f.Before.Position == 0 || e.Position < f.Before.Position || e.Position == f.Before.Position && line < f.Before.Line
			if e.Ledger == f.Ledger && e.Position <= f.UpTo && p.Account == f.Address && slices.Contains(f.Assets, p.Asset) && below {
				out = append(out, query.Entry{
					Posting: p, Transaction: e.TransactionID(), Position: e.Position, Line: line, Number: e.Number, Type: e.Type,
					EffectiveAt: e.EffectiveAt, RecordedAt: e.RecordedAt, Balance: p.Balance,
				})
			}
		}
	}
	return out[:min(f.Limit, len(out))], h.broken
}

func (h *house) Transactions(_ context.Context, f query.TransactionFilter) (out []query.Found, err error) {
	reversed := h.reversed()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range slices.Backward(h.bench.Events()) {
		moves := func(p journal.Posting) bool {
			bounded := func(bound *decimal.Decimal, least bool) bool {
				return bound == nil || p.Amount.Equal(*bound) || p.Amount.GreaterThan(*bound) == least
			}
			return (f.Account == "" || p.Account == f.Account) && strings.HasPrefix(p.Account, f.Under) && (f.Asset == "" || p.Asset == f.Asset) &&
				bounded(f.AtLeast, true) && bounded(f.AtMost, false)
		}
		if e.Ledger == f.Ledger && e.Position <= f.UpTo && (f.Before == 0 || e.Position < f.Before) && slices.ContainsFunc(e.Postings, moves) {
			out = append(out, query.Found{Position: e.Position, ReversedBy: reversed[e.Position], Term: h.term})
		}
	}
	return out[:min(f.Limit, len(out))], h.broken
}

func (h *house) Reversed(context.Context, []int64) (map[int64]string, error) {
	return h.reversed(), h.broken
}

// reversed are the ids of what reversed the transactions at positions.
func (h *house) reversed() map[int64]string {
	out := map[int64]string{}
	facts(h, func(e *journal.Event, b ledger.TransactionReversed) {
		place, err := journal.ParsePlaceID("txn", b.Reverses)
		require.NoError(h.t, err)
		out[place.Position()] = e.TransactionID()
	})
	return out
}

func (h *house) Wallet(ctx context.Context, id string) (w wallet.Wallet, ok bool, err error) {
	all, err := h.Wallets(ctx, walletquery.WalletFilter{Limit: 1000})
	if i := slices.IndexFunc(all, func(w wallet.Wallet) bool { return w.ID == id }); i >= 0 {
		return all[i], true, err
	}
	return w, false, err
}

func (h *house) Wallets(_ context.Context, f walletquery.WalletFilter) (out []wallet.Wallet, err error) {
	facts(h, func(e *journal.Event, b wallet.Opened) {
		w, err := wallet.ShowWallet(e)
		require.NoError(h.t, err)
		if (f.Owner == "" || w.Owner == f.Owner) && (f.After == "" || w.ID < f.After) && (f.Status == "" || w.Status == f.Status) {
			out = append(out, w)
		}
	})
	facts(h, func(e *journal.Event, b wallet.Changed) {
		if i := slices.IndexFunc(out, func(w wallet.Wallet) bool { return w.ID == b.WalletID }); i >= 0 {
			b.Apply(&out[i])
			out[i].Version = e.Position
		}
	})
	facts(h, func(e *journal.Event, b wallet.SpendingLimitSet) {
		if i := slices.IndexFunc(out, func(w wallet.Wallet) bool { return w.ID == b.WalletID }); i >= 0 {
			out[i].Spending, out[i].Version = map[string]wallet.SpendingLimit{b.Asset: b.SpendingLimit}, e.Position
		}
	})
	slices.Reverse(out)
	return out[:min(f.Limit, len(out))], h.broken
}

func (h *house) Hold(_ context.Context, id string) (out wallet.Hold, ok bool, err error) {
	facts(h, func(e *journal.Event, b wallet.HoldPlaced) {
		if b.HoldID == id {
			out, err = wallet.ShowHold(e, e)
			ok = true
		}
	})
	return out, ok, errors.Join(err, h.broken)
}

func (h *house) Holds(_ context.Context, f walletquery.HoldFilter) (out []wallet.Hold, err error) {
	facts(h, func(e *journal.Event, b wallet.HoldPlaced) {
		hold, showErr := wallet.ShowHold(e, e)
		require.NoError(h.t, showErr)
		if f.WalletID == "" || f.WalletID == b.WalletID || f.WalletID == b.ToWallet {
			out = append(out, hold)
		}
	})
	slices.Reverse(out)
	return out[:min(f.Limit, len(out))], h.broken
}

func (h *house) Alert(ctx context.Context, id string) (a walletquery.Alert, ok bool, err error) {
	all, err := h.Alerts(ctx, walletquery.AlertFilter{Limit: 1000})
	if i := slices.IndexFunc(all, func(a walletquery.Alert) bool { return a.ID == id }); i >= 0 {
		return all[i], true, err
	}
	return a, false, err
}

func (h *house) Alerts(ctx context.Context, f walletquery.AlertFilter) (out []walletquery.Alert, err error) {
	facts(h, func(e *journal.Event, b alert.Created) {
		shown, err := alert.Show(e)
		require.NoError(h.t, err)
		w, _, err := h.Wallet(ctx, b.WalletID)
		require.NoError(h.t, err)
		if (f.WalletID == "" || f.WalletID == b.WalletID) && (f.Owner == "" || f.Owner == w.Owner) {
			out = append(out, walletquery.Alert{Alert: shown, Owner: w.Owner})
		}
	})
	slices.Reverse(out)
	return out[:min(f.Limit, len(out))], h.broken
}

// --- the provider ---

func (h *house) Read(body []byte, signature string) (payment.Message, error) {
	switch signature {
	case "test":
		return payment.Message{}, payment.ErrLivemode
	case "junk":
		return payment.Message{}, payment.ErrMalformed
	}
	fact, ok := h.signed[signature]
	if !ok {
		return payment.Message{}, payment.ErrSignature
	}
	return payment.Message{Provider: fact.Provider, ID: fact.EventID, Body: body, Fact: fact}, nil
}

func (h *house) Keep(_ context.Context, m payment.Message) (int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = append(h.kept, string(m.Body))
	return int64(len(h.kept)), h.broken
}

// anyWalletID has the form of a wallet's id, and there is none of it.
const anyWalletID = "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"

// noLetters is a house in which nobody has dealt with a dead letter. What becomes of them is tried over a real one.
type noLetters struct{ ops.DeadLetters }

func (noLetters) Letter(context.Context, journal.LetterID) (journal.Letter, error) {
	return journal.Letter{}, journal.ErrNoLetter
}
