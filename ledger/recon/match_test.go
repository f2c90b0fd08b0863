package recon

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The period of the tests is a day; hour is a time of it, and minute is one of minutes after its beginning.
func hour(n int) time.Time { return minute(60 * n) }

func minute(n int) time.Time {
	return time.Date(2026, 3, 4, 0, n, 0, 0, time.UTC)
}

func money(amount, asset string) Money { return Money{asset, decimal.RequireFromString(amount)} }

// paidLine is a line of payment pi_1, told of before it is settled.
func paidLine(id, amount, fee string) Line {
	l := line(id, amount, fee)
	l.Of, l.Paid = "payment/pi_1", money(amount, "USD")
	return l
}

func line(id, amount, fee string) Line {
	return Line{
		ID: id, At: hour(12), Asset: "USD", Amount: decimal.RequireFromString(amount), Fee: decimal.RequireFromString(fee), Type: "charge", Of: "line/" + id,
	}
}

// told is an entry of payment pi_1 that names no line.
func told(changes ...Money) Entry {
	return Entry{Type: "payment-received", At: hour(12), Of: "payment/pi_1", Changes: changes}
}

// settled is the entry that was made of a line, and changes what is told.
func settled(l Line, changes ...Money) Entry {
	return Entry{Type: "balance-transaction-booked", At: l.At, Of: l.Of, Line: l.ID, Said: Said{l.Asset, l.Amount, l.Fee}, Changes: changes}
}

func byHand(at int, changes ...Money) Entry {
	return Entry{Type: "transaction-posted", At: hour(at), Changes: changes}
}

func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

// brief is what a break comes to: its reason, line, entry and differences.
func brief(b Break) string {
	text := fmt.Sprintf("%s line=%s entry=%d", b.Reason, b.Line, b.Position)
	for _, d := range b.Difference {
		text += " " + d.Amount.String() + " " + d.Asset
	}
	return text
}

func reconcile(t *testing.T, now time.Time, lines []Line, entries []Entry) *Report {
	t.Helper()
	m := NewMatcher(hour(0), hour(24), now)
	balance := sums{}
	for _, l := range lines {
		require.NoError(t, m.Line(l))
	}
	for i, e := range entries {
		e.Position = int64(i + 1)
		balance.addAll(e.Changes)
		require.NoError(t, m.Entry(e))
	}
	r := m.Report(balance.left())
	require.NoError(t, r.Check(), "the breaks explain the difference")
	return r
}

