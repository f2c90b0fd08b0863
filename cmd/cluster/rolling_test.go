package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/florinledger/florin/adapters/stripepay/fixture"
	"github.com/florinledger/florin/cmd/cluster/topology"
)

// patience bounds waits for what takes moments on an idle machine.
const patience = 30 * time.Second

// front calls a cluster through nginx as one principal.
type front struct {
	url, token string
	client     *http.Client
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call sends a request, once.
func (f *front) call(ctx context.Context, method, path, body string, headers ...string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, f.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if f.token != "" {
		request.Header.Set("Authorization", "Bearer "+f.token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := f.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, data}, err
}

// must is call for what has to be answered.
func (f *front) must(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	a, err := f.call(t.Context(), method, path, body, headers...)
	require.NoError(t, err)
	return a
}

func (a answer) code(t *testing.T) string {
	t.Helper()
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"), "%s", a.body)
	var p struct {
		Code      string `json:"code"`
		RequestID string `json:"request_id"`
	}
	require.NoError(t, json.Unmarshal(a.body, &p), "%s", a.body)
	require.Equal(t, a.header.Get("X-Request-Id"), p.RequestID)
	return p.Code
}

// TestCluster starts all of it once, and looks at it from outside, through nginx.
func TestCluster(t *testing.T) {
	c, err := topology.Start(t.Context(), topology.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	token, err := c.Token("svc_cluster", "service", "finance", "user")
	require.NoError(t, err)
	f := &front{url: c.URL(), token: token, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	t.Cleanup(f.client.CloseIdleConnections)

	t.Run("an operator's shell", func(t *testing.T) { shell(t, c, token) })
	t.Run("what nginx does", func(t *testing.T) { frontDoor(t, c, f) })
	t.Run("a stream is sent as it comes", func(t *testing.T) { stream(t, f) })
	t.Run("rolling restart", func(t *testing.T) { rolling(t, c, f) })
}

// shell runs commands as somebody does who has read what is printed at the start.
func shell(t *testing.T, c *topology.Topology, token string) {
	env := filepath.Join(t.TempDir(), "it's cluster.env")
	require.NoError(t, os.WriteFile(env, []byte(exports(c, token)), 0o600))
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `. "$0" && florin config check --connect && florin projections list --json >/dev/null`, env)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var warned []string
	for line := range strings.Lines(string(out)) {
		about, _, _ := strings.Cut(strings.TrimPrefix(line, "warning  "), ":")
		warned = append(warned, about)
	}
	// All that is wrong is that it is for tests: its endpoints are on this machine, and nothing of it is kept.
	require.Equal(t, []string{"FLORIN_WEBHOOKS_ALLOW_PRIVATE", "DATABASE_URL", "KEYS_DATABASE_URL"}, warned, "%s", out)
}

const post = `{"postings":[{"account":"assets:bank:main","side":"debit","amount":"1.00","asset":"USD"},` +
	`{"account":"equity:opening","side":"credit","amount":"1.00","asset":"USD"}]}`

const transactions = "/v1/ledgers/main/transactions"

func frontDoor(t *testing.T, c *topology.Topology, f *front) {
	first := f.must(t, http.MethodPost, transactions, post, "Idempotency-Key", "door-1", "X-Request-Id", "mine-1")
	require.Equal(t, http.StatusCreated, first.status, "%s", first.body)
	assert.Equal(t, "mine-1", first.header.Get("X-Request-Id"))
	again := f.must(t, http.MethodPost, transactions, post, "Idempotency-Key", "door-1", "X-Request-Id", "not one, surely")
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, string(first.body), string(again.body))
	assert.Regexp(t, `^[0-9a-f]{32}$`, again.header.Get("X-Request-Id"), "one that no log can take is replaced")

	// Payments have an instance of their own, under both names.
	for _, path := range []string{"/v1/payments", "/v2/payments", "/v2/payments?limit=5", "/v1/payments/pay_none", "/v2/payments/pay_none"} {
		a := f.must(t, http.MethodGet, path, "")
		want := http.StatusOK
		if strings.Contains(path, "none") {
			want = http.StatusNotFound
		}
		assert.Equal(t, want, a.status, "%s: %s", path, a.body)
	}
	body := `{"wallet_id":"wal_none","amount":{"amount":"1.00","asset":"USD"}}`
	for _, path := range []string{"/v1/payments", "/v2/payments"} {
		assert.Equal(t, "idempotency-key-missing", f.must(t, http.MethodPost, path, body).code(t))
		keyed := f.must(t, http.MethodPost, path, `{}`, "Idempotency-Key", "pay-1").code(t)
		assert.Equal(t, "invalid-field", keyed, "a body gets through to @keyed_payments")
	}
	assert.Equal(t, "invalid-signature", f.must(t, http.MethodPost, "/v1/webhooks/stripe", `{}`, "Stripe-Signature", "t=1,v1=00").code(t))
	alone := &front{url: c.URLOf("payments-1"), token: f.token, client: f.client}
	assert.Equal(t, http.StatusOK, alone.must(t, http.MethodGet, "/v1/payments", "").status)
	assert.Equal(t, http.StatusNotFound, alone.must(t, http.MethodGet, "/v1/wallets", "").status)

	// What is too large for Florin does not get as far, and the limits are Florin's.
	large := `{"x":"` + strings.Repeat("x", 1<<20) + `"}`
	assert.Equal(t, "body-too-large", f.must(t, http.MethodPost, transactions, large, "Idempotency-Key", "door-2").code(t))
	assert.Equal(t, "body-too-large", f.must(t, http.MethodPost, "/v1/webhooks/stripe", large).code(t))
	batch := f.must(t, http.MethodPost, transactions+"/batch", large, "Idempotency-Key", "door-3")
	assert.Equal(t, http.StatusBadRequest, batch.status, "a batch may be as long: %s", batch.body)

	assert.Equal(t, http.StatusNotFound, f.must(t, http.MethodGet, "/metrics", "").status)
	assert.Equal(t, http.StatusNotFound, f.must(t, http.MethodGet, "/debug/pprof/", "").status)

	// Who asks is told apart by nginx's word: what a client wrote of its own address is believed by nobody.
	// This client has an address of its own, since 127.0.0.1 is nginx's, and trusted.
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	nobody := &front{url: f.url, client: &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}}
	for i := range 3 {
		a := nobody.must(t, http.MethodPost, "/v1/users/confirm", `{"token":"none"}`, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
		assert.Contains(t, a.header.Get("RateLimit"), fmt.Sprintf("r=%d;", 29-i), "%s", a.body)
	}
}

func stream(t *testing.T, f *front) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url+"/v1/messages/stream", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+f.token)
	response, err := f.client.Do(request)
	require.NoError(t, err, "the head comes before the first message")
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
}

