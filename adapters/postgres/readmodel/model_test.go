package readmodel_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// history is what the read models are held against: the facts themselves, looked through one by one.
type history []*journal.Event

// figures are the sums of an account in an asset.
type figures struct {
	debits, credits decimal.Decimal
	version         int64
}

// sums adds up the accounts, each under the first depth segments of its address; 0 for all of them.
func (h history) sums(depth int) map[[2]string]figures {
	out := map[[2]string]figures{}
	for _, e := range h {
		touched := map[[2]string]bool{}
		for _, p := range e.Postings {
			segments := strings.Split(p.Account, ":")
			if depth > 0 {
				segments = segments[:min(depth, len(segments))]
			}
			key := [2]string{strings.Join(segments, ":"), p.Asset}
			f := out[key]
			if p.Side == journal.Debit {
				f.debits = f.debits.Add(p.Amount)
			} else {
				f.credits = f.credits.Add(p.Amount)
			}
			if !touched[key] {
				f.version, touched[key] = f.version+1, true
			}
			out[key] = f
		}
	}
	return out
}

// entries are the lines of an account, newest first in an order, with the balance that each leaves.
func (h history) entries(account string, assets []string, f query.EntryFilter) (out []string) {
	type line struct {
		e *journal.Event
		n int
	}
	var lines []line
	for _, e := range h {
		for n, p := range e.Postings {
			if p.Account == account && slices.Contains(assets, p.Asset) {
				lines = append(lines, line{e, n})
			}
		}
	}
	at := func(e *journal.Event) time.Time {
		if f.Order == query.ByEffective {
			return e.EffectiveAt
		}
		return e.RecordedAt
	}
	slices.SortStableFunc(lines, func(a, b line) int { return at(a.e).Compare(at(b.e)) })
	balances := map[string]decimal.Decimal{}
	for _, l := range lines {
		p := l.e.Postings[l.n]
		amount := p.Amount
		if p.Side != ledger.Address(account).NormalSide() {
			amount = amount.Neg()
		}
		balances[p.Asset] = balances[p.Asset].Add(amount)
		if within(at(l.e), f.From, f.Until) {
			out = append(out, fmt.Sprintf("%d/%d %s %s = %s", l.e.Position, l.n, amount, p.Asset, balances[p.Asset]))
		}
	}
	slices.Reverse(out)
	return out
}

// find are the positions of the transactions that a filter lets through, newest first.
func (h history) find(f query.TransactionFilter) (out []int64) {
	for _, e := range slices.Backward(h) {
		fits := func(p journal.Posting) bool {
			return (f.Asset == "" || p.Asset == f.Asset) &&
				(f.AtLeast == nil || p.Amount.Cmp(*f.AtLeast) >= 0) && (f.AtMost == nil || p.Amount.Cmp(*f.AtMost) <= 0)
		}
		under := func(p journal.Posting) bool { return f.Under == "" || strings.HasPrefix(p.Account, f.Under+":") }
		of := func(p journal.Posting) bool {
			return f.Account == "" || p.Account == f.Account && (f.Asset == "" || p.Asset == f.Asset)
		}
		if slices.ContainsFunc(e.Postings, fits) && slices.ContainsFunc(e.Postings, under) && slices.ContainsFunc(e.Postings, of) &&
			(f.Type == "" || e.Type == f.Type) && within(e.EffectiveAt, f.From, f.Until) && within(e.RecordedAt, f.RecordedFrom, f.RecordedUntil) {
			out = append(out, e.Position)
		}
	}
	return out
}

func within(at, from, until time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (until.IsZero() || at.Before(until))
}

