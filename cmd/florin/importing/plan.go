package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/hledger"
	"github.com/florinledger/florin/ledger"
)

// plan is what a file comes to: its transactions as the service takes them, on disk, and what
// they need and add up to.
type plan struct {
	ledger, prefix string
	// converter is set for hledger's JSON.
	converter *hledger.Converter
	spool     *spool
	problems  problems

	// known are the scales of the assets that the service knows; needed the most decimals seen
	// of each asset that it does not.
	known, needed map[string]int32
	mayRegister   bool
	// debits is the sum of the debits of each asset.
	debits   map[string]decimal.Decimal
	accounts map[string]bool
	// at is where each reference was seen.
	at map[string]string
	// first is the first transaction that has a number and a date.
	first                 *item
	transactions, leftOut int
	now                   func() time.Time
}

func newPlan(ledgerName, prefix string, known map[string]int32, mayRegister bool) (*plan, error) {
	spool, err := newSpool()
	if err != nil {
		return nil, err
	}
	return &plan{
		ledger: ledgerName, prefix: prefix, spool: spool, problems: newProblems(),
		known: known, needed: map[string]int32{}, mayRegister: mayRegister,
		debits: map[string]decimal.Decimal{}, accounts: map[string]bool{}, at: map[string]string{}, now: time.Now,
	}, nil
}

func (p *plan) close() { p.spool.close() }

// scale is the scale of an asset that the service knows.
func (p *plan) scale(asset string) (int32, bool) {
	scale, ok := p.known[asset]
	return scale, ok
}

// fill reads the source to its end. What is wrong with the transactions is in problems; an error is
// about the file as a whole.
func (p *plan) fill(ctx context.Context, source source) error {
	for {
		item, err := source.next()
		switch {
		case errors.Is(err, io.EOF):
			return p.finish()
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		if err := p.add(item); err != nil {
			return err
		}
	}
}

// add checks a transaction and notes what it needs.
func (p *plan) add(item *item) error {
	for _, text := range item.Problems {
		p.problems.add(item.At, item.Title, text)
	}
	t := item.Transaction
	if t == nil {
		if len(item.Problems) == 0 {
			p.leftOut++
		}
		return nil
	}
	if item.Number > 0 {
		t.Reference = fmt.Sprintf("%s:%d", p.prefix, item.Number)
	}
	for _, text := range p.check(t) {
		p.problems.add(item.At, item.Title, text)
	}
	if first, twice := p.at[t.Reference]; twice {
		p.problems.add(item.At, item.Title, fmt.Sprintf("the reference %q is that of %s too", t.Reference, first))
	}
	p.at[t.Reference] = item.At
	p.transactions++
	if p.problems.any() {
		return nil // nothing will be posted: the rest is read for its problems
	}
	if p.first == nil && item.Number > 0 && t.EffectiveAt != nil {
		p.first = item
	}
	body, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("%s: %w", item.At, err)
	}
	return p.spool.add(record{At: item.At, Title: item.Title, Reference: t.Reference}, body)
}

