package hledger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
)

// Conversion is the account through which amounts with a cost are exchanged, in both assets.
const Conversion = "equity:conversion"

// Config is what the bookkeeper decides. The zero value refuses whatever there is a choice about.
type Config struct {
	// Zero, Virtual and PostingDates say what becomes of postings of zero, of virtual postings, and
	// of postings with dates of their own.
	Zero         Zero
	Virtual      Virtual
	PostingDates PostingDates
	// Location is where a day begins at midnight. Default: UTC.
	Location *time.Location
	// Scale returns how many decimals an asset has, where that is known. Zeros beyond them are cut.
	// Default: nothing is known.
	Scale func(asset string) (int32, bool)
}

// Zero is a choice about postings of zero; empty is to refuse them.
type Zero string

// Virtual is a choice about virtual postings; empty is to refuse them.
type Virtual string

// PostingDates is a choice about dates of postings that differ; empty is to refuse them.
type PostingDates string

// The choices other than to refuse.
const (
	DropZero           Zero         = "drop"
	DropVirtual        Virtual      = "drop"
	RealVirtual        Virtual      = "real"
	IgnorePostingDates PostingDates = "ignore"
)

// Converter turns hledger's transactions into Florin's. It remembers the names that it has met.
type Converter struct {
	names  *names
	config Config
	// Assertions, Zeros and Virtuals count the balance assertions, the postings of zero and the
	// virtual postings that were left out.
	Assertions, Zeros, Virtuals int
}

// NewConverter returns a converter.
func NewConverter(m *Mapping, c Config) *Converter {
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Scale == nil {
		c.Scale = func(string) (int32, bool) { return 0, false }
	}
	return &Converter{names: newNames(m), config: c}
}

// Accounts and Assets list the names that were met, each with what it has become.
func (c *Converter) Accounts() [][2]string { return c.names.accounts.pairs() }

// Assets is like Accounts, for commodities.
func (c *Converter) Assets() [][2]string { return c.names.assets.pairs() }

// Unused lists the entries of the mapping that nothing matched so far.
func (c *Converter) Unused() []string { return c.names.unused() }

// conversion is one transaction on its way.
type conversion struct {
	*Converter
	problems []string
	lines    []ledger.Line
	// exchanged are the lines that costs add.
	exchanged []ledger.Line
}

// Convert turns a transaction into Florin's, without a reference. problems are the reasons why it
// cannot be, in words for the bookkeeper; the transaction is then not to be used. It is nil when
// nothing is left of it, which is no problem: all of its postings were left out by choice.
//
// Lines stand in the order of the postings, then those through [Conversion]. What is returned
// balances; the rest of its form ([ledger.NewTransaction.Validate]), and what takes the books to tell,
// is for the caller to look at.
func (c *Converter) Convert(t *Transaction) (tx *ledger.NewTransaction, problems []string) {
	w := conversion{Converter: c}
	tx = &ledger.NewTransaction{Description: t.Description, Metadata: w.metadata(t)}
	if at, err := time.ParseInLocation(time.DateOnly, t.Date, c.config.Location); err != nil {
		w.problemf("the date %q is none", t.Date)
	} else {
		at = at.UTC()
		tx.EffectiveAt = &at
	}
	w.problems = append(w.problems, checkMetadata(tx.Metadata)...)
	for i := range t.Postings {
		w.posting(t, &t.Postings[i])
	}
	if len(w.problems) > 0 {
		return nil, w.problems
	}
	if len(w.lines) == 0 && len(t.Postings) > 0 {
		return nil, nil
	}
	tx.Postings = w.lines
	off, err := tx.Excess()
	if len(off) > 0 && len(w.exchanged) > 0 {
		// A journal that keeps its own conversion accounts balances without the costs; this one
		// does not.
		tx.Postings = slices.Concat(w.lines, w.exchanged)
		off, err = tx.Excess()
	}
	switch {
	case err != nil:
		return nil, []string{"an amount: " + err.Error()}
	case len(off) > 0:
		return nil, []string{unbalanced(off)}
	}
	return tx, nil
}

