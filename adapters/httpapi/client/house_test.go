package client_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sent is a request as the service got it.
type sent struct {
	method, uri, key, token, body string
	header                        http.Header
}

// service answers by a script, one entry for each request, the last of them for all that come after. It is no
// network, so that clocks in a bubble go by themselves.
type service struct {
	got    []sent
	script []answer
}

type answer func(*http.Request) (*http.Response, error)

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.got = append(s.got, sent{r.Method, r.URL.RequestURI(), r.Header.Get("Idempotency-Key"), r.Header.Get("Authorization"), string(body), r.Header})
	return s.script[min(len(s.got), len(s.script))-1](r)
}

// says answers with a status, a body and headers, as name and value.
func says(status int, body string, headers ...string) answer {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		if status >= http.StatusBadRequest {
			h.Set("Content-Type", "application/problem+json")
		}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

// refuses answers with a problem.
func refuses(status int, code string, headers ...string) answer {
	body, err := json.Marshal(map[string]any{"type": "about:blank", "title": "No.", "status": status, "code": code})
	if err != nil {
		panic(err)
	}
	return says(status, string(body), headers...)
}

// breaks is a connection that ends without an answer.
func breaks(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// cut is an answer that ends early.
func cut(r *http.Request) (*http.Response, error) {
	response, err := says(http.StatusCreated, "")(r)
	response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"id":"txn_`), broken{}))
	return response, err
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

var (
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	errDial  = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errToken = errors.New("the vault is shut")
)

// calling runs a test against a script, in a bubble with a clock of its own.
func calling(t *testing.T, config client.Config, script []answer, test func(t *testing.T, florin *client.Client, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &service{script: script}
		config.Transport = s
		florin, err := client.New("https://florin.example.com/bank", config)
		require.NoError(t, err)
		test(t, florin, s)
	})
}

// took asserts how long something took on the bubble's clock.
func took(t *testing.T, begun time.Time, least, most time.Duration) {
	t.Helper()
	assert.GreaterOrEqual(t, time.Since(begun), least)
	assert.LessOrEqual(t, time.Since(begun), most)
}

//nolint:gochecknoglobals // a body that many tests send
var payment = client.CreateTransfer{
	FromWallet: "wal_01k0q3v9x8f6r8v4t0d6m2n7h5", ToWallet: "wal_01k0q3v9x8f6r8v4t0d6m2n7h6",
	Amount: client.Money{Amount: "10.50", Asset: "USD"},
}

const paymentJSON = `{"amount":{"amount":"10.50","asset":"USD"},"from_wallet":"wal_01k0q3v9x8f6r8v4t0d6m2n7h5","to_wallet":"wal_01k0q3v9x8f6r8v4t0d6m2n7h6"}`
