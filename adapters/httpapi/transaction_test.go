package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

func TestATransactionAndItsReplay(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.post("k-1", "equity:opening", "liabilities:user:a", "100", "USD", `,"metadata":{"shop":"north"},"reference":"inv-7","effective_at":"2026-01-10T04:00:00+04:00"`)
	got := first.object(t, http.StatusCreated)
	command := journal.NewCommandID("usr_finance", "k-1").String()
	assert.Equal(t, map[string]any{
		"id": got["id"], "ledger": "main", "number": num(1), "position": "0-1", "type": "transaction-posted",
		"postings": []any{
			map[string]any{"account": "equity:opening", "side": "debit", "amount": "100.00", "asset": "USD", "balance_after": "-100.00"},
			map[string]any{"account": "liabilities:user:a", "side": "credit", "amount": "100.00", "asset": "USD", "balance_after": "100.00"},
		},
		"effective_at": "2026-01-10T00:00:00Z", "recorded_at": "2026-03-14T09:26:53.589794Z", "reference": "inv-7",
		"metadata": map[string]any{"shop": "north"}, "actor": "usr_finance", "command_id": command,
	}, got)
	assert.Equal(t, "0-1", first.header.Get("Florin-Position"))
	assert.Empty(t, first.header.Get("Idempotent-Replayed"))

	h.post("k-2", "equity:opening", "liabilities:user:a", "1", "USD", "")
	again := h.post("k-1", "equity:opening", "liabilities:user:a", "100", "USD", `,  "metadata":{"shop":"north"},"reference":"inv-7","effective_at":"2026-01-10T04:00:00+04:00"`)
	assert.Equal(t, http.StatusCreated, again.status)
	assert.Equal(t, string(first.body), string(again.body))
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, "0-1", again.header.Get("Florin-Position"))

	reused := h.post("k-1", "equity:opening", "liabilities:user:a", "200", "USD", "")
	reused.refused(t, 422, "idempotency-key-reused")
	assert.Empty(t, reused.header.Get("Florin-Position"), "it is no outcome of this request")
	// Another caller's key is another key.
	other := h.call(shop, "k-1", "POST", transactionsURL, transfer("equity:opening", "liabilities:user:a", "5", "USD", ""))
	assert.Equal(t, num(3), other.object(t, http.StatusCreated)["number"])
	assert.Len(t, h.bench.Events(), 3)
}

func TestARefusalIsToldAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.call(finance, "", "PUT", "/v1/ledgers/main/accounts/liabilities:user:a", `{"min_balance":[{"amount":"0","asset":"USD"}]}`)
	first := h.post("k-1", "liabilities:user:a", "liabilities:user:b", "10.5", "USD", "")
	p := first.refused(t, 422, "insufficient-funds")
	assert.Equal(t, "10.50", p["needed"])
	assert.Equal(t, "0.00", p["available"])
	assert.Equal(t, "0-1", first.header.Get("Florin-Position"))
	h.post("k-2", "equity:opening", "liabilities:user:a", "100", "USD", "")
	again := h.post("k-1", "liabilities:user:a", "liabilities:user:b", "10.5", "USD", "")
	p2 := again.refused(t, 422, "insufficient-funds")
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	delete(p, "request_id")
	delete(p2, "request_id")
	assert.Equal(t, p, p2)
	assert.Equal(t, "0-1", again.header.Get("Florin-Position"))
	// More decimals than the asset has is an error of form, which is not recorded.
	p = h.post("k-3", "equity:opening", "liabilities:user:a", "100.5", "JPY", "").refused(t, 400, "amount-scale")
	assert.Equal(t, []any{map[string]any{"pointer": "/postings/0/amount", "detail": "JPY has 0 decimals"}}, p["errors"])
	assert.Equal(t, http.StatusCreated, h.post("k-3", "equity:opening", "liabilities:user:a", "100", "JPY", "").status)
}

