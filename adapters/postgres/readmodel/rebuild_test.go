package readmodel_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// running runs something until the test ends, or until stop is called.
func running(t testing.TB, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	ended := false
	stop = func() {
		if !ended {
			ended = true
			cancel()
			require.NoError(t, <-done)
		}
	}
	t.Cleanup(stop)
	return stop
}

// rebuilder runs a rebuilder of the library's projections, all of them if none is named, that does little at once.
func (l *library) rebuilder(reader journal.Reader, names ...string) (stop func()) {
	l.t.Helper()
	return l.rebuilderIn(reader, 10, names...)
}

// rebuilderIn runs a rebuilder that does so much at once; 0 for as much as usual.
func (l *library) rebuilderIn(reader journal.Reader, size int, names ...string) (stop func()) {
	l.t.Helper()
	log := slog.New(slog.DiscardHandler)
	tail := journal.NewTail(0, l.store, journal.NoLog{}, log)
	running(l.t, tail.Run)
	r := readmodel.NewRebuilder(l.pool, l.registry, l.vault, reader, tail, log)
	if size > 0 {
		r.InSmall(size)
	}
	return running(l.t, func(ctx context.Context) error { return r.Run(ctx, names...) })
}

// is waits until a projection is as wanted.
func (l *library) is(name string, wanted func(query.Projection) bool) (p query.Projection) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		var err error
		p, err = l.control().Projection(l.t.Context(), name)
		require.NoError(l.t, err)
		return wanted(p)
	}, 60*time.Second, 5*time.Millisecond, name)
	return p
}

func rebuilt(p query.Projection) bool { return p.Rebuild != nil && p.Rebuild.Finished() }

func (l *library) control() *readmodel.Control { return readmodel.NewControl(l.pool) }

// rebuild builds projections anew.
func (l *library) rebuild(names ...string) {
	l.t.Helper()
	for _, name := range names {
		require.NoError(l.t, l.control().Rebuild(l.t.Context(), name, false, "test"))
	}
	stop := l.rebuilder(l.store, names...)
	defer stop()
	for _, name := range names {
		l.is(name, rebuilt)
	}
}

// inSchema is a dump as it would be of another schema.
func inSchema(dump map[string][]string, schema string) map[string][]string {
	out := map[string][]string{}
	for table, rows := range dump {
		_, name, _ := strings.Cut(table, ".")
		out[schema+"."+name] = rows
	}
	return out
}

// fill books something of everything that the library's registry knows.
func (l *library) fill(n int) {
	l.t.Helper()
	for i := range n {
		t := ledger.NewTransaction{Reference: fmt.Sprintf("r-%d", l.asked), Metadata: map[string]string{"n": fmt.Sprint(i % 7)}}
		if i%3 == 1 {
			at := l.now.Add(-time.Duration(i) * time.Hour)
			t.EffectiveAt = &at
		}
		e := l.post(t, "assets:bank:main", fmt.Sprintf("liabilities:user:%d", i%5), fmt.Sprintf("%d", i+1), "JPY")
		if i%10 == 9 {
			l.do(ledger.CommandReverseTransaction, ledger.ReverseTransaction{Ledger: "main", ID: e.TransactionID(), Reason: "wrong"})
		}
	}
	frozen := true
	l.do(ledger.CommandSetAccount, ledger.SetAccount{Ledger: "main", Address: fmt.Sprintf("liabilities:rule:%d", l.asked), Frozen: &frozen})
}

