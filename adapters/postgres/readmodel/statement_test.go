package readmodel_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	books "github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

// moving is the command of a core that moves what it likes between wallets, at whatever time.
type moving struct {
	At       *time.Time        `json:"at,omitempty"`
	Words    map[string]string `json:"words,omitempty"`
	Postings []ledger.Line     `json:"postings"`
}

type moved map[string]string // what it says

const commandMove, typeMoved = "move", "moved"

func openMoves(t testing.TB) *library {
	t.Helper()
	l := openLibrary(t)
	wallet.Register(l.registry)
	journal.Records[moved](l.registry, typeMoved, 1, nil)
	journal.Decides(l.registry, commandMove, func(s *journal.Scope, c moving) error {
		e := journal.Event{Ledger: ledger.Main, Stream: "moves", Type: typeMoved, Schema: 1, Body: moved(c.Words)}
		if c.At != nil {
			e.EffectiveAt = *c.At
		}
		for _, line := range c.Postings {
			amount, err := ledger.ParseAmount(line.Amount)
			if err != nil {
				return err
			}
			scale, _ := ledger.AssetScale(s, line.Asset)
			e.Postings = append(e.Postings, journal.Posting{Account: line.Account, Side: journal.Side(line.Side[0]), Amount: amount.Round(scale), Asset: line.Asset})
		}
		_, err := ledger.Post(s, e, ledger.Policy{Owner: "wallet", Force: true})
		return err
	})
	return l
}

// walletEntries are what transactions did to a wallet, in an order.
func (h history) walletEntries(id, asset string, order books.Order) (out []query.Entry) {
	facts := slices.Clone(h)
	at := func(e *journal.Event) time.Time {
		if order == books.ByEffective {
			return e.EffectiveAt
		}
		return e.RecordedAt
	}
	slices.SortStableFunc(facts, func(a, b *journal.Event) int { return at(a).Compare(at(b)) })
	stands := map[string]query.Balance{}
	for _, fact := range facts {
		changes := map[string]query.Balance{}
		for _, p := range fact.Postings {
			rest, ours := strings.CutPrefix(p.Account, "liabilities:wallets:"+id+":")
			if !ours || (asset != "" && asset != p.Asset) {
				continue
			}
			amount := p.Amount
			if p.Side == journal.Debit {
				amount = amount.Neg()
			}
			c := changes[p.Asset]
			c.Asset = p.Asset
			to := map[string]*decimal.Decimal{"available": &c.Available, "held": &c.Held, "pending": &c.Pending, "disputed": &c.Disputed}[rest]
			*to = to.Add(amount)
			changes[p.Asset] = c
		}
		line := 0
		for _, asset := range []string{"JPY", "KWD", "USD"} {
			c, touched := changes[asset]
			if !touched {
				continue
			}
			stood := stands[asset]
			stood.Asset = asset
			stands[asset] = stood.Plus(c)
			out = append(out, query.Entry{Position: fact.Position, Line: line, EffectiveAt: fact.EffectiveAt, RecordedAt: fact.RecordedAt,
				Asset: asset, Changes: c, Balances: stands[asset]})
			line++
		}
	}
	return out
}

func balanceText(b query.Balance) string {
	return fmt.Sprintf("%s %s/%s/%s/%s", b.Asset, b.Available, b.Held, b.Pending, b.Disputed)
}

func entryText(e query.Entry) string {
	return fmt.Sprintf("%d/%d %s = %s = %s", e.Position, e.Line, balanceText(e.Changes), balanceText(e.Balances), e.Balances.Total())
}

// turnWalletEntries reads all pages.
func (l *library) turnWalletEntries(r require.TestingT, f query.EntryFilter) (out []string) {
	for {
		page, err := l.reads.WalletEntries(l.t.Context(), f)
		require.NoError(r, err)
		require.LessOrEqual(r, len(page), f.Limit)
		for _, e := range page {
			out = append(out, entryText(e))
			f.Before = books.EntryPlace{EffectiveAt: e.EffectiveAt, Position: e.Position, Line: e.Line}
		}
		if len(page) < f.Limit {
			return out
		}
	}
}

// states reads a statement and its lines, in pages of a size.
func (l *library) states(r require.TestingT, f query.StatementFilter, page int) (s query.Statement, lines []string) {
	s, err := l.reads.Statement(l.t.Context(), f)
	require.NoError(r, err)
	for e, err := range l.reads.ByStatementPages(page).StatementLines(l.t.Context(), s)("") {
		require.NoError(r, err)
		lines = append(lines, entryText(e))
	}
	return s, lines
}

