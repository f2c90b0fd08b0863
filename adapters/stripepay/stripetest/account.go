package stripetest

import (
	"encoding/json"
	"fmt"
	"time"
)

// Account is a Stripe account with a made-up history: payments by card, by direct debit and captured in parts,
// refunds, disputes, payouts, and what else moves its balance, in several currencies, of which some are settled in
// another. Every step makes what Stripe would: events, and balance transactions. It answers for Stripe's API as an
// http.RoundTripper, without a server. It is for one goroutine.
type Account struct {
	pick   func(n int) int
	now    time.Time
	count  int
	events []happened
	lines  []*settled

	charges  []*payin
	refunds  []*giveback
	disputes []*contest
	payouts  []*payout
}

// Payer is somebody who is going to pay.
type Payer struct {
	// Intent and Session are ids; there is a session where it is paid on Stripe's page.
	Intent, Session string
	// Currency is lower case, as Stripe writes it.
	Currency string
	// Metadata is what stands on all that Stripe makes.
	Metadata map[string]string
}

// happened is an event.
type happened struct {
	id      string
	created int64
	body    json.RawMessage
}

// settled is a balance transaction.
type settled struct {
	id, kind, currency string
	amount, fee        int64
	rate               float64
	created            int64
	source             interface {
		name() string
		object() Object
	}
}

// NewAccount returns an account whose history begins at a time. pick decides what happens: it returns a number from 0
// up to n, which is not reached.
func NewAccount(at time.Time, pick func(n int) int) *Account {
	return &Account{pick: pick, now: at.Truncate(time.Second)}
}

// Now is the account's time.
func (a *Account) Now() time.Time { return a.now }

// Net is what Stripe holds by its balance transactions: the sum of them, in minor units, by currency.
func (a *Account) Net() map[string]int64 {
	net := map[string]int64{}
	for _, l := range a.lines {
		net[l.currency] += l.amount - l.fee
	}
	return net
}

// Delivery returns the body of the event that happened after n others; ok is false while there is none.
func (a *Account) Delivery(n int) (body []byte, ok bool) {
	if n >= len(a.events) {
		return nil, false
	}
	return a.events[n].body, true
}

// Step has something happen, in the same second as what happened last or a little later.
func (a *Account) Step(payers *[]Payer) {
	a.now = a.now.Add(time.Duration(a.pick(3)) * time.Second)
	switch a.pick(12) {
	case 0, 1, 2:
		if len(*payers) > 0 {
			a.pay((*payers)[0])
			*payers = (*payers)[1:]
		}
	case 3, 4:
		a.proceed()
	case 5, 6:
		if c := any1(a, a.charges, func(c *payin) bool { return c.left() > 0 }); c != nil {
			a.refund(c, 1+int64(a.pick(int(c.left()))), nil)
		}
	case 7:
		if r := any1(a, a.refunds, func(r *giveback) bool { return r.failed == nil }); r != nil {
			a.refundProceeds(r)
		}
	case 8:
		if c := any1(a, a.charges, func(c *payin) bool { return c.left() > 0 }); c != nil {
			a.dispute(c)
		}
	case 9:
		if d := any1(a, a.disputes, func(d *contest) bool { return !d.over() }); d != nil {
			a.disputeProceeds(d)
		}
	case 10:
		a.pays()
	case 11:
		a.other()
	}
}

// any1 is one of those that a condition holds for; the zero value, where there is none.
func any1[T any](a *Account, all []T, holds func(T) bool) (one T) {
	var found []T
	for _, t := range all {
		if holds(t) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return one
	}
	return found[a.pick(len(found))]
}

// other moves the balance by what is of nothing that the books know.
func (a *Account) other() {
	kinds := []string{"stripe_fee", "adjustment", "contribution", "topup", "topup_reversal", "application_fee", "tax_fee", "reserve_transaction", "of_next_year"}
	amount := int64(a.pick(2000)) - 1000
	if amount == 0 {
		amount = 1
	}
	a.settle(kinds[a.pick(len(kinds))], []string{"usd", "eur"}[a.pick(2)], amount, int64(a.pick(2)*a.pick(50)), 0, nil)
}

func (a *Account) id(prefix string) string {
	a.count++
	return fmt.Sprintf("%s_%d", prefix, a.count)
}

// tell has an event happen.
func (a *Account) tell(eventType string, about Object) {
	id := a.id("evt")
	body, err := json.Marshal(Object{
		"object": "event", "id": id, "type": eventType, "api_version": "2023-10-16", "created": a.now.Unix(), "livemode": false,
		"data": Object{"object": about},
	})
	if err != nil {
		panic(err) // objects are made of texts and numbers
	}
	a.events = append(a.events, happened{id, a.now.Unix(), body})
}

// settle adds a balance transaction, and returns it.
func (a *Account) settle(kind, currency string, amount, fee int64, rate float64, source interface {
	name() string
	object() Object
},
) *settled {
	l := &settled{id: a.id("txn"), kind: kind, currency: currency, amount: amount, fee: fee, rate: rate, created: a.now.Unix(), source: source}
	a.lines = append(a.lines, l)
	return l
}

// converted is an amount in the currency in which it is settled, at the rate of the hour: dollars and euros are held as
// such, everything else is held in dollars.
func (a *Account) converted(amount int64, currency string) (int64, string, float64) {
	if currency == "usd" || currency == "eur" {
		return amount, currency, 0
	}
	rate := int64(60 + a.pick(15))
	return max(amount*rate/100, 1), "usd", float64(rate) / 100
}

// object is a balance transaction as Stripe shows it.
func (l *settled) object(expanded bool) Object {
	o := Object{
		"object": "balance_transaction", "id": l.id, "type": l.kind, "amount": l.amount, "fee": l.fee, "net": l.amount - l.fee, "currency": l.currency,
		"exchange_rate": nil, "created": l.created, "available_on": l.created, "source": nil,
	}
	if l.rate != 0 {
		o["exchange_rate"] = l.rate
	}
	switch {
	case l.source != nil && expanded:
		o["source"] = l.source.object()
	case l.source != nil:
		o["source"] = l.source.name()
	}
	return o
}
