package readmodel

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// Check holds the live projections against the journal, each at the position where it stands, and
// the balance that each posting carries against the postings before it.
type Check struct {
	tx           pgx.Tx
	accounts     standing
	entries      standing
	transactions standing

	nets     map[balanceKey]decimal.Decimal // debits less credits, up to the last event taken
	balances *balanceSums                   // up to where accounts stand
	keys     map[[16]byte]*entrySum         // up to where entries stand
	counts   map[string]int64               // transactions by ledger, up to where transactions stand
}

// standing is where a live projection stands; an empty schema is a projection that never ran.
type standing struct {
	schema   string
	position int64
}

// entrySum says which rows an account has, without naming them: how many, the sum of their
// positions, and what those that were dated otherwise add.
type entrySum struct {
	rows      int64
	positions decimal.Decimal
	dated     decimal.Decimal
}

// NewCheck returns a check that reads in tx, which sees one state of everything.
func NewCheck(ctx context.Context, tx pgx.Tx) (*Check, error) {
	c := &Check{tx: tx, nets: map[balanceKey]decimal.Decimal{}, balances: newBalanceSums(), keys: map[[16]byte]*entrySum{}, counts: map[string]int64{}}
	for name, at := range map[string]*standing{query.Accounts: &c.accounts, query.Entries: &c.entries, query.Transactions: &c.transactions} {
		var generation int
		err := tx.QueryRow(ctx, `SELECT generation, position FROM projection_live JOIN projection_generation USING (name, generation) WHERE name = $1`,
			name).Scan(&generation, &at.position)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("projection %s: %w", name, err)
		}
		at.schema = fmt.Sprintf("p_%s_%d", name, generation)
	}
	return c, nil
}

// Take adds an event of the journal to what the projections should say.
func (c *Check) Take(e *journal.Event, report *journal.Report) error {
	if len(e.Postings) == 0 {
		return nil
	}
	c.checkAfter(e, report)
	if e.Position <= c.accounts.position {
		c.balances.add(e)
	}
	if e.Position <= c.transactions.position {
		c.counts[e.Ledger]++
	}
	if e.Position > c.entries.position {
		return nil
	}
	for i := range e.Postings {
		p := &e.Postings[i]
		if i != firstLine(e.Postings, p) {
			continue
		}
		key := entryKey(e.Ledger, p.Account, p.Asset)
		sum := c.keys[key]
		if sum == nil {
			sum = &entrySum{}
			c.keys[key] = sum
		}
		sum.rows++
		sum.positions = sum.positions.Add(decimal.NewFromInt(e.Position))
		if dated(e) != nil {
			sum.dated = sum.dated.Add(netOf(e.Postings, p))
		}
	}
	return nil
}

// checkAfter holds the balances that an event's postings carry against the sum of all postings.
func (c *Check) checkAfter(e *journal.Event, report *journal.Report) {
	for i := range e.Postings {
		p := &e.Postings[i]
		key := balanceKey{accountKey{e.Ledger, p.Account}, p.Asset}
		c.nets[key] = c.nets[key].Add(signed(p))
	}
	for i := range e.Postings {
		p := &e.Postings[i]
		want := c.nets[balanceKey{accountKey{e.Ledger, p.Account}, p.Asset}]
		if ledger.Address(p.Account).NormalSide() == journal.Credit {
			want = want.Neg()
		}
		if !p.Balance.Equal(want) {
			report.Add(journal.Finding{Check: "balance after", Position: e.Position,
				Detail: fmt.Sprintf("posting %d leaves %s with %s %s, expected %s", i, p.Account, p.Balance, p.Asset, want)})
		}
	}
}

// signed is a posting's amount as debits less credits.
func signed(p *journal.Posting) decimal.Decimal {
	if p.Side == journal.Credit {
		return p.Amount.Neg()
	}
	return p.Amount
}

// Compare reads the projections and adds what differs to report.
func (c *Check) Compare(ctx context.Context, report *journal.Report) error {
	for _, check := range []struct {
		at      standing
		compare func(context.Context, *journal.Report) error
	}{{c.accounts, c.compareBalances}, {c.entries, c.compareEntries}, {c.transactions, c.compareTransactions}} {
		if check.at.schema == "" {
			continue
		}
		if err := check.compare(ctx, report); err != nil {
			return err
		}
	}
	return nil
}

func (c *Check) compareTransactions(ctx context.Context, report *journal.Report) error {
	found := map[string]int64{}
	var name string
	var count int64
	if err := forEach(ctx, c.tx, statement("check_transactions", c.transactions.schema), []any{&name, &count}, func() error { found[name] = count; return nil }); err != nil {
		return err
	}
	if !maps.Equal(found, c.counts) {
		report.Add(journal.Finding{Check: "projection transactions", Position: c.transactions.position,
			Detail: fmt.Sprintf("transactions by ledger are %v, expected %v", found, c.counts)})
	}
	return nil
}

func (c *Check) compareBalances(ctx context.Context, report *journal.Report) error {
	found := func(detail string, args ...any) {
		report.Add(journal.Finding{Check: "projection accounts", Position: c.accounts.position, Detail: fmt.Sprintf(detail, args...)})
	}
	var key balanceKey
	var version int64
	var debits, credits decimal.Decimal
	err := forEach(ctx, c.tx, statement("check_balances", c.accounts.schema), []any{&key.ledger, &key.address, &key.asset, &version, (*decimalText)(&debits), (*decimalText)(&credits)}, func() error {
		want := c.balances.sums[key]
		delete(c.balances.sums, key)
		switch {
		case want == nil:
			found("balance of %s in %s of ledger %s follows from no event", key.address, key.asset, key.ledger)
		case !want.debits.Equal(debits), !want.credits.Equal(credits), want.touched != version:
			found("balance of %s in %s of ledger %s is debits %s, credits %s, version %d; expected %s, %s, %d",
				key.address, key.asset, key.ledger, debits, credits, version, want.debits, want.credits, want.touched)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range sortedKeys(c.balances.sums, balanceKey.compare) {
		found("balance of %s in %s of ledger %s is missing", key.address, key.asset, key.ledger)
	}
	return nil
}

func (c *Check) compareEntries(ctx context.Context, report *journal.Report) error {
	found := func(detail string, args ...any) {
		report.Add(journal.Finding{Check: "projection entries", Position: c.entries.position, Detail: fmt.Sprintf(detail, args...)})
	}
	var key [16]byte
	var rows int64
	var positions, dated decimal.Decimal
	err := forEach(ctx, c.tx, statement("check_entries", c.entries.schema), []any{&key, &rows, (*decimalText)(&positions), (*decimalText)(&dated)}, func() error {
		want := c.keys[key]
		delete(c.keys, key)
		switch {
		case want == nil:
			found("entries under %x follow from no event", key)
		case want.rows != rows, !want.positions.Equal(positions), !want.dated.Equal(dated):
			found("%d entries under %x have positions that add up to %s, and add %s out of turn; expected %d, %s and %s",
				rows, key, positions, dated, want.rows, want.positions, want.dated)
		}
		return nil
	})
	if err == nil && len(c.keys) > 0 {
		found("entries of %d accounts are missing", len(c.keys))
	}
	return err
}