// Every kind of break, and nothing but what it is.
func TestBreaks(t *testing.T) {
	t.Parallel()
	pay := paidLine("txn_1", "10.00", "0.59")
	euro := with(paidLine("txn_1", "9.20", "0.50"), func(l *Line) { l.Asset, l.Paid = "EUR", money("10.00", "USD") })
	fee := line("txn_f", "-7.00", "0")
	payout := with(paidLine("txn_p", "-60.00", "0"), func(l *Line) { l.Of, l.Stage = "payout/po_1", "paid" })
	left := with(told(money("-60.00", "USD")), func(e *Entry) { e.Of, e.Stage = "payout/po_1", "in_transit" })
	late := func(at int) func(*Line) { return func(l *Line) { l.At = minute(at) } }
	at := func(when int, e Entry) Entry { e.At = minute(when); return e }
	for name, c := range map[string]struct {
		lines   []Line
		entries []Entry
		want    []string
		matched int
	}{
		"matched by its id":                    {[]Line{fee}, []Entry{settled(fee, money("-7.00", "USD"))}, nil, 1},
		"matched by its id, and what it is of": {[]Line{pay}, []Entry{told(money("10.00", "USD")), settled(pay, money("-0.59", "USD"))}, nil, 1},
		"settled in another asset":             {[]Line{euro}, []Entry{told(money("10.00", "USD")), settled(euro, money("-10.00", "USD"), money("8.70", "EUR"))}, nil, 1},
		"matched by what it is of":             {[]Line{paidLine("txn_1", "10.00", "0")}, []Entry{told(money("10.00", "USD"))}, nil, 1},
		"one entry of two lines":               {[]Line{paidLine("txn_1", "6.00", "0"), paidLine("txn_2", "4.00", "0")}, []Entry{told(money("10.00", "USD"))}, nil, 2},
		"matched by amount and day":            {[]Line{fee}, []Entry{byHand(3, money("-7.00", "USD"))}, nil, 1},
		"a line that is told twice":            {[]Line{fee, fee}, []Entry{settled(fee, money("-7.00", "USD"))}, nil, 1},
		"it needed no posting":                 {[]Line{line("txn_1", "0", "0")}, []Entry{settled(line("txn_1", "0", "0"))}, nil, 1},
		"missing in the journal":               {[]Line{fee}, nil, []string{"missing-in-journal line=txn_f entry=0 7 USD"}, 0},
		"a payment is missing in the journal":  {[]Line{pay}, nil, []string{"missing-in-journal line=txn_1 entry=0 -9.41 USD"}, 0},
		"one of two is missing":                {[]Line{pay, paidLine("txn_2", "-4.00", "0")}, []Entry{told(money("10.00", "USD")), settled(pay, money("-0.59", "USD"))}, []string{"missing-in-journal line=txn_2 entry=0 4 USD"}, 1},
		"by hand, of another day":              {[]Line{fee}, []Entry{byHand(-1, money("-7.00", "USD"))}, []string{"missing-in-journal line=txn_f entry=0 7 USD"}, 0},
		"by hand, of another amount":           {[]Line{fee}, []Entry{byHand(3, money("-7.01", "USD"))}, []string{"missing-at-provider line= entry=1 -7.01 USD", "missing-in-journal line=txn_f entry=0 7 USD"}, 0},
		"only the fee is missing":              {[]Line{pay}, []Entry{told(money("10.00", "USD"))}, []string{"fee-differs line=txn_1 entry=0 0.59 USD"}, 0},
		"only the conversion is missing":       {[]Line{euro}, []Entry{told(money("10.00", "USD"))}, []string{"asset-differs line=txn_1 entry=0 -8.7 EUR 10 USD"}, 0},
		"only the fee is booked":               {[]Line{pay}, []Entry{settled(pay, money("-0.59", "USD"))}, []string{"amount-differs line=txn_1 entry=1 -10 USD"}, 0},
		"another amount":                       {[]Line{fee}, []Entry{settled(line("txn_f", "-7.50", "0"), money("-7.50", "USD"))}, []string{"amount-differs line=txn_f entry=1 -0.5 USD"}, 0},
		"another fee":                          {[]Line{line("txn_f", "5.00", "0.20")}, []Entry{settled(line("txn_f", "5.00", "0.30"), money("4.70", "USD"))}, []string{"fee-differs line=txn_f entry=1 -0.1 USD"}, 0},
		"another asset":                        {[]Line{fee}, []Entry{settled(with(fee, func(l *Line) { l.Asset = "EUR" }), money("-7.00", "EUR"))}, []string{"asset-differs line=txn_f entry=1 -7 EUR 7 USD"}, 0},
		"the sum is another":                   {[]Line{pay}, []Entry{told(money("11.00", "USD")), settled(pay, money("-0.59", "USD"))}, []string{"amount-differs line=txn_1 entry=2 1 USD"}, 0},
		"missing at the provider":              {nil, []Entry{settled(fee, money("-7.00", "USD"))}, []string{"missing-at-provider line=txn_f entry=1 -7 USD"}, 0},
		"a payment is missing at the provider": {nil, []Entry{told(money("10.00", "USD"))}, []string{"missing-at-provider line= entry=1 10 USD"}, 0},
		"by hand, missing at the provider":     {nil, []Entry{byHand(3, money("5.00", "USD"))}, []string{"missing-at-provider line= entry=1 5 USD"}, 0},
		"booked twice by its id":               {[]Line{fee}, []Entry{settled(fee, money("-7.00", "USD")), settled(fee, money("-7.00", "USD"))}, []string{"duplicate line=txn_f entry=2 -7 USD"}, 0},
		"booked twice by what it is of":        {[]Line{paidLine("txn_1", "10.00", "0")}, []Entry{told(money("10.00", "USD")), told(money("10.00", "USD"))}, []string{"duplicate line= entry=2 10 USD"}, 1},
		"booked by hand too":                   {[]Line{fee}, []Entry{settled(fee, money("-7.00", "USD")), byHand(9, money("-7.00", "USD"))}, []string{"duplicate line= entry=2 -7 USD"}, 1},
		"the payout is as far":                 {[]Line{with(payout, func(l *Line) { l.Stage = "in_transit" })}, []Entry{left}, nil, 1},
		"the payout is further":                {[]Line{payout}, []Entry{left}, []string{"stage-differs line=txn_p entry=0"}, 1},
		"the payout is as far by now":          {[]Line{payout}, []Entry{left, at(60*60, Entry{Type: "payout-paid", Of: "payout/po_1", Stage: "paid"})}, nil, 1},
		"booked after midnight":                {[]Line{with(fee, late(23*60+54))}, []Entry{at(24*60+6, settled(fee, money("-7.00", "USD")))}, []string{"timing line=txn_f entry=0 7 USD"}, 0},
		"a line of yesterday":                  {[]Line{with(fee, late(-6))}, []Entry{at(6, settled(fee, money("-7.00", "USD")))}, []string{"timing line= entry=1 -7 USD"}, 0},
		"both beyond the edge":                 {[]Line{with(fee, late(24*60+6))}, []Entry{at(24*60+12, settled(fee, money("-7.00", "USD")))}, nil, 0},
		"missing, but beyond the edge":         {[]Line{with(fee, late(24*60+6))}, nil, nil, 0},
		"the refund is of the next day":        {[]Line{pay, with(paidLine("txn_2", "-4.00", "0"), late(24*60+30))}, []Entry{told(money("10.00", "USD")), settled(pay, money("-0.59", "USD"))}, nil, 1},
		"what cannot be read":                  {[]Line{with(fee, func(l *Line) { l.Fault = "odd" })}, nil, []string{"missing-in-journal line=txn_f entry=0 7 USD"}, 0},
		"both fees of one payment are missing": {[]Line{pay, paidLine("txn_2", "-4.00", "0.10")}, []Entry{told(money("10.00", "USD")), told(money("-4.00", "USD"))}, []string{"fee-differs line=txn_1 entry=0 0.59 USD", "fee-differs line=txn_2 entry=0 0.1 USD"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := reconcile(t, hour(48), c.lines, c.entries)
			var got []string
			for _, b := range r.Breaks {
				got = append(got, brief(b))
				assert.NotEmpty(t, b.Detail)
				assert.False(t, b.At.IsZero())
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.matched, r.Matched)
		})
	}
}

