package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCasesOfConcurrency(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"30", manyWriters},
		numbered{"31", batches},
		numbered{"31 as lines", batchesAsLines},
	)
}

// writers is how many callers case 30 has, each of which makes its calls one after the other.
const writers = 200

// calls makes each writer's calls, so many each, and counts the answers by their status.
func calls(t *testing.T, each int, f func(writer, n int) (*answer, error)) map[string]int {
	t.Helper()
	answers := make([]*answer, writers*each)
	together(t, writers, func(writer int) (*answer, error) {
		for n := range each {
			a, err := f(writer, n)
			if err != nil {
				return nil, err
			}
			answers[writer*each+n] = a
		}
		return nil, nil //nolint:nilnil // the answers are in their places
	})
	return statuses(answers)
}

// Case 30: a hot account costs nobody a false refusal, is never overdrawn, and stops nobody.
func manyWriters(t *testing.T, s *service) {
	b := s.book(t)
	b.floors("JPY", "liabilities:payer", accountA, accountB)

	t.Run("one payee", func(t *testing.T) {
		const each = 50
		var funds []any
		for i := range writers {
			payer := fmt.Sprint("liabilities:writer:", i)
			b.floors("JPY", payer)
			funds = append(funds, transaction(pays(opening, payer, fmt.Sprint(each), "JPY")))
		}
		b.post(b.path("/transactions/batch?mode=atomic"), b.key("funds"), map[string]any{"transactions": funds}).is(http.StatusOK)
		require.Equal(t, map[string]int{"Created": writers * each}, calls(t, each, func(writer, n int) (*answer, error) {
			return b.tryTransact(fmt.Sprint("payee ", writer, " ", n),
				transaction(pays(fmt.Sprint("liabilities:writer:", writer), "liabilities:payee", "1", "JPY")))
		}))
		b.has("liabilities:payee", fmt.Sprint(writers*each), "JPY")
		for _, row := range b.sums() {
			if strings.HasPrefix(fmt.Sprint(row["account"]), "liabilities:writer:") {
				require.Equal(t, "0", row["balance"], "%v", row)
			}
		}
	})

	t.Run("one payer", func(t *testing.T) {
		const each, enough = 50, 5_000
		b.fund("liabilities:payer", fmt.Sprint(enough), "JPY")
		require.Equal(t, map[string]int{"Created": enough, "insufficient-funds": writers*each - enough}, calls(t, each, func(writer, n int) (*answer, error) {
			return b.tryTransact(fmt.Sprint("payer ", writer, " ", n), transaction(pays("liabilities:payer", "liabilities:sink", "1", "JPY")))
		}))
		b.has("liabilities:payer", "0", "JPY")
		b.has("liabilities:sink", fmt.Sprint(enough), "JPY")
	})

	t.Run("there and back", func(t *testing.T) {
		b.fund(accountA, "100", "JPY")
		b.fund(accountB, "100", "JPY")
		require.Equal(t, map[string]int{"Created": writers}, calls(t, 1, func(writer, _ int) (*answer, error) {
			from, to := accountA, accountB
			if writer%2 == 1 {
				from, to = to, from
			}
			return b.tryTransact(fmt.Sprint("back ", writer), transaction(pays(from, to, "1", "JPY")))
		}))
		b.has(accountA, "100", "JPY")
		b.has(accountB, "100", "JPY")
	})
}

// bank and customer are the accounts of case 31.
const bank, customer = "liabilities:bank", "liabilities:user"

// batchBody writes transactions in one of the two forms that a batch has, with its content type.
type batchBody func(t *testing.T, items ...any) (body []byte, contentType string)

func asDocument(t *testing.T, items ...any) (body []byte, contentType string) {
	return []byte(jsonOf(t, map[string]any{"transactions": items})), "application/json"
}

func asLines(t *testing.T, items ...any) (body []byte, contentType string) {
	var lines bytes.Buffer
	for _, item := range items {
		lines.WriteString(jsonOf(t, item) + "\n")
	}
	return lines.Bytes(), "application/x-ndjson"
}

// result is what became of one transaction of a batch.
type result struct {
	Index       int             `json:"index"`
	Status      int             `json:"status"`
	Transaction *txn            `json:"transaction"`
	Problem     json.RawMessage `json:"problem"`
}

// problem decodes the result's problem; it is empty when there is none.
func (r *result) problem(t *testing.T) (p struct {
	Code   string `json:"code"`
	Errors []struct {
		Pointer string `json:"pointer"`
	} `json:"errors"`
}) {
	t.Helper()
	if r.Problem != nil {
		require.NoError(t, json.Unmarshal(r.Problem, &p))
	}
	return p
}

func (r *result) code(t *testing.T) string { t.Helper(); return r.problem(t).Code }

// pointer is the field that the result's problem points at.
func (r *result) pointer(t *testing.T) string {
	t.Helper()
	p := r.problem(t)
	require.NotEmpty(t, p.Errors)
	return p.Errors[0].Pointer
}

