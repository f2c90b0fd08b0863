package readmodel_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/users/seal/sealtest"
)

// library is a journal with its projections. Commands are decided in memory and appended as the
// writer would.
type library struct {
	t        testing.TB
	pool     *pgxpool.Pool
	store    *postgres.Store
	term     journal.Term
	head     journal.Head
	registry *journal.Registry
	bench    *journal.Bench
	reads    *readmodel.Reads
	vault    *sealtest.Vault
	gens     []*readmodel.Generation
	now      time.Time
	asked    int
}

func openLibrary(t testing.TB) *library {
	t.Helper()
	ctx := t.Context()
	pool, err := pgxpool.New(ctx, pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	l := &library{t: t, pool: pool, store: postgres.NewStore(pool), registry: journal.NewRegistry(), reads: readmodel.NewReads(pool),
		vault: sealtest.NewVault(), now: time.Now().UTC().Truncate(time.Microsecond)}
	ledger.Register(l.registry)
	l.bench = journal.NewBench(l.registry)
	l.term, err = l.store.TakeOver(ctx, 0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.term.Close()) })
	l.head = l.term.Head()
	l.gens, err = readmodel.Open(ctx, pool, l.registry, l.vault)
	require.NoError(t, err)
	return l
}

// do decides a command and appends what it caused.
func (l *library) do(commandType string, body any) []*journal.Event {
	l.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(l.t, err)
	l.asked++
	c := journal.Command{ID: journal.NewCommandID("test", fmt.Sprint(l.asked)), Type: commandType, Data: data, Actor: "test"}
	l.now = l.now.Add(time.Microsecond)
	events, _, err := l.bench.Decide(c, l.now)
	require.NoError(l.t, err)
	after := l.head
	for _, e := range events {
		e.Epoch = l.head.Epoch
		after.Chain = e.Seal(after.Chain)
		after.Position, after.RecordedAt = e.Position, e.RecordedAt
	}
	require.NoError(l.t, l.term.Append(l.t.Context(), &journal.Batch{
		Before: l.head, After: after, Events: events, Sent: time.Now(),
		Outcomes: []journal.Outcome{{Command: c.ID, Type: c.Type, Caller: c.Actor, Status: journal.Done,
			First: events[0].Position, Count: len(events), Position: after.Position, At: l.now}},
	}))
	l.head = after
	return events
}

// post posts a transaction of two lines.
func (l *library) post(t ledger.NewTransaction, debit, credit, amount, asset string) *journal.Event {
	l.t.Helper()
	t.Postings = []ledger.Line{
		{Account: debit, Side: "debit", Amount: amount, Asset: asset},
		{Account: credit, Side: "credit", Amount: amount, Asset: asset},
	}
	return l.do(ledger.CommandPostTransaction, ledger.PostTransaction{Ledger: "main", NewTransaction: t})[0]
}

// find returns the positions of transactions, and makes sure that each says by what it was reversed, and
// the journal's term.
func (l *library) find(t require.TestingT, f query.TransactionFilter) (positions []int64) {
	f.UpTo = cmp.Or(f.UpTo, l.head.Position)
	found, err := l.reads.Transactions(l.t.Context(), f)
	require.NoError(t, err)
	for _, at := range found {
		positions = append(positions, at.Position)
	}
	reversed, err := l.reads.Reversed(l.t.Context(), positions)
	require.NoError(t, err)
	head, err := l.store.Head(l.t.Context(), 0)
	require.NoError(t, err)
	for _, at := range found {
		require.Equal(t, query.Found{Position: at.Position, ReversedBy: reversed[at.Position], Term: head.Epoch}, at)
	}
	return positions
}

// project brings every projection to the journal's end, in batches of the given size.
func (l *library) project(size int) {
	l.t.Helper()
	for _, g := range l.gens {
		for {
			at, err := g.Checkpoint(l.t.Context())
			require.NoError(l.t, err)
			events, err := l.store.Events(l.t.Context(), 0, at, size)
			require.NoError(l.t, err)
			if len(events) == 0 {
				break
			}
			require.NoError(l.t, g.Apply(l.t.Context(), at, events))
		}
	}
}

// projectUpTo brings one projection to a position.
func (l *library) projectUpTo(name string, position int64) {
	l.t.Helper()
	for _, g := range l.gens {
		if g.Name() != name {
			continue
		}
		at, err := g.Checkpoint(l.t.Context())
		require.NoError(l.t, err)
		if at >= position {
			return
		}
		events, err := l.store.Events(l.t.Context(), 0, at, int(position-at))
		require.NoError(l.t, err)
		require.NoError(l.t, g.Apply(l.t.Context(), at, events))
	}
}

