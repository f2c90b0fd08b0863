package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/httpapi"
	"github.com/florinledger/florin/adapters/httpapi/openapitest"
	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
)

// asFlorin makes this test binary be florin: tests that stop, kill and restart processes run it.
const asFlorin = "FLORIN_TEST_AS_FLORIN"

func TestMain(m *testing.M) {
	if os.Getenv(asFlorin) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	goleak.VerifyTestMain(m, pgtest.IgnoreServer())
}

// service is the whole of Florin in the process of a test, over a real Postgres and a real
// JetStream of its own. Every request and every answer is held against openapi.yaml.
type service struct {
	t        *testing.T
	settings settings
	nats     *natstest.Bus
	minter   *authn.Minter
	contract *openapitest.Contract
	stripe   string // webhook secret
	roles    roles
	log      *slog.Logger

	mu     sync.Mutex
	app    *app
	url    string
	client *http.Client
	stop   func()
	seen   journal.Token // the last position that was answered
}

// startService starts the service with all roles and waits until it can be called.
func startService(t *testing.T) *service {
	t.Helper()
	s := prepareService(t)
	s.start()
	t.Cleanup(s.close)
	return s
}

// prepareService makes everything that the service stands on, and starts nothing.
func prepareService(t *testing.T) *service {
	t.Helper()
	dir := t.TempDir()
	s := &service{t: t, nats: natstest.Server(t), stripe: "whsec_test", roles: allRoles(), log: slog.New(slog.DiscardHandler)}
	s.settings = settings{DatabaseURL: pgtest.Database(t), Replicas: 1, TrustedProxies: []string{"127.0.0.1"}, WebhooksAllowPrivate: true,
		TokenKeys: filepath.Join(dir, "keys"), SecretFile: filepath.Join(dir, "secret"), StripeSecretFiles: []string{filepath.Join(dir, "stripe")},
		MembershipSecretFiles: []string{filepath.Join(dir, "membership")},
		vaultSettings:         vaultSettings{KeysDatabaseURL: pgtest.Vault(t), MasterKeys: filepath.Join(dir, "master-keys")},
		mailSettings:          mailSettings{MailFrom: "Florin <florin@localhost>", MailFolder: filepath.Join(dir, "mail")}}
	require.NoError(t, writeKey(filepath.Join(s.settings.TokenKeys, "1.pem")))
	require.NoError(t, writeSecret("")(s.settings.SecretFile))
	require.NoError(t, writeMaster(filepath.Join(s.settings.MasterKeys, "1.key")))
	require.NoError(t, writeSecret("whsec_")(s.settings.MembershipSecretFiles[0]))
	require.NoError(t, os.WriteFile(s.settings.StripeSecretFiles[0], []byte(s.stripe), 0o600))
	keys, err := authn.LoadKeys(s.settings.TokenKeys)
	require.NoError(t, err)
	s.minter, err = authn.NewMinter(keys, authn.MinterConfig{})
	require.NoError(t, err)
	s.contract, err = openapitest.Load(httpapi.OpenAPI())
	require.NoError(t, err)
	return s
}

func (s *service) start() {
	s.t.Helper()
	s.await(s.launch())
}

// await waits until it can be called.
func (s *service) await(ready <-chan struct{}) {
	s.t.Helper()
	select {
	case <-ready:
	case <-time.After(30 * time.Second):
		require.Fail(s.t, "the service is not ready after 30 s")
	}
}

// launch starts the service; ready is closed once it can be called.
func (s *service) launch() (ready <-chan struct{}) {
	s.t.Helper()
	s.settings.NatsURL = s.nats.URL()
	a, err := newApp(context.Background(), &s.settings, s.roles, s.log)
	require.NoError(s.t, err)
	var config net.ListenConfig
	ln, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(s.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	called, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.run(ctx, ln, nil, func() { close(called) }) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	s.mu.Lock()
	s.app = a
	s.url = baseURL(ln.Addr())
	s.client = &http.Client{Transport: s.contract.Transport(s.t, transport), Timeout: 30 * time.Second}
	var once sync.Once
	s.stop = func() {
		once.Do(func() {
			transport.CloseIdleConnections()
			cancel()
			require.NoError(s.t, <-done)
			require.NoError(s.t, a.close())
		})
	}
	s.mu.Unlock()
	return called
}

func (s *service) close() { s.stop() }

// twin starts another instance beside the service, on all that it stands on.
func (s *service) twin(t *testing.T) *service {
	t.Helper()
	other := &service{t: t, settings: s.settings, nats: s.nats, minter: s.minter, contract: s.contract, stripe: s.stripe, roles: s.roles, log: s.log}
	other.start()
	t.Cleanup(other.close)
	return other
}

// restart stops the service as TERM does and starts it again.
func (s *service) restart() {
	s.t.Helper()
	s.stop()
	s.start()
}

// saw notes a position that was answered; anything else is ignored.
func (s *service) saw(position string) {
	token, err := journal.ParseToken(position)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if token.Position > s.seen.Position {
		s.seen = token
	}
}

// position is the last position that was answered to anybody.
func (s *service) position() journal.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// token mints a token for a subject with roles.
func (s *service) token(subject string, roles ...string) string {
	s.t.Helper()
	token, err := s.minter.Mint(authn.Claims{Subject: subject, Roles: roles, TTL: time.Hour})
	require.NoError(s.t, err)
	return token
}

// verify checks the books; they are sound.
func (s *service) verify() {
	s.t.Helper()
	pool, err := openPool(context.Background(), s.settings.DatabaseURL, verifyConnections, 0)
	require.NoError(s.t, err)
	defer pool.Close()
	report, err := verifyBooks(context.Background(), pool)
	require.NoError(s.t, err)
	require.Empty(s.t, report.Findings)
}

// caller calls the service as one principal, for one test.
type caller struct {
	s     *service
	t     *testing.T
	token string
}

// as returns a caller.
func (s *service) as(subject string, roles ...string) *caller {
	return &caller{s: s, t: s.t, token: s.token(subject, roles...)}
}

// nobody returns a caller without a token.
func (s *service) nobody() *caller { return &caller{s: s, t: s.t} }

// in returns the same caller for a subtest.
func (c *caller) in(t *testing.T) *caller { return &caller{s: c.s, t: t, token: c.token} }

// finance returns a caller that may use the whole ledger.
func (s *service) finance() *caller { return s.as("usr_finance", "finance") }

// answer is what came back.
type answer struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   []byte
}

