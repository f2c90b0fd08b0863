package readmodel_test

import (
	"hash/fnv"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/query"
)

// What lies behind the newest transactions, which are looked through one by one, is found by the
// index of terms, and a page that has some of both has each once.
func TestSearchGoesOnBehindTheNewest(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	const all = 1_300
	early := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	// Positions 1, 101, 201, … are of shop b, and every second of those is dated early.
	var batch ledger.PostBatch
	batch.Ledger, batch.Mode = "main", ledger.Independent
	for i := range all {
		n := ledger.NewTransaction{Metadata: map[string]string{"shop": "a"}}
		account := "liabilities:user:a"
		if i%100 == 0 {
			n.Metadata["shop"] = "b"
			account = "liabilities:user:b"
		}
		if i%200 == 0 {
			n.EffectiveAt = &early
		}
		n.Postings = []ledger.Line{
			{Account: "equity:opening", Side: "debit", Amount: "1", Asset: "JPY"},
			{Account: account, Side: "credit", Amount: "1", Asset: "JPY"},
		}
		batch.Transactions = append(batch.Transactions, n)
	}
	require.Len(t, l.do(ledger.CommandPostBatch, batch), all)
	l.project(1_000)
	b := map[string]string{"shop": "b"}
	for name, c := range map[string]struct {
		filter query.TransactionFilter
		want   []int64
	}{
		"metadata":          {query.TransactionFilter{Metadata: b}, []int64{1201, 1101, 1001, 901, 801, 701, 601, 501}},
		"second page":       {query.TransactionFilter{Metadata: b, Before: 501}, []int64{401, 301, 201, 101, 1}},
		"of a hot account":  {query.TransactionFilter{Metadata: b, Account: "equity:opening"}, []int64{1201, 1101, 1001, 901, 801, 701, 601, 501}},
		"of a rare account": {query.TransactionFilter{Metadata: b, Account: "liabilities:user:b", Before: 301}, []int64{201, 101, 1}},
		"dated early":       {query.TransactionFilter{Metadata: b, Until: early.Add(time.Second)}, []int64{1201, 1001, 801, 601, 401, 201, 1}},
		"dated now":         {query.TransactionFilter{Metadata: b, From: early.Add(time.Hour), Before: 700}, []int64{501, 301, 101}},
		"none":              {query.TransactionFilter{Metadata: map[string]string{"shop": "c"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.filter.Ledger, c.filter.Limit = "main", 8
			require.Equal(t, c.want, l.find(t, c.filter))
		})
	}
	require.Empty(t, l.check())
}

// What has the digest of something else is not found by it, whether it is looked through or looked up.
func TestSearchTellsDigestsApart(t *testing.T) {
	t.Parallel()
	one, other := sameDigest("shop")
	l := openLibrary(t)
	l.post(ledger.NewTransaction{Metadata: map[string]string{"shop": one}, Reference: "r1"}, "equity:opening", "liabilities:user:a", "1", "JPY")
	l.post(ledger.NewTransaction{Metadata: map[string]string{"shop": other}, Reference: "r2"}, "equity:opening", "liabilities:user:a", "1", "JPY")
	l.project(10)
	var equal bool
	require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT cardinality(array(SELECT unnest(a.terms) INTERSECT SELECT unnest(b.terms))) = cardinality(a.terms) - 1
		FROM p_transactions_1.tx a, p_transactions_1.tx b WHERE a.position = 1 AND b.position = 2`).Scan(&equal))
	require.True(t, equal, "the terms differ in the reference alone")
	for name, c := range map[string]struct {
		filter query.TransactionFilter
		want   []int64
	}{
		"one":                   {query.TransactionFilter{Metadata: map[string]string{"shop": one}}, []int64{1}},
		"other":                 {query.TransactionFilter{Metadata: map[string]string{"shop": other}}, []int64{2}},
		"of an account":         {query.TransactionFilter{Metadata: map[string]string{"shop": other}, Account: "liabilities:user:a"}, []int64{2}},
		"by the index":          {query.TransactionFilter{Metadata: map[string]string{"shop": other}, Reference: "r2"}, []int64{2}},
		"by the index, not its": {query.TransactionFilter{Metadata: map[string]string{"shop": other}, Reference: "r1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.filter.Ledger, c.filter.Limit = "main", 8
			require.Equal(t, c.want, l.find(t, c.filter))
		})
	}
}

// sameDigest finds two values of metadata under key that have one term; some 80,000 have to be tried.
func sameDigest(key string) (one, other string) {
	seen := map[uint32]string{}
	for n := 0; ; n++ {
		other = strconv.Itoa(n)
		h := fnv.New32a()
		h.Write([]byte("metadata\x00" + key + "\x00" + other + "\x00"))
		if one, ok := seen[h.Sum32()]; ok {
			return one, other
		}
		seen[h.Sum32()] = other
	}
}

// Whatever is booked while a page is looked for: it lacks none of what lies below its first.
func TestSearchWhileOthersBook(t *testing.T) {
	t.Parallel()
	now := func(l *library) time.Time { return l.now.Add(time.Minute) }
	for name, filter := range map[string]func(*library) query.TransactionFilter{
		"effective": func(l *library) query.TransactionFilter { return query.TransactionFilter{Until: now(l)} },
		"effective, of a type": func(l *library) query.TransactionFilter {
			return query.TransactionFilter{Until: now(l), Type: ledger.TypeTransactionPosted}
		},
		"effective, by account": func(l *library) query.TransactionFilter {
			return query.TransactionFilter{Until: now(l), Account: "liabilities:user:a"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := openLibrary(t)
			book := func() {
				ahead := l.now.Add(10 * time.Second) // by a clock that is
				l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
				l.post(ledger.NewTransaction{EffectiveAt: &ahead}, "equity:opening", "liabilities:user:a", "1", "JPY")
				l.project(10)
			}
			book()
			f := filter(l)
			f.Ledger, f.UpTo, f.Limit = "main", math.MaxInt64, 100
			page, err := l.readsWhile(book).Transactions(t.Context(), f)
			require.NoError(t, err)
			require.Greater(t, len(page), 2)
			for i, at := range page {
				require.Equal(t, int64(len(page)-i), at.Position, "line %d", i)
			}
		})
	}
}

// The journal's times are whole microseconds. A bound between two of them lies between them, also for
// what was dated.
func TestSearchBetweenMicroseconds(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	one := l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY").RecordedAt
	l.post(ledger.NewTransaction{EffectiveAt: &one}, "equity:opening", "liabilities:user:a", "1", "JPY")
	l.project(10)
	between := one.Add(500 * time.Nanosecond)
	for name, c := range map[string]struct {
		filter query.TransactionFilter
		want   []int64
	}{
		"effective until": {query.TransactionFilter{Until: between}, []int64{2, 1}},
		"effective from":  {query.TransactionFilter{From: between}, nil},
		"recorded until":  {query.TransactionFilter{RecordedUntil: between}, []int64{1}},
		"recorded from":   {query.TransactionFilter{RecordedFrom: between}, []int64{2}},
	} {
		t.Run(name, func(t *testing.T) {
			c.filter.Ledger, c.filter.Limit = "main", 8
			require.Equal(t, c.want, l.find(t, c.filter))
		})
	}
}

// The projections of the books do not keep step. A list shows nothing above what all of them have
// reached, or it would lack what the one behind does not know, and a cursor would pass it by.
func TestSearchKeepsToWhatAllProjectionsHaveReached(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "USD") // the first in dollars
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
	l.projectUpTo(query.Accounts, 1)
	l.projectUpTo(query.Entries, 3)
	l.projectUpTo(query.Transactions, 2)
	for name, f := range map[string]query.TransactionFilter{
		"account":          {Account: "liabilities:user:a"},
		"account and type": {Account: "liabilities:user:a", Type: ledger.TypeTransactionPosted},
		"all":              {},
		"second page":      {Before: 3},
	} {
		t.Run(name, func(t *testing.T) {
			f.Ledger, f.UpTo, f.Limit = "main", 1, 8
			require.Equal(t, []int64{1}, l.find(t, f))
		})
	}
	t.Run("nothing reached", func(t *testing.T) {
		found, err := l.reads.Transactions(t.Context(), query.TransactionFilter{Ledger: "main", Limit: 8})
		require.NoError(t, err)
		require.Empty(t, found)
	})
}
