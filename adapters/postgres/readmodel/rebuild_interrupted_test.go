package readmodel_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/users/seal/sealtest"
)

// asRebuilder names the database that a process of these tests rebuilds in, until it is killed.
const asRebuilder = "FLORIN_TEST_REBUILDER"

// stuckAt is how far a rebuild comes that is interrupted.
const stuckAt = 60

func TestMain(m *testing.M) {
	if url := os.Getenv(asRebuilder); url != "" {
		if err := rebuildUntilKilled(context.Background(), url, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

// rebuildUntilKilled is a process that comes to stuckAt, says so, and waits.
func rebuildUntilKilled(ctx context.Context, url string, say io.Writer) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	store, registry := postgres.NewStore(pool), journal.NewRegistry()
	ledger.Register(registry)
	broken := &stopsAt{Reader: store, position: stuckAt, first: -1, reached: make(chan struct{})}
	tail := journal.NewTail(0, store, journal.NoLog{}, log)
	r := readmodel.NewRebuilder(pool, registry, sealtest.NewVault(), broken, tail, log)
	r.InSmall(10)
	go func() { _ = tail.Run(ctx) }()
	go func() {
		<-broken.reached
		_, _ = fmt.Fprintln(say, "reached") // who does not hear it finds out
	}()
	return r.Run(ctx, theBooks()...)
}

// stopsAt is a journal that cannot be read beyond a position until it is let go, and knows from where it was read.
type stopsAt struct {
	journal.Reader

	position int64
	letGo    chan struct{} // nil for never
	mu       sync.Mutex
	first    int64
	reached  chan struct{}
	once     sync.Once
}

func (s *stopsAt) Events(ctx context.Context, shard journal.Shard, after int64, limit int) ([]journal.Event, error) {
	s.mu.Lock()
	if s.first < 0 || after < s.first { // pages are read side by side
		s.first = after
	}
	s.mu.Unlock()
	if s.position > 0 && after >= s.position {
		s.once.Do(func() { close(s.reached) })
		select {
		case <-s.letGo:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s.Reader.Events(ctx, shard, after, limit)
}

// Whoever takes an interrupted rebuild up goes on where it was committed.
func TestRebuildGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	for name, interrupt := range map[string]func(*library){
		"after a stop": func(l *library) {
			broken := &stopsAt{Reader: l.store, position: stuckAt, first: -1, reached: make(chan struct{})}
			stop := l.rebuilder(broken, theBooks()...)
			<-broken.reached
			l.loading()
			stop()
			require.Zero(l.t, broken.first)
		},
		"of a program without parts": func(l *library) {
			broken := &stopsAt{Reader: l.store, position: stuckAt, first: -1, reached: make(chan struct{})}
			r := readmodel.NewRebuilder(l.pool, l.registry, l.vault, broken, nil, slog.New(slog.DiscardHandler))
			stop := running(l.t, func(ctx context.Context) error { return r.InSmall(10).WithoutParts().Run(ctx, theBooks()...) })
			<-broken.reached
			l.loading()
			stop()
			var balances int
			require.NoError(l.t, l.pool.QueryRow(l.t.Context(), `SELECT count(*) FROM p_accounts_2.balance`).Scan(&balances))
			require.Positive(l.t, balances)
		},
		"after kill -9": func(l *library) {
			self, err := os.Executable()
			require.NoError(l.t, err)
			cmd := exec.CommandContext(l.t.Context(), self)
			cmd.Env = append(os.Environ(), asRebuilder+"="+l.pool.Config().ConnString())
			said, err := cmd.StdoutPipe()
			require.NoError(l.t, err)
			require.NoError(l.t, cmd.Start())
			line, err := bufio.NewReader(said).ReadString('\n')
			require.NoError(l.t, err)
			require.Equal(l.t, "reached\n", line)
			l.loading()
			require.NoError(l.t, cmd.Process.Kill())
			require.Error(l.t, cmd.Wait())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := openLibrary(t)
			l.fill(100)
			l.project(1_000)
			for _, name := range theBooks() {
				require.NoError(t, l.control().Rebuild(t.Context(), name, false, "test"))
			}
			interrupt(l)
			going := &stopsAt{Reader: l.store, first: -1}
			l.rebuilder(going, theBooks()...)
			for _, name := range theBooks() {
				p := l.is(name, rebuilt)
				require.Equal(t, 2, p.Generation, "the same tables")
				require.Equal(t, l.head.Position, p.Position)
			}
			require.GreaterOrEqual(t, going.first, int64(30))
			for _, name := range theBooks() {
				require.Zero(t, l.compared(name).Differ, name)
			}
		})
	}
}

// loading waits until all rebuilds are in the middle of their load, and most of that is committed.
func (l *library) loading() {
	l.t.Helper()
	for _, name := range theBooks() {
		l.is(name, func(p query.Projection) bool {
			return p.Rebuild.Stage == query.StageLoad && p.Rebuild.Position >= stuckAt-10
		})
	}
}

// Whoever has lost its lock, and loads on while another has taken the tables further, adds nothing to them.
func TestRebuildWithoutItsLockAddsNothing(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.fill(100)
	l.project(1_000)
	require.NoError(t, l.control().Rebuild(t.Context(), query.Accounts, false, "test"))
	late := &stopsAt{Reader: l.store, position: stuckAt, first: -1, reached: make(chan struct{}), letGo: make(chan struct{})}
	log := slog.New(slog.DiscardHandler)
	left := make(chan error, 1)
	go func() {
		left <- readmodel.NewRebuilder(l.pool, l.registry, l.vault, late, nil, log).InSmall(10).Once(t.Context(), query.Accounts)
	}()
	<-late.reached
	require.Eventually(t, func() bool {
		var at int64
		require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT position FROM projection_generation WHERE name = $1 AND generation = 2`, query.Accounts).Scan(&at))
		return at == stuckAt
	}, 60*time.Second, 5*time.Millisecond)
	_, err := l.pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks, projection_rebuild
		WHERE (classid::bigint << 32) | objid::bigint = hashtextextended('florin rebuild', id)`)
	require.NoError(t, err)

	// The other finds little left to load, and stands before the first event after it.
	other := &stopsAt{Reader: l.store, position: stuckAt, first: -1, reached: make(chan struct{}), letGo: make(chan struct{})}
	l.rebuilderIn(other, 1_000, query.Accounts)
	<-other.reached
	close(late.letGo)
	require.NoError(t, <-left)
	close(other.letGo)
	require.Equal(t, 2, l.is(query.Accounts, rebuilt).Generation)
	require.Zero(t, l.compared(query.Accounts).Differ)
}

// A program that knows nothing of parts does not finish what was loaded in parts.
func TestRebuildInPartsIsNotFinishedWithoutThem(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.fill(100)
	l.project(1_000)
	require.NoError(t, l.control().Rebuild(t.Context(), query.Accounts, false, "test"))
	broken := &stopsAt{Reader: l.store, position: stuckAt, first: -1, reached: make(chan struct{})}
	stop := l.rebuilder(broken, query.Accounts)
	<-broken.reached
	require.Eventually(t, func() bool {
		var parts bool
		require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT to_regclass('p_accounts_2.balance_part') IS NOT NULL`).Scan(&parts))
		return parts
	}, 60*time.Second, 5*time.Millisecond)
	stop()
	for _, page := range []int{10, 1_000} { // in its load, and after it
		old := readmodel.NewRebuilder(l.pool, l.registry, l.vault, l.store, nil, slog.New(slog.DiscardHandler)).InSmall(page).WithoutParts()
		require.NoError(t, old.Once(t.Context(), query.Accounts))
		p, err := l.control().Projection(t.Context(), query.Accounts)
		require.NoError(t, err)
		require.False(t, p.Rebuild.Finished())
		require.Contains(t, p.Rebuild.Error, "does not exist")
	}
	l.rebuilder(l.store, query.Accounts)
	require.Equal(t, 2, l.is(query.Accounts, rebuilt).Generation)
	require.Zero(t, l.compared(query.Accounts).Differ)
}

// Accounts and balances that are loaded are what is applied one by one: those of several ledgers and assets, of the
// least and the largest amounts, and those that have rules before, after and without what moves.
func TestLoadedAccountsAreAsApplied(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.do(ledger.CommandCreateLedger, ledger.CreateLedger{Name: "other"})
	l.do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "ETH", Scale: 18})
	rule := func(address string) {
		l.do(ledger.CommandSetAccount, ledger.SetAccount{Ledger: "main", Address: address, Metadata: &map[string]string{"n": fmt.Sprint(l.asked)}})
	}
	rule("liabilities:user:0")
	rule("liabilities:nothing")
	for i := range 12 {
		user := fmt.Sprintf("liabilities:user:%d", i%3)
		l.post(ledger.NewTransaction{}, "equity:opening", user, "999999999999999999", "JPY")
		l.post(ledger.NewTransaction{}, "equity:opening", user, "1000000.000000000000000001", "ETH")
		l.post(ledger.NewTransaction{}, user, "equity:opening", "0.000000000000000001", "ETH")
		l.do(ledger.CommandPostTransaction, ledger.PostTransaction{Ledger: "other", NewTransaction: ledger.NewTransaction{Postings: []ledger.Line{
			{Account: "assets:bank:main", Side: "debit", Amount: "10.25", Asset: "USD"},
			{Account: user, Side: "credit", Amount: "10.2", Asset: "USD"},
			{Account: user, Side: "credit", Amount: "0.05", Asset: "USD"},
		}}})
		if i%4 == 3 {
			rule(user)
		}
	}
	l.project(1)
	var jpy string
	require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT debits::text FROM p_accounts_1.balance WHERE address = 'equity:opening' AND asset = 'JPY'`).Scan(&jpy))
	require.Equal(t, "11999999999999999988", jpy, "more than 64 bits")
	for _, size := range []int{1, 7, 1_000} {
		require.NoError(t, l.control().Rebuild(t.Context(), query.Accounts, true, "test"))
		stop := l.rebuilderIn(l.store, size, query.Accounts)
		p := l.is(query.Accounts, rebuilt)
		stop()
		require.Empty(t, p.Rebuild.Error)
		require.Equal(t, l.head.Position, p.Rebuild.Comparison.Position)
		require.Empty(t, p.Rebuild.Comparison.Differences)
	}
	require.Empty(t, l.check())
}
