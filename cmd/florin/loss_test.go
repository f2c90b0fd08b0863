package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
)

// fellBehind is a service with a copy of its database from before its last transactions: a stand-by
// that fell behind.
type fellBehind struct {
	*cluster
	p     *process
	f     *caller
	stale string // the copy's address
}

// fallBehind starts a service, pays amounts, takes the copy, and starts the service again.
func fallBehind(t *testing.T, amounts ...string) *fellBehind {
	t.Helper()
	c := startCluster(t)
	b := &fellBehind{cluster: c}
	b.start()
	c.client = &http.Client{}
	t.Cleanup(c.client.CloseIdleConnections)
	b.f = c.finance()
	for i, amount := range amounts {
		b.pay(fmt.Sprint("behind ", i), amount).is(http.StatusCreated)
	}
	b.p.signal(syscall.SIGTERM)
	require.Equal(t, 0, b.p.ends(), b.p.output())
	b.stale = copyDatabase(t, c.settings.DatabaseURL)
	b.start()
	return b
}

// start starts a process and waits until it answers.
func (b *fellBehind) start() {
	b.t.Helper()
	b.p, b.url = b.node(freePort(b.t))
	answers(b.t, b.url+"/readyz")
}

func (b *fellBehind) pay(k, amount string) *answer {
	b.t.Helper()
	return b.f.post("/v1/ledgers/main/transactions", k, transaction(pays("equity:opening", "liabilities:user:a", amount, "JPY")))
}

// acceptLoss accepts it for the database at an address, which ends at a position.
func (b *fellBehind) acceptLoss(database string, position int) {
	b.t.Helper()
	var out, errs bytes.Buffer
	require.Equal(b.t, 0, run(b.t.Context(), []string{"shard", "accept-loss", "--database-url", database, "--reason", "stand-by was behind"}, &out, &errs), errs.String())
	require.Equal(b.t, fmt.Sprintf("shard 0 goes on after position %d, on timeline 2\n", position), out.String())
}

// A stale stand-by is promoted: the database has less than what was answered and published. The
// shard halts; an operator accepts the loss; readers never mix the two histories.
func TestALossHaltsTheShardUntilItIsAccepted(t *testing.T) {
	t.Parallel()
	b := fallBehind(t, "1", "2")
	require.Equal(t, "3", b.f.balance("liabilities:user:a", "JPY"))
	lost := b.pay("3", "100").is(http.StatusCreated)
	require.Equal(t, "103", b.f.balance("liabilities:user:a", "JPY"))
	b.p.kill()

	b.settings.DatabaseURL, b.args[2] = b.stale, b.stale
	b.p, b.url = b.node(freePort(t))
	b.p.says("the store has lost acknowledged events")
	b.acceptLoss(b.stale, 2)
	b.p.says("role=leader")
	// The command that was lost still lies on the bus. Before its deadline it is decided again, as
	// something new; after it, it is given up. Either way nothing of the lost history comes back.
	want := "7"
	if again := b.pay("3", "100"); again.Status == http.StatusCreated {
		require.NotEqual(t, lost.str("id"), again.str("id"))
		want = "107"
	} else {
		again.refused(http.StatusUnprocessableEntity, "command-expired")
	}
	b.pay("4", "4").is(http.StatusCreated)
	require.Equal(t, want, b.f.balance("liabilities:user:a", "JPY"))
	b.f.get("/v1/ledgers/main/transactions/"+lost.str("id")).refused(http.StatusNotFound, "transaction-not-found")
	b.verify()
	b.p.signal(syscall.SIGTERM)
	require.Equal(t, 0, b.p.ends(), b.p.output())
}

