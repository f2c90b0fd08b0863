package payment_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet/payment"
)

// counter is a provider, the journal, a vault and the writer in one: what a cashier needs.
type counter struct {
	mu    sync.Mutex
	book  *book
	fails map[string][]error // by payment, one for each call
	asked []string
	told  map[journal.CommandID]int
	keys  map[string]seal.Key
	aside map[int64]setAside
	// faults are how many calls in a row each provider left unanswered.
	faults map[string]int
	// down has what is answered not be recorded.
	down error
}

// setAside is a call that was set aside until a time.
type setAside struct {
	payment.Call
	until time.Time
}

func (c *counter) SetAside(_ context.Context, call payment.Call, until time.Time, _ string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.aside[call.Position] = setAside{call, until}
	return nil
}

func (c *counter) Due(_ context.Context, now time.Time, _ int) (due []payment.Call, err error) {
	for _, a := range c.aside {
		if !a.until.After(now) {
			due = append(due, a.Call)
		}
	}
	return due, nil
}

func (c *counter) Answered(_ context.Context, position int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.aside, position)
	return nil
}

func (c *counter) Heard(_ context.Context, provider string, fault error) (down, before bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before = c.faults[provider] >= payment.FaultsUntilDown
	c.faults[provider]++
	if fault == nil {
		c.faults[provider] = 0
	}
	return c.faults[provider] >= payment.FaultsUntilDown, before, nil
}

func (c *counter) Recovered(_ context.Context, provider string) error {
	c.faults[provider] = payment.FaultsUntilDown - 1
	return nil
}

func (c *counter) Down(context.Context) (map[string]bool, error) {
	down := map[string]bool{}
	for name, n := range c.faults {
		if n >= payment.FaultsUntilDown {
			down[name] = true
		}
	}
	return down, nil
}

func (c *counter) call(o payment.Order) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, o.ID)
	if left := c.fails[o.ID]; len(left) > 0 {
		c.fails[o.ID] = left[1:]
		if errors.Is(left[0], errDefect) {
			panic(left[0])
		}
		return left[0]
	}
	return nil
}

func (c *counter) Open(_ context.Context, o payment.Order) (payment.Standing, error) {
	return payment.Standing{Ref: "cs_" + o.ID, Told: payment.StatusCreated, At: second(0), Handover: payment.Handover{CheckoutURL: "https://pay.example.com/" + o.ID}}, c.call(o)
}

func (c *counter) Cancel(_ context.Context, o payment.Order) error {
	if o.Ref != "cs_"+o.ID {
		return errors.New("it is not known by " + o.Ref)
	}
	return c.call(o)
}

func (c *counter) EventsAt(_ context.Context, _ journal.Shard, positions []int64) (out []journal.Event, err error) {
	for _, e := range c.book.Events() {
		if slices.Contains(positions, e.Position) {
			out = append(out, *e)
		}
	}
	return out, nil
}

func (c *counter) Record(_ context.Context, command journal.Command) (journal.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return journal.Answer{}, c.down
	}
	if c.told[command.ID]++; c.told[command.ID] > 1 {
		return journal.Answer{Outcome: journal.Outcome{Status: journal.Done}}, nil
	}
	a := c.book.When(command.Type, command.Data)
	if a.Refusal != nil {
		return journal.Answer{Outcome: journal.Outcome{Status: journal.Refused}}, nil
	}
	return journal.Answer{Outcome: journal.Outcome{Status: journal.Done}}, nil
}

func (c *counter) Key(_ context.Context, owner string) (seal.Key, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key, ok := c.keys[owner]; ok {
		return key, nil
	}
	return seal.Key{}, seal.ErrNoKey
}

func (c *counter) Create(_ context.Context, owner string) (seal.Key, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[owner] = seal.NewKey()
	return c.keys[owner], nil
}

func (c *counter) Destroy(context.Context, string) error { return errors.New("nobody is erased here") }

func newCounter(t *testing.T) *counter {
	t.Helper()
	return &counter{book: open(t, false), fails: map[string][]error{}, told: map[journal.CommandID]int{}, keys: map[string]seal.Key{},
		aside: map[int64]setAside{}, faults: map[string]int{}}
}

// cashier returns one that asks at a time after everything was asked for.
func (c *counter) cashier(after time.Duration) *payment.Cashier {
	registry := journal.NewRegistry()
	for _, register := range cores() {
		register(registry)
	}
	ports := payment.CashierPorts{
		Gateways: map[string]payment.Gateway{payment.Stripe: c}, Sealer: payment.NewSealer(c), Journal: c, Commands: c, Unanswered: c, Health: c,
	}
	return payment.NewCashier(registry, ports, slog.New(slog.DiscardHandler), func() time.Time { return decidetest.Start().Add(after) })
}

