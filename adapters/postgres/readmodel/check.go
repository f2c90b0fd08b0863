package readmodel

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Check holds the live projections against the journal, each at the position where it stands.
type Check struct {
	tx       pgx.Tx
	accounts standing
	entries  standing
	balances *balanceSums           // up to where accounts stand
	keys     map[[16]byte]*entrySum // up to where entries stand
}

// standing is where a live projection stands.
type standing struct {
	schema   string
	position int64
}

type entrySum struct {
	lines int64
	net   decimal.Decimal
}

// NewCheck returns a check that reads in tx, which sees one state of everything.
func NewCheck(ctx context.Context, tx pgx.Tx) (*Check, error) {
	c := &Check{tx: tx, balances: newBalanceSums(), keys: map[[16]byte]*entrySum{}}
	for name, at := range map[string]*standing{"accounts": &c.accounts, "entries": &c.entries} {
		var generation int
		err := tx.QueryRow(ctx, `SELECT generation, position FROM projection_live JOIN projection_generation USING (name, generation) WHERE name = $1`,
			name).Scan(&generation, &at.position)
		if err != nil {
			return nil, fmt.Errorf("projection %s: %w", name, err)
		}
		at.schema = fmt.Sprintf("p_%s_%d", name, generation)
	}
	return c, nil
}

// Take adds an event of the journal to what the projections should say.
func (c *Check) Take(e *journal.Event, _ *journal.Report) error {
	if e.Position <= c.accounts.position {
		c.balances.add(e)
	}
	if e.Position > c.entries.position {
		return nil
	}
	for i := range e.Postings {
		p := &e.Postings[i]
		key := entryKey(e.Ledger, p.Account, p.Asset)
		sum := c.keys[key]
		if sum == nil {
			sum = &entrySum{}
			c.keys[key] = sum
		}
		sum.lines++
		if p.Side == journal.Debit {
			sum.net = sum.net.Add(p.Amount)
		} else {
			sum.net = sum.net.Sub(p.Amount)
		}
	}
	return nil
}

// Compare reads the projections and adds what differs to report.
func (c *Check) Compare(ctx context.Context, report *journal.Report) error {
	if err := c.compareBalances(ctx, report); err != nil {
		return err
	}
	return c.compareEntries(ctx, report)
}

func (c *Check) compareBalances(ctx context.Context, report *journal.Report) error {
	found := func(detail string, args ...any) {
		report.Add(journal.Finding{Check: "projection accounts", Position: c.accounts.position, Detail: fmt.Sprintf(detail, args...)})
	}
	rows, err := c.tx.Query(ctx, strings.ReplaceAll(sqlOf("check_balances"), "{schema}", c.accounts.schema))
	if err != nil {
		return err
	}
	var key balanceKey
	var version int64
	var debits, credits decimal.Decimal
	_, err = pgx.ForEachRow(rows, []any{&key.ledger, &key.address, &key.asset, &version, (*decimalText)(&debits), (*decimalText)(&credits)}, func() error {
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
	rows, err := c.tx.Query(ctx, strings.ReplaceAll(sqlOf("check_entries"), "{schema}", c.entries.schema))
	if err != nil {
		return err
	}
	var key [16]byte
	var lines int64
	var net decimal.Decimal
	_, err = pgx.ForEachRow(rows, []any{&key, &lines, (*decimalText)(&net)}, func() error {
		want := c.keys[key]
		delete(c.keys, key)
		switch {
		case want == nil:
			found("entries under %x follow from no event", key)
		case want.lines != lines, !want.net.Equal(net):
			found("%d entries under %x add up to %s; expected %d and %s", lines, key, net, want.lines, want.net)
		}
		return nil
	})
	if err == nil && len(c.keys) > 0 {
		found("entries of %d accounts are missing", len(c.keys))
	}
	return err
}
