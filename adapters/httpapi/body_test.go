package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

func TestBodyIsAdmitted(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{
		createTransaction: func(_ context.Context, r api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
			return api.CreateTransaction201JSONResponse(aTransaction()), nil
		},
		createTransactionBatch: func(ctx context.Context, r api.CreateTransactionBatchRequestObject) (api.CreateTransactionBatchResponseObject, error) {
			items, err := request.ReadLines(request.CallOf(ctx), r.Body, request.TransactionList)
			return api.CreateTransactionBatch200JSONResponse{Results: make([]api.BatchResult, len(items))}, err
		},
	}, Config{})
	long := func(n int) string { return goodBody + strings.Repeat(" ", n-len(goodBody)) }
	tests := map[string]struct {
		path, contentType, body string
		status                  int
		code, detail            string
	}{
		"JSON":                        {"", "application/json", goodBody, 201, "", ""},
		"JSON with a charset":         {"", "application/json; charset=UTF-8", goodBody, 201, "", ""},
		"JSON in capitals":            {"", "Application/JSON", goodBody, 201, "", ""},
		"another charset":             {"", "application/json; charset=latin1", goodBody, 415, "unsupported-media-type", ""},
		"something like JSON":         {"", "application/jsonx", goodBody, 415, "unsupported-media-type", ""},
		"a form":                      {"", "application/x-www-form-urlencoded", "a=b", 415, "unsupported-media-type", `the content type is "application/x-www-form-urlencoded"; want application/json`},
		"no type":                     {"", "", goodBody, 415, "unsupported-media-type", "there is no Content-Type; want application/json"},
		"lines where one is wanted":   {"", "application/x-ndjson", goodBody, 415, "unsupported-media-type", ""},
		"lines":                       {"/batch", "application/x-ndjson", goodBody + "\n\n" + goodBody, 200, "", ""},
		"an empty body":               {"", "application/json", "", 400, "malformed-body", ""},
		"an empty body without type":  {"", "", "", 400, "malformed-body", ""},
		"a body at its limit":         {"", "application/json", long(request.MaxBody), 201, "", ""},
		"a body one byte beyond it":   {"", "application/json", long(request.MaxBody + 1), 413, "body-too-large", ""},
		"a batch beyond that":         {"/batch", "application/x-ndjson", long(request.MaxBody + 1), 200, "", ""},
		"a batch one byte beyond its": {"/batch", "application/x-ndjson", long(request.MaxBatchBody + 1), 413, "body-too-large", ""},
		"10,001 lines":                {"/batch", "application/x-ndjson", strings.Repeat("{}\n", request.MaxBatchItems+1), 400, "invalid-field", ""},
		"a form for a batch":          {"/batch", "application/x-www-form-urlencoded", "a=b", 415, "unsupported-media-type", `the content type is "application/x-www-form-urlencoded"; want application/json or application/x-ndjson`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			headers := []string{"Authorization", "Bearer svc=service", "Idempotency-Key", "k"}
			if tt.contentType != "" {
				headers = append(headers, "Content-Type", tt.contentType)
			}
			a := ask(t, s, "POST", transactionsURL+tt.path, tt.body, headers...)
			require.Equal(t, tt.status, a.status, "%.200s", a.body)
			if tt.code != "" {
				assert.Equal(t, tt.code, a.problem(t)["code"])
			}
			if tt.detail != "" {
				assert.Equal(t, tt.detail, a.problem(t)["detail"])
			}
		})
	}
}

func TestChunkedBodyBeyondItsLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	req := newRequest(t, "POST", transactionsURL, strings.NewReader(strings.Repeat(" ", request.MaxBody+1)), money()...)
	req.ContentLength = -1
	status, body := serve(t, s, req)
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	assert.Contains(t, body, `"code":"body-too-large"`)
}

func TestBatchItemsAreLeftRaw(t *testing.T) {
	t.Parallel()
	var items []json.RawMessage
	s := newServer(t, fake{createTransactionBatch: func(_ context.Context, r api.CreateTransactionBatchRequestObject) (api.CreateTransactionBatchResponseObject, error) {
		items = r.JSONBody.Transactions
		results := make([]api.BatchResult, len(items))
		for i := range items {
			var into api.CreateTransaction
			results[i] = api.BatchResult{Index: i, Status: http.StatusCreated, Transaction: aTransaction()}
			if err := request.Decode(items[i], &into, fmt.Sprintf("/transactions/%d", i)); err != nil {
				body, row := request.AsProblem(err).Render("", "")
				results[i] = api.BatchResult{Index: i, Status: row.Status, Problem: body}
			}
		}
		return api.CreateTransactionBatch200JSONResponse{Results: results}, nil
	}}, Config{})
	body := `{"transactions":[` + goodBody + `,{"metadata":{"k":"\u0000"}},` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `,` + goodBody + `]}`
	req := newRequest(t, "POST", transactionsURL+"/batch", strings.NewReader(body), money()...)
	status, answered := serve(t, s, req)
	require.Equal(t, http.StatusOK, status, answered)
	var got struct {
		Results []struct {
			Status  int
			Problem struct{ Errors []request.FieldError }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(answered), &got))
	require.Len(t, got.Results, 4)
	assert.Equal(t, []int{201, 400, 400, 201}, []int{got.Results[0].Status, got.Results[1].Status, got.Results[2].Status, got.Results[3].Status})
	assert.Equal(t, "/transactions/1/metadata/k", got.Results[1].Problem.Errors[0].Pointer)
	assert.Equal(t, "/transactions/2", got.Results[2].Problem.Errors[0].Pointer)

	req = newRequest(t, "POST", transactionsURL+"/batch", strings.NewReader(`{"transactions":[`+strings.Repeat("{},", request.MaxBatchItems)+`{}]}`), money()...)
	status, answered = serve(t, s, req)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, answered, `"pointer":"/transactions"`)
}

func TestWebhookBodyIsLeftAlone(t *testing.T) {
	t.Parallel()
	var got []byte
	s := newServer(t, fake{receiveStripeEvent: func(_ context.Context, r api.ReceiveStripeEventRequestObject) (api.ReceiveStripeEventResponseObject, error) {
		got = *r.Body
		return api.ReceiveStripeEvent200JSONResponse{Received: true}, nil
	}}, Config{})
	body := "{ \"id\" : \"evt_1\",\n \"id\": \"\\u0000\", \"more\": [1e3] }\n"
	a := ask(t, s, "POST", "/v1/webhooks/stripe", body, "Content-Type", "application/json; charset=utf-8", "Stripe-Signature", "t=1,v1=ab")
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	assert.Equal(t, body, string(got))
}
