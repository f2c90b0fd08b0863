package readmodel_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/query"
)

// before is called ahead of each statement of a pool.
type before func()

func (b before) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	b()
	return ctx
}

func (before) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// readsWhile are reads before each statement of which something happens.
func (l *library) readsWhile(happens func()) *readmodel.Reads {
	config := l.pool.Config()
	config.ConnConfig.Tracer = before(happens)
	pool, err := pgxpool.NewWithConfig(l.t.Context(), config)
	require.NoError(l.t, err)
	l.t.Cleanup(pool.Close)
	return readmodel.NewReads(pool)
}

// Whatever is booked while a page is read: the page has all lines below its first, and the balances
// of its lines follow from each other.
func TestEntriesWhileOthersBook(t *testing.T) {
	t.Parallel()
	for _, order := range []query.Order{query.ByRecorded, query.ByEffective} {
		t.Run(string(order), func(t *testing.T) {
			t.Parallel()
			l := openLibrary(t)
			book := func() {
				ahead := l.now.Add(10 * time.Second) // by a clock that is
				l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
				l.post(ledger.NewTransaction{EffectiveAt: &ahead}, "equity:opening", "liabilities:user:a", "1", "JPY")
				l.project(10)
			}
			book()
			page, err := l.readsWhile(book).Entries(t.Context(), query.EntryFilter{
				Ledger: "main", Address: "liabilities:user:a", Assets: []string{"JPY"}, Order: order, UpTo: math.MaxInt64, Limit: 100,
				From: l.now.Add(-time.Hour), Until: l.now.Add(time.Minute),
			})
			require.NoError(t, err)
			require.Greater(t, len(page), 2)
			for i, e := range page {
				require.Equal(t, int64(len(page)-i), e.Balance.IntPart(), "line %d", i)
			}
		})
	}
}

// The journal's times are whole microseconds. A bound between two of them lies between them.
func TestEntriesBetweenMicroseconds(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	var times []time.Time
	for range 3 {
		e := l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY")
		times = append(times, e.RecordedAt.Add(500*time.Nanosecond))
	}
	dated := times[0].Truncate(time.Microsecond)
	l.post(ledger.NewTransaction{EffectiveAt: &dated}, "equity:opening", "liabilities:user:a", "1", "JPY")
	l.project(10)
	for _, c := range []struct {
		order       query.Order
		from, until time.Time
		want        []int64
	}{
		{query.ByRecorded, time.Time{}, times[1], []int64{2, 1}},
		{query.ByRecorded, times[0], times[1], []int64{2}},
		{query.ByEffective, time.Time{}, times[0], []int64{4, 1}},
		{query.ByEffective, times[0], times[2], []int64{3, 2}},
	} {
		page, err := l.reads.Entries(t.Context(), query.EntryFilter{
			Ledger: "main", Address: "liabilities:user:a", Assets: []string{"JPY"}, Order: c.order, UpTo: l.head.Position, Limit: 10, From: c.from, Until: c.until,
		})
		require.NoError(t, err)
		var got []int64
		for _, e := range page {
			got = append(got, e.Position)
		}
		require.Equal(t, c.want, got, "%s from %s until %s", c.order, c.from, c.until)
	}
}

// Entries that are ahead of the position that is shown change neither lines nor balances, wherever by
// effective time they lie.
func TestEntriesKeepToTheirPosition(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	early, ahead := l.now.Add(-time.Hour), l.now.Add(time.Second)
	for _, at := range []*time.Time{nil, &early, &ahead, nil, &early, &ahead} {
		l.post(ledger.NewTransaction{EffectiveAt: at}, "equity:opening", "liabilities:user:a", "1", "JPY")
	}
	l.project(10)
	for order, want := range map[query.Order][]int64{query.ByRecorded: {3, 2, 1}, query.ByEffective: {3, 1, 2}} {
		page, err := l.reads.Entries(t.Context(), query.EntryFilter{
			Ledger: "main", Address: "liabilities:user:a", Assets: []string{"JPY"}, Order: order, UpTo: 3, Limit: 10,
		})
		require.NoError(t, err)
		require.Len(t, page, 3, order)
		for i, e := range page {
			require.Equal(t, want[i], e.Position, "%s, line %d", order, i)
			require.Equal(t, int64(3-i), e.Balance.IntPart(), "%s, line %d", order, i)
		}
	}
}