// TestWalletModel holds entries and statements against a fold of the facts, over random histories: several
// parts, assets and wallets in a transaction, dated before, among and ahead of what is recorded.
func TestWalletModel(t *testing.T) {
	t.Parallel()
	l := openMoves(t)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		ann, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		accounts := []string{"assets:bank:main"}
		for _, id := range []string{ann, ann, bob} {
			for _, part := range wallet.Parts() {
				accounts = append(accounts, wallet.Account(id, part))
			}
		}
		var facts history
		for range rapid.IntRange(1, 14).Draw(r, "transactions") {
			if rapid.IntRange(0, 2).Draw(r, "same moment") == 0 {
				l.now = l.now.Add(-time.Microsecond) // what is committed together is recorded at one time
			}
			var c moving
			for range rapid.IntRange(1, 3).Draw(r, "legs") {
				asset := rapid.SampledFrom([]string{"JPY", "USD", "KWD"}).Draw(r, "asset")
				amount := rapid.SampledFrom([]string{"1", "9", "100"}).Draw(r, "amount")
				for _, side := range []string{"debit", "credit"} {
					account := rapid.SampledFrom(accounts).Draw(r, side)
					c.Postings = append(c.Postings, ledger.Line{Account: account, Side: side, Amount: amount, Asset: asset})
				}
			}
			switch rapid.IntRange(0, 3).Draw(r, "dated") {
			case 0:
				at := begin.AddDate(0, 0, rapid.IntRange(1, 5).Draw(r, "day"))
				c.At = &at
			case 1:
				at := l.now.Add(time.Duration(rapid.IntRange(-6, 6).Draw(r, "micros")) * time.Microsecond)
				c.At = &at
			}
			facts = append(facts, l.do(commandMove, c)...)
		}
		l.project(rapid.IntRange(1, 7).Draw(r, "batch"))
		known := facts[:rapid.IntRange(1, len(facts)).Draw(r, "known")]
		upTo := known[len(known)-1].Position
		asset := rapid.SampledFrom([]string{"", "", "USD"}).Draw(r, "of")
		moment := func(label string, of func(*journal.Event) time.Time) time.Time {
			return of(rapid.SampledFrom(facts).Draw(r, label)).Add(time.Duration(rapid.IntRange(-1, 1).Draw(r, "beside")) * time.Microsecond)
		}
		effective := func(e *journal.Event) time.Time { return e.EffectiveAt }
		for order, of := range map[books.Order]func(*journal.Event) time.Time{
			books.ByRecorded: func(e *journal.Event) time.Time { return e.RecordedAt }, books.ByEffective: effective,
		} {
			f := query.EntryFilter{Wallet: ann, Asset: asset, Order: order, UpTo: upTo, Limit: rapid.IntRange(1, 4).Draw(r, "limit")}
			if rapid.Bool().Draw(r, "from") {
				f.From = moment("from", of)
			}
			if rapid.Bool().Draw(r, "until") {
				f.Until = moment("until", of)
			}
			var want []string
			for _, e := range slices.Backward(known.walletEntries(ann, asset, order)) {
				at := e.RecordedAt
				if order == books.ByEffective {
					at = e.EffectiveAt
				}
				if within(at, f.From, f.Until) {
					want = append(want, entryText(e))
				}
			}
			require.Equal(r, want, l.turnWalletEntries(r, f), "%s from %s until %s up to %d", order, f.From, f.Until, upTo)
		}

		f := query.StatementFilter{Wallet: wallet.Wallet{ID: ann}, Asset: asset, UpTo: upTo, From: moment("begin", effective), Until: moment("end", effective)}
		if f.Until.Before(f.From) {
			f.From, f.Until = f.Until, f.From
		}
		opening, closing := map[string]query.Balance{}, map[string]query.Balance{}
		lines, in, out := map[string]int64{}, map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
		var want []string
		for _, e := range known.walletEntries(ann, asset, books.ByEffective) {
			if e.EffectiveAt.Before(f.From) {
				opening[e.Asset] = e.Balances
			}
			if e.EffectiveAt.Before(f.Until) {
				closing[e.Asset] = e.Balances
			}
			if within(e.EffectiveAt, f.From, f.Until) && !f.From.Equal(f.Until) {
				want = append(want, entryText(e))
				lines[e.Asset]++
				if change := e.Changes.Total(); change.IsPositive() {
					in[e.Asset] = in[e.Asset].Add(change)
				} else {
					out[e.Asset] = out[e.Asset].Add(change)
				}
			}
		}
		s, got := l.states(r, f, rapid.IntRange(1, 5).Draw(r, "page"))
		require.Equal(r, want, got, "from %s until %s up to %d", f.From, f.Until, upTo)
		stated := 0
		for _, asset := range []string{"JPY", "KWD", "USD"} {
			o, c := opening[asset], closing[asset]
			o.Asset, c.Asset = asset, asset
			if lines[asset] == 0 && o.Equal(query.Balance{Asset: asset}) {
				continue
			}
			require.Greater(r, len(s.Assets), stated, asset)
			a := s.Assets[stated]
			stated++
			require.Equal(r, balanceText(o), balanceText(a.Opening))
			require.Equal(r, balanceText(c), balanceText(a.Closing))
			require.Equal(r, lines[asset], a.Lines)
			require.True(r, in[asset].Equal(a.In) && out[asset].Equal(a.Out), "%s: %s and %s", asset, a.In, a.Out)
		}
		require.Len(r, s.Assets, stated)
	})
	require.Empty(t, l.check())
}
