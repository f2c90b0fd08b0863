package readmodel

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	books "github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet/query"
)

// statementPageSize is how many transactions of a statement are read at once: some 600 kB, and a connection is
// taken for a few milliseconds, however slowly the lines are taken. One page is read ahead.
const statementPageSize = 1000

// Statement sums a wallet up for a period. Opening and closing come from the balances that the journal has at
// these times, and the movements from the postings between; where they do not agree, it is
// [query.ErrUnbalanced].
func (r *Reads) Statement(ctx context.Context, f query.StatementFilter) (s query.Statement, err error) {
	f.From, f.Until = wholeMicros(f.From), wholeMicros(f.Until)
	s = query.Statement{Wallet: f.Wallet, From: f.From, Until: f.Until, Position: f.UpTo, Asset: f.Asset}
	w, err := r.walletAccounts(ctx, f.Wallet.ID, f.Asset)
	if err != nil || len(w.accounts) == 0 {
		return s, err
	}
	opening, err := r.walletBalances(ctx, w, books.EntryPlace{EffectiveAt: f.From}, f.UpTo)
	if err != nil {
		return s, err
	}
	closing, err := r.walletBalances(ctx, w, books.EntryPlace{EffectiveAt: f.Until}, f.UpTo)
	if err != nil {
		return s, err
	}
	moved, err := r.statementSums(ctx, w, f)
	if err != nil {
		return s, err
	}
	for i, m := range moved {
		m.Opening, m.Closing = opening[i], closing[i]
		if stands := m.Opening.Plus(m.changes); !stands.Equal(m.Closing) {
			return s, fmt.Errorf("wallet %s from %s until %s at %d: opening %v and changes %v are not closing %v: %w",
				f.Wallet.ID, f.From, f.Until, f.UpTo, m.Opening, m.changes, m.Closing, query.ErrUnbalanced)
		}
		if m.Lines > 0 || !m.Opening.Equal(w.assets[i]) {
			s.Assets = append(s.Assets, m.StatementAsset)
		}
	}
	return s, nil
}

// movements are a statement in one asset, and what each part changed by.
type movements struct {
	query.StatementAsset
	changes query.Balance
}

// statementSums adds up the postings of a period in each of the wallet's assets.
func (r *Reads) statementSums(ctx context.Context, w *walletAccounts, f query.StatementFilter) ([]movements, error) {
	out := make([]movements, len(w.assets))
	for i, zero := range w.assets {
		out[i] = movements{StatementAsset: query.StatementAsset{In: zero.Held, Out: zero.Held}, changes: zero}
	}
	parts := make([]string, len(w.parts))
	for i, p := range w.parts {
		parts[i] = string(p.part)
	}
	args := entryKeys(ledger.Main, w.accounts)
	args["parts"], args["from"], args["until"], args["up_to"] = parts, f.From, f.Until, f.UpTo
	err := r.rows(ctx, "statement_sums", args, func(row pgx.Rows) error {
		var asset string
		var lines int64
		var in, gone decimal.Decimal
		var c query.Balance
		if err := row.Scan(&asset, &lines, (*decimalText)(&in), (*decimalText)(&gone), (*decimalText)(&c.Available),
			(*decimalText)(&c.Held), (*decimalText)(&c.Pending), (*decimalText)(&c.Disputed)); err != nil {
			return err
		}
		c.Asset = asset
		m := &out[w.asset(asset)]
		m.Lines, m.In, m.Out, m.changes = lines, m.In.Add(in), m.Out.Add(gone), m.changes.Plus(c)
		return nil
	})
	return out, err
}

// StatementLines reads the lines of a statement that Statement made, as [query.Lines] says. No connection is
// held between two pages, and the context ends it.
func (r *Reads) StatementLines(ctx context.Context, s query.Statement) query.Lines {
	return func(asset string) iter.Seq2[query.Entry, error] {
		asset = cmp.Or(asset, s.Asset)
		return func(yield func(query.Entry, error) bool) {
			lines := statementLines{of: s, asset: asset, balances: map[string]query.Balance{}, left: map[string]int64{}}
			for _, a := range s.Assets {
				if asset == "" || asset == a.Asset() {
					lines.balances[a.Asset()], lines.left[a.Asset()] = a.Opening, a.Lines
				}
			}
			more, err := r.readStatement(ctx, &lines, yield)
			if err == nil && more {
				err = lines.check()
			}
			if err != nil {
				yield(query.Entry{}, err)
			}
		}
	}
}

// readStatement hands all lines to yield; more is false once it takes no more. While it takes those of a page, the
// next page is read.
func (r *Reads) readStatement(ctx context.Context, lines *statementLines, yield func(query.Entry, error) bool) (more bool, err error) {
	w, err := r.walletAccounts(ctx, lines.of.Wallet.ID, lines.asset)
	if err != nil || len(w.accounts) == 0 {
		return true, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	next := make(chan statementPage, 1)
	read := func(after books.EntryPlace) {
		reading.Go(func() { next <- r.readStatementPage(ctx, w, lines.of, after) })
	}
	read(books.EntryPlace{EffectiveAt: lines.of.From})
	for {
		page := <-next
		if page.err != nil {
			return false, page.err
		}
		last := len(page.moved) < r.statementPage
		if !last {
			end := &page.moved[len(page.moved)-1]
			read(books.EntryPlace{EffectiveAt: end.EffectiveAt, Position: end.Position})
		}
		for i := range page.moved {
			for _, e := range w.entries(&page.moved[i], page.words) {
				if !yield(lines.after(e), nil) {
					return false, nil
				}
			}
		}
		if last {
			return true, nil
		}
	}
}

// statementPage is some transactions of a statement, and the words of the holds that they are about.
type statementPage struct {
	moved []movedBy
	words map[string]holdWord
	err   error
}

// readStatementPage reads the transactions of a statement that come after a place.
func (r *Reads) readStatementPage(ctx context.Context, w *walletAccounts, s query.Statement, after books.EntryPlace) (page statementPage) {
	args := entryKeys(ledger.Main, w.accounts)
	args["effective_at"], args["position"], args["until"], args["up_to"] = after.EffectiveAt, after.Position, s.Until, s.Position
	args["limit"] = r.statementPage
	page.err = r.rows(ctx, "statement_lines", args, func(row pgx.Rows) error {
		t, err := scanMovedBy(row)
		page.moved = append(page.moved, t)
		return err
	})
	if page.err == nil {
		page.words, page.err = r.holdWords(ctx, page.moved)
	}
	return page
}

// statementLines is how far the lines of a statement have come.
type statementLines struct {
	of       query.Statement
	asset    string
	balances map[string]query.Balance
	left     map[string]int64
}

// after gives a line its balances.
func (l *statementLines) after(e query.Entry) query.Entry {
	e.Balances = l.balances[e.Asset].Plus(e.Changes)
	e.Balances.Asset = e.Asset
	l.balances[e.Asset] = e.Balances
	l.left[e.Asset]--
	return e
}

// check holds where the lines have led against where the statement says that they lead.
func (l *statementLines) check() error {
	closing := map[string]query.Balance{}
	for _, a := range l.of.Assets {
		closing[a.Asset()] = a.Closing
	}
	for asset, left := range l.left {
		if left != 0 || !l.balances[asset].Equal(closing[asset]) {
			return fmt.Errorf("wallet %s from %s until %s at %d: the lines in %s, %d of them missing, lead to %v, not to %v: %w", l.of.Wallet.ID,
				l.of.From, l.of.Until, l.of.Position, asset, left, l.balances[asset], closing[asset], query.ErrUnbalanced)
		}
	}
	return nil
}
