package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

func TestProblemTableIsSound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range request.Problems() {
		assert.False(t, seen[row.Code], "%s is there twice", row.Code)
		seen[row.Code] = true
		assert.Regexp(t, `^[a-z]+(-[a-z]+)*$`, row.Code)
		assert.Regexp(t, `^[A-Z].*[^.]\.$`, row.Title, row.Code)
		assert.Regexp(t, `\.$`, row.Explanation, row.Code)
		assert.Contains(t, []int{400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503}, row.Status, row.Code)
		assert.Contains(t, []request.Retry{request.RetryNever, request.RetryNewKey, request.RetrySameKey}, row.Retry, row.Code)
		// No outcome is known after a 5xx or 429, so only the same key is safe; a dead command has one.
		assert.Equal(t, row.Status == 429 || row.Status >= 500 && row.Code != request.CodeDead, row.Retry == request.RetrySameKey, row.Code)
	}
	first, known := request.ProblemRowOf("no-such-code")
	assert.False(t, known)
	assert.Equal(t, "internal", first.Code)
}

// TestProblemsAreInTheContract holds the codes that the answers of openapi.yaml list against the
// table, both ways, status by status.
func TestProblemsAreInTheContract(t *testing.T) {
	t.Parallel()
	listed := map[int][]string{}
	quoted := regexp.MustCompile("`([a-z]+(?:-[a-z]+)*)`")
	codes := regexp.MustCompile(`(?s)Codes?:\s(.*)$`)
	operations(t, func(_, _ string, op *openapi3.Operation, _ openapi3.Parameters) {
		for status, response := range op.Responses.Map() {
			var n int
			_, err := fmt.Sscan(status, &n)
			require.NoError(t, err)
			if n < 400 {
				continue
			}
			assert.Contains(t, response.Value.Content, request.ProblemContentType, "%s %s", op.OperationID, status)
			text := codes.FindStringSubmatch(*response.Value.Description)
			require.NotNil(t, text, "%s %s lists no codes", op.OperationID, status)
			for _, m := range quoted.FindAllStringSubmatch(text[1], -1) {
				if _, known := request.ProblemRowOf(m[1]); known {
					listed[n] = append(listed[n], m[1])
				} else {
					assert.Contains(t, []string{"account", "asset", "needed", "available"}, m[1], "%s %s", op.OperationID, status)
				}
			}
		}
	})
	for _, row := range request.Problems() {
		if row.Status == http.StatusMethodNotAllowed {
			continue // of an address, not of an operation
		}
		assert.True(t, slices.Contains(listed[row.Status], row.Code), "%s is not listed under %d", row.Code, row.Status)
	}
}

func TestProblemIsRendered(t *testing.T) {
	t.Parallel()
	p := &request.Problem{
		Code: "insufficient-funds", Detail: "20.00 USD are missing.",
		Members: map[string]any{"needed": "30.00", "available": "10.00", "status": 200, "code": "ok"},
		Errors:  []request.FieldError{{Pointer: "/postings/0", Detail: "this one"}},
	}
	body, row := p.Render("/v1/x", "req_1")
	assert.Equal(t, 422, row.Status)
	//nolint:testifylint // the order of the members is part of it
	assert.Equal(t, `{"type":"https://github.com/florinledger/florin/blob/main/docs/errors.md#insufficient-funds",`+
		`"title":"The account does not hold enough.","status":422,"detail":"20.00 USD are missing.","instance":"/v1/x",`+
		`"code":"insufficient-funds","request_id":"req_1","errors":[{"pointer":"/postings/0","detail":"this one"}],`+
		`"available":"10.00","needed":"30.00"}`, string(body))

	body, _ = (&request.Problem{Code: "not-found", Members: map[string]any{"title": "x"}}).Render("", "")
	//nolint:testifylint // the order of the members is part of it
	assert.Equal(t, `{"type":"https://github.com/florinledger/florin/blob/main/docs/errors.md#not-found",`+
		`"title":"There is nothing under this address.","status":404,"code":"not-found"}`, string(body))
}

