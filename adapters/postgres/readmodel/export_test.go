package readmodel

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
)

// ByStatementPages are the same reads, with statements in pages of another size.
func (r *Reads) ByStatementPages(size int) *Reads {
	return &Reads{pool: r.pool, looking: make(chan struct{}, 1), statementPage: size}
}

// InSmall has a rebuilder read and copy so many events and rows at once.
func (r *Rebuilder) InSmall(n int) *Rebuilder {
	r.limits = loadLimits{page: n, rows: n, balances: n, facts: n, commit: n}
	return r
}

// WithoutParts has a rebuilder load balances as the program did before it loaded them in parts.
func (r *Rebuilder) WithoutParts() *Rebuilder {
	d := r.defs[query.Accounts]
	d.load, d.loaded = nil, nil
	r.defs[query.Accounts] = d
	return r
}

// Once works at what is asked for of the named projections until that is done, or left.
func (r *Rebuilder) Once(ctx context.Context, names ...string) error {
	jobs, err := r.claim(ctx, names)
	if err == nil && len(jobs) > 0 {
		r.work(ctx, jobs)
	}
	return err
}

// NeverLooksAgain has reads believe for ever that the generations are live that are live now.
func (r *Reads) NeverLooksAgain(ctx context.Context) {
	seen, _ := r.look(ctx, 0)
	seen.at = seen.at.Add(24 * time.Hour)
}

// QueueHoldChange queues what a change of a hold writes.
func QueueHoldChange(b *pgx.Batch, schema string, h wallet.Hold) error {
	return (&holdRows{changed: []wallet.Hold{h}}).queue(b, schema)
}