func TestAccountsAndBalances(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "100", "JPY")
	l.post(ledger.NewTransaction{}, "liabilities:user:a", "liabilities:user:b", "30", "JPY")
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:b", "10.50", "USD")
	l.do(ledger.CommandSetAccount, map[string]any{"ledger": "main", "address": "liabilities:user:c",
		"min_balance": []map[string]string{{"amount": "5", "asset": "JPY"}}, "metadata": map[string]string{"k": "v"}})
	l.project(2)

	balances, err := l.reads.Balances(t.Context(), "main", "", "liabilities:user:a", "liabilities:user:b")
	require.NoError(t, err)
	var got []string
	for _, b := range balances {
		got = append(got, fmt.Sprintf("%s %s d%s c%s v%d", b.Address, b.Asset, b.Debits, journal.FormatAmount(b.Credits), b.Version))
	}
	yen, err := l.reads.Balances(t.Context(), "main", "JPY", "liabilities:user:b")
	require.NoError(t, err)
	require.Equal(t, balances[1:2], yen)
	require.Equal(t, []string{"liabilities:user:a JPY d30 c100 v2", "liabilities:user:b JPY d0 c30 v1", "liabilities:user:b USD d0 c10.50 v1"}, got)

	list := func(f query.AccountFilter) (out []string) {
		f.Ledger = "main"
		accounts, err := l.reads.Accounts(t.Context(), f)
		require.NoError(t, err)
		for _, a := range accounts {
			out = append(out, a.Address)
		}
		return out
	}
	require.Equal(t, []string{"equity:opening", "liabilities:user:a", "liabilities:user:b", "liabilities:user:c"}, list(query.AccountFilter{Limit: 10}))
	require.Equal(t, []string{"liabilities:user:b"}, list(query.AccountFilter{Prefix: "liabilities:", After: "liabilities:user:a", Limit: 1}))
	require.Equal(t, []string{"equity:opening"}, list(query.AccountFilter{Prefix: "equity:", Limit: 10}))
	require.Equal(t, []string{"equity:opening", "liabilities:user:b"}, list(query.AccountFilter{Asset: "USD", Limit: 10}))
	require.Equal(t, []string{"liabilities:user:b"}, list(query.AccountFilter{Asset: "USD", After: "equity:opening", Limit: 10}))
	require.Equal(t, []string{"equity:opening"}, list(query.AccountFilter{Asset: "USD", Prefix: "equity:", Limit: 10}))

	c, ok, err := l.reads.Account(t.Context(), "main", "liabilities:user:c")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, []ledger.Money{{Amount: "5", Asset: "JPY"}}, c.MinBalance)
	require.Equal(t, map[string]string{"k": "v"}, c.Metadata)
	require.Equal(t, int64(1), c.Version)

	l.do(ledger.CommandCreateLedger, ledger.CreateLedger{Name: "eu", Description: "Europe"})
	l.project(10)
	eu, ok, err := l.reads.Ledger(t.Context(), "eu")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, query.Ledger{Name: "eu", Description: "Europe", Position: 5, CreatedAt: eu.CreatedAt}, eu)
	_, ok, err = l.reads.Ledger(t.Context(), "us")
	require.NoError(t, err)
	require.False(t, ok)

	tb, err := l.reads.TrialBalance(t.Context(), "main", "JPY", 1, 10)
	require.NoError(t, err)
	require.Equal(t, l.head.Position, tb.Position)
	require.Len(t, tb.Rows, 2)
	require.Equal(t, "liabilities d30 c130", fmt.Sprintf("%s d%s c%s", tb.Rows[1].Address, tb.Rows[1].Debits, tb.Rows[1].Credits))
	require.False(t, tb.Cut)
	tb, err = l.reads.TrialBalance(t.Context(), "main", "JPY", 1, 2)
	require.NoError(t, err)
	require.Len(t, tb.Rows, 2)
	require.False(t, tb.Cut, "two rows are all there are")
	tb, err = l.reads.TrialBalance(t.Context(), "main", "JPY", 1, 1)
	require.NoError(t, err)
	require.Len(t, tb.Rows, 1)
	require.True(t, tb.Cut)
}

func TestABatchCountsOnce(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
	events, err := l.store.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	for _, g := range l.gens {
		require.NoError(t, g.Apply(t.Context(), 0, events))
		require.ErrorIs(t, g.Apply(t.Context(), 0, events), journal.ErrOutrun, g.Name())
	}
	balances, err := l.reads.Balances(t.Context(), "main", "JPY", "liabilities:user:a")
	require.NoError(t, err)
	require.Equal(t, "1", balances[0].Credits.String())
}

