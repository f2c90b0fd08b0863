package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An operator looks after the projections over HTTP.
func TestProjectionsAPI(t *testing.T) {
	t.Parallel()
	s := startService(t)
	s.mainBook(t).fund("assets:bank:main", "100", "JPY")
	operator, finance := s.as("usr_operator", "operator").in(t), s.finance().in(t)
	const accounts = "/v1/ops/projections/accounts"

	var list struct {
		Data []projectionJSON `json:"data"`
	}
	finance.get("/v1/ops/projections").is(http.StatusOK).into(&list)
	require.Equal(t, "accounts", list.Data[0].Name)
	require.Equal(t, "running", list.Data[0].Status)
	finance.call(http.MethodPost, accounts+"/rebuild", map[string]any{}).is(http.StatusForbidden)
	operator.get("/v1/ops/projections/balances").refused(http.StatusNotFound, "projection-not-found")
	operator.call(http.MethodPost, accounts+"/skip", map[string]any{"position": 1, "reason": "test"}).refused(http.StatusUnprocessableEntity, "projection-of-money")
	operator.call(http.MethodPost, "/v1/ops/projections/users/skip", map[string]any{"position": 1, "reason": "test"}).refused(http.StatusUnprocessableEntity, "projection-not-stuck")
	operator.call(http.MethodPost, "/v1/ops/projections/users/skip", map[string]any{"position": 0, "reason": " "}).refused(http.StatusBadRequest, "invalid-field")

	paused := operator.call(http.MethodPost, accounts+"/pause", map[string]any{"reason": "looking"}).is(http.StatusOK)
	require.Equal(t, "paused", paused.str("status"))
	operator.call(http.MethodPost, accounts+"/rebuild", map[string]any{"compare": true}).is(http.StatusAccepted)
	operator.call(http.MethodPost, accounts+"/rebuild", map[string]any{}).refused(http.StatusConflict, "projection-rebuilding")

	// The stream begins while nothing moves, and ends with the comparison.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+accounts+"/progress", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+s.token("usr_operator", "operator"))
	client := &http.Client{Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	operator.call(http.MethodPost, accounts+"/resume", nil).is(http.StatusOK)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	events := strings.Split(strings.TrimSpace(string(text)), "\n\n")
	require.True(t, strings.HasPrefix(events[0], "event: progress\ndata: {"), events[0])
	data, done := strings.CutPrefix(events[len(events)-1], "event: done\ndata: ")
	require.True(t, done, "%s", text)
	var p projectionJSON
	require.NoError(t, json.Unmarshal([]byte(data), &p))
	require.Equal(t, "compare", p.Rebuild.Stage)
	require.Positive(t, p.Rebuild.Comparison.Rows)
	require.Zero(t, p.Rebuild.Comparison.Differ)
	require.Equal(t, 1, p.Generation, "it was only compared")

	operator.call(http.MethodPost, accounts+"/rebuild", map[string]any{}).is(http.StatusAccepted)
	require.Eventually(t, func() bool {
		operator.get(accounts).is(http.StatusOK).into(&p)
		return p.Rebuild.Stage == "done"
	}, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, 3, p.Generation)
	s.verify()
}