// follow keeps the projections up with the journal, as a service does.
func (l *library) follow() (stop func()) {
	l.t.Helper()
	log := slog.New(slog.DiscardHandler)
	tail := journal.NewTail(0, l.store, journal.NoLog{}, log)
	stops := []func(){running(l.t, tail.Run)}
	for _, g := range l.gens {
		stops = append(stops, running(l.t, journal.NewProjector(g.Name(), tail, g, log).Run))
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// theBooks are the projections that this library's registry fills.
func theBooks() []string { return []string{query.Accounts, query.Entries, query.Transactions} }

// compared returns what a comparison of a projection found.
func (l *library) compared(name string) *query.Comparison {
	l.t.Helper()
	require.NoError(l.t, l.control().Rebuild(l.t.Context(), name, true, "test"))
	stop := l.rebuilder(l.store, name)
	defer stop()
	p := l.is(name, rebuilt)
	require.Empty(l.t, p.Rebuild.Error)
	require.NotNil(l.t, p.Rebuild.Comparison)
	return p.Rebuild.Comparison
}

// A rebuild beside writes and reads: readers see no error, no gap and nothing older than what they saw, and what
// they read afterwards is, row for row, what it would have been without.
func TestRebuildBesideWritesAndReads(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.fill(100)
	stopFollowing := l.follow()
	for _, name := range theBooks() {
		l.is(name, func(p query.Projection) bool { return p.Position == l.head.Position })
	}
	for _, name := range theBooks() {
		require.NoError(t, l.control().Rebuild(t.Context(), name, false, "test"))
	}
	reading, stopReading := context.WithCancel(t.Context())
	read := make(chan int)
	go func() {
		last, looks := int64(0), 0
		defer func() { read <- looks }()
		for ; reading.Err() == nil; looks++ {
			at, err := l.reads.Await(t.Context(), last, theBooks()...)
			if !assert.NoError(t, err) || !assert.GreaterOrEqual(t, at, last) {
				return
			}
			last = at
			balance, err := l.reads.TrialBalance(t.Context(), "main", "JPY", 1, 10)
			if !assert.NoError(t, err) || !assert.Len(t, balance.Rows, 2, "a half-built table") || !assert.GreaterOrEqual(t, balance.Position, last) {
				return
			}
			assert.True(t, balance.Rows[0].Debits.Equal(balance.Rows[0].Credits.Add(balance.Rows[1].Credits).Sub(balance.Rows[1].Debits)))
			found, err := l.reads.Transactions(t.Context(), query.TransactionFilter{Ledger: "main", UpTo: at, Limit: 5})
			if !assert.NoError(t, err) || !assert.Len(t, found, 5) {
				return
			}
		}
	}()
	stop := l.rebuilder(l.store, theBooks()...)
	written := l.head.Position
	for done := false; !done; {
		l.fill(3)
		done = true
		for _, name := range theBooks() {
			p, err := l.control().Projection(t.Context(), name)
			require.NoError(t, err)
			done = done && rebuilt(p)
		}
	}
	require.Greater(t, l.head.Position, written)
	l.fill(20)
	stop()
	for _, name := range theBooks() {
		p := l.is(name, func(p query.Projection) bool { return p.Position == l.head.Position })
		require.Equal(t, 2, p.Generation, name)
		require.Equal(t, query.StageDone, p.Rebuild.Stage, name)
		require.Equal(t, query.ProjectionRunning, p.Status, name)
	}
	stopReading()
	require.Positive(t, <-read)
	stopFollowing()
	for _, name := range theBooks() {
		c := l.compared(name)
		require.Zero(t, c.Differ, "%+v", c)
		require.Equal(t, l.head.Position, c.Position)
		require.Positive(t, c.Rows)
		p, err := l.control().Projection(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, 2, p.Generation, "a comparison swaps nothing")
	}
}

// A comparison finds each row that is not what events made it, and changes nothing.
func TestCompareFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.fill(30)
	l.project(7)
	for _, corrupt := range []string{
		`UPDATE p_accounts_1.balance SET debits = debits + 1 WHERE address = 'liabilities:user:1'`,
		`DELETE FROM p_accounts_1.balance WHERE address = 'liabilities:user:2'`,
		`INSERT INTO p_accounts_1.balance VALUES ('main', 'liabilities:user:x', 'JPY', 1, 0, 5)`,
	} {
		_, err := l.pool.Exec(t.Context(), corrupt)
		require.NoError(t, err)
	}
	c := l.compared(query.Accounts)
	require.Equal(t, int64(3), c.Differ)
	require.ElementsMatch(t, []query.RowDifference{
		{Table: "balance", Key: "main, liabilities:user:1, JPY", Detail: "debits is 1, expected 0"},
		{Table: "balance", Key: "main, liabilities:user:2, JPY", Detail: "is missing"},
		{Table: "balance", Key: "main, liabilities:user:x, JPY", Detail: "follows from no event"},
	}, c.Differences)
	p, err := l.control().Projection(t.Context(), query.Accounts)
	require.NoError(t, err)
	require.Equal(t, 1, p.Generation)
	dropped, err := readmodel.DropUnread(t.Context(), l.pool, 0, time.Hour)
	require.NoError(t, err)
	require.Equal(t, []string{"p_accounts_2"}, dropped, "what was built to compare is of no use")

	l.rebuild(query.Accounts)
	require.Zero(t, l.compared(query.Accounts).Differ, "and a rebuild mends it")
	require.ErrorIs(t, l.control().Rebuild(t.Context(), "balances", false, "test"), query.ErrNoProjection)
	require.NoError(t, l.control().Rebuild(t.Context(), query.Entries, true, "test"))
	require.NoError(t, l.control().Rebuild(t.Context(), query.Entries, true, "test"), "which is under way")
	require.ErrorIs(t, l.control().Rebuild(t.Context(), query.Entries, false, "test"), query.ErrRebuilding)
}

// Tables that somebody reads, or read until a moment ago, stay; who is held up for longer than they stay reads the
// new ones.
func TestOldTablesAreDroppedLater(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.fill(10)
	l.project(100)
	late := readmodel.NewReads(l.pool)
	late.NeverLooksAgain(t.Context())
	l.rebuild(query.Accounts)
	dropped, err := readmodel.DropUnread(t.Context(), l.pool, time.Hour, time.Hour)
	require.NoError(t, err)
	require.Empty(t, dropped)
	tx, err := l.pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `SELECT FROM p_accounts_1.balance`)
	require.NoError(t, err)
	dropped, err = readmodel.DropUnread(t.Context(), l.pool, 0, time.Hour)
	require.NoError(t, err)
	require.Empty(t, dropped, "somebody reads them")
	require.NoError(t, tx.Rollback(t.Context()))
	_, err = late.TrialBalance(t.Context(), "main", "JPY", 1, 10)
	require.NoError(t, err)
	dropped, err = readmodel.DropUnread(t.Context(), l.pool, 0, time.Hour)
	require.NoError(t, err)
	require.Equal(t, []string{"p_accounts_1"}, dropped)
	balance, err := late.TrialBalance(t.Context(), "main", "JPY", 1, 10)
	require.NoError(t, err)
	require.Len(t, balance.Rows, 2)
}