// results decodes the results of a batch; result i belongs to item i.
func (a *answer) results(want int) []result {
	a.t.Helper()
	var body struct {
		Results []result `json:"results"`
	}
	a.into(&body)
	require.Len(a.t, body.Results, want)
	for i, r := range body.Results {
		require.Equal(a.t, i, r.Index)
		require.Equal(a.t, r.Status == http.StatusCreated, r.Transaction != nil, "%s", a.Body)
		require.Equal(a.t, r.Transaction == nil, r.Problem != nil, "%s", a.Body)
	}
	return body.Results
}

// batch posts a batch.
func (b *book) batch(form batchBody, query, k string, items ...any) *answer {
	b.t.Helper()
	body, contentType := form(b.t, items...)
	return b.post(b.path("/transactions/batch"+query), b.key(k), body, header("Content-Type", contentType))
}

// Case 31: of an independent batch each item stands by itself, of an atomic one all or none.
func batches(t *testing.T, s *service)        { batchesAs(t, s, asDocument) }
func batchesAsLines(t *testing.T, s *service) { batchesAs(t, s, asLines) }

func batchesAs(t *testing.T, s *service, form batchBody) {
	b := s.book(t)
	b.floors("JPY", bank, customer)
	items := []any{transaction(pays(opening, bank, "100", "JPY")), transaction(pays(bank, customer, "200", "JPY"))}

	b.untouched(func() {
		for range 2 { // the first answer, and the second time it is told
			p := b.batch(form, "?mode=atomic", "atomic", items...).refused(http.StatusUnprocessableEntity, "insufficient-funds")
			require.Equal(t, "/transactions/1/postings/0/amount", p.str("errors", 0, "pointer"))
			require.NotContains(t, string(p.Body), "txn_", "no ids are given out")
			results := p.results(2)
			require.Equal(t, "batch-aborted", results[0].code(t))
			require.Equal(t, http.StatusUnprocessableEntity, results[0].Status)
			require.Equal(t, "insufficient-funds", results[1].code(t))
		}
		dry := b.batch(form, "?dry_run=true", "dry", items...).is(http.StatusOK).results(2)
		require.EqualValues(t, 1, dry[0].Transaction.Number)
		require.Equal(t, "insufficient-funds", dry[1].code(t))
	})

	first := b.batch(form, "", "independent", items...).is(http.StatusOK).replayed(false)
	results := first.results(2)
	require.EqualValues(t, 1, results[0].Transaction.Number)
	require.Equal(t, "100", results[0].Transaction.Postings[1].BalanceAfter)
	require.Equal(t, http.StatusUnprocessableEntity, results[1].Status)
	require.Equal(t, "insufficient-funds", results[1].code(t))
	require.Equal(t, []txn{*results[0].Transaction}, b.transactions())
	b.has(bank, "100", "JPY")
	b.has(customer, "0", "JPY")
	again := b.batch(form, "?mode=independent", "independent again", items...).is(http.StatusOK).results(2)
	require.EqualValues(t, 2, again[0].Transaction.Number)
	require.EqualValues(t, 3, again[1].Transaction.Number, "there is enough by now")
	b.has(customer, "200", "JPY")
	b.untouched(func() {
		require.Equal(t, string(first.Body), string(b.batch(form, "", "independent", items...).is(http.StatusOK).replayed(true).Body))
		b.batch(form, "", "independent", items[0]).refused(http.StatusUnprocessableEntity, "idempotency-key-reused")
	})

	atomic := b.batch(form, "?mode=atomic", "all", items[0], items[0], items[1]).is(http.StatusOK).results(3)
	for i, r := range atomic {
		require.EqualValues(t, 4+i, r.Transaction.Number)
	}
	b.has(bank, "0", "JPY")

	// Results belong to their items, whatever became of those around them.
	var mixed []any
	for i := range 20 {
		item := transaction(pays(opening, bank, "1", "JPY"))
		if i%3 == 1 {
			item = transaction(pays(customer, bank, "1000000", "JPY"))
		}
		item["description"] = fmt.Sprint("item ", i)
		mixed = append(mixed, item)
	}
	number := int64(6)
	for i, r := range b.batch(form, "", "mixed", mixed...).is(http.StatusOK).results(20) {
		if i%3 == 1 {
			require.Equal(t, "insufficient-funds", r.code(t))
			continue
		}
		number++
		require.Equal(t, fmt.Sprint("item ", i), r.Transaction.Description)
		require.Equal(t, number, r.Transaction.Number)
	}

	// One reference twice in a batch is taken by the first.
	item := transaction(pays(opening, bank, "1", "JPY"))
	item["reference"] = "twice"
	both := b.batch(form, "", "reference", item, item).is(http.StatusOK).results(2)
	require.Equal(t, http.StatusCreated, both[0].Status)
	require.Equal(t, http.StatusConflict, both[1].Status)
	require.Equal(t, "reference-taken", both[1].code(t))
	b.untouched(func() {
		b.batch(form, "?mode=atomic", "taken", transaction(pays(opening, bank, "1", "JPY")), item).refused(http.StatusConflict, "reference-taken")
		b.batch(form, "?mode=sometimes", "mode", items...).refused(http.StatusBadRequest, "invalid-parameter")
	})
}