// option changes a request before it is sent.
type option func(*http.Request)

// key sets the Idempotency-Key.
func key(k string) option { return func(r *http.Request) { r.Header.Set("Idempotency-Key", k) } }

// header sets a header.
func header(name, value string) option { return func(r *http.Request) { r.Header.Set(name, value) } }

// call sends a request. body is nil, a string or []byte as it is, or anything else as JSON.
func (c *caller) call(method, path string, body any, options ...option) *answer {
	c.t.Helper()
	a, err := c.try(method, path, body, options...)
	require.NoError(c.t, err)
	return a
}

// try is call for goroutines other than the test's.
func (c *caller) try(method, path string, body any, options ...option) (*answer, error) {
	var reader io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	case []byte:
		reader = bytes.NewReader(b)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(data)
	}
	c.s.mu.Lock()
	url, client := c.s.url, c.s.client
	c.s.mu.Unlock()
	request, err := http.NewRequestWithContext(context.Background(), method, url+path, reader)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, o := range options {
		o(request)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	c.s.saw(response.Header.Get("Florin-Position"))
	return &answer{t: c.t, Status: response.StatusCode, Header: response.Header, Body: data}, err
}

// get reads a path.
func (c *caller) get(path string) *answer { c.t.Helper(); return c.call(http.MethodGet, path, nil) }

// read reads a path that takes at_least, as it is after everything that the service has answered.
// 503 means that the projections need longer, on a busy machine, than a request waits for them.
func (c *caller) read(path string) *answer {
	c.t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	var a *answer
	for range readPatience {
		if a = c.get(path + separator + "at_least=" + c.s.position().String()); a.Status != http.StatusServiceUnavailable {
			break
		}
	}
	return a
}

// readPatience is how often a read that waits for a position, 2 s each time, is repeated.
const readPatience = 10

// post posts a body under a key.
func (c *caller) post(path, k string, body any, options ...option) *answer {
	c.t.Helper()
	return c.call(http.MethodPost, path, body, append([]option{key(k)}, options...)...)
}

// is asserts the status and returns the answer.
func (a *answer) is(status int) *answer {
	a.t.Helper()
	require.Equal(a.t, status, a.Status, "%s", a.Body)
	return a
}

// refused asserts a problem with a status and a code.
func (a *answer) refused(status int, code string) *answer {
	a.t.Helper()
	a.is(status)
	require.Equal(a.t, "application/problem+json", a.Header.Get("Content-Type"))
	require.Equal(a.t, code, a.str("code"), "%s", a.Body)
	return a
}

// into decodes the body.
func (a *answer) into(v any) {
	a.t.Helper()
	require.NoError(a.t, json.Unmarshal(a.Body, v), "%s", a.Body)
}

// at returns the value at a path of names and indices, such as "postings", 1, "amount".
func (a *answer) at(path ...any) any {
	a.t.Helper()
	var v any
	a.into(&v)
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			require.True(a.t, ok, "no object at %v in %s", path, a.Body)
			v = m[s]
		case int:
			l, ok := v.([]any)
			require.True(a.t, ok && s < len(l), "no element %d at %v in %s", s, path, a.Body)
			v = l[s]
		}
	}
	return v
}

// str returns the value at a path as text.
func (a *answer) str(path ...any) string {
	a.t.Helper()
	return fmt.Sprint(a.at(path...))
}

// posting is a line of a transaction as a body has it.
type posting struct {
	Account string `json:"account"`
	Side    string `json:"side"`
	Amount  string `json:"amount"`
	Asset   string `json:"asset"`
}

// pays returns the postings of "from pays to": it debits from and credits to.
func pays(from, to, amount, asset string) []posting {
	return []posting{{from, "debit", amount, asset}, {to, "credit", amount, asset}}
}

// transaction is the body of one.
func transaction(postings ...[]posting) map[string]any {
	var all []posting
	for _, p := range postings {
		all = append(all, p...)
	}
	return map[string]any{"postings": all}
}

// balance reads the balance of an account of the ledger main.
func (c *caller) balance(account, asset string) string {
	c.t.Helper()
	return c.balanceIn("main", account, asset)
}

// balanceIn reads the balance of an account, "0" for one that was never posted to.
func (c *caller) balanceIn(ledger, account, asset string) string {
	c.t.Helper()
	a := c.read("/v1/ledgers/" + ledger + "/accounts/" + account + "/balances?asset=" + asset).is(http.StatusOK)
	var page struct {
		Data []struct {
			Balance string `json:"balance"`
		} `json:"data"`
	}
	a.into(&page)
	if len(page.Data) == 0 {
		return "0"
	}
	return page.Data[0].Balance
}

// floorIn gives an account a least balance of 0.
func (c *caller) floorIn(ledger, account, asset string) {
	c.t.Helper()
	c.call(http.MethodPut, "/v1/ledgers/"+ledger+"/accounts/"+account,
		map[string]any{"min_balance": []map[string]string{{"amount": "0", "asset": asset}}},
		key("floor-"+ledger+"-"+account+"-"+asset)).is(http.StatusOK)
}
