package bench

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
)

// read returns the workload of one of the names that read, over all accounts of a group alike.
func (b *Bench) read(name, group string, accounts int) workload {
	ledger, query := b.target.ledgerPath(), ""
	if b.config.Page > 0 {
		query = fmt.Sprintf("limit=%d", b.config.Page)
	}
	path := func(account string) string {
		switch name {
		case Balance:
			return ledger + "/accounts/" + account + "/balances"
		case Entries:
			return strings.TrimSuffix(ledger+"/accounts/"+account+"/entries?"+query, "?")
		default:
			return strings.TrimSuffix(ledger+"/transactions?account="+account+"&"+query, "&")
		}
	}
	return workload{maker: func() maker {
		random := source()
		return func(buf []byte) []byte {
			buf = append(buf, b.requests.head("GET", path(b.requests.account(group, random.IntN(accounts))))...)
			return append(buf, "\r\n"...)
		}
	}}
}

const (
	// fillBatch and fillConnections are how accounts are filled that are then read: the fastest way.
	fillBatch       = 1_000
	fillConnections = 4
	// nearlyFull is the share that has to arrive of what is to be filled in.
	nearlyFull = 0.99
	// seedRounds is how many transactions an account gets on average before accounts are read that
	// nothing was posted to.
	seedRounds = 10
)

// seed posts to the accounts that are read, unless workloads have.
func (b *Bench) seed(ctx context.Context) error {
	if b.posted > 0 {
		return nil
	}
	_, err := b.fill(ctx, b.requests.among(Uniform, b.config.Accounts), b.config.Accounts*seedRounds)
	return err
}

// fill posts so many transactions, rounded up to whole batches, and waits for the projections. A batch
// that fails is not sent again: what is filled is nearly full, or it is an error.
func (b *Bench) fill(ctx context.Context, accounts func() between, transactions int) (*Result, error) {
	b.log.Info("filling", "transactions", transactions)
	leg := Leg{Workload: "fill", Connections: fillConnections, Batch: fillBatch,
		Requests: int64((transactions + fillBatch - 1) / fillBatch)}
	r, err := b.run(ctx, leg, b.requests.posts(accounts, fillBatch))
	if err == nil && float64(r.Done) < nearlyFull*float64(transactions) {
		err = fmt.Errorf("%d transactions were to be posted, and %d were: %s", transactions, r.Done, r.FirstFailure)
	}
	return r, err
}

// onto credits one account from accounts of a group, all alike.
func (r *requests) onto(account, group string, n int) func() between {
	return func() between {
		random := source()
		return func() (string, string) { return r.account(group, random.IntN(n)), account }
	}
}

// inTurn credits one account from every account of a group in turn: all of them are posted to.
func (r *requests) inTurn(account, group string, n int) func() between {
	var turn atomic.Int64
	return func() between {
		return func() (string, string) { return r.account(group, int(turn.Add(1)%int64(n))), account }
	}
}