// Whatever was booked, in whatever order of effective times, and in whatever batches it was
// projected: every query answers what the facts say, page by page.
func TestReadsAgreeWithTheFacts(t *testing.T) {
	t.Parallel()
	accounts := []string{"assets:bank:main", "assets:bank", "liabilities:user:a", "liabilities:user:b", "equity:opening", "expenses:fees:card"}
	assets := []string{"JPY", "USD", "KWD"}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := openLibrary(t)
	book := 0
	rapid.Check(t, func(r *rapid.T) {
		book++ // each history has a ledger of its own
		name := fmt.Sprint("l", book)
		l.do(ledger.CommandCreateLedger, ledger.CreateLedger{Name: name})
		var facts history
		open := map[string]bool{}
		for range rapid.IntRange(1, 16).Draw(r, "transactions") {
			if rapid.IntRange(0, 2).Draw(r, "same moment") == 0 {
				l.now = l.now.Add(-time.Microsecond) // what is committed together is recorded at one time
			}
			if len(open) > 0 && rapid.IntRange(0, 4).Draw(r, "reverses") == 0 {
				id := rapid.SampledFrom(slices.Sorted(maps.Keys(open))).Draw(r, "which")
				delete(open, id)
				facts = append(facts, l.do(ledger.CommandReverseTransaction, ledger.ReverseTransaction{
					Ledger: name, ID: id, Reason: "slip", AtEffectiveTime: rapid.Bool().Draw(r, "at effective time"),
				})...)
				continue
			}
			var t ledger.NewTransaction
			for range rapid.IntRange(1, 3).Draw(r, "legs") {
				asset := rapid.SampledFrom(assets).Draw(r, "asset")
				amount := rapid.SampledFrom([]string{"1", "9", "10", "12", "100"}).Draw(r, "amount")
				if asset != "JPY" && rapid.Bool().Draw(r, "fraction") {
					amount += ".05"
				}
				for _, side := range []string{"debit", "credit"} {
					account := rapid.SampledFrom(accounts).Draw(r, side)
					t.Postings = append(t.Postings, ledger.Line{Account: account, Side: side, Amount: amount, Asset: asset})
				}
			}
			switch rapid.IntRange(0, 3).Draw(r, "dated") {
			case 0:
				at := begin.AddDate(0, 0, rapid.IntRange(1, 5).Draw(r, "day"))
				t.EffectiveAt = &at
			case 1, 2: // among what counts from when it was recorded, and ahead of it
				at := l.now.Add(time.Duration(rapid.IntRange(-6, 6).Draw(r, "micros")) * time.Microsecond)
				t.EffectiveAt = &at
			}
			e := l.do(ledger.CommandPostTransaction, ledger.PostTransaction{Ledger: name, NewTransaction: t})[0]
			open[e.TransactionID()] = true
			facts = append(facts, e)
		}
		drawTime := func(label string, of func(*journal.Event) time.Time) time.Time {
			if rapid.Bool().Draw(r, label) {
				return time.Time{}
			}
			return of(rapid.SampledFrom(facts).Draw(r, label)).Add(time.Duration(rapid.IntRange(-1, 1).Draw(r, "beside")) * time.Microsecond)
		}
		effective := func(e *journal.Event) time.Time { return e.EffectiveAt }
		recorded := func(e *journal.Event) time.Time { return e.RecordedAt }
		limit := rapid.IntRange(1, 4).Draw(r, "limit")
		account := rapid.SampledFrom(accounts).Draw(r, "account")
		maybe := func(label string, list ...string) string {
			return rapid.SampledFrom(append([]string{"", ""}, list...)).Draw(r, label)
		}
		// Lists are right at every position that all their projections have reached, however far each of
		// them and the journal are.
		agree := func(known history) {
			upTo := known[len(known)-1].Position
			list := assets[:rapid.IntRange(1, len(assets)).Draw(r, "assets")]
			for _, order := range []query.Order{query.ByRecorded, query.ByEffective} {
				of := map[query.Order]func(*journal.Event) time.Time{query.ByRecorded: recorded, query.ByEffective: effective}[order]
				f := query.EntryFilter{Ledger: name, Address: account, Assets: list, Order: order, UpTo: upTo, Limit: limit,
					From: drawTime("from", of), Until: drawTime("until", of)}
				want := known.entries(account, list, f)
				require.Equal(r, want, l.turnEntries(r, f), "%s from %s until %s", order, f.From, f.Until)
			}
			f := query.TransactionFilter{
				Ledger: name, Account: maybe("account", accounts...), Under: maybe("under", "assets", "assets:bank", "liabilities:user"),
				Asset: maybe("asset", assets...), Type: maybe("type", ledger.TypeTransactionPosted, ledger.TypeTransactionReversed),
				From: drawTime("from", effective), Until: drawTime("until", effective),
				RecordedFrom: drawTime("recorded from", recorded), RecordedUntil: drawTime("recorded until", recorded), UpTo: upTo, Limit: limit,
			}
			if f.Asset != "" && rapid.Bool().Draw(r, "at least") {
				d := decimal.NewFromInt(rapid.Int64Range(1, 101).Draw(r, "least"))
				f.AtLeast = &d
			}
			if f.Asset != "" && rapid.Bool().Draw(r, "at most") {
				d := decimal.NewFromInt(rapid.Int64Range(1, 101).Draw(r, "most"))
				f.AtMost = &d
			}
			require.Equal(r, known.find(f), l.turnTransactions(r, f), "%+v", f)
		}
		known := len(facts)
		for _, projection := range []string{query.Accounts, query.Entries, query.Transactions} {
			reached := rapid.IntRange(1, len(facts)).Draw(r, projection)
			l.projectUpTo(projection, facts[reached-1].Position)
			known = min(known, reached)
		}
		agree(facts[:known])
		l.project(rapid.IntRange(1, 5).Draw(r, "batch"))
		agree(facts)

		sums := facts.sums(0)
		balances, err := l.reads.Balances(t.Context(), name, "", accounts...)
		require.NoError(r, err)
		requireSums(r, sums, balances, true)
		depth := rapid.IntRange(1, 3).Draw(r, "depth")
		trial, err := l.reads.TrialBalance(t.Context(), name, "", depth, 100)
		require.NoError(r, err)
		require.Equal(r, l.head.Position, trial.Position)
		requireSums(r, facts.sums(depth), trial.Rows, false)
	})
	require.Empty(t, l.check())
}