// rolling restarts each instance under load. No request fails, and each that was answered is in the books once.
func rolling(t *testing.T, c *topology.Topology, f *front) {
	const writers, readers, tellers = 6, 6, 2
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	pace := rate.NewLimiter(200, 10) // a load that two processors carry beside everything else
	var written, read, told atomic.Int64
	var failed failures
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := 0; pace.Wait(ctx) == nil; i++ {
				a, err := f.call(context.WithoutCancel(ctx), http.MethodPost, transactions, post, "Idempotency-Key", fmt.Sprintf("rolling-%d-%d", w, i))
				if failed.note("POST", a, err, http.StatusCreated) {
					written.Add(1)
				}
			}
		})
	}
	for range readers {
		wait.Go(func() {
			for pace.Wait(ctx) == nil {
				a, err := f.call(context.WithoutCancel(ctx), http.MethodGet, "/v1/ledgers/main/accounts/assets:bank:main/balances", "")
				if failed.note("GET", a, err, http.StatusOK) {
					read.Add(1)
				}
			}
		})
	}
	// Stripe tells of payments, and people look at theirs: of one instance, and of the others while that is away.
	for range tellers {
		wait.Go(func() {
			for pace.Wait(ctx) == nil {
				body, signature := paid(t, c.StripeSecret())
				a, err := f.call(context.WithoutCancel(ctx), http.MethodPost, "/v1/webhooks/stripe", body, "Stripe-Signature", signature)
				if failed.note("Stripe", a, err, http.StatusOK) {
					told.Add(1)
				}
				a, err = f.call(context.WithoutCancel(ctx), http.MethodGet, "/v1/payments", "")
				failed.note("payments", a, err, http.StatusOK)
				a, err = f.call(context.WithoutCancel(ctx), http.MethodPost, "/v1/payments", `{}`, "Idempotency-Key", "rolling-payment")
				failed.note("payment", a, err, http.StatusBadRequest) // from Florin, which refuses it
			}
		})
	}
	var before, pids []int
	for _, name := range topology.Instances() {
		before = append(before, c.Pid(name))
		answered, heard := written.Load(), told.Load()
		require.NoError(t, c.Restart(t.Context(), name))
		pids = append(pids, c.Pid(name))
		if !slices.Contains(topology.Workers(), name) {
			usedAgain(t, c, name)
		}
		require.Eventually(t, func() bool { return written.Load() > answered+20 && told.Load() > heard+3 }, patience, 10*time.Millisecond, "after %s", name)
	}
	stop()
	wait.Wait()
	require.Empty(t, failed.of(), "of %d writes, %d reads and %d webhooks", written.Load(), read.Load(), told.Load())
	t.Logf("%d writes, %d reads and %d webhooks, none failed", written.Load(), read.Load(), told.Load())
	for i := range before {
		require.NotEqual(t, before[i], pids[i], "each was restarted")
	}
	require.Greater(t, read.Load(), int64(100))

	// One posting of 1.00 each, and the one of before; and of each payment, whose wallet nobody knows.
	for account, balance := range map[string]int64{"assets:bank:main": written.Load() + 1, "liabilities:suspense:stripe": told.Load()} {
		want := fmt.Sprintf(`"balance":"%d.00"`, balance)
		require.Eventually(t, func() bool {
			a := f.must(t, http.MethodGet, "/v1/ledgers/main/accounts/"+account+"/balances?asset=USD", "")
			return bytes.Contains(bytes.ReplaceAll(a.body, []byte(" "), nil), []byte(want))
		}, patience, 50*time.Millisecond, "%s: %s", account, want)
	}
	out, err := c.Florin(t.Context(), "verify")
	require.NoError(t, err, out)
}

