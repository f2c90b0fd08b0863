package ledger

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// change is what a transaction does to one account in one asset.
type change struct {
	account, asset  string
	debits, credits decimal.Decimal
	first           int // index of the first posting it is made of
	lowers          int // index of the first posting that lowers the balance; -1 for none
	// before is the balance before, once weighed; has is the balance after on the account's normal
	// side.
	before Balance
	has    decimal.Decimal
}

// weigh works out what the change comes to.
func (c *change) weigh(before Balance) {
	c.before = before
	c.has = c.apply(before).On(Address(c.account).NormalSide())
}

// had returns the balance before on the account's normal side.
func (c *change) had() decimal.Decimal { return c.before.On(Address(c.account).NormalSide()) }

// addTo adds an amount to a sum, and spares the arithmetic for the first one.
func addTo(sum *decimal.Decimal, amount decimal.Decimal) {
	if sum.Sign() == 0 {
		*sum = amount
		return
	}
	*sum = sum.Add(amount)
}

// apply returns the balance after the change.
func (c *change) apply(b Balance) Balance {
	if c.debits.Sign() != 0 {
		addTo(&b.Debits, c.debits)
	}
	if c.credits.Sign() != 0 {
		addTo(&b.Credits, c.credits)
	}
	b.Version++
	return b
}

// changes are what postings do to accounts, in the order of first appearance, and for each posting
// which change it belongs to.
type changes struct {
	list []change
	of   []int
}

// fewPostings is up to how many postings looking through a list is faster than asking a map.
const fewPostings = 16

// fold sums postings by account and asset.
func fold(ps []journal.Posting) changes {
	c := changes{list: make([]change, 0, len(ps)), of: make([]int, len(ps))}
	type key struct{ account, asset string }
	var index map[key]int
	if len(ps) > fewPostings {
		index = make(map[key]int, len(ps))
	}
	for i := range ps {
		p := &ps[i]
		at, ok := 0, false
		if index != nil {
			at, ok = index[key{p.Account, p.Asset}]
		} else {
			for at = range c.list {
				if ok = c.list[at].account == p.Account && c.list[at].asset == p.Asset; ok {
					break
				}
			}
		}
		if !ok {
			at = len(c.list)
			c.list = append(c.list, change{account: p.Account, asset: p.Asset, first: i, lowers: -1})
			if index != nil {
				index[key{p.Account, p.Asset}] = at
			}
		}
		c.of[i] = at
		c.list[at].add(p, i)
	}
	return c
}

func (c *change) add(p *journal.Posting, i int) {
	sum := &c.credits
	if p.Side == journal.Debit {
		sum = &c.debits
	}
	addTo(sum, p.Amount)
	if c.lowers < 0 && p.Side != Address(p.Account).NormalSide() {
		c.lowers = i
	}
}