// requireSums holds balances against sums, by address and asset.
func requireSums(r *rapid.T, want map[[2]string]figures, got []query.Balance, versions bool) {
	require.Len(r, got, len(want))
	require.True(r, slices.IsSortedFunc(got, func(a, b query.Balance) int {
		return cmp.Or(strings.Compare(a.Address, b.Address), strings.Compare(a.Asset, b.Asset))
	}))
	for _, b := range got {
		f := want[[2]string{b.Address, b.Asset}]
		require.True(r, f.debits.Equal(b.Debits), "debits of %s in %s: %s, want %s", b.Address, b.Asset, b.Debits, f.debits)
		require.True(r, f.credits.Equal(b.Credits), "credits of %s in %s: %s, want %s", b.Address, b.Asset, b.Credits, f.credits)
		if versions {
			require.Equal(r, f.version, b.Version, "%s in %s", b.Address, b.Asset)
		}
	}
}

// turnEntries reads all pages.
func (l *library) turnEntries(r *rapid.T, f query.EntryFilter) (out []string) {
	for {
		page, err := l.reads.Entries(l.t.Context(), f)
		require.NoError(r, err)
		for _, e := range page {
			amount := e.Posting.Amount
			if e.Posting.Side != ledger.Address(f.Address).NormalSide() {
				amount = amount.Neg()
			}
			out = append(out, fmt.Sprintf("%d/%d %s %s = %s", e.Position, e.Line, amount, e.Posting.Asset, e.Balance))
			f.Before = query.EntryPlace{EffectiveAt: e.EffectiveAt, Position: e.Position, Line: e.Line}
		}
		if len(page) < f.Limit {
			return out
		}
	}
}

// turnTransactions reads all pages.
func (l *library) turnTransactions(r *rapid.T, f query.TransactionFilter) (out []int64) {
	for {
		page := l.find(r, f)
		out = append(out, page...)
		if len(page) < f.Limit {
			return out
		}
		f.Before = page[len(page)-1]
	}
}