func TestErrorsBecomeProblems(t *testing.T) {
	t.Parallel()
	refusal := journal.Refuse("insufficient-funds", "The account does not hold enough.")
	for name, tt := range map[string]struct {
		err  error
		want request.Problem
	}{
		"a refusal": {
			fmt.Errorf("decide: %w", refusal.Because("20 are missing").With(map[string]string{"needed": "30"})),
			request.Problem{Code: "insufficient-funds", Detail: "20 are missing", Members: map[string]any{"needed": json.RawMessage(`"30"`)}},
		},
		"a refusal of a field": {
			refusal.Because("20 are missing").At("/postings/1"),
			request.Problem{Code: "insufficient-funds", Errors: []request.FieldError{{Pointer: "/postings/1", Detail: "20 are missing"}}},
		},
		"a refusal of a field without detail": {
			refusal.At("/postings/1"),
			request.Problem{Code: "insufficient-funds", Errors: []request.FieldError{{Pointer: "/postings/1", Detail: "The account does not hold enough."}}},
		},
		"broken members":   {&journal.Refusal{Code: "unbalanced", Members: json.RawMessage(`[]`)}, request.Problem{Code: "internal"}},
		"a problem":        {fmt.Errorf("x: %w", request.NewProblem("not-found", "no %s", "wallet")), request.Problem{Code: "not-found", Detail: "no wallet"}},
		"a deadline":       {fmt.Errorf("query: %w", context.DeadlineExceeded), request.Problem{Code: "unavailable"}},
		"a body too large": {&http.MaxBytesError{Limit: 7}, request.Problem{Code: "body-too-large", Detail: "at most 7 bytes are taken"}},
		"a fault":          {io.ErrUnexpectedEOF, request.Problem{Code: "internal"}},
	} {
		got := *request.AsProblem(tt.err)
		got.Cause = nil
		assert.Equal(t, tt.want, got, name)
	}
	require.ErrorIs(t, request.AsProblem(refusal.At("/x")), refusal, "what a problem was made of can be asked for")
	assert.Equal(t, "invalid-field; /a: b: EOF", (&request.Problem{Code: "invalid-field", Errors: []request.FieldError{{Pointer: "/a", Detail: "b"}}, Cause: io.EOF}).Error())
}

// TestRefusalsHaveRows: the codes of the cores are in the table, each under the title that the core
// gives it. That the table is in the contract is TestProblemsAreInTheContract's.
func TestRefusalsHaveRows(t *testing.T) {
	t.Parallel()
	registry := journal.NewRegistry()
	ledger.Register(registry)
	wallet.Register(registry)
	alert.Register(registry)
	risk.Register(registry)
	payment.Register(registry)
	withdrawal.Register(registry)
	exchange.Register(registry)
	schedule.Register(registry)
	users.Register(registry)
	membership.Register(registry)
	messaging.Register(registry)
	webhook.Register(registry)
	all := append([]*journal.Refusal{journal.ErrKeyReused, journal.ErrExpired}, registry.Refusals()...)
	assert.Greater(t, len(all), 35, "the cores have registered their refusals")
	for _, r := range all {
		row, known := request.ProblemRowOf(r.Code)
		assert.True(t, known, "%s has no row", r.Code)
		assert.Equal(t, row.Title, r.Title, r.Code)
		assert.Equal(t, r.Malformed, row.Status == http.StatusBadRequest, "%s: what is malformed is not recorded", r.Code)
		assert.Equal(t, r.Malformed, row.Retry == request.RetryNever && !final(r.Code), r.Code)
	}
}

// final are recorded refusals that no change of the books will lift.
func final(code string) bool {
	return slices.Contains([]string{
		"unbalanced", "owned-account", "use-domain-undo", "dead-letter-not-found", "dead-letter-resolved", "dead-letter-unreadable",
	}, code)
}

// TestProblemsAreDocumented: a problem's type leads to a heading of docs/errors.md.
func TestProblemsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	require.NoError(t, err)
	for _, row := range request.Problems() {
		section := fmt.Sprintf("\n## %s\n\n%d %s. Retry: %s.\n\n%s\n%s\n", row.Code, row.Status, http.StatusText(row.Status), row.Retry, row.Title, row.Explanation)
		assert.Contains(t, string(page), section, "run `make generate`")
	}
	assert.Equal(t, len(request.Problems()), strings.Count(string(page), "\n## "))
}

func TestEveryProblemKeepsTheContract(t *testing.T) {
	t.Parallel()
	schema := contract(t).Doc.Components.Schemas["Problem"].Value
	for _, row := range request.Problems() {
		body, _ := request.NewProblem(row.Code, "detail").Render("/v1/x", "req_1")
		var value any
		require.NoError(t, json.NewDecoder(bytes.NewReader(body)).Decode(&value))
		require.NoError(t, schema.VisitJSON(value), row.Code)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"outcome-unknown": "1", "not-yet-visible": "1", "unavailable": "1", "too-many-requests": "1",
		"insufficient-funds": "", "internal": "",
	} {
		s := newServer(t, fake{createTransaction: func(context.Context, api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
			return nil, errors.Join(errors.New("context"), &request.Problem{Code: code})
		}}, Config{})
		a := ask(t, s, "POST", transactionsURL, goodBody, money()...)
		row, _ := request.ProblemRowOf(code)
		assert.Equal(t, row.Status, a.status, code)
		assert.Equal(t, want, a.header.Get("Retry-After"), code)
	}
}
