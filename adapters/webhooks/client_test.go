package webhooks

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users/seal"
)

// posting returns a client that may call this machine, and a server that answers as f does.
func posting(t *testing.T, f http.HandlerFunc) (*Client, string) {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	client := NewClient(NewGuard(true))
	t.Cleanup(client.Close)
	return client, server.URL
}

func TestWhatIsPostedVerifies(t *testing.T) {
	t.Parallel()
	var got http.Header
	var body []byte
	client, url := posting(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
		assert.Equal(t, http.MethodPost, r.Method)
		assert.Equal(t, "/hooks", r.URL.Path)
		w.WriteHeader(http.StatusAccepted)
	})
	newer, older := webhook.SecretOf(seal.NewKey()), webhook.SecretOf(seal.NewKey())
	at, text := time.Now(), []byte(`{"type":"transfer.made"}`)
	result := client.Post(t.Context(), Request{URL: url + "/hooks", ID: "evt_1", At: at, Body: text,
		Signatures: []string{newer.Sign("evt_1", at, text), older.Sign("evt_1", at, text)}})
	require.Equal(t, Result{Code: http.StatusAccepted}, result)
	for _, secret := range []webhook.Secret{newer, older} {
		verifier, err := standard.NewWebhook(secret.Reveal())
		require.NoError(t, err)
		require.NoError(t, verifier.Verify(body, got))
	}
	assert.Equal(t, "evt_1", got.Get("Webhook-Id"))
	assert.Equal(t, "application/json", got.Get("Content-Type"))
	assert.Equal(t, "Florin-Webhooks/1", got.Get("User-Agent"))
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status int
		header string
		want   Result
	}{
		"taken":          {200, "", Result{Code: 200}},
		"taken, 299":     {299, "", Result{Code: 299}},
		"moved":          {301, "", Result{Code: 301, Failure: webhook.FailureRedirect}},
		"moved for now":  {307, "", Result{Code: 307, Failure: webhook.FailureRedirect}},
		"not modified":   {304, "", Result{Code: 304, Failure: webhook.FailureRedirect}},
		"refused":        {400, "", Result{Code: 400, Failure: webhook.FailureStatus}},
		"gone":           {410, "", Result{Code: 410, Failure: webhook.FailureStatus}},
		"too many":       {429, "120", Result{Code: 429, Failure: webhook.FailureStatus, RetryAfter: 2 * time.Minute}},
		"for ever":       {503, "99999999", Result{Code: 503, Failure: webhook.FailureStatus, RetryAfter: 7 * 24 * time.Hour}},
		"at a time":      {503, "Wed, 21 Oct 2026 07:28:00 GMT", Result{Code: 503, Failure: webhook.FailureStatus}},
		"in the past":    {503, "-5", Result{Code: 503, Failure: webhook.FailureStatus}},
		"something else": {500, "soon", Result{Code: 500, Failure: webhook.FailureStatus}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			client, url := posting(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				if row.header != "" {
					w.Header().Set("Retry-After", row.header)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(row.status)
			})
			require.Equal(t, row.want, client.Post(t.Context(), Request{URL: url, ID: "evt_1"}))
			require.Equal(t, int32(1), calls.Load(), "nobody follows, and nobody tries again at once")
		})
	}
}

// A receiver that answers without end costs its connection, and no memory.
func TestALongAnswerIsNotRead(t *testing.T) {
	t.Parallel()
	written := make(chan int, 1)
	client, url := posting(t, func(w http.ResponseWriter, _ *http.Request) {
		n, chunk := 0, strings.Repeat("x", 1<<20)
		for range 1000 {
			m, err := io.WriteString(w, chunk)
			if n += m; err != nil {
				break
			}
		}
		written <- n
	})
	require.Equal(t, Result{Code: 200}, client.Post(t.Context(), Request{URL: url, ID: "evt_1"}))
	require.Less(t, <-written, 100<<20)
}

func TestWhyThereIsNoAnswer(t *testing.T) {
	t.Parallel()
	client := NewClient(NewGuard(true))
	t.Cleanup(client.Close)
	post := func(url string) webhook.FailureClass {
		t.Helper()
		result := client.Post(t.Context(), Request{URL: url, ID: "evt_1"})
		require.Zero(t, result.Code)
		return result.Failure
	}
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	require.Equal(t, webhook.FailureTLS, post(untrusted.URL), "a certificate that nobody vouches for")

	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	require.Equal(t, webhook.FailureTLS, post(strings.Replace(plain.URL, "http:", "https:", 1)))

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	require.Equal(t, webhook.FailureConnection, post("http://"+closed.Addr().String()))

	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(silent.Close)
	require.Equal(t, webhook.FailureConnection, post(silent.URL))
	require.Equal(t, webhook.FailureTimeout, classOf(context.DeadlineExceeded))
	require.Equal(t, webhook.FailureDNS, classOf(&net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}))
	require.Equal(t, webhook.FailureTimeout, classOf(&net.DNSError{Err: "i/o timeout", IsTimeout: true}))
}

func TestASlowAnswerIsNone(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	client, url := posting(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-done:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(done) })
	require.Equal(t, 15*time.Second, client.http.Timeout)
	client.http.Timeout = 100 * time.Millisecond
	require.Equal(t, Result{Code: 200, Failure: webhook.FailureTimeout}, client.Post(t.Context(), Request{URL: url, ID: "evt_1"}), "an answer has an end")
}