func TestEntriesInBothOrders(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	day := func(n int) *time.Time {
		d := time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC)
		return &d
	}
	l.post(ledger.NewTransaction{EffectiveAt: day(10), Description: "first"}, "equity:opening", "liabilities:user:a", "100", "JPY")
	l.post(ledger.NewTransaction{EffectiveAt: day(20)}, "equity:opening", "liabilities:user:a", "50", "JPY")
	l.post(ledger.NewTransaction{EffectiveAt: day(15)}, "equity:opening", "liabilities:user:a", "10", "JPY")
	l.project(100)

	list := func(f query.EntryFilter) (out []string) {
		f.Ledger, f.Address, f.Assets, f.UpTo = "main", "liabilities:user:a", []string{"JPY"}, l.head.Position
		entries, err := l.reads.Entries(t.Context(), f)
		require.NoError(t, err)
		for _, e := range entries {
			out = append(out, fmt.Sprintf("%s=%s", e.Posting.Amount, e.Balance))
		}
		return out
	}
	require.Equal(t, []string{"10=160", "50=150", "100=100"}, list(query.EntryFilter{Order: query.ByRecorded, Limit: 10}))
	require.Equal(t, []string{"50=160", "10=110", "100=100"}, list(query.EntryFilter{Order: query.ByEffective, Limit: 10}))
	require.Equal(t, []string{"10=110"}, list(query.EntryFilter{Order: query.ByEffective, Limit: 10, From: *day(11), Until: *day(20)}))
	require.Equal(t, []string{"10=110", "100=100"}, list(query.EntryFilter{Order: query.ByEffective, Limit: 10,
		Before: query.EntryPlace{EffectiveAt: *day(20), Position: 2, Line: 1}}))
	require.Equal(t, []string{"50=150"}, list(query.EntryFilter{Order: query.ByRecorded, Limit: 1,
		Before: query.EntryPlace{Position: 3}}))
	events, err := l.store.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	require.Equal(t, []string{"50=150"}, list(query.EntryFilter{Order: query.ByRecorded, Limit: 10,
		From: events[1].RecordedAt, Until: events[2].RecordedAt}))
}

func TestEntriesFromBefore1970(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	old := time.Date(1923, 11, 20, 0, 0, 0, 0, time.UTC)
	e := l.post(ledger.NewTransaction{EffectiveAt: &old}, "equity:opening", "liabilities:user:a", "4200000000000", "JPY")
	l.do(ledger.CommandReverseTransaction, ledger.ReverseTransaction{Ledger: "main", ID: e.TransactionID(), Reason: "slip", AtEffectiveTime: true})
	l.project(10)
	for _, order := range []query.Order{query.ByEffective, query.ByRecorded} {
		entries, err := l.reads.Entries(t.Context(), query.EntryFilter{
			Ledger: "main", Address: "liabilities:user:a", Assets: []string{"JPY"}, Order: order, UpTo: l.head.Position, Limit: 10,
		})
		require.NoError(t, err)
		require.Len(t, entries, 2, order)
		require.Equal(t, "slip", entries[0].Description)
		require.Equal(t, "0", entries[0].Balance.String())
		require.Equal(t, "4200000000000", entries[1].Balance.String())
	}
}