// A program whose version of a projection has no tables builds its own beside those of the version before, which
// are fed and read until nobody does any more.
func TestAnotherVersionIsBuiltBeside(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.fill(20)
	l.project(100)
	_, err := l.pool.Exec(t.Context(), `UPDATE projection_generation SET version = 1 WHERE name = 'entries';
		UPDATE projection_live SET version = 1 WHERE name = 'entries'`)
	require.NoError(t, err)
	reads := readmodel.NewReads(l.pool)
	require.ErrorIs(t, reads.Built(t.Context()), query.ErrNotBuilt)
	_, err = reads.Entries(t.Context(), query.EntryFilter{Ledger: "main", Address: "assets:bank:main", Assets: []string{"JPY"}, Order: query.ByRecorded, Limit: 5, UpTo: l.head.Position})
	require.ErrorIs(t, err, query.ErrNotBuilt)
	_, err = reads.Await(t.Context(), 0, query.Accounts)
	require.NoError(t, err, "its neighbours are read")

	l.gens, err = readmodel.Open(t.Context(), l.pool, l.registry, l.vault)
	require.NoError(t, err)
	p, err := l.control().Projection(t.Context(), query.Entries)
	require.NoError(t, err)
	require.Equal(t, query.ProjectionBuilding, p.Status)
	require.Equal(t, query.StageAsked, p.Rebuild.Stage)
	_, err = l.gens[1].Checkpoint(t.Context())
	require.ErrorIs(t, err, journal.ErrHeld)
	l.rebuilder(l.store)
	p = l.is(query.Entries, rebuilt)
	require.Equal(t, query.ProjectionRunning, p.Status)
	require.Equal(t, []int{2, 2}, []int{p.Version, p.Generation})
	require.Eventually(t, func() bool { return reads.Built(t.Context()) == nil }, 10*time.Second, time.Millisecond)
	entries, err := reads.Entries(t.Context(), query.EntryFilter{Ledger: "main", Address: "assets:bank:main", Assets: []string{"JPY"}, Order: query.ByRecorded, Limit: 5, UpTo: l.head.Position})
	require.NoError(t, err)
	require.Len(t, entries, 5)

	register := func(holder string) func() {
		stop := running(t, func(ctx context.Context) error {
			return readmodel.Register(ctx, l.pool, holder, slog.New(slog.DiscardHandler))
		})
		require.Eventually(t, func() bool {
			var n int
			require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT count(*) FROM projection_reader WHERE holder = $1`, holder).Scan(&n))
			return n == len(readmodel.Names())
		}, 10*time.Second, time.Millisecond)
		return stop
	}
	register("old")()
	_, err = l.pool.Exec(t.Context(), `UPDATE projection_reader SET version = 1 WHERE name = 'entries'`)
	require.NoError(t, err)
	register("new")
	dropped, err := readmodel.DropUnread(t.Context(), l.pool, 0, time.Hour)
	require.NoError(t, err)
	require.Empty(t, dropped, "both versions are read")
	_, err = l.pool.Exec(t.Context(), `UPDATE projection_reader SET seen_at = seen_at - interval '2 hours' WHERE holder = 'old'`)
	require.NoError(t, err)
	dropped, err = readmodel.DropUnread(t.Context(), l.pool, 0, time.Hour)
	require.NoError(t, err)
	require.Equal(t, []string{"p_entries_1"}, dropped)
}