// payments has payments asked for and returns their ids and what asks for them.
func (c *counter) payments(n int) (ids []string, events []*journal.Event) {
	w := c.book.wallet("shop-7")
	for range n {
		e := c.book.Do(payment.CommandCreate, asShop(w))
		ids, events = append(ids, e[0].Body.(payment.Created).PaymentID), append(events, e...)
	}
	return ids, events
}

// What is not answered waits by itself, and keeps nobody waiting: not its neighbours, not the page.
func TestCashierSetsAsideWhatIsNotAnswered(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(3)
	away := errors.New("no answer")
	c.fails[ids[1]] = []error{away, away}
	acted, err := c.cashier(0).Ask(t.Context(), events)
	require.NoError(t, err)
	require.True(t, acted, "the page is passed")
	require.ElementsMatch(t, ids, c.asked)
	want := payment.Call{Position: events[1].Position, Provider: payment.Stripe, Attempts: 1}
	require.Equal(t, []setAside{{want, decidetest.Start().Add(200 * time.Millisecond)}}, slices.Collect(maps.Values(c.aside)))
	require.Equal(t, []string{"cs_" + ids[0], "", "cs_" + ids[2]}, c.refs(ids))

	// Another process makes the call again, each time later, and forgets it when it is answered.
	require.NoError(t, c.cashier(100*time.Millisecond).Again(t.Context()))
	require.Len(t, c.asked, 3, "not before its time")
	require.NoError(t, c.cashier(time.Second).Again(t.Context()))
	want.Attempts = 2
	require.Equal(t, []setAside{{want, decidetest.Start().Add(1400 * time.Millisecond)}}, slices.Collect(maps.Values(c.aside)))
	require.NoError(t, c.cashier(2*time.Second).Again(t.Context()))
	require.Empty(t, c.aside)
	require.Equal(t, []string{ids[1], ids[1]}, c.asked[3:])
	require.Equal(t, "cs_"+ids[1], c.refs(ids)[1])
	require.Zero(t, c.faults[payment.Stripe])

	// The page, read again, is asked for under the same ids, and records nothing new.
	before := len(c.book.Events())
	_, err = c.cashier(0).Ask(t.Context(), events)
	require.NoError(t, err)
	require.Len(t, c.book.Events(), before)
}

// refs are what the provider knows payments by.
func (c *counter) refs(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = c.book.progress(id).ProviderRef
	}
	return out
}

// One payment that is never answered is no word against its provider.
func TestCashierToleratesOne(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(1)
	for range 10 {
		c.fails[ids[0]] = append(c.fails[ids[0]], errors.New("no answer"))
	}
	_, err := c.cashier(0).Ask(t.Context(), events)
	require.NoError(t, err)
	for n := range 8 {
		require.NoError(t, c.cashier(time.Duration(n+1)*5*time.Minute).Again(t.Context()))
	}
	require.Len(t, c.asked, 9)
	require.Equal(t, 1, c.faults[payment.Stripe])
}

// A provider that is down is not called at all until it has recovered; a payment stays with it all the same.
func TestCashierSparesWhoIsDown(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(payment.FaultsUntilDown + 1)
	for _, id := range ids {
		c.fails[id] = []error{errors.New("no answer")}
	}
	for _, e := range events {
		_, err := c.cashier(0).Ask(t.Context(), []*journal.Event{e})
		require.NoError(t, err)
	}
	require.Len(t, c.asked, payment.FaultsUntilDown)
	require.Len(t, c.aside, len(ids))
	choice := payment.NewChoice([]string{payment.Stripe, payment.Simulated}, c)
	name, err := choice.Provider(t.Context())
	require.NoError(t, err)
	require.Equal(t, payment.Simulated, name)
	require.NoError(t, c.cashier(time.Minute).Again(t.Context()))
	require.Len(t, c.asked, payment.FaultsUntilDown, "nobody is called")

	sight := &sight{err: errors.New("no answer")}
	probe := payment.NewProbe(map[string]payment.Sight{payment.Stripe: sight}, c, slog.New(slog.DiscardHandler))
	require.NoError(t, probe.Ask(t.Context()))
	require.Equal(t, payment.FaultsUntilDown, c.faults[payment.Stripe])
	sight.err = nil
	require.NoError(t, probe.Ask(t.Context()))
	name, err = choice.Provider(t.Context())
	require.NoError(t, err)
	require.Equal(t, payment.Stripe, name)
	require.NoError(t, probe.Ask(t.Context()))
	require.Equal(t, 2, sight.asked, "who is up is not asked")

	clear(c.fails)
	require.NoError(t, c.cashier(10*time.Minute).Again(t.Context()))
	require.Empty(t, c.aside)
	require.Zero(t, c.faults[payment.Stripe])
	for _, id := range ids {
		require.Equal(t, "cs_"+id, c.book.progress(id).ProviderRef)
	}
}

