package importing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/florinledger/florin/cmd/florin/progress"
	"github.com/florinledger/florin/ledger"
)

// trial counts what a dry run found.
type trial struct {
	fresh, unregistered, depending int
}

// try asks the service what it would say to everything, and posts nothing. Exit code 1 when it would
// refuse something for good.
func (p *poster) try(ctx context.Context, con console) error {
	var t trial
	bar := progress.New(con.err, "trying", "transactions", int64(p.plan.transactions))
	err := p.each(ctx, func(_ int, entries []entry) error {
		defer bar.Add(len(entries))
		known, err := p.registered(entries)
		t.unregistered += len(entries) - len(known)
		if err != nil || len(known) == 0 {
			return err
		}
		return p.tryBatch(ctx, &t, known)
	})
	bar.Finish()
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "would post    %d transactions\n", t.fresh+t.unregistered+t.depending)
	if p.there > 0 {
		fmt.Fprintf(con.out, "there before  %d transactions\n", p.there)
	}
	if t.unregistered > 0 {
		fmt.Fprintf(con.out, "not tried     %d transactions in assets that are not registered yet\n", t.unregistered)
	}
	if t.depending > 0 {
		fmt.Fprintf(con.out, "not certain   %d transactions that the balances as they are now would not allow, and those before them may\n", t.depending)
	}
	if p.problems.any() {
		p.problems.list(con.err, "nothing was posted")
		return ErrFound
	}
	fmt.Fprintln(con.out, "nothing was posted: this was a dry run")
	return nil
}

// tryBatch counts what the service says to transactions.
func (p *poster) tryBatch(ctx context.Context, t *trial, entries []entry) error {
	results, err := p.ask(ctx, entries)
	if err != nil {
		return err
	}
	for i, r := range results {
		switch {
		case r.Problem.Err() == nil:
			t.fresh++
		case r.Problem.Code == "insufficient-funds", r.Problem.Code == "precondition-failed":
			t.depending++
		default:
			if err := p.refused(ctx, entries[i], &r.Problem); err != nil {
				return err
			}
		}
	}
	return nil
}

// registered returns the transactions whose assets the service knows.
func (p *poster) registered(entries []entry) (known []entry, err error) {
	if len(p.plan.needed) == 0 {
		return entries, nil
	}
	for _, e := range entries {
		var t ledger.NewTransaction
		if err := json.Unmarshal(e.body, &t); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(t.Postings, func(l ledger.Line) bool { _, ok := p.plan.needed[l.Asset]; return ok }) {
			known = append(known, e)
		}
	}
	return known, nil
}