// paid is an event of a new payment of 1.00 USD, as Stripe sends it.
func paid(t *testing.T, secret string) (body, signature string) {
	t.Helper()
	object, err := fixture.Payment{Intent: "pi_" + rand.Text(), Currency: "usd", Received: 100}.PaymentIntent()
	require.NoError(t, err)
	event, err := fixture.Event("payment_intent.succeeded", object, fixture.EventOptions{EventID: fixture.NewEventID()})
	require.NoError(t, err)
	return string(event), fixture.Sign(event, secret, time.Now())
}

// usedAgain waits until nginx sends requests to an instance that was away: until then it is as good as away, and the others
// have to stay.
func usedAgain(t *testing.T, c *topology.Topology, name string) {
	t.Helper()
	log, err := os.Open(c.Log(topology.Nginx))
	require.NoError(t, err)
	defer log.Close()
	_, err = log.Seek(0, io.SeekEnd)
	require.NoError(t, err)
	var lines []byte
	require.Eventually(t, func() bool {
		more, err := io.ReadAll(log)
		lines = append(lines, more...)
		return err == nil && bytes.Contains(lines, []byte(`"tried":"`+strings.TrimPrefix(c.URLOf(name), "http://")+`"`))
	}, patience, 10*time.Millisecond, name)
}

// failures are requests that were not answered as they should be.
type failures struct {
	mu   sync.Mutex
	list []string
}

// note reports whether it was answered well.
func (f *failures) note(what string, a answer, err error, want int) bool {
	if err == nil && a.status == want {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, fmt.Sprintf("%s %s: %d %v %s", time.Now().Format("05.000"), what, a.status, err, a.body))
	return false
}

func (f *failures) of() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.list
}
