package httpapi

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

func TestQueryIsChecked(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{listTransactions: func(context.Context, api.ListTransactionsRequestObject) (api.ListTransactionsResponseObject, error) {
		return api.ListTransactions200JSONResponse{Data: []api.Transaction{}}, nil
	}}, Config{})
	many := make([]string, 11)
	for i := range many {
		many[i] = "metadata[k" + string(rune('a'+i)) + "]=1"
	}
	tests := map[string]struct{ query, code, detail string }{
		"nothing":                {"", "", ""},
		"everything":             {"account=liabilities:*&reference=r&type=t&asset=USD&amount_gte=0.1&amount_lte=10&from=2026-01-01T00:00:00Z&until=2026-01-01T04:00:00%2B04:00&recorded_from=2026-01-01T00:00:00.5Z&recorded_until=2026-01-02T00:00:00Z&metadata[a]=1&metadata[b]=2&limit=1000&cursor=abc&at_least=0-12", "", ""},
		"an unknown one":         {"acount=x", "unknown-parameter", `this route has no parameter "acount"`},
		"one of another route":   {"depth=1", "unknown-parameter", `this route has no parameter "depth"`},
		"another case":           {"Limit=1", "unknown-parameter", `this route has no parameter "Limit"`},
		"a long unknown one":     {strings.Repeat("x", 100) + "=1", "unknown-parameter", `this route has no parameter "` + strings.Repeat("x", 64) + `…"`},
		"twice":                  {"asset=USD&asset=EUR", "invalid-parameter", "asset is given 2 times"},
		"empty":                  {"reference=", "invalid-parameter", "reference must be 1 to 500 bytes long"},
		"no asset":               {"asset=usd/", "invalid-parameter", "asset must be the code of an asset, such as USD"},
		"limit 0":                {"limit=0", "invalid-parameter", "limit must be a whole number from 1 to 1000"},
		"limit 1001":             {"limit=1001", "invalid-parameter", "limit must be a whole number from 1 to 1000"},
		"limit +1":               {"limit=%2B1", "invalid-parameter", "limit must be a whole number from 1 to 1000"},
		"limit ten":              {"limit=ten", "invalid-parameter", "limit must be a whole number from 1 to 1000"},
		"a date":                 {"from=2026-01-01", "invalid-parameter", "from must be an RFC 3339 time, such as 2026-01-31T00:00:00Z (a plus sign is written %2B)"},
		"a bare plus":            {"from=2026-01-01T00:00:00+04:00", "invalid-parameter", "from must be an RFC 3339 time, such as 2026-01-31T00:00:00Z (a plus sign is written %2B)"},
		"until before from":      {"from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "invalid-parameter", "until must not lie before from"},
		"the same, by zones":     {"recorded_from=2026-01-01T01:00:00Z&recorded_until=2026-01-01T04:00:00%2B04:00", "invalid-parameter", "recorded_until must not lie before recorded_from"},
		"an empty stretch":       {"from=2026-01-01T00:00:00Z&until=2026-01-01T04:00:00%2B04:00", "", ""},
		"an exponent":            {"amount_gte=1e3", "invalid-parameter", "amount_gte must be a decimal number of at most 60 digits, such as 10.50"},
		"a sign":                 {"amount_lte=-1", "invalid-parameter", "amount_lte must be a decimal number of at most 60 digits, such as 10.50"},
		"two points":             {"amount_lte=1.1.1", "invalid-parameter", "amount_lte must be a decimal number of at most 60 digits, such as 10.50"},
		"a point at the end":     {"amount_lte=1.", "invalid-parameter", "amount_lte must be a decimal number of at most 60 digits, such as 10.50"},
		"no position":            {"at_least=12", "invalid-parameter", "at_least must be a Florin-Position, as a write answered it"},
		"a long cursor":          {"cursor=" + strings.Repeat("a", 513), "invalid-parameter", "cursor must be the next_cursor of a page"},
		"metadata without key":   {"metadata=x", "unknown-parameter", `this route has no parameter "metadata"`},
		"metadata of an empty":   {"metadata[]=x", "unknown-parameter", `this route has no parameter "metadata[]"`},
		"metadata nested":        {"metadata[a][b]=x", "unknown-parameter", `this route has no parameter "metadata[a][b]"`},
		"metadata twice":         {"metadata[a]=x&metadata[a]=y", "invalid-parameter", "metadata[a] is given 2 times"},
		"eleven metadata":        {strings.Join(many, "&"), "invalid-parameter", "11 metadata filters are given; at most 10 are taken"},
		"U+0000":                 {"reference=a%00b", "invalid-parameter", "reference is not UTF-8 text without U+0000"},
		"not UTF-8":              {"reference=%ff", "invalid-parameter", "reference is not UTF-8 text without U+0000"},
		"a broken escape":        {"reference=%zz", "invalid-parameter", `the query is not well-formed: invalid URL escape "%zz"`},
		"a semicolon":            {"limit=1;asset=USD", "invalid-parameter", "the query is not well-formed: invalid semicolon separator in query"},
		"more bytes than may be": {"reference=" + strings.Repeat("a", request.MaxQueryBytes), "invalid-parameter", "the query has 16394 bytes; at most 16384 are taken"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := ask(t, s, "GET", transactionsURL+"?"+tt.query, "", "Authorization", "Bearer f=finance")
			if tt.code == "" {
				require.Equal(t, http.StatusOK, a.status, "%s", a.body)
				return
			}
			require.Equal(t, http.StatusBadRequest, a.status)
			assert.Equal(t, tt.code, a.problem(t)["code"])
			assert.Equal(t, tt.detail, a.problem(t)["detail"])
		})
	}
}

