package membership

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Length is how long a period is, by the calendar, as ISO 8601 writes it.
type Length string

// The lengths of periods.
const (
	Month Length = "P1M"
	Year  Length = "P1Y"
)

// months is how many there are in a period; 0 for what is no length.
func (l Length) months() int {
	switch l {
	case Month:
		return 1
	case Year:
		return 12
	}
	return 0
}

// end returns when the nth period since an anchor ends: on the anchor's day of the month, at its time, in UTC; in a
// month that has not got that day, on its last.
func (l Length) end(anchor time.Time, n int) time.Time {
	year, month, day := anchor.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	month += time.Month(n * l.months())
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
	if day < last.Day() {
		last = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return last.Add(anchor.Sub(midnight))
}

// Period is time that was paid for.
type Period struct {
	// Plan is the code of what was bought; its days are counted in DayAsset of it.
	Plan  string    `json:"plan"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	// Days are those from Start to End.
	Days int `json:"days"`
	// Price is what was paid, at its asset's scale.
	Price ledger.Money `json:"price"`
	// PaidAt is when: after Start, if it was paid in grace.
	PaidAt time.Time `json:"paid_at"`
}

// period returns the nth period since an anchor, of a plan, as it is paid now. It begins where the one before ends.
func (p Plan) period(anchor time.Time, n int, now time.Time) Period {
	start, end := p.Period.end(anchor, n-1), p.Period.end(anchor, n)
	return Period{Plan: p.Code, Start: start, End: end, Days: int(end.Sub(start) / Day), Price: p.Price, PaidAt: now}
}

// dayEnd is when so many days of the period have passed. Where its time is no whole number of days, the first is shorter.
func (p Period) dayEnd(days int) time.Time { return p.End.Add(-time.Duration(p.Days-days) * Day) }

// earned is what is earned of the price when so many days have passed: price × days / all days, rounded half to even at
// the asset's scale.
func (p Period) earned(days int) decimal.Decimal {
	price, all := wallet.Figure(p.Price.Amount), decimal.NewFromInt(int64(p.Days))
	scale := -price.Exponent()
	whole, rest := price.Mul(decimal.NewFromInt(int64(days))).QuoRem(all, scale)
	unit := decimal.New(1, -scale)
	switch rest.Add(rest).Cmp(unit.Mul(all)) {
	case 1:
		whole = whole.Add(unit)
	case 0:
		if whole.Shift(scale).BigInt().Bit(0) == 1 {
			whole = whole.Add(unit)
		}
	}
	return whole.Round(scale)
}

// figure is an amount of the period's asset, with all its decimals.
func (p Period) figure(d decimal.Decimal) string {
	return journal.FormatAmount(d.Round(-wallet.Figure(p.Price.Amount).Exponent()))
}

// money is an amount of the period's asset.
func (p Period) money(d decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: p.figure(d), Asset: p.Price.Asset}
}
