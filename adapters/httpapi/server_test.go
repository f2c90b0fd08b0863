package httpapi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	away := errors.New("secret-host is away")
	s := newServer(t, fake{}, Config{Checks: []Check{
		{Name: "postgres", Probe: func(context.Context) error { return nil }},
		{Name: "nats", Probe: func(context.Context) error { return away }},
	}})
	a := ask(t, s, "GET", "/livez", "")
	assert.Equal(t, http.StatusOK, a.status)
	assert.JSONEq(t, `{"status":"live"}`, string(a.body))

	a = ask(t, s, "GET", "/readyz", "")
	assert.Equal(t, http.StatusServiceUnavailable, a.status)
	p := a.problem(t)
	assert.Equal(t, "not-ready", p["code"])
	assert.Equal(t, []any{
		map[string]any{"name": "postgres", "status": "ok"},
		map[string]any{"name": "nats", "status": "failed"},
	}, p["checks"])
	assert.NotContains(t, string(a.body), "secret-host")

	away = nil
	a = ask(t, s, "GET", "/readyz", "")
	assert.Equal(t, http.StatusOK, a.status)
	assert.JSONEq(t, `{"status":"ready","checks":[{"name":"postgres","status":"ok"},{"name":"nats","status":"ok"}]}`, string(a.body))
}

// TestHead asks over a network, because it is net/http that leaves the body out.
func TestHead(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(newServer(t, fake{}, Config{}))
	defer web.Close()
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/openapi.yaml": 200, "/v1/ledgers": 401, "/v1/login": 405, "/nothing": 404} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, web.URL+path, http.NoBody)
		require.NoError(t, err)
		res, err := web.Client().Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
		assert.Empty(t, body, path)
		if path == "/livez" {
			assert.Equal(t, int64(len(`{"status":"live"}`)), res.ContentLength)
		}
		if want == http.StatusMethodNotAllowed {
			assert.Equal(t, "OPTIONS, POST", res.Header.Get("Allow"))
		}
	}
	a := ask(t, newServer(t, fake{}, Config{}), "POST", "/livez", "")
	assert.Equal(t, "OPTIONS, GET, HEAD", a.header.Get("Allow"))
}

func TestContractAndKeysAreServed(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{JWKS: []byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"a","x":"b"}]}`)})
	a := ask(t, s, "GET", "/openapi.yaml", "")
	assert.Equal(t, http.StatusOK, a.status)
	assert.Equal(t, "application/yaml", a.header.Get("Content-Type"))
	assert.Equal(t, OpenAPI(), a.body)
	a = ask(t, s, "GET", "/.well-known/jwks.json", "")
	assert.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, string(a.body), `"kid":"a"`)
	assert.JSONEq(t, `{"keys":[]}`, string(ask(t, newServer(t, fake{}, Config{}), "GET", "/.well-known/jwks.json", "").body))
}

// TestDocsLoadNothingFromElsewhere fetches the page and every file that it names.
func TestDocsLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{})
	for _, path := range []string{"/docs", "/docs/"} {
		a := ask(t, s, "GET", path, "")
		require.Equal(t, http.StatusOK, a.status, path)
		assert.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'none'")
		page := string(a.body)
		assert.Contains(t, page, `"swaggerJsonUrl":"/openapi.yaml"`)
		assert.Contains(t, page, "validatorUrl: null")
		files := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1)
		require.Len(t, files, 5)
		for _, f := range files {
			require.True(t, strings.HasPrefix(f[1], "/docs/"), "the page loads %s", f[1])
			file := ask(t, s, "GET", f[1], "")
			assert.Equal(t, http.StatusOK, file.status, f[1])
			assert.NotEmpty(t, file.body, f[1])
			assert.NotContains(t, file.header.Get("Content-Type"), "text/html", f[1])
			if strings.HasSuffix(f[1], ".css") {
				assert.NotRegexp(t, `url\(["']?(https?:)?//`, string(file.body), "the style loads from elsewhere")
				assert.NotContains(t, string(file.body), "@import")
			}
		}
	}
}

func TestHandlerIsTimedOut(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{createTransaction: func(ctx context.Context, _ api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}, Config{RequestTimeout: time.Millisecond})
	a := ask(t, s, "POST", transactionsURL, goodBody, money()...)
	assert.Equal(t, http.StatusServiceUnavailable, a.status)
	assert.Equal(t, "unavailable", a.problem(t)["code"])
}