func TestFormIsJudgedBeforeAnythingIsAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	for body, pointer := range map[string]string{
		transfer("equity:opening", "liabilities:a", "-100", "USD", ""): "/postings/0/amount",
		transfer("equity:opening", "liabilities:a", "0", "USD", ""):    "/postings/0/amount",
		transfer("equity:opening", "liabilities:a", "1e3", "USD", ""):  "/postings/0/amount",
		transfer("equity:opening", "liabilities:a", "NaN", "USD", ""):  "/postings/0/amount",
		transfer("equity:opening", "liabilities:a b", "1", "USD", ""):  "/postings/1/account",
		transfer("equity:opening", "liabilities::y", "1", "USD", ""):   "/postings/1/account",
		transfer("cash:opening", "liabilities:a", "1", "USD", ""):      "/postings/0/account",
		transfer("equity:opening", "liabilities:a", "1", "usd/", ""):   "/postings/0/asset",
		`{}`: "/postings",
		transfer("equity:opening", "liabilities:a", "1", "USD", `,"reference":"`+strings.Repeat("r", 6000)+`"`): "/reference",
	} {
		p := h.call(finance, "k", "POST", transactionsURL, body).refused(t, 400, "invalid-field")
		errs, ok := p["errors"].([]any)
		require.True(t, ok)
		assert.Equal(t, pointer, errs[0].(map[string]any)["pointer"], body)
	}
	assert.Empty(t, h.asked)
}

func TestADryRunLeavesNothingAndSpendsNoKey(t *testing.T) {
	t.Parallel()
	h := open(t)
	body := transfer("equity:opening", "liabilities:user:new", "7", "USD", "")
	tried := h.call(finance, "k-1", "POST", transactionsURL+"?dry_run=true", body)
	assert.Equal(t, num(1), tried.object(t, http.StatusCreated)["number"])
	assert.Empty(t, tried.header.Get("Florin-Position"))
	assert.NotEqual(t, journal.NewCommandID("usr_finance", "k-1"), h.asked[0].ID)
	assert.Empty(t, h.bench.Events())
	h.call(finance, "", "GET", "/v1/ledgers/main/accounts/liabilities:user:new", "").refused(t, 404, "not-found")
	assert.Equal(t, http.StatusCreated, h.call(finance, "k-1", "POST", transactionsURL, body).status)
	assert.Len(t, h.bench.Events(), 1)
	h.call(finance, "k-2", "POST", transactionsURL+"?dry_run=true", body, "Prefer", "respond-async").refused(t, 400, "invalid-parameter")

	h.mute = true
	h.call(finance, "k-4", "POST", transactionsURL+"?dry_run=true", body).refused(t, 413, "body-too-large")
	large := `{"transactions":[` + strings.TrimSuffix(strings.Repeat(body+",", 2000), ",") + `]}`
	h.call(finance, "k-3", "POST", transactionsURL+"/batch?dry_run=true", large).refused(t, 413, "body-too-large")
	assert.Len(t, h.bench.Events(), 1, "what cannot be tried is not done instead")
}

func TestNoOutcome(t *testing.T) {
	t.Parallel()
	for err, code := range map[error]string{
		journal.ErrOutcomeUnknown:                  "outcome-unknown",
		errors.New("dial tcp: connection refused"): "unavailable",
	} {
		h := open(t)
		h.broken = err
		a := h.post("k-1", "equity:opening", "liabilities:user:a", "1", "USD", "")
		a.refused(t, 503, code)
		assert.Equal(t, "1", a.header.Get("Retry-After"))
	}
	h := open(t)
	h.dead = true
	for range 2 {
		a := h.post("k-1", "equity:opening", "liabilities:user:a", "1", "USD", "")
		a.refused(t, 500, "command-dead")
	}
	h.broken = errors.New("dial tcp: connection refused")
	h.call(finance, "", "GET", transactionsURL, "").refused(t, 503, "unavailable")
}

