package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

const batchURL = transactionsURL + "/batch"

// banked is a house in which liabilities:bank and its like may not fall below zero.
func banked(t *testing.T) *house {
	t.Helper()
	h := open(t)
	h.call(finance, "", "PUT", "/v1/ledgers/main/accounts/liabilities:bank", `{"min_balance":[{"amount":"0","asset":"JPY"}]}`)
	return h
}

// outcomes are the results of a batch in short: status, and what the item is or is not.
func outcomes(t *testing.T, doc map[string]any) (out []any) {
	t.Helper()
	for i, r := range doc["results"].([]any) {
		result := r.(map[string]any)
		require.Equal(t, num(i), result["index"])
		if tx, ok := result["transaction"].(map[string]any); ok {
			require.NotContains(t, result, "problem")
			out = append(out, result["status"], tx["number"])
			continue
		}
		p := result["problem"].(map[string]any)
		require.Equal(t, result["status"], p["status"])
		require.Equal(t, request.ProblemBase+p["code"].(string), p["type"])
		require.NotEmpty(t, p["title"])
		out = append(out, result["status"], p["code"])
	}
	return out
}

func pointers(p map[string]any) (out []string) {
	for _, e := range p["errors"].([]any) {
		out = append(out, e.(map[string]any)["pointer"].(string))
	}
	return out
}

func funded() string { return transfer("equity:opening", "liabilities:bank", "100", "JPY", "") }
func spent() string  { return transfer("liabilities:bank", "liabilities:user", "200", "JPY", "") }
func paid() string   { return transfer("liabilities:bank", "liabilities:user", "60", "JPY", "") }

func array(items ...string) string { return `{"transactions":[` + strings.Join(items, ",") + `]}` }

func TestIndependentBatch(t *testing.T) {
	t.Parallel()
	h := banked(t)
	body := array(funded(), spent(), `{"postings":[],"colour":"red"}`, paid(), transfer("equity:opening", "liabilities:bank", "1", "JPY", `,"metadata":{"k":"\u0000"}`),
		transfer("equity:opening", "liabilities:bank", "1.5", "JPY", ""), strings.Repeat("[", 999)+strings.Repeat("]", 999), transfer("equity:opening", "liabilities:bank", "-1", "JPY", ""))
	first := h.call(finance, "k-1", "POST", batchURL, body)
	doc := first.object(t, http.StatusOK)
	assert.Equal(t, []any{num(201), num(1), num(422), "insufficient-funds", num(400), "unknown-field", num(201), num(2), num(400), "malformed-body",
		num(400), "amount-scale", num(400), "malformed-body", num(400), "invalid-field"}, outcomes(t, doc))
	problem := func(i int) map[string]any {
		return doc["results"].([]any)[i].(map[string]any)["problem"].(map[string]any)
	}
	assert.Equal(t, "100", problem(1)["available"])
	assert.Equal(t, []string{"/transactions/2/colour"}, pointers(problem(2)))
	assert.Equal(t, []string{"/transactions/4/metadata/k"}, pointers(problem(4)))
	assert.Equal(t, []string{"/transactions/7/postings/0/amount"}, pointers(problem(7)))
	assert.Equal(t, "0-3", first.header.Get("Florin-Position"))

	again := h.call(finance, "k-1", "POST", batchURL, body)
	assert.Equal(t, string(first.body), string(again.body))
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Len(t, h.bench.Events(), 3)

	// Asked for later, the batch has as many items, in their places.
	command := h.call(finance, "", "GET", "/v1/commands/"+journal.NewCommandID("usr_finance", "k-1").String(), "").object(t, 200)
	assert.Equal(t, "post-batch", command["type"])
	assert.Equal(t, []any{num(201), num(1), num(422), "insufficient-funds", num(400), "invalid-field", num(201), num(2), num(400), "invalid-field",
		num(400), "amount-scale", num(400), "invalid-field", num(400), "invalid-field"}, outcomes(t, command["result"].(map[string]any)))
}

