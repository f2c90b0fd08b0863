package recon

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// Matcher holds the two sides of a period against each other. Both are told to it in any order, with what lies within
// [Edge] beyond the period; then Report is called once.
type Matcher struct {
	from, until time.Time
	now         time.Time
	units       map[string]*unit
	byHand      []*Entry
	known       map[string]bool // lines that were told
	stages      map[string]string
	report      Report
	stated      sums
	booked      sums
	later       sums // what was booked in the period and after it
	most        int
}

// unit is a thing that lines and entries are of.
type unit struct {
	lines   []*Line
	entries []*Entry
	breaks  []Break
}

// NewMatcher returns a matcher of a period, which until is not in. now is when the statement was read.
func NewMatcher(from, until, now time.Time) *Matcher {
	return &Matcher{
		from: from, until: until, now: now, units: map[string]*unit{}, known: map[string]bool{}, stages: map[string]string{},
		stated: sums{}, booked: sums{}, later: sums{}, most: MaxLines,
	}
}

func (m *Matcher) in(at time.Time) bool { return !at.Before(m.from) && at.Before(m.until) }

func (m *Matcher) near(at time.Time) bool {
	return !at.Before(m.from.Add(-Edge)) && at.Before(m.until.Add(Edge))
}

func (m *Matcher) unit(of string) *unit {
	u := m.units[of]
	if u == nil {
		u = &unit{}
		m.units[of] = u
	}
	return u
}

// Line tells of a line of the statement. One that is told again, as pages of a list may overlap, is the same.
//
// Errors: ErrTooMany.
func (m *Matcher) Line(l Line) error {
	if !m.near(l.At) || m.known[l.ID] {
		return nil
	}
	if len(m.known) >= m.most {
		return ErrTooMany
	}
	m.known[l.ID] = true
	u := m.unit(l.Of)
	u.lines = append(u.lines, &l)
	if m.in(l.At) {
		m.report.Lines++
		m.stated.add(l.Asset, l.Net())
	}
	return nil
}

// Entry tells of an entry, in the order of the journal. Those of after the period say what stood at its end, and how far
// payouts have come.
//
// Errors: ErrTooMany.
func (m *Matcher) Entry(e Entry) error {
	if e.Stage != "" {
		m.stages[e.Of] = e.Stage
	}
	if !e.At.Before(m.from) {
		m.later.addAll(e.Changes)
	}
	if !m.near(e.At) || e.Line == "" && len(e.Changes) == 0 {
		return nil
	}
	if m.in(e.At) {
		m.report.Entries++
		m.booked.addAll(e.Changes)
	}
	if m.report.taken++; m.report.taken > m.most {
		return ErrTooMany
	}
	if e.Of == "" {
		m.byHand = append(m.byHand, &e)
		return nil
	}
	u := m.unit(e.Of)
	u.entries = append(u.entries, &e)
	return nil
}

// Report says what came of it. balances are what the account holds after all entries that were told.
func (m *Matcher) Report(balances []Money) *Report {
	for _, of := range sorted(m.units) {
		u := m.units[of]
		u.breaks = u.judge()
	}
	m.matchByHand()
	for _, of := range sorted(m.units) {
		m.show(of, m.units[of])
	}
	for _, e := range m.byHand {
		if m.in(e.At) {
			m.report.Breaks = append(m.report.Breaks, m.young(m.alone(e)))
		}
	}
	orderBreaks(m.report.Breaks)
	m.sumUp(balances)
	return &m.report
}

// matchByHand has what was posted by hand stand for lines that the books have nothing else of, by asset, amount and day.
func (m *Matcher) matchByHand() {
	type place struct{ asset, amount, day string }
	day := func(at time.Time) string { return at.UTC().Format(time.DateOnly) }
	byHand := map[place][]*Entry{}
	for _, e := range m.byHand {
		if len(e.Changes) == 1 {
			p := place{e.Changes[0].Asset, e.Changes[0].Amount.String(), day(e.At)}
			byHand[p] = append(byHand[p], e)
		}
	}
	if len(byHand) == 0 {
		return
	}
	used := map[*Entry]bool{}
	for _, of := range sorted(m.units) {
		u := m.units[of]
		missing := map[string]bool{}
		for _, b := range u.breaks {
			if b.Reason == MissingInJournal {
				missing[b.Line] = true
			}
		}
		taken := false
		for _, l := range u.lines {
			p := place{l.Asset, l.Net().String(), day(l.At)}
			if found := byHand[p]; missing[l.ID] && len(found) > 0 {
				e := found[0]
				byHand[p] = found[1:]
				e.Line, e.Said = l.ID, Said{l.Asset, l.Amount, l.Fee}
				u.entries, used[e], taken = append(u.entries, e), true, true
			}
		}
		if taken {
			u.breaks = u.judge()
		}
	}
	left := m.byHand[:0]
	for _, e := range m.byHand {
		if !used[e] {
			left = append(left, e)
		}
	}
	m.byHand = left
}

