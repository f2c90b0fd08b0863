package payment_test

import (
	"context"
	"errors"
	"log/slog"
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
}

func (c *counter) call(o payment.Order) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, o.ID)
	if left := c.fails[o.ID]; len(left) > 0 {
		c.fails[o.ID] = left[1:]
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
		if e.Position == positions[0] {
			out = append(out, *e)
		}
	}
	return out, nil
}

func (c *counter) Record(_ context.Context, command journal.Command) (journal.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
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
	return &counter{book: open(t, false), fails: map[string][]error{}, told: map[journal.CommandID]int{}, keys: map[string]seal.Key{}}
}

// cashier returns one that asks at a time after everything was asked for.
func (c *counter) cashier(after time.Duration) *payment.Cashier {
	registry := journal.NewRegistry()
	for _, register := range cores() {
		register(registry)
	}
	return payment.NewCashier(registry, map[string]payment.Gateway{payment.Stripe: c}, payment.NewSealer(c), c, c, slog.New(slog.DiscardHandler),
		func() time.Time { return decidetest.Start().Add(after) })
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

// A payment whose provider does not answer is asked for again, and its neighbours are not.
func TestCashierAsksAgainForWhatWasNotAnswered(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	ids, events := c.payments(3)
	away := errors.New("no answer")
	c.fails[ids[1]] = []error{away, away}
	cashier := c.cashier(0)
	for range 2 {
		acted, err := cashier.Ask(t.Context(), events)
		require.ErrorIs(t, err, away)
		require.False(t, acted, "the page is not passed")
	}
	acted, err := cashier.Ask(t.Context(), events)
	require.NoError(t, err)
	require.True(t, acted)
	require.ElementsMatch(t, []string{ids[0], ids[1], ids[1], ids[1], ids[2]}, c.asked)
	for _, id := range ids {
		require.Equal(t, "cs_"+id, c.book.progress(id).ProviderRef)
	}
	// Another process that takes over asks again, under the same ids, and records nothing new.
	before := len(c.book.Events())
	_, err = c.cashier(0).Ask(t.Context(), events)
	require.NoError(t, err)
	require.Len(t, c.book.Events(), before)
}

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