// A payment whose provider never answers is given up after an hour, also while that is not called at all.
func TestCashierGivesUpPayments(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(1)
	c.faults[payment.Stripe] = payment.FaultsUntilDown
	_, err := c.cashier(0).Ask(t.Context(), events)
	require.NoError(t, err)
	require.NoError(t, c.cashier(payment.AskPatience+time.Minute).Again(t.Context()))
	require.Empty(t, c.asked)
	require.Empty(t, c.aside)
	require.Equal(t, "provider-unavailable", c.book.progress(ids[0]).Failure.Code)
}

// A fault of our own is nobody's at the provider: the page is not passed.
func TestCashierStopsAtFaultsOfItsOwn(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	_, events := c.payments(1)
	c.down = errors.New("the database is away")
	_, err := c.cashier(0).Ask(t.Context(), events)
	require.ErrorIs(t, err, c.down)
	require.Empty(t, c.aside)
	require.Zero(t, c.faults[payment.Stripe])
}

// errDefect is what a provider's gateway panics with.
var errDefect = errors.New("a defect")

// A panic is a fault of our own like any other, of one payment: its neighbours are asked for, once, and it alone again.
func TestCashierOutlivesAPanic(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(3)
	c.fails[ids[1]] = []error{errDefect, errDefect}
	cashier := c.cashier(0)
	_, err := cashier.Ask(t.Context(), events)
	require.ErrorContains(t, err, "panic: a defect")
	require.ElementsMatch(t, ids, c.asked)
	for i, want := range []bool{true, false} { // as it comes a few at a time
		acted, err := cashier.Ask(t.Context(), events[i:i+1])
		require.Equal(t, want, acted)
		require.Equal(t, want, err == nil)
	}
	acted, err := cashier.Ask(t.Context(), events[1:])
	require.NoError(t, err)
	require.True(t, acted)
	require.Equal(t, []string{ids[1], ids[1]}, c.asked[3:])
}

// sight answers whether a provider does.
type sight struct {
	payment.Sight
	err   error
	asked int
}

func (s *sight) Answers(context.Context) error { s.asked++; return s.err }

func TestCashierRecordsTheLastWord(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(2)
	c.fails[ids[0]] = []error{payment.Failure{Code: "amount_too_small"}}
	c.fails[ids[1]] = []error{errors.New("no answer")}
	_, err := c.cashier(payment.AskPatience+time.Second).Ask(t.Context(), events)
	require.NoError(t, err)
	require.Equal(t, []string{"amount_too_small", "provider-unavailable"}, []string{c.book.progress(ids[0]).Failure.Code, c.book.progress(ids[1]).Failure.Code})
	require.Equal(t, payment.StatusFailed, c.book.progress(ids[1]).Status)
}

func TestCashierHandsOverSealed(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.book.t = t
	w := c.book.wallet("usr_01kkn6wx9dg000g00400000009")
	create := asks(w)
	create.As = asUser("usr_01kkn6wx9dg000g00400000009")
	erased := c.book.Do(payment.CommandCreate, create)
	_, err := c.cashier(0).Ask(t.Context(), erased)
	require.NoError(t, err)
	last := c.book.Events()[len(c.book.Events())-1].Body.(payment.Opened)
	require.Empty(t, last.Handover, "a person without a key is erased")

	ids, events := c.payments(1)
	_, err = c.cashier(0).Ask(t.Context(), events)
	require.NoError(t, err)
	last = c.book.Events()[len(c.book.Events())-1].Body.(payment.Opened)
	require.NotContains(t, string(last.Handover), "https")
	h, err := payment.NewSealer(c).Open(t.Context(), "shop-7", last.Handover)
	require.NoError(t, err)
	require.Equal(t, payment.Handover{CheckoutURL: "https://pay.example.com/" + ids[0]}, h)
	require.Equal(t, "[redacted]", h.String())
}

func TestCashierCancels(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(2)
	cashier := c.cashier(0)
	_, err := cashier.Ask(t.Context(), events)
	require.NoError(t, err)
	events = nil
	for _, id := range ids {
		cancel := payment.Cancel{As: asUser("shop-7"), PaymentID: id}
		events = append(events, c.book.Do(payment.CommandCancel, cancel)...)
	}
	c.fails[ids[1]] = []error{payment.Failure{Code: "payment_intent_unexpected_state"}}
	_, err = cashier.Ask(t.Context(), events)
	require.NoError(t, err)
	require.Equal(t, []payment.Status{payment.StatusCanceled, payment.StatusCreated}, []payment.Status{c.book.progress(ids[0]).Status, c.book.progress(ids[1]).Status})
}

// asShop is asks for a wallet of a shop's, which is no person.
func asShop(into string) payment.Create {
	c := asks(into)
	c.As = asUser("shop-7")
	return c
}

func (c *counter) Refund(_ context.Context, r payment.RefundOrder) (payment.RefundTold, error) {
	return payment.RefundTold{Ref: "re_" + r.ID, Status: payment.RefundSettled, At: second(1)}, c.call(payment.Order{ID: r.ID})
}