func TestTransactionsAreReadAndReversed(t *testing.T) {
	t.Parallel()
	h := open(t)
	posted := h.post("k-1", "equity:opening", "liabilities:user:a", "10", "USD", "").object(t, 201)
	url := transactionsURL + "/" + posted["id"].(string)
	tried := h.call(finance, "k-2", "POST", url+"/reverse?dry_run=true", `{"reason":"slip"}`).object(t, 201)
	assert.Equal(t, posted["id"], tried["reverses"])
	read := h.call(shop, "", "GET", url, "")
	assert.Equal(t, posted, read.object(t, 200), "a dry run of the reversal leaves it open")
	assert.Equal(t, "0-1", read.header.Get("Florin-Position"))

	reversal := h.call(finance, "k-2", "POST", url+"/reverse", `{"reason":"slip"}`).object(t, 201)
	assert.Equal(t, "slip", reversal["description"])
	assert.Equal(t, posted["id"], reversal["reverses"])
	assert.Equal(t, reversal["id"], h.call(shop, "", "GET", url, "").object(t, 200)["reversed_by"])
	p := h.call(finance, "k-3", "POST", url+"/reverse", `{"reason":"slip"}`).refused(t, 409, "already-reversed")
	assert.Equal(t, reversal["id"], p["reversed_by"])

	later := journal.NewPlaceID(0, 2, 1, h.now).Format("txn") // the same position in another term
	for _, id := range []string{later, "x", "txn_01k0q3v9x8f6r8v4t0d6m2n7h5", strings.Replace(posted["id"].(string), "txn", "hld", 1)} {
		h.call(shop, "", "GET", transactionsURL+"/"+id, "").refused(t, 404, "transaction-not-found")
	}
	h.call(finance, "", "POST", "/v1/ledgers", `{"name":"eu"}`)
	h.call(shop, "", "GET", strings.Replace(url, "main", "eu", 1), "").refused(t, 404, "transaction-not-found")
	h.call(shop, "", "GET", "/v1/ledgers/none/transactions", "").refused(t, 404, "ledger-not-found")
	h.call(shop, "", "GET", "/v1/ledgers/NONE/transactions", "").refused(t, 404, "ledger-not-found")
}

// pages walks a list to its end and returns the member of each item, page by page.
func (h *house) pages(url, member string) (out [][]string) {
	h.t.Helper()
	next := url
	for next != "" {
		a := h.call(finance, "", "GET", next, "")
		doc := a.object(h.t, 200)
		var page []string
		for _, item := range doc["data"].([]any) {
			page = append(page, fmt.Sprint(item.(map[string]any)[member]))
		}
		out = append(out, page)
		link := a.header.Get("Link")
		assert.Equal(h.t, doc["has_more"], link != "")
		assert.Equal(h.t, doc["has_more"], doc["next_cursor"] != nil)
		target, rest, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
		if next = target; next != "" {
			assert.Equal(h.t, `; rel="next"`, rest)
		}
	}
	return out
}

func TestTransactionsAreListedInPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range 7 {
		h.post(fmt.Sprint("k-", i), "equity:opening", "liabilities:user:a", fmt.Sprint(i+1), "JPY", "")
	}
	h.post("k-usd", "equity:opening", "liabilities:till:b", "3.50", "USD", "")
	assert.Equal(t, [][]string{{"8", "7", "6"}, {"5", "4", "3"}, {"2", "1"}}, h.pages(transactionsURL+"?limit=3", "number"))
	assert.Equal(t, [][]string{{"8", "7", "6", "5", "4", "3", "2", "1"}}, h.pages(transactionsURL+"?limit=8", "number"))
	assert.Equal(t, [][]string{{"7", "6"}, {"5"}}, h.pages(transactionsURL+"?limit=2&account=liabilities:user:*&asset=JPY&amount_gte=5", "number"))

	// The next page may be of another size; it may not be of another list.
	first := h.call(finance, "", "GET", transactionsURL+"?limit=2&asset=JPY", "").object(t, 200)
	cursor := first["next_cursor"].(string)
	h.post("k-late", "equity:opening", "liabilities:user:a", "9", "JPY", "")
	rest := h.call(finance, "", "GET", transactionsURL+"?limit=10&asset=JPY&cursor="+cursor, "").object(t, 200)
	assert.Len(t, rest["data"], 5)
	assert.Equal(t, false, rest["has_more"])
	for _, url := range []string{
		transactionsURL + "?limit=2&asset=USD&cursor=" + cursor,
		transactionsURL + "?limit=2&cursor=" + cursor,
		"/v1/ledgers/main/accounts?asset=JPY&cursor=" + cursor,
		transactionsURL + "?asset=JPY&cursor=x" + cursor,
	} {
		h.call(finance, "", "GET", url, "").refused(t, 400, "invalid-cursor")
	}
	for _, query := range []string{"account=liabilities", "account=liabilities:a%20b", "account=*", "account=:*", "amount_gte=5", "amount_lte=5"} {
		h.call(finance, "", "GET", transactionsURL+"?"+query, "").refused(t, 400, "invalid-parameter")
	}
}

func TestReadsSeeWhatTheCallerWrote(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.post("k-1", "equity:opening", "liabilities:user:a", "1", "USD", "")
	h.post("k-2", "equity:opening", "liabilities:user:a", "1", "USD", "")
	balances := "/v1/ledgers/main/accounts/liabilities:user:a/balances"
	a := h.call(finance, "", "GET", balances, "")
	assert.Equal(t, "0-2", a.header.Get("Florin-Position"))
	h.call(shop, "", "GET", balances, "")
	h.call(shop, "", "GET", balances+"?at_least=0-1", "")
	assert.Equal(t, []int64{2, 0, 1}, h.awaited, "a caller's own last write, nobody else's, and what is asked for")

	h.lag = 1
	a = h.call(finance, "", "GET", balances+"?at_least=0-1", "")
	assert.Equal(t, http.StatusOK, a.status, "what was not promised is waited for, and no more than that")
	assert.Equal(t, "0-1", a.header.Get("Florin-Position"))
	a = h.call(finance, "", "GET", balances+"?at_least=0-2", "")
	a.refused(t, 503, "not-yet-visible")
	assert.Equal(t, "1", a.header.Get("Retry-After"))
	h.call(finance, "", "GET", balances+"?at_least=1-1", "").refused(t, 400, "invalid-parameter")
}

// What some projections have seen and others have not is in no list, and the position says so.
func TestListsKeepToTheirPosition(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.post("k-1", "equity:opening", "liabilities:user:a", "1", "USD", "")
	h.post("k-2", "equity:opening", "liabilities:user:a", "1", "JPY", "")
	for lag, want := range map[int64][]string{0: {"2", "1"}, 1: {"1"}, 2: nil} {
		h.lag = lag
		for _, url := range []string{transactionsURL, transactionsURL + "?account=liabilities:user:a", "/v1/ledgers/main/accounts/liabilities:user:a/entries"} {
			assert.Equal(t, [][]string{want}, h.pages(url, "number"), "%s, %d behind", url, lag)
			a := h.call(shop, "", "GET", url, "")
			assert.Equal(t, fmt.Sprint("0-", 2-lag), a.header.Get("Florin-Position"))
		}
	}
}

func TestTraceContext(t *testing.T) {
	t.Parallel()
	h := open(t)
	good := "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for i, text := range []string{good, strings.ToUpper(good), "01" + good[2:], good[:54] + "g", good + "0", "00"} {
		h.call(finance, fmt.Sprint("k-", i), "POST", transactionsURL, transfer("equity:opening", "liabilities:a", "1", "USD", ""), "Traceparent", text)
	}
	assert.Equal(t, good, h.asked[0].Trace)
	for _, c := range h.asked[1:] {
		assert.Empty(t, c.Trace)
	}
}
