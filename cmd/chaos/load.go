package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const asset = "JPY"

// load is clients that pay within pairs of wallets until they are told to stop.
type load struct {
	*history
	name    string
	caller  *caller
	wallets [pairs][2]string
	// opened is the position up to which the wallets were filled.
	opened int64

	pace *rate.Limiter
	stop context.CancelFunc
	wait sync.WaitGroup
}

// startLoad opens wallets, puts money into them, and has clients begin. The name is of its keys, and is new for each load.
func startLoad(ctx context.Context, name string, c *caller) (*load, error) {
	l := &load{history: newHistory(), name: name, caller: c, pace: rate.NewLimiter(requestsPerSecond, 5)}
	for p := range l.wallets {
		for w := range l.wallets[p] {
			if err := l.open(ctx, p, w); err != nil {
				return nil, err
			}
		}
	}
	l.history.began = time.Now()
	running, stop := context.WithCancel(ctx)
	l.stop = stop
	for p := range pairs {
		for c := range clientsOfPair {
			client := &client{load: l, pair: p, number: c, dice: rand.New(rand.NewPCG(uint64(p), uint64(c)))} //nolint:gosec // a load, no secret
			l.wait.Go(func() { client.run(running) })
		}
	}
	return l, nil
}

// open opens a wallet and fills it.
func (l *load) open(ctx context.Context, pair, wallet int) error {
	key := fmt.Sprintf("%s-%d-%d", l.name, pair, wallet)
	a, err := l.caller.settled(ctx, "/v1/wallets", key, `{}`)
	if err != nil {
		return err
	}
	var opened struct{ ID string }
	if err := a.into(&opened); err != nil {
		return err
	}
	l.wallets[pair][wallet] = opened.ID
	body := fmt.Sprintf(`{"amount":{"amount":"%d","asset":%q},"account":"equity:opening"}`, funds, asset)
	a, err = l.caller.settled(ctx, "/v1/wallets/"+opened.ID+"/credit", key+"-funds", body)
	if err == nil && a.status != http.StatusCreated {
		err = fmt.Errorf("wallet %s gets no money: %d %s", opened.ID, a.status, a.body)
	}
	l.opened = max(l.opened, a.position)
	return err
}

// settled sends a request under its key until it is known what became of it.
func (c *caller) settled(ctx context.Context, path, key, body string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for {
		a, err := c.call(ctx, http.MethodPost, path, key, body)
		if err == nil && a.known() {
			return a, nil
		}
		select {
		case <-ctx.Done():
			return a, fmt.Errorf("POST %s under key %s is not settled after %s: %s", path, key, settleTimeout, a.says(err))
		case <-time.After(retryPause):
		}
	}
}

// end stops the clients; each brings what it has begun to its end, or leaves it.
func (l *load) end() {
	l.stop()
	l.wait.Wait()
}

// client is one that does one thing at a time.
type client struct {
	load         *load
	pair, number int
	dice         *rand.Rand
	count        int
	seen         int64 // the position of its last write
	since        time.Duration
}

// run does one thing after the other. A client that places a hold settles it next, if it knows of it.
func (c *client) run(ctx context.Context) {
	for c.load.pace.Wait(ctx) == nil {
		switch n := c.dice.IntN(10); {
		case n < 5:
			c.transfer(ctx)
		case n < 7:
			c.hold(ctx)
		default:
			c.read(ctx)
		}
	}
}

// next is a new request of this client.
func (c *client) next(k kind) *request {
	c.count++
	return &request{pair: c.pair, client: c.number, kind: k, from: c.dice.IntN(2), key: fmt.Sprintf("%s-%d-%d-%d", c.load.name, c.pair, c.number, c.count)}
}

func (c *client) transfer(ctx context.Context) {
	r := c.next(transfer)
	r.amount = 1 + c.dice.Int64N(funds/4)
	if c.dice.IntN(10) == 0 {
		r.amount = tooMuch
	}
	w := c.load.wallets[c.pair]
	r.path = "/v1/transfers"
	r.body = fmt.Sprintf(`{"from_wallet":%q,"to_wallet":%q,"amount":{"amount":"%d","asset":%q},"description":%q}`, w[r.from], w[1-r.from], r.amount, asset, r.key)
	c.write(ctx, r)
}

