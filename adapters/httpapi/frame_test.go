package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/openapitest"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

// loadContract parses openapi.yaml once for all tests: it takes longer than most of them.
//
//nolint:gochecknoglobals // written once, then only read
var loadContract = sync.OnceValues(func() (*openapitest.Contract, error) { return openapitest.Load(openAPI) })

func contract(t testing.TB) *openapitest.Contract {
	t.Helper()
	c, err := loadContract()
	require.NoError(t, err)
	return c
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake has the operations that a test gives it; the others panic, which the frame answers 500.
type fake struct {
	api.StrictServerInterface
	createTransaction      func(context.Context, api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error)
	createTransactionBatch func(context.Context, api.CreateTransactionBatchRequestObject) (api.CreateTransactionBatchResponseObject, error)
	listTransactions       func(context.Context, api.ListTransactionsRequestObject) (api.ListTransactionsResponseObject, error)
	receiveStripeEvent     func(context.Context, api.ReceiveStripeEventRequestObject) (api.ReceiveStripeEventResponseObject, error)
}

func (f fake) CreateTransaction(ctx context.Context, r api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
	return f.createTransaction(ctx, r)
}

func (f fake) CreateTransactionBatch(ctx context.Context, r api.CreateTransactionBatchRequestObject) (api.CreateTransactionBatchResponseObject, error) {
	return f.createTransactionBatch(ctx, r)
}

func (f fake) ListTransactions(ctx context.Context, r api.ListTransactionsRequestObject) (api.ListTransactionsResponseObject, error) {
	return f.listTransactions(ctx, r)
}

func (f fake) ReceiveStripeEvent(ctx context.Context, r api.ReceiveStripeEventRequestObject) (api.ReceiveStripeEventResponseObject, error) {
	return f.receiveStripeEvent(ctx, r)
}

// authenticateByName believes tokens of the form "subject=role,role".
func authenticateByName(_ context.Context, token string) (request.Principal, error) {
	subject, roles, ok := strings.Cut(token, "=")
	switch token {
	case "broken":
		return request.Principal{}, errors.New("the key store is away")
	case "unknowable":
		return request.Principal{}, fmt.Errorf("%w: postgres is away", request.ErrCannotTell)
	}
	if !ok {
		return request.Principal{}, request.ErrUnauthenticated
	}
	return request.Principal{Subject: subject, Roles: request.RolesNamed(strings.Split(roles, ",")...)}, nil
}

// logBuffer is a log that handlers and a test may use at once.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newServer(t testing.TB, f fake, cfg Config) *Server {
	t.Helper()
	s, err := New(f, authenticateByName, cfg)
	require.NoError(t, err)
	return s
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// problem decodes the answer as a problem.
func (a answer) problem(t *testing.T) map[string]any {
	t.Helper()
	require.Equal(t, request.ProblemContentType, a.header.Get("Content-Type"), "%s", a.body)
	var p map[string]any
	require.NoError(t, json.Unmarshal(a.body, &p))
	return p
}

// ask sends a request to s through the contract. Headers come in pairs.
func ask(t *testing.T, s *Server, method, target, body string, headers ...string) answer {
	t.Helper()
	server := httptest.NewServer(s)
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: contract(t).Transport(t, server.Client().Transport)}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return answer{res.StatusCode, res.Header, data}
}

const (
	transactionsURL = "/v1/ledgers/main/transactions"
	goodBody        = `{"postings":[{"account":"equity:opening","side":"debit","amount":"100.00","asset":"USD"},` +
		`{"account":"liabilities:user:a","side":"credit","amount":"100.00","asset":"USD"}],"metadata":{"shop":"north"}}`
)

// money are the headers of a good request to a money route.
func money(more ...string) []string {
	return append([]string{"Authorization", "Bearer svc=service", "Content-Type", "application/json", "Idempotency-Key", "k-1"}, more...)
}

func aTransaction() api.Transaction {
	return api.Transaction{
		ID: "txn_01k0q3v9x8f6r8v4t0d6m2n7h5", Ledger: "main", Number: 1, Position: "0-7", Type: "ledger.transaction",
		Postings: []api.Posting{{Account: "equity:opening", Side: api.SideDebit, Amount: "100.00", Asset: "USD", BalanceAfter: "-100.00"}},
		Metadata: api.Metadata{}, Actor: "svc", CommandID: "cmd_01k0q3v9x8f6r8v4t0d6m2n7h5",
	}
}