func (w *conversion) problemf(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// posting adds the lines of a posting.
func (w *conversion) posting(t *Transaction, p *Posting) {
	if !w.takes(p) {
		return
	}
	if d, ok := p.ownDate(t); ok {
		if w.config.PostingDates != IgnorePostingDates {
			w.problemf("posting to %q has a date of its own, %s, and a transaction of Florin's has one date: "+
				"split it, or import with --posting-dates=ignore", p.Account, d)
			return
		}
	}
	if len(p.Assertion) > 0 && p.Assertion.Kind() != 'n' {
		w.Assertions++
	}
	before, problems := len(w.lines), len(w.problems)
	for i := range p.Amounts {
		w.amount(p, &p.Amounts[i])
	}
	// A zero beside other amounts is hledger's arithmetic; alone, it is the bookkeeper's.
	if len(w.lines) == before && len(w.problems) == problems {
		w.zero(p)
	}
}

// takes reports whether the posting is to be carried over, as far as its type says.
func (w *conversion) takes(p *Posting) bool {
	kind := p.kind()
	switch kind {
	case regular:
		return true
	case virtual, balancedVirtual:
	default:
		w.problemf("posting to %q is of the unknown type %q", p.Account, kind)
		return false
	}
	switch {
	case w.config.Virtual == DropVirtual:
		w.Virtuals++
		return false
	case w.config.Virtual == RealVirtual && kind == balancedVirtual:
		return true
	case w.config.Virtual == RealVirtual:
		w.problemf("virtual posting (%s) has no counterpart, so it cannot become real: "+
			"leave virtual postings out with --virtual=drop", p.Account)
	case kind == virtual:
		w.problemf("virtual posting (%s) has no counterpart: leave virtual postings out with --virtual=drop", p.Account)
	default:
		w.problemf("virtual posting [%s]: leave virtual postings out with --virtual=drop, or make them real with --virtual=real", p.Account)
	}
	return false
}

// ownDate returns a date of the posting that is not the transaction's.
func (p *Posting) ownDate(t *Transaction) (string, bool) {
	switch {
	case p.Date != "" && p.Date != t.Date:
		return p.Date, true
	case p.Date2 != "" && p.Date2 != t.Date2:
		return p.Date2, true
	}
	return "", false
}

func (w *conversion) zero(p *Posting) {
	if w.config.Zero == DropZero {
		w.Zeros++
		return
	}
	w.problemf("posting of zero to %q: Florin keeps none; leave them out with --zero=drop", p.Account)
}

// amount adds the line of one amount, and what its cost adds; nothing for zero.
func (w *conversion) amount(p *Posting, a *Amount) {
	quantity, err := a.Quantity.Decimal()
	if err != nil {
		w.problemf("amount of %q: %v", p.Account, err)
		return
	}
	if quantity.IsZero() && a.Commodity != "AUTO" {
		return
	}
	account, accountErr := w.names.account(p.Account)
	asset, assetErr := w.names.asset(a.Commodity)
	for _, err := range []error{accountErr, assetErr} {
		if err != nil {
			w.problemf("%v", err)
		}
	}
	if accountErr != nil || assetErr != nil {
		return
	}
	w.lines = append(w.lines, w.line(account, quantity, asset))
	if cost := a.cost(); cost != nil {
		w.cost(p, quantity, asset, cost)
	}
}

// cost exchanges an amount for what it cost: it goes into the conversion account, and its cost comes out.
func (w *conversion) cost(p *Posting, quantity decimal.Decimal, asset string, c *Cost) {
	price, err := c.Contents.Quantity.Decimal()
	if err != nil {
		w.problemf("cost of %q: %v", p.Account, err)
		return
	}
	priceAsset, err := w.names.asset(c.Contents.Commodity)
	if err != nil {
		w.problemf("%v", err)
		return
	}
	var total decimal.Decimal
	switch {
	case c.perUnit():
		total = quantity.Mul(price)
	case c.inTotal():
		// It has the sign of the quantity in some versions of hledger, and none in others.
		total = price.Abs().Mul(decimal.NewFromInt(int64(quantity.Sign())))
	default:
		w.problemf("cost of %q is of the unknown kind %q", p.Account, c.Tag)
		return
	}
	if total.NumDigits() > ledger.MaxDigits {
		w.problemf("cost of %q: %v", p.Account, errDigits)
		return
	}
	cut := decimal.RequireFromString(plain(total, 0))
	if scale, ok := w.config.Scale(priceAsset); ok && -cut.Exponent() > scale {
		w.problemf("cost of %q: %s × %s is %s %s, and %s has %d decimals: give the total with @@",
			p.Account, quantity, price, cut, priceAsset, priceAsset, scale)
		return
	}
	w.exchanged = append(w.exchanged, w.line(Conversion, quantity.Neg(), asset))
	if !cut.IsZero() { // what was had for nothing
		w.exchanged = append(w.exchanged, w.line(Conversion, cut, priceAsset))
	}
}

// line writes an amount as a line: debit when it is positive.
func (w *conversion) line(account string, amount decimal.Decimal, asset string) ledger.Line {
	side := "debit"
	if amount.IsNegative() {
		side = "credit"
	}
	written := max(-amount.Exponent(), 0)
	if scale, ok := w.config.Scale(asset); ok {
		written = min(written, scale)
	}
	return ledger.Line{Account: account, Side: side, Amount: plain(amount.Abs(), written), Asset: asset}
}

// unbalanced says by how much a transaction does not balance, and why that may be although hledger
// took it.
func unbalanced(off []ledger.Money) string {
	parts := make([]string, len(off))
	for i, m := range off {
		parts[i] = m.Amount + " " + m.Asset
	}
	return fmt.Sprintf("it does not balance: it is off by %s. hledger balances to the decimals that it shows, Florin to the last; "+
		"an amount may be left out (export with hledger print -x), or a cost be rounded (give the total with @@)", strings.Join(parts, ", "))
}
