package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Names of the workloads that read, of the one that plays Stripe, and of the one in which a service writes
// to people. Those that post have the names of their distributions.
const (
	Balance      = "balance"
	Entries      = "entries"
	Transactions = "transactions"
	Webhook      = "webhook"
	User         = "user"
	Message      = "message"
	// What moves money between wallets, and what reads them.
	Transfer = "transfer"
	Hold     = "hold"
	Capture  = "capture"
	// Expiring is Hold with a time at which it expires.
	Expiring = "expiring-hold"
	Wallet   = "wallet"
)

// Workloads returns the names of all workloads.
func Workloads() []string {
	return []string{Uniform, Hot, Zipfian, Balance, Entries, Transactions, Webhook, User, Message, Transfer, Hold, Expiring, Capture, Wallet}
}

// Posts reports whether a workload posts transactions through the ledger's own route, for which
// batches are possible.
func Posts(name string) bool { return slices.Contains([]string{Uniform, Hot, Zipfian}, name) }

// mainGroup names the accounts that workloads are about.
const mainGroup = "account"

// Run measures a leg of one of Workloads.
func (b *Bench) Run(ctx context.Context, leg Leg) (*Result, error) {
	w, err := b.workload(ctx, leg)
	if err != nil {
		return nil, err
	}
	leg.Batch = w.perRequest
	return b.run(ctx, leg, w)
}

// workload prepares what a leg asks for.
func (b *Bench) workload(ctx context.Context, leg Leg) (workload, error) {
	if Posts(leg.Workload) {
		return b.requests.posts(b.requests.among(leg.Workload, b.config.Accounts), max(leg.Batch, 1)), nil
	}
	switch leg.Workload {
	case Balance, Entries, Transactions:
		return b.read(leg.Workload, mainGroup, b.config.Accounts), b.seed(ctx)
	case Webhook:
		return b.webhooks(ctx)
	case User:
		return b.readUsers(ctx)
	case Message:
		return b.sendMessages(ctx)
	case Transfer, Hold, Expiring, Capture, Wallet:
		return b.walletWork(ctx, leg)
	}
	return workload{}, fmt.Errorf("there is no workload %q: there are %s", leg.Workload, strings.Join(Workloads(), ", "))
}

// count adds what a load posted to what the books are checked for. What wallets get and give is
// booked in the ledger main, whichever is measured.
func (b *Bench) count(l *load, t *tally) {
	if l.workload.perRequest == 0 || l.workload.inMain && b.target.Ledger != mainLedger {
		return
	}
	b.posted += t.done
	b.unknown += (t.failed + t.unavailable) * int64(l.workload.perRequest)
}

// mainLedger is the ledger that every service has.
const mainLedger = "main"
