package postgres

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/wallet/payment"
)

func TestProviderEventsAreKeptOnce(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	events := NewProviderEvents(pool)
	keep := func(e payment.Message) int64 {
		t.Helper()
		id, err := events.Keep(t.Context(), e)
		require.NoError(t, err)
		return id
	}
	e := payment.Message{Provider: "stripe", ID: "evt_1", Body: []byte(`{"pending_webhooks": 1}`), APIVersion: "2023-10-16"}
	one := keep(e)
	require.Equal(t, one, keep(e))

	again := e
	again.Body = []byte(`{"pending_webhooks": 0}`)
	two := keep(again)
	require.NotEqual(t, one, two)
	other := e
	other.ID, other.Livemode = "evt_2", true
	require.NotContains(t, []int64{one, two}, keep(other))
	other = e
	other.Provider = "another"
	require.NotContains(t, []int64{one, two}, keep(other))
	require.Equal(t, int64(4), ask[int64](t, pool, "SELECT count(*) FROM provider_events"))

	var kept payment.Message
	require.NoError(t, pool.QueryRow(t.Context(),
		"SELECT provider, event_id, body, api_version, livemode FROM provider_events WHERE id = $1", one).
		Scan(&kept.Provider, &kept.ID, &kept.Body, &kept.APIVersion, &kept.Livemode))
	require.Equal(t, e, kept)
}

// Deliveries of one event come in parallel: each is told the one row, none fails.
func TestProviderEventsAtOnce(t *testing.T) {
	t.Parallel()
	config, err := pgxpool.ParseConfig(pgtest.Database(t))
	require.NoError(t, err)
	config.MaxConns = 8 // more than the two that a small machine gets
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	events := NewProviderEvents(pool)
	ids := make([]int64, 50)
	var g errgroup.Group
	for i := range ids {
		g.Go(func() (err error) {
			ids[i], err = events.Keep(t.Context(), payment.Message{Provider: "stripe", ID: "evt_1", Body: []byte("{}")})
			return err
		})
	}
	require.NoError(t, g.Wait())
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Equal(t, int64(1), ask[int64](t, pool, "SELECT count(*) FROM provider_events"))
}

// The loser of two that keep the same body at the same time waits for the winner, and then finds
// the winner's row.
func TestProviderEventBehindAnother(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	var winner int64
	require.NoError(t, tx.QueryRow(t.Context(), providerKeepSQL, "stripe", "evt_1", []byte("{}"), "", false).Scan(&winner))

	loser := make(chan int64, 1)
	go func() {
		id, err := NewProviderEvents(pool).Keep(t.Context(), payment.Message{Provider: "stripe", ID: "evt_1", Body: []byte("{}")})
		if err != nil {
			id = -1
		}
		loser <- id
	}()
	require.Eventually(t, func() bool {
		return ask[int64](t, pool, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
	}, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, tx.Commit(t.Context()))
	require.Equal(t, winner, <-loser)
}

func TestProviderEventsAreAppendOnly(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	service, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer service.Close(t.Context())
	_, err = service.Exec(t.Context(), providerKeepSQL, "stripe", "evt_1", []byte("{}"), "", false)
	require.NoError(t, err)
	super, err := pgx.Connect(t.Context(), pgtest.Super(t, url))
	require.NoError(t, err)
	defer super.Close(t.Context())
	for _, change := range []string{"UPDATE provider_events SET body = ''", "DELETE FROM provider_events", "TRUNCATE provider_events"} {
		require.Equal(t, "42501", refusedWith(t, service, change), change)
		require.Equal(t, "FL004", refusedWith(t, super, change), change)
	}
}
