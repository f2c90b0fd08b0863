package exchange

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// terms are what a quote promises: the mid rate, and the spread in percent of it.
type terms struct{ mid, spread decimal.Decimal }

// termsOf reads what events and decision state hold.
func termsOf(mid, spread string) terms { return terms{wallet.Figure(mid), wallet.Figure(spread)} }

func hundred() decimal.Decimal { return decimal.New(100, 0) }

// rate is the customer's rate, exactly.
func (t terms) rate() decimal.Decimal { return t.mid.Mul(hundred().Sub(t.spread)).Shift(-2) }

// parts is what an amount comes to, all at the scale of what is bought: whole = customer + spread + rounding.
type parts struct{ whole, customer, spread, rounding decimal.Decimal }

// of returns what an amount comes to at a scale. Each product is exact and is rounded once, half to even; what the
// rounded ones differ by is the rounding: one unit, none, or minus one.
func (t terms) of(amount decimal.Decimal, scale int32) parts {
	rate := t.rate()
	p := parts{
		whole:    amount.Mul(t.mid).RoundBank(scale),
		customer: amount.Mul(rate).RoundBank(scale),
		spread:   amount.Mul(t.mid.Sub(rate)).RoundBank(scale),
	}
	p.rounding = p.whole.Sub(p.customer).Sub(p.spread)
	return p
}

// leastFor returns the least amount, at scale from, of which the customer gets at least wanted, which is above
// zero and at scale to.
func (t terms) leastFor(wanted decimal.Decimal, from, to int32) decimal.Decimal {
	// Half a unit less is the least that may round to wanted. Rounded down, what it costs is enough only where
	// it buys exactly that half and half goes to wanted; else a unit more is.
	half := wanted.Sub(decimal.New(5, -to-1))
	amount, _ := half.QuoRem(t.rate(), from)
	if t.of(amount, to).customer.LessThan(wanted) {
		amount = amount.Add(decimal.New(1, -from))
	}
	return amount
}

// bookable refuses what comes to nothing, and what has more digits than the books take. Refusals point at pointer.
func (p parts) bookable(paid decimal.Decimal, pointer string) error {
	switch {
	case !p.customer.IsPositive():
		return ErrTooSmall.At(pointer).Because("it comes to nothing")
	case paid.NumDigits() > ledger.MaxDigits, p.whole.NumDigits() > ledger.MaxDigits:
		return ErrTooLarge.At(pointer).Because("%s", ledger.ErrAmountDigits.Error())
	}
	return nil
}