// check lists what the service would refuse in a transaction, as far as can be told from here.
func (p *plan) check(t *ledger.NewTransaction) (problems []string) {
	if errs := t.Validate(); len(errs) > 0 {
		for _, e := range errs {
			problems = append(problems, strings.TrimPrefix(e.Pointer, "/")+": "+e.Detail)
		}
		return problems
	}
	if t.Reference == "" {
		problems = append(problems, "it has neither a number nor a reference")
	}
	if t.EffectiveAt != nil && t.EffectiveAt.After(p.now().Add(ledger.FutureTolerance)) {
		problems = append(problems, fmt.Sprintf("its date, %s, lies in the future (days begin at midnight in --timezone)", t.EffectiveAt.Format(time.DateOnly)))
	}
	for i := range t.Postings {
		l := &t.Postings[i]
		p.accounts[l.Account] = true
		if ledger.Owned(p.ledger, l.Account) {
			problems = append(problems, fmt.Sprintf("account %s belongs to a part of the service, which alone posts there: map it to another", l.Account))
		}
		if problem := p.checkScale(l); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems
}

// checkScale holds the decimals of an amount against its asset's, and sums up.
func (p *plan) checkScale(l *ledger.Line) (problem string) {
	amount, err := ledger.ParseAmount(l.Amount)
	if err != nil {
		return err.Error()
	}
	if l.Side == "debit" {
		p.debits[l.Asset] = p.debits[l.Asset].Add(amount)
	}
	decimals := max(-amount.Exponent(), 0)
	scale, known := p.known[l.Asset]
	switch {
	case !known:
		p.needed[l.Asset] = max(p.needed[l.Asset], decimals)
		if !p.mayRegister {
			return fmt.Sprintf("the service does not know the asset %s: map it to one that it knows, or import with --register-assets", l.Asset)
		}
	case decimals > scale:
		return fmt.Sprintf("%s %s to %s: %s has %d decimals", l.Amount, l.Asset, l.Account, l.Asset, scale)
	}
	return ""
}

// finish looks at what only the whole file tells.
func (p *plan) finish() error {
	if p.converter != nil {
		for _, entry := range p.converter.Unused() {
			p.problems.add("mapping", "", "nothing in the journal matches "+entry)
		}
	}
	for _, asset := range slices.Sorted(maps.Keys(p.needed)) {
		if p.needed[asset] > ledger.MaxScale {
			p.problems.add("assets", "", fmt.Sprintf("%s would need %d decimals, and %d are the most", asset, p.needed[asset], ledger.MaxScale))
		}
	}
	if p.transactions+p.leftOut == 0 && !p.problems.any() {
		return errors.New("it has no transactions")
	}
	return p.spool.rewind()
}

// unregistered are the assets that the file needs and the service does not know, by code.
func (p *plan) unregistered() (assets []ledger.Asset) {
	for _, code := range slices.Sorted(maps.Keys(p.needed)) {
		assets = append(assets, ledger.Asset{Code: code, Scale: p.needed[code]})
	}
	return assets
}

// describeAssets names the assets that are registered on the way.
func (p *plan) describeAssets(out io.Writer) {
	for _, a := range p.unregistered() {
		fmt.Fprintf(out, "new asset     %s with %d decimals, for ever\n", a.Code, a.Scale)
	}
}

// describe says what would be posted.
func (p *plan) describe(out io.Writer) {
	fmt.Fprintf(out, "transactions  %d, references %s:…\n", p.transactions, p.prefix)
	if c := p.converter; c != nil && p.leftOut+c.Zeros+c.Virtuals+c.Assertions > 0 {
		fmt.Fprintf(out, "left out      %d transactions of which nothing remains, %d postings of zero, %d virtual postings, %d balance assertions\n",
			p.leftOut, c.Zeros, c.Virtuals, c.Assertions)
	}
	p.describeAssets(out)
	for _, asset := range slices.Sorted(maps.Keys(p.debits)) {
		sum := p.debits[asset]
		fmt.Fprintf(out, "total         %s %s debit, and as much credit\n", sum.StringFixed(max(-sum.Exponent(), 0)), asset)
	}
	if p.converter != nil {
		for _, pair := range p.converter.Assets() {
			fmt.Fprintf(out, "commodity     %q is %s\n", pair[0], pair[1])
		}
	}
	fmt.Fprintf(out, "accounts      %d\n", len(p.accounts))
	if p.converter == nil {
		return
	}
	pairs := p.converter.Accounts()
	for _, pair := range pairs[:min(len(pairs), maxShown)] {
		fmt.Fprintf(out, "              %s is %s\n", pair[0], pair[1])
	}
	if more := len(pairs) - maxShown; more > 0 {
		fmt.Fprintf(out, "              … and %d more\n", more)
	}
}