func TestBatchOfLines(t *testing.T) {
	t.Parallel()
	h := banked(t)
	body := funded() + "\n\n  {\"postings\":\n" + paid() + "\r\n" + `{"postings":[]}`
	a := h.call(finance, "k-1", "POST", batchURL, body, "Content-Type", "application/x-ndjson")
	doc := a.object(t, http.StatusOK)
	assert.Equal(t, []any{num(201), num(1), num(400), "malformed-body", num(201), num(2), num(400), "invalid-field"}, outcomes(t, doc))
	last := doc["results"].([]any)[3].(map[string]any)["problem"].(map[string]any)
	assert.Equal(t, []string{"/transactions/3/postings"}, pointers(last))
	h.call(finance, "k-2", "POST", batchURL, "\n", "Content-Type", "application/x-ndjson").refused(t, 400, "invalid-field")
}

func TestAtomicBatch(t *testing.T) {
	t.Parallel()
	h := banked(t)
	url := batchURL + "?mode=atomic"
	refused := h.call(finance, "k-1", "POST", url, array(funded(), spent(), paid()))
	p := refused.refused(t, 422, "insufficient-funds")
	assert.Equal(t, []string{"/transactions/1/postings/0/amount"}, pointers(p))
	assert.Equal(t, []any{num(422), "batch-aborted", num(422), "insufficient-funds", num(422), "batch-aborted"}, outcomes(t, p))
	assert.Equal(t, num(1), p["index"])
	assert.Len(t, h.bench.Events(), 1, "nothing of it is there")
	again := h.call(finance, "k-1", "POST", url, array(funded(), spent(), paid()))
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	p2 := again.refused(t, 422, "insufficient-funds")
	delete(p, "request_id")
	delete(p2, "request_id")
	assert.Equal(t, p, p2)

	before := len(h.asked)
	p = h.call(finance, "k-2", "POST", url, array(funded(), `{"postings":[],"colour":1}`, transfer("equity:opening", "liabilities:bank", "-1", "JPY", ""))).refused(t, 400, "unknown-field")
	assert.Equal(t, []string{"/transactions/1/colour"}, pointers(p))
	assert.Equal(t, []any{num(422), "batch-aborted", num(400), "unknown-field", num(400), "invalid-field"}, outcomes(t, p))
	assert.Len(t, h.asked, before, "a malformed item is found before anything is asked")

	done := h.call(finance, "k-3", "POST", url, array(funded(), paid())).object(t, http.StatusOK)
	assert.Equal(t, []any{num(201), num(1), num(201), num(2)}, outcomes(t, done))
	h.call(finance, "k-4", "POST", url, array()).refused(t, 400, "invalid-field")
	p = h.call(finance, "k-5", "POST", strings.Replace(url, "main", "none", 1), array(funded())).refused(t, 404, "ledger-not-found")
	assert.NotContains(t, p, "results")
}

func TestBatchIsAnsweredLater(t *testing.T) {
	t.Parallel()
	h := banked(t)
	h.idle = true
	a := h.call(finance, "k-1", "POST", batchURL, array(funded(), paid()), "Prefer", "respond-async")
	doc := a.object(t, http.StatusAccepted)
	id := journal.NewCommandID("usr_finance", "k-1").String()
	assert.Equal(t, map[string]any{"id": id, "status": "accepted"}, doc)
	assert.Equal(t, "/v1/commands/"+id, a.header.Get("Location"))
	assert.Equal(t, "respond-async", a.header.Get("Preference-Applied"))
	waiting := h.call(finance, "", "GET", "/v1/commands/"+id, "").object(t, 200)
	assert.Equal(t, map[string]any{"id": id, "type": "post-batch", "status": "accepted"}, waiting)
	h.call(shop, "", "GET", "/v1/commands/"+id, "").refused(t, 404, "not-found")

	h.idle = false
	sync := h.call(finance, "k-1", "POST", batchURL, array(funded(), paid()))
	var results json.RawMessage = sync.body
	command := h.call("usr_op=operator", "", "GET", "/v1/commands/"+id, "").object(t, 200)
	assert.Equal(t, "done", command["status"])
	assert.Equal(t, "0-3", command["position"])
	shown, err := json.Marshal(command["result"])
	require.NoError(t, err)
	assert.JSONEq(t, string(results), string(shown))
	assert.Equal(t, http.StatusAccepted, h.call(finance, "k-1", "POST", batchURL, array(funded(), paid()), "Prefer", "respond-async").status)
	h.call(finance, "k-1", "POST", batchURL, array(paid()), "Prefer", "respond-async").refused(t, 422, "idempotency-key-reused")
	assert.Len(t, h.bench.Events(), 3)
}