// alone is the break of an entry that was made by hand, for which there is no line. It may be of a line that is booked by
// itself.
func (m *Matcher) alone(e *Entry) Break {
	for _, of := range sorted(m.units) {
		for _, l := range m.units[of].lines {
			sameDay := l.At.UTC().Format(time.DateOnly) == e.At.UTC().Format(time.DateOnly)
			if sameDay && len(e.Changes) == 1 && e.change(l.Asset).Equal(l.Net()) {
				return about(Duplicate, nil, e, fmt.Sprintf("line %s of that day and amount is booked by itself", l.ID), e.Changes...)
			}
		}
	}
	return about(MissingAtProvider, nil, e, "no line of that day has this amount", e.Changes...)
}

// young has what came a moment ago wait: the books may be about to have it, or the statement.
func (m *Matcher) young(b Break) Break {
	if m.now.Sub(b.At) < Young && b.Reason != Duplicate && b.Reason != StageDiffers {
		b.Reason, b.Detail = Timing, fmt.Sprintf("%s, but it is too young to be judged", b.Reason)
	}
	return b
}

// show adds to the report what of a unit lies in the period: its breaks there, and for what is matched beyond the edge, one
// of timing.
func (m *Matcher) show(of string, u *unit) {
	gap := sums{}
	var l *Line
	var e *Entry
	for _, line := range u.lines {
		if m.in(line.At) {
			l = line
			gap.add(line.Asset, line.Net().Neg())
		}
	}
	for _, entry := range u.entries {
		if m.in(entry.At) {
			e = entry
			gap.addAll(entry.Changes)
		}
	}
	if l == nil && e == nil {
		return
	}
	broken := map[string]bool{}
	for _, b := range u.breaks {
		if m.in(b.At) {
			b = m.young(b)
			gap.subAll(b.Difference)
			broken[b.Line] = true
			m.report.Breaks = append(m.report.Breaks, b)
		}
	}
	if left := gap.left(); len(left) > 0 {
		b := about(Timing, l, e, "the other half of it lies beyond the edge of the period", left...)
		b.Of = of
		broken[b.Line] = true
		m.report.Breaks = append(m.report.Breaks, b)
	}
	for _, line := range u.lines {
		if m.in(line.At) && !broken[line.ID] {
			m.report.Matched++
		}
		if booked := m.stages[line.Of]; m.in(line.At) && line.Stage != "" && booked != "" && booked != line.Stage {
			m.report.Breaks = append(m.report.Breaks, about(StageDiffers, line, nil, fmt.Sprintf("it is %s, and %s in the books", line.Stage, booked)))
		}
	}
}

// sumUp adds the figures of each asset.
func (m *Matcher) sumUp(balances []Money) {
	standing, explained := sums{}, sums{}
	standing.addAll(balances)
	for _, b := range m.report.Breaks {
		explained.addAll(b.Difference)
	}
	assets := map[string]bool{}
	for _, s := range []sums{standing, m.stated, m.booked, explained} {
		for asset := range s {
			assets[asset] = true
		}
	}
	zero := decimal.Decimal{}
	for _, asset := range sorted(assets) {
		opening := standing[asset].Sub(m.later[asset])
		f := Figures{
			Asset: asset, Opening: opening, Booked: m.booked[asset], Closing: opening.Add(m.booked[asset]), Stated: m.stated[asset],
			Difference: m.booked[asset].Sub(m.stated[asset]), Explained: explained[asset],
		}
		if f.Opening.Equal(zero) && f.Booked.Equal(zero) && f.Stated.Equal(zero) && f.Explained.Equal(zero) {
			continue
		}
		m.report.Assets = append(m.report.Assets, f)
	}
}
