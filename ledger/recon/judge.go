package recon

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// judge says what of a thing's lines and entries does not agree. Whatever it finds, the differences of its breaks add up to
// that of the two sides.
func (u *unit) judge() []Break {
	j := judgement{unit: u, rest: sums{}, named: map[string][]*Entry{}}
	for _, l := range u.lines {
		j.rest.add(l.Asset, l.Net().Neg())
	}
	for _, e := range u.entries {
		j.rest.addAll(e.Changes)
		if e.Line != "" {
			j.named[e.Line] = append(j.named[e.Line], e)
		}
	}
	for _, l := range u.lines {
		j.compare(l, j.named[l.ID])
	}
	j.missingLines()
	j.unnamed()
	j.told()
	return j.breaks
}

// judgement is how far a thing is judged.
type judgement struct {
	*unit

	// rest is what the books have more than the statement, and no break explains yet.
	rest   sums
	named  map[string][]*Entry
	breaks []Break
}

func (j *judgement) breaksBy(b Break) {
	j.rest.subAll(b.Difference)
	j.breaks = append(j.breaks, b)
}

// compare holds a line against the entries that name it: what they say it said, and how often they are there.
func (j *judgement) compare(l *Line, entries []*Entry) {
	if len(entries) == 0 {
		return
	}
	e := entries[0]
	was := e.Said
	switch {
	case was.Asset != l.Asset:
		j.breaksBy(about(AssetDiffers, l, e, fmt.Sprintf("it is in %s, and in %s in the books", l.Asset, was.Asset),
			Money{was.Asset, was.Amount.Sub(was.Fee)}, Money{l.Asset, l.Net().Neg()}))
	case !was.Amount.Equal(l.Amount):
		j.breaksBy(about(AmountDiffers, l, e, fmt.Sprintf("it is %s less a fee of %s, and %s less %s in the books", l.Amount, l.Fee, was.Amount, was.Fee),
			Money{l.Asset, was.Amount.Sub(was.Fee).Sub(l.Net())}))
	case !was.Fee.Equal(l.Fee):
		j.breaksBy(about(FeeDiffers, l, e, fmt.Sprintf("its fee is %s, and %s in the books", l.Fee, was.Fee), Money{l.Asset, l.Fee.Sub(was.Fee)}))
	}
	for _, again := range entries[1:] {
		j.breaksBy(about(Duplicate, l, again, "the books have this line twice", again.Changes...))
	}
}

// missingLines are the lines that entries name and the statement has not.
func (j *judgement) missingLines() {
	have := map[string]bool{}
	for _, l := range j.lines {
		have[l.ID] = true
	}
	for _, e := range j.entries {
		if e.Line == "" || have[e.Line] {
			continue
		}
		b := about(MissingAtProvider, nil, e, "the statement has no such line", e.Changes...)
		b.Line = e.Line
		j.breaksBy(b)
	}
}

// unnamed are the lines that no entry names. What they are of may be booked all the same, since a message told of it; then
// what lacks is the fee, and where the provider settles in another asset, the conversion.
func (j *judgement) unnamed() {
	var open []*Line
	told := sums{}
	for asset, amount := range j.rest {
		told[asset] = amount
	}
	for _, l := range j.lines {
		if len(j.named[l.ID]) == 0 {
			open = append(open, l)
			told.add(l.Asset, l.Net())
		}
	}
	all := sums{}
	for _, l := range open {
		all.add(l.Paid.Asset, l.Paid.Amount)
	}
	for _, l := range open {
		paid := l.Paid
		is := paid.Asset != "" && (told[paid.Asset].Equal(all[paid.Asset]) || covers(told[paid.Asset], paid.Amount))
		if is {
			told.add(paid.Asset, paid.Amount.Neg())
		}
		all.add(paid.Asset, paid.Amount.Neg())
		switch rest := paid.Amount.Sub(l.Net()); {
		case !is:
			detail := "the books have nothing of it"
			if l.Fault != "" {
				detail += ": " + l.Fault
			}
			j.breaksBy(about(MissingInJournal, l, nil, detail, Money{l.Asset, l.Net().Neg()}))
		case paid.Asset != l.Asset:
			j.breaksBy(about(AssetDiffers, l, nil, fmt.Sprintf("it is booked as %s %s, and not settled in %s", paid.Amount, paid.Asset, l.Asset),
				paid, Money{l.Asset, l.Net().Neg()}))
		case !rest.IsZero():
			j.breaksBy(about(FeeDiffers, l, nil, fmt.Sprintf("its fee is %s, and not booked", l.Fee), Money{l.Asset, rest}))
		}
	}
}

// covers reports whether there is as much as an amount, which may be below zero.
func covers(there, amount decimal.Decimal) bool {
	return there.Sign() == amount.Sign() && there.Abs().GreaterThanOrEqual(amount.Abs())
}

// told is what messages told of, and the lines have more of, or less.
func (j *judgement) told() {
	for _, rest := range j.rest.left() {
		if j.rest[rest.Asset].IsZero() { // with another asset
			continue
		}
		j.breaksBy(j.explain(rest))
	}
}

// explain finds what a difference comes from that is left in one asset: an entry too many, or a line of which only the fee
// is booked.
func (j *judgement) explain(rest Money) Break {
	for _, e := range slices.Backward(j.entries) {
		if e.Line != "" || !e.change(rest.Asset).Equal(rest.Amount) {
			continue
		}
		for _, other := range j.entries {
			if other != e && other.Line == "" && other.Type == e.Type && other.change(rest.Asset).Equal(rest.Amount) {
				return about(Duplicate, nil, e, "the books have it twice", rest)
			}
		}
		return about(MissingAtProvider, nil, e, "the statement has no line for it", rest)
	}
	for _, l := range j.lines {
		paid := l.Paid
		if paid.Asset == rest.Asset && paid.Amount.Equal(rest.Amount.Neg()) && len(j.named[l.ID]) > 0 {
			return about(AmountDiffers, l, j.named[l.ID][0], fmt.Sprintf("its fee is booked, and %s %s of it is not", paid.Amount, paid.Asset), rest)
		}
	}
	var l *Line
	var e *Entry
	if len(j.lines) > 0 {
		l = j.lines[len(j.lines)-1]
	}
	if len(j.entries) > 0 {
		e = j.entries[len(j.entries)-1]
	}
	return about(AmountDiffers, l, e, "what is booked of it in all is not what its lines come to", rest)
}