// What came a moment ago is not a break yet, but what is there twice is.
func TestYoung(t *testing.T) {
	t.Parallel()
	fee := line("txn_f", "-7.00", "0")
	r := reconcile(t, minute(12*60+6), []Line{fee}, nil)
	require.Len(t, r.Breaks, 1)
	assert.Equal(t, "timing line=txn_f entry=0 7 USD", brief(r.Breaks[0]))
	assert.Equal(t, "missing-in-journal, but it is too young to be judged", r.Breaks[0].Detail)
	r = reconcile(t, minute(12*60+6), []Line{fee}, []Entry{settled(fee, money("-7.00", "USD")), settled(fee, money("-7.00", "USD"))})
	assert.Equal(t, map[Reason]int{Duplicate: 1}, r.Reasons())
}

// The figures lead from what stood at the beginning to what stood at the end, whatever was booked since.
func TestFigures(t *testing.T) {
	t.Parallel()
	before := with(line("txn_0", "100.00", "0"), func(l *Line) { l.At = minute(-30) })
	in, missing := line("txn_1", "-30.00", "1.00"), line("txn_2", "-5.00", "0")
	after := with(line("txn_3", "8.00", "0"), func(l *Line) { l.At = hour(30) })
	r := reconcile(t, hour(48), []Line{before, in, missing, after}, []Entry{
		settled(before, money("100.00", "USD")), settled(in, money("-31.00", "USD")), settled(after, money("8.00", "USD")),
	})
	require.Len(t, r.Assets, 1)
	f := r.Assets[0]
	got := []string{f.Asset}
	for _, d := range []decimal.Decimal{f.Opening, f.Booked, f.Closing, f.Stated, f.Difference, f.Explained} {
		got = append(got, d.String())
	}
	assert.Equal(t, []string{"USD", "100", "-31", "69", "-36", "5", "5"}, got)
	assert.Equal(t, []int{2, 1, 1}, []int{r.Lines, r.Entries, r.Matched})

	r.Breaks, r.Assets[0].Explained = nil, decimal.Zero
	require.ErrorIs(t, r.Check(), ErrUnexplained)
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	now := hour(48)
	require.NoError(t, Period{hour(0), hour(24)}.Validate(now))
	require.NoError(t, Period{now.Add(-MaxPeriod), now}.Validate(now))
	for name, p := range map[string]Period{
		"none":       {hour(24), hour(24)},
		"backwards":  {hour(24), hour(0)},
		"too long":   {now.Add(-MaxPeriod - 1), now},
		"not over":   {hour(0), now.Add(1)},
		"no begin":   {time.Time{}, now},
		"of nothing": {},
	} {
		require.ErrorIs(t, p.Validate(now), ErrPeriod, name)
	}
}

// One report takes no more than it can hold.
func TestTooMany(t *testing.T) {
	t.Parallel()
	m := NewMatcher(hour(0), hour(24), hour(48))
	m.most = 3
	for n := range 3 {
		require.NoError(t, m.Line(line(fmt.Sprint(n), "1", "0")))
	}
	require.ErrorIs(t, m.Line(line("more", "1", "0")), ErrTooMany)
	for range 3 {
		require.NoError(t, m.Entry(byHand(1, money("1", "USD"))))
	}
	require.ErrorIs(t, m.Entry(byHand(1, money("1", "USD"))), ErrTooMany)
}