// TestDrain stops a server while a request is under way: the request is answered, and new
// connections are not taken.
func TestDrain(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s := newServer(t, fake{createTransaction: func(ctx context.Context, _ api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		close(entered)
		<-release
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return api.CreateTransaction201JSONResponse(aTransaction()), nil
	}}, Config{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	status := make(chan int, 1)
	go func() {
		req, err := http.NewRequestWithContext(context.Background(), "POST", "http://"+ln.Addr().String()+transactionsURL, strings.NewReader(goodBody)) //nolint:usetesting // it outlives the test's context when the test fails
		if err != nil {
			status <- 0
			return
		}
		for i, h := 0, money(); i < len(h); i += 2 {
			req.Header.Set(h[i], h[i+1])
		}
		res, err := client.Do(req)
		if err != nil {
			status <- 0
			return
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		status <- res.StatusCode
	}()
	<-entered
	stop()
	require.Eventually(t, func() bool {
		code, body := serve(t, s, newRequest(t, "GET", "/readyz", http.NoBody))
		return code == http.StatusServiceUnavailable && strings.Contains(body, `"draining"`)
	}, waitFor, tick)
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, waitFor, tick)
	close(release)
	assert.Equal(t, http.StatusCreated, <-status)
	require.NoError(t, <-served)
}

// TestDrainingAsksConnectionsToGo has a client whose connection stays open told to close it, before the door is shut.
func TestDrainingAsksConnectionsToGo(t *testing.T) {
	t.Parallel()
	s := newServer(t, fake{}, Config{DrainDelay: waitFor})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _ = s.Serve(ctx, ln) }() // its delay is longer than this test
	t.Cleanup(func() { _ = ln.Close() })
	closed := func() bool {
		res, err := http.Get("http://" + ln.Addr().String() + "/livez") //nolint:noctx // it is here, and answers at once
		if err != nil {
			return false
		}
		defer res.Body.Close()
		_, _ = io.Copy(io.Discard, res.Body)
		return res.StatusCode == http.StatusOK && res.Close
	}
	require.False(t, closed())
	stop()
	require.Eventually(t, closed, waitFor, tick, "and answered as ever")
}

func TestDrainGivesUp(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s := newServer(t, fake{createTransaction: func(context.Context, api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		close(entered)
		<-release
		return nil, nil //nolint:nilnil // the connection is gone
	}}, Config{DrainTimeout: time.Millisecond, DrainDelay: time.Millisecond})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST "+transactionsURL+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s=service\r\n"+
		"Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
	require.NoError(t, err)
	<-entered
	stop()
	require.ErrorIs(t, <-served, context.DeadlineExceeded)
	close(release)
}

func TestServeFailsWithItsListener(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	require.ErrorIs(t, newServer(t, fake{}, Config{}).Serve(t.Context(), ln), net.ErrClosed)
}

// BenchmarkFrame is a request through everything but the network and the handler's own work.
func BenchmarkFrame(b *testing.B) {
	s := newServer(b, fake{createTransaction: func(ctx context.Context, _ api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		if _, err := request.CallOf(ctx).Hash([]byte("secret")); err != nil {
			return nil, err
		}
		return api.CreateTransaction201JSONResponse(aTransaction()), nil
	}}, Config{})
	headers := money()
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), "POST", transactionsURL, strings.NewReader(goodBody))
		if err != nil {
			b.Fatal(err)
		}
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		w := &nullWriter{header: http.Header{}}
		s.ServeHTTP(w, req)
		if w.status != http.StatusCreated {
			b.Fatal(w.status)
		}
	}
}

type nullWriter struct {
	header http.Header
	status int
}

func (w *nullWriter) Header() http.Header         { return w.header }
func (w *nullWriter) WriteHeader(status int)      { w.status = status }
func (w *nullWriter) Write(p []byte) (int, error) { return len(p), nil }

// told is what the server said of a request.
type told struct {
	route, code string
	status      int
}

func TestRequestsAreWatched(t *testing.T) {
	t.Parallel()
	type mark struct{}
	var mu sync.Mutex
	var all []told
	s := newServer(t, fake{createTransaction: func(ctx context.Context, _ api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
		switch request.CallOf(ctx).Request.Header.Get("X-Request-Id") {
		case "panics":
			panic(http.ErrAbortHandler)
		case "refused":
			return nil, &request.Problem{Code: "insufficient-funds"}
		}
		assert.Equal(t, "seen", ctx.Value(mark{}), "the context that was returned goes on")
		return api.CreateTransaction201JSONResponse(aTransaction()), nil
	}}, Config{Watch: func(r *http.Request, route string) (context.Context, func(int, string)) {
		return context.WithValue(r.Context(), mark{}, "seen"), func(status int, code string) {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, told{route, code, status})
		}
	}})
	ask(t, s, "POST", transactionsURL, goodBody, money()...)
	ask(t, s, "POST", transactionsURL, goodBody, money("X-Request-Id", "refused")...)
	ask(t, s, "GET", "/nowhere", "")
	server := httptest.NewServer(s)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+transactionsURL, strings.NewReader(goodBody))
	require.NoError(t, err)
	headers := money("X-Request-Id", "panics")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := server.Client().Do(r)
	if err == nil {
		require.NoError(t, response.Body.Close())
	}
	require.Error(t, err, "it is cut off")
	mu.Lock()
	defer mu.Unlock()
	const route = "/v1/ledgers/:ledger/transactions"
	require.Equal(t, []told{{route, "", 201}, {route, "insufficient-funds", 422}, {"", "not-found", 404}, {route, "", 0}}, all)
}