func (c *client) hold(ctx context.Context) {
	r := c.next(place)
	r.amount = 1 + c.dice.Int64N(funds/8)
	w := c.load.wallets[c.pair]
	r.path = "/v1/holds"
	r.body = fmt.Sprintf(`{"wallet_id":%q,"to_wallet":%q,"amount":{"amount":"%d","asset":%q},"description":%q}`, w[r.from], w[1-r.from], r.amount, asset, r.key)
	c.write(ctx, r)
	if r.outcome != done {
		return
	}
	var hold struct{ ID string }
	if json.Unmarshal([]byte(r.answer), &hold) != nil {
		return
	}
	s := c.next(release)
	s.from, s.placed = r.from, r.amount
	s.path, s.body = "/v1/holds/"+hold.ID+"/release", `{}`
	if c.dice.IntN(2) == 0 {
		s.kind, s.amount = capture, 1+c.dice.Int64N(r.amount)
		s.path, s.body = "/v1/holds/"+hold.ID+"/capture", fmt.Sprintf(`{"amount":{"amount":"%d","asset":%q},"final":true}`, s.amount, asset)
	}
	c.write(ctx, s)
}

// write sends a request until it is settled. One in four that is not answered at once is left where it is, as by a client
// that has gone.
func (c *client) write(ctx context.Context, r *request) {
	r.sent, r.outcome = c.load.now(), unknown
	defer c.load.add(r)
	gone := c.dice.IntN(4) == 0
	for {
		a, err := c.load.caller.call(context.WithoutCancel(ctx), http.MethodPost, r.path, r.key, r.body)
		if err == nil && a.known() {
			r.settle(a, c.load.now())
			if a.position > c.seen {
				c.seen, c.since = a.position, r.sent
			}
			return
		}
		c.load.saw(a.says(err))
		if gone || ctx.Err() != nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
		}
	}
}

// settle notes the answer that says what became of a request.
func (r *request) settle(a answer, at time.Duration) {
	r.back, r.position, r.answer, r.code = at, a.position, string(a.body), a.code
	if a.status == http.StatusUnprocessableEntity {
		r.outcome = refused
		return
	}
	r.outcome = done
	if r.kind != transfer {
		return
	}
	var t struct {
		Postings []struct {
			Side         string
			BalanceAfter string `json:"balance_after"`
		}
	}
	if json.Unmarshal(a.body, &t) != nil {
		return
	}
	for _, p := range t.Postings {
		amount, _ := strconv.ParseInt(p.BalanceAfter, 10, 64)
		if p.Side == "debit" {
			r.after[r.from] = amount
		} else {
			r.after[1-r.from] = amount
		}
	}
}

// read reads a wallet, at least as the client's last write left it.
func (c *client) read(ctx context.Context) {
	r := c.next(read)
	r.sent, r.outcome, r.atLeast, r.since = c.load.now(), unknown, max(c.seen, c.load.opened), c.since
	defer c.load.add(r)
	path := fmt.Sprintf("/v1/wallets/%s?at_least=0-%d", c.load.wallets[c.pair][r.from], r.atLeast)
	a, err := c.load.caller.call(context.WithoutCancel(ctx), http.MethodGet, path, "", "")
	if err != nil || a.status != http.StatusOK {
		c.load.saw("GET: " + a.says(err))
		return
	}
	r.back, r.outcome, r.position, r.answer = c.load.now(), done, a.position, string(a.body)
	r.shown, err = balanceIn(a)
	if err != nil {
		r.outcome = unknown
		c.load.saw("GET: " + err.Error())
	}
}

// balanceIn reads what a wallet shows of the asset.
func balanceIn(a answer) (b balance, err error) {
	var w struct {
		Balances []struct{ Asset, Available, Held string }
	}
	if err := a.into(&w); err != nil {
		return b, err
	}
	for _, shown := range w.Balances {
		if shown.Asset != asset {
			continue
		}
		if b.available, err = strconv.ParseInt(shown.Available, 10, 64); err == nil {
			b.held, err = strconv.ParseInt(shown.Held, 10, 64)
		}
	}
	return b, err
}
