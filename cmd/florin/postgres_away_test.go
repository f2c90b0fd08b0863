package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/localpg"
	"github.com/florinledger/florin/migrations"
)

// With Postgres away nothing can be promised: 503 with Retry-After. When it is back, everything
// goes on by itself, and what was answered before is still the answer.
func TestPostgresGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	cfg := localpg.Config{Dir: t.TempDir(), Port: freePort(t), Durable: true}
	cluster, err := localpg.Start(t.Context(), cfg)
	require.NoError(t, err)
	stop := func() { require.NoError(t, cluster.Stop(context.WithoutCancel(t.Context()))) }
	t.Cleanup(func() { stop() })
	s := prepareService(t)
	s.settings.DatabaseURL = cluster.URL(localpg.ServiceDatabase)
	require.NoError(t, migrations.Up(t.Context(), s.settings.DatabaseURL))
	s.start()
	t.Cleanup(s.close)
	f := s.finance()
	body := transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))
	before := f.post("/v1/ledgers/main/transactions", "before", body).is(http.StatusCreated)

	stop()
	away := f.post("/v1/ledgers/main/transactions", "away", body).is(http.StatusServiceUnavailable)
	require.Equal(t, "1", away.Header.Get("Retry-After"))
	f.get("/v1/ledgers/main/accounts/liabilities:user:a/balances").refused(http.StatusServiceUnavailable, "unavailable")
	s.nobody().get("/readyz").refused(http.StatusServiceUnavailable, "not-ready")
	s.nobody().get("/livez").is(http.StatusOK)

	cluster, err = localpg.Start(t.Context(), cfg)
	require.NoError(t, err)
	var after *answer
	require.Eventually(t, func() bool {
		after, err = f.try(http.MethodPost, "/v1/ledgers/main/transactions", body, key("after"))
		return err == nil && after.Status == http.StatusCreated
	}, time.Minute, 50*time.Millisecond)
	require.Equal(t, string(before.Body), string(f.post("/v1/ledgers/main/transactions", "before", body).is(http.StatusCreated).Body))
	s.verify()
}