func TestQueryIsBound(t *testing.T) {
	t.Parallel()
	var got api.ListTransactionsParams
	s := newServer(t, fake{listTransactions: func(_ context.Context, r api.ListTransactionsRequestObject) (api.ListTransactionsResponseObject, error) {
		got = r.Params
		return api.ListTransactions200JSONResponse{Data: []api.Transaction{}}, nil
	}}, Config{})
	a := ask(t, s, "GET", transactionsURL+"?metadata[shop]=north&metadata[a.b]=x%20y&until=2026-01-01T04:00:00%2B04:00&limit=7", "", "Authorization", "Bearer f=finance")
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	assert.Equal(t, api.Metadata{"shop": "north", "a.b": "x y"}, got.Metadata)
	assert.Equal(t, 7, got.Limit)
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), got.Until.UTC())
	assert.True(t, got.From.IsZero())
}

func TestPathIsChecked(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	for _, path := range []string{"/v1/ledgers/a%00b/transactions", "/v1/ledgers/%ff/transactions"} {
		a := ask(t, s, "GET", path, "", "Authorization", "Bearer f=finance")
		assert.Equal(t, http.StatusBadRequest, a.status, path)
		assert.Equal(t, "invalid-parameter", a.problem(t)["code"], path)
	}
}

func TestIdempotencyKeyIsChecked(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{createTransaction: func(context.Context, api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		return api.CreateTransaction201JSONResponse(aTransaction()), nil
	}}, Config{})
	for name, tt := range map[string]struct {
		keys []string
		code string
	}{
		"one":          {[]string{"k 1~!"}, ""},
		"of 255":       {[]string{strings.Repeat("k", 255)}, ""},
		"none":         {nil, "idempotency-key-missing"},
		"empty":        {[]string{""}, "idempotency-key-invalid"},
		"of 256":       {[]string{strings.Repeat("k", 256)}, "idempotency-key-invalid"},
		"with a tab":   {[]string{"a\tb"}, "idempotency-key-invalid"},
		"beyond ASCII": {[]string{"schlüssel"}, "idempotency-key-invalid"},
		"two":          {[]string{"a", "a"}, "idempotency-key-invalid"},
	} {
		headers := []string{"Authorization", "Bearer svc=service", "Content-Type", "application/json"}
		for _, key := range tt.keys {
			headers = append(headers, "Idempotency-Key", key)
		}
		a := ask(t, s, "POST", transactionsURL, goodBody, headers...)
		if tt.code == "" {
			assert.Equal(t, http.StatusCreated, a.status, name)
			continue
		}
		assert.Equal(t, http.StatusBadRequest, a.status, name)
		assert.Equal(t, tt.code, a.problem(t)["code"], name)
	}
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	c := &request.Call{Header: http.Header{}}
	c.SetPosition(journal.Token{Shard: 0, Position: 4711})
	c.SetReplayed()
	c.SetVersion(7)
	c.SetAccepted(journal.NewCommandID("svc", "k"))
	assert.Equal(t, http.Header{
		"Florin-Position":     {"0-4711"},
		"Idempotent-Replayed": {"true"},
		"Etag":                {`"7"`},
		"Location":            {"/v1/commands/" + journal.NewCommandID("svc", "k").String()},
		"Preference-Applied":  {"respond-async"},
	}, c.Header)
}

func TestPrefer(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"respond-async": true, "wait=10, Respond-Async": true, "respond-async; x=1": true,
		"": false, "respond-asynchronously": false, "wait=10": false, `return="respond-async"`: false,
	} {
		c := &request.Call{Request: newRequest(t, "POST", transactionsURL, http.NoBody, "Prefer", value)}
		assert.Equal(t, want, c.WantsAsync(), value)
	}
}