func TestRequestReachesItsHandler(t *testing.T) {
	t.Parallel()
	var got api.CreateTransactionRequestObject
	var principal request.Principal
	s := newServer(t, fake{createTransaction: func(ctx context.Context, r api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		got, principal = r, request.CallOf(ctx).Principal
		request.CallOf(ctx).SetReplayed()
		return api.CreateTransaction201JSONResponse(aTransaction()), nil
	}}, Config{})
	a := ask(t, s, "POST", transactionsURL+"?dry_run=true", goodBody, money()...)
	require.Equal(t, http.StatusCreated, a.status, "%s", a.body)
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))
	assert.Equal(t, "true", a.header.Get("Idempotent-Replayed"))
	assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
	assert.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	assert.NotContains(t, a.header, "Florin-Position", "a header that was not set must be absent, not empty")

	assert.Equal(t, request.Principal{Subject: "svc", Roles: request.RoleService}, principal)
	assert.Equal(t, "main", got.Ledger)
	assert.Equal(t, "k-1", got.Params.IdempotencyKey)
	assert.True(t, got.Params.DryRun)
	assert.Equal(t, api.Metadata{"shop": "north"}, got.Body.Metadata)
	assert.Equal(t, api.CreatePosting{Account: "liabilities:user:a", Side: api.SideCredit, Amount: "100.00", Asset: "USD"}, got.Body.Postings[1])
}

func TestRequestIsNamed(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	assert.Equal(t, "caller-7.a_B", ask(t, s, "GET", "/livez", "", "X-Request-Id", "caller-7.a_B").header.Get("X-Request-Id"))
	for _, bad := range []string{"", "two words", `quo"te`, strings.Repeat("a", 65)} {
		got := ask(t, s, "GET", "/livez", "", "X-Request-Id", bad).header.Get("X-Request-Id")
		assert.Regexp(t, `^req_[0-9a-z]{26}$`, got, bad)
	}
	a := ask(t, s, "GET", "/nowhere", "", "X-Request-Id", "r-1")
	assert.Equal(t, "r-1", a.problem(t)["request_id"])
}

func TestFaultsAreScrubbedAndLogged(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func() (api.CreateTransactionResponseObject, error){
		"an error": func() (api.CreateTransactionResponseObject, error) {
			return nil, errors.New("dial tcp 10.0.0.7: secret-host")
		},
		"a panic": func() (api.CreateTransactionResponseObject, error) { panic("secret-host") },
		"an unknown code": func() (api.CreateTransactionResponseObject, error) {
			return nil, request.NewProblem("no-such-code", "secret-host")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &logBuffer{}
			s := newServer(t, fake{createTransaction: func(context.Context, api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
				return broken()
			}}, Config{Log: slog.New(slog.NewJSONHandler(log, nil))})
			a := ask(t, s, "POST", transactionsURL, goodBody, money("X-Request-Id", "r-9")...)
			assert.Equal(t, http.StatusInternalServerError, a.status)
			assert.NotContains(t, string(a.body), "secret-host")
			assert.Equal(t, "internal", a.problem(t)["code"])
			assert.Equal(t, "r-9", a.problem(t)["request_id"])
			require.Eventually(t, func() bool { return strings.Contains(log.String(), "secret-host") }, waitFor, tick)
			assert.Contains(t, log.String(), `"level":"ERROR"`)
		})
	}
}

func TestLogLine(t *testing.T) {
	t.Parallel()
	log := &logBuffer{}
	s := newServer(t, fake{createTransaction: func(context.Context, api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		return nil, &request.Problem{Code: "insufficient-funds"}
	}}, Config{Log: slog.New(slog.NewJSONHandler(log, nil))})
	ask(t, s, "POST", transactionsURL+"?dry_run=false", goodBody, money("X-Request-Id", "r-1")...)
	require.Eventually(t, func() bool { return strings.HasSuffix(log.String(), "\n") }, waitFor, tick)
	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(log.String()), &line), "one line, and no more: %s", log)
	assert.Contains(t, line, "duration")
	delete(line, "duration")
	delete(line, "time")
	assert.Equal(t, map[string]any{
		"level": "INFO", "msg": "request", "method": "POST", "route": "/v1/ledgers/:ledger/transactions",
		"status": 422.0, "principal": "svc", "request_id": "r-1", "code": "insufficient-funds",
	}, line)
}