// A stale stand-by is promoted under the old address, and the process lives on: what it remembers of
// the lost history is not shown in place of what came after it.
func TestAListForgetsWhatWasLost(t *testing.T) {
	t.Parallel()
	b := fallBehind(t, "1")
	lost := b.pay("2", "100").is(http.StatusCreated)
	const list = "/v1/ledgers/main/transactions?account=liabilities:user:a"
	ids := func() (out []string) {
		for _, item := range b.f.get(list).is(http.StatusOK).at("data").([]any) {
			out = append(out, item.(map[string]any)["id"].(string))
		}
		return out
	}
	require.Equal(t, lost.str("id"), ids()[0])

	exchangeDatabases(t, b.settings.DatabaseURL, b.stale)
	b.pay("3", "1").is(http.StatusServiceUnavailable) // the writer notices when it has something to write
	b.p.says("the store has lost acknowledged events")
	b.acceptLoss(b.settings.DatabaseURL, 1)
	var later *answer
	require.Eventually(t, func() bool {
		later = b.pay("4", "4")
		return later.Status == http.StatusCreated
	}, 60*time.Second, 50*time.Millisecond)
	// The lost command may have been decided again before, as something new.
	var now []string
	require.Eventually(t, func() bool {
		now = ids()
		return len(now) > 0 && (now[0] == later.str("id") || slices.Contains(now, lost.str("id")))
	}, 60*time.Second, 50*time.Millisecond, "the projections do not follow the new timeline")
	require.NotContains(t, now, lost.str("id"))
	b.verify()
}

// exchangeDatabases gives each of two databases the other's name. The first one is in use, and its
// clients lose their connections; nobody is connected to the second.
func exchangeDatabases(t *testing.T, used, other string) {
	t.Helper()
	name := func(address string) string {
		u, err := url.Parse(address)
		require.NoError(t, err)
		return u.Path[1:]
	}
	a, err := url.Parse(pgtest.Super(t, used))
	require.NoError(t, err)
	a.Path = "/postgres"
	super, err := pgx.Connect(t.Context(), a.String())
	require.NoError(t, err)
	defer super.Close(context.WithoutCancel(t.Context()))
	exec := func(format string, names ...any) {
		t.Helper()
		_, err := super.Exec(t.Context(), fmt.Sprintf(format, names...))
		require.NoError(t, err)
	}
	one, two := name(used), name(other)
	exec("ALTER DATABASE %q ALLOW_CONNECTIONS false", one)
	require.Eventually(t, func() bool {
		var left int
		err := super.QueryRow(t.Context(), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1", one).Scan(&left)
		return err == nil && left == 0
	}, 10*time.Second, 10*time.Millisecond)
	exec("ALTER DATABASE %q RENAME TO %q", one, one+"_aside")
	exec("ALTER DATABASE %q RENAME TO %q", two, one)
	exec("ALTER DATABASE %q RENAME TO %q", one+"_aside", two)
}

// copyDatabase copies a database that nobody is connected to, and returns the copy's address.
func copyDatabase(t *testing.T, from string) string {
	t.Helper()
	u, err := url.Parse(from)
	require.NoError(t, err)
	name := u.Path[1:]
	a, err := url.Parse(pgtest.Super(t, from))
	require.NoError(t, err)
	a.Path = "/postgres"
	super, err := pgx.Connect(t.Context(), a.String())
	require.NoError(t, err)
	ctx := context.WithoutCancel(t.Context()) // cleaning up comes after the test
	defer super.Close(ctx)
	copied := name + "_stale"
	_, err = super.Exec(t.Context(), "CREATE DATABASE "+pgx.Identifier{copied}.Sanitize()+" TEMPLATE "+pgx.Identifier{name}.Sanitize()+" OWNER "+pgx.Identifier{u.User.Username()}.Sanitize())
	require.NoError(t, err)
	t.Cleanup(func() {
		super, err := pgx.Connect(ctx, a.String())
		require.NoError(t, err)
		defer super.Close(ctx)
		_, err = super.Exec(ctx, "DROP DATABASE "+pgx.Identifier{copied}.Sanitize()+" WITH (FORCE)")
		require.NoError(t, err)
	})
	u.Path = "/" + copied
	return u.String()
}