func TestTransactionFilters(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	early := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l.post(ledger.NewTransaction{Reference: "inv-7", EffectiveAt: &early}, "equity:opening", "liabilities:user:a", "100", "JPY")
	l.post(ledger.NewTransaction{Metadata: map[string]string{"order": "9", "shop": "x"}}, "liabilities:user:a", "liabilities:till:b", "30", "JPY")
	three := l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:b", "99.50", "USD")
	l.do(ledger.CommandReverseTransaction, ledger.ReverseTransaction{Ledger: "main", ID: three.TransactionID(), Reason: "slip"})
	l.project(100)
	events, err := l.store.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	amount := func(s string) *decimal.Decimal {
		d := decimal.RequireFromString(s)
		return &d
	}
	for name, c := range map[string]struct {
		filter query.TransactionFilter
		want   []int64
	}{
		"all":                        {query.TransactionFilter{}, []int64{4, 3, 2, 1}},
		"page":                       {query.TransactionFilter{Before: 4, Limit: 2}, []int64{3, 2}},
		"account":                    {query.TransactionFilter{Account: "liabilities:user:a"}, []int64{2, 1}},
		"account, page":              {query.TransactionFilter{Account: "liabilities:user:a", Limit: 1}, []int64{2}},
		"account and asset":          {query.TransactionFilter{Account: "liabilities:user:a", Asset: "USD"}, nil},
		"account and type":           {query.TransactionFilter{Account: "liabilities:user:b", Type: ledger.TypeTransactionReversed}, []int64{4}},
		"account nobody posted to":   {query.TransactionFilter{Account: "assets:bank:none"}, nil},
		"under":                      {query.TransactionFilter{Under: "liabilities:user"}, []int64{4, 3, 2, 1}},
		"under till":                 {query.TransactionFilter{Under: "liabilities:till"}, []int64{2}},
		"reference":                  {query.TransactionFilter{Reference: "inv-7"}, []int64{1}},
		"reference and account":      {query.TransactionFilter{Reference: "inv-7", Account: "liabilities:user:a"}, []int64{1}},
		"reference of another":       {query.TransactionFilter{Reference: "inv-7", Account: "liabilities:user:b"}, nil},
		"type":                       {query.TransactionFilter{Type: ledger.TypeTransactionReversed}, []int64{4}},
		"asset":                      {query.TransactionFilter{Asset: "USD"}, []int64{4, 3}},
		"amount at least":            {query.TransactionFilter{Asset: "JPY", AtLeast: amount("31")}, []int64{1}},
		"amount at most":             {query.TransactionFilter{Asset: "JPY", AtMost: amount("30")}, []int64{2}},
		"amount between":             {query.TransactionFilter{Asset: "USD", AtLeast: amount("99.5"), AtMost: amount("99.50")}, []int64{4, 3}},
		"effective until":            {query.TransactionFilter{Until: early.Add(time.Second)}, []int64{1}},
		"effective from":             {query.TransactionFilter{From: early.Add(time.Second)}, []int64{4, 3, 2}},
		"recorded":                   {query.TransactionFilter{RecordedFrom: events[1].RecordedAt, RecordedUntil: events[3].RecordedAt}, []int64{3, 2}},
		"metadata":                   {query.TransactionFilter{Metadata: map[string]string{"order": "9"}}, []int64{2}},
		"two metadata":               {query.TransactionFilter{Metadata: map[string]string{"order": "9", "shop": "y"}}, nil},
		"another ledger":             {query.TransactionFilter{Ledger: "other"}, nil},
		"amount at least, below 0":   {query.TransactionFilter{Asset: "JPY", AtLeast: amount("-1000")}, []int64{2, 1}},
		"account, recorded and type": {query.TransactionFilter{Account: "liabilities:user:b", RecordedUntil: events[3].RecordedAt}, []int64{3}},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.filter
			if f.Ledger == "" {
				f.Ledger = "main"
			}
			if f.Limit == 0 {
				f.Limit = 10
			}
			require.Equal(t, c.want, l.find(t, f))
		})
	}
	reversed, err := l.reads.Reversed(t.Context(), []int64{1, 3})
	require.NoError(t, err)
	require.Equal(t, map[int64]string{3: events[3].TransactionID()}, reversed)
}

func TestAwaitWaitsForTheProjection(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.reads.Await(ctx, 1, "accounts")
	require.ErrorIs(t, err, context.Canceled)
	seen := make(chan error, 1)
	go func() {
		at, err := l.reads.Await(t.Context(), 1, readmodel.Names()...)
		if err == nil && at != 1 {
			err = fmt.Errorf("at %d", at)
		}
		seen <- err
	}()
	l.project(1)
	require.NoError(t, <-seen)
}

// An account begins with the first event that names it, whichever events are projected together.
func TestAnAccountBeginsWithItsFirstEvent(t *testing.T) {
	t.Parallel()
	for _, batch := range []int{1, 2, 100} {
		t.Run(fmt.Sprint(batch), func(t *testing.T) {
			t.Parallel()
			l := openLibrary(t)
			rule := func(address string) {
				frozen := true
				l.do(ledger.CommandSetAccount, ledger.SetAccount{Ledger: "main", Address: address, Frozen: &frozen})
			}
			posted := l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
			rule("liabilities:user:a")
			rule("liabilities:user:b")
			l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:b", "1", "JPY")
			l.project(batch)
			for address, first := range map[string]int64{"liabilities:user:a": 1, "liabilities:user:b": 3} {
				a, ok, err := l.reads.Account(t.Context(), "main", address)
				require.NoError(t, err)
				require.True(t, ok)
				require.Equal(t, first, a.Position, address)
				require.True(t, a.CreatedAt.Equal(posted.RecordedAt.Add(time.Duration(first-1)*time.Microsecond)), address)
				require.True(t, a.Frozen, address)
				require.Equal(t, int64(1), a.Version, address)
			}
		})
	}
}
