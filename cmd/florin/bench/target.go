package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Target is the service that is measured.
type Target struct {
	// URL is the address of the API, without /v1.
	URL string
	// Token is a bearer token that may post to the ledger, and read it.
	Token string
	// Ledger is the ledger that is posted to.
	Ledger string
	// AdminURL is the address of the service's metrics; empty: what it spends is unknown.
	AdminURL string
	// DatabaseURL is that of its Postgres; empty: what that spends is unknown.
	DatabaseURL string
	// WebhookSecret signs webhooks; empty: none can be sent.
	WebhookSecret string
}

// Local reports whether the service is on this machine: at a loopback address.
func (t Target) Local() bool {
	u, err := url.Parse(t.URL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Check asks whether the service is there and takes the token. The error says what to do.
func (t Target) Check(ctx context.Context) error {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--url: want http://host:port, not %q", t.URL)
	}
	if err := t.ask(ctx, http.MethodGet, "/readyz", "", nil, nil); err != nil {
		return err
	}
	return t.ask(ctx, http.MethodGet, t.ledgerPath()+"/transactions?limit=1", "", nil, nil)
}

func (t Target) ledgerPath() string { return "/v1/ledgers/" + t.Ledger }

// ask sends one request besides the load, and decodes its answer unless into is nil.
func (t Target) ask(ctx context.Context, method, path, key string, body io.Reader, into any) error {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(t.URL, "/")+path, body)
	if err != nil {
		return err
	}
	request.Close = true // one of few: no connection is kept for the next
	request.Header.Set("Authorization", "Bearer "+t.Token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no service answers at %s: %w", t.URL, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", method, path, err)
	case response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden:
		return fmt.Errorf("the token is refused (%s): FLORIN_TOKEN must be one of this service's, with the roles service and finance", response.Status)
	case response.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s %s: %s: is there a ledger %q?", method, path, response.Status, t.Ledger)
	case response.StatusCode == http.StatusServiceUnavailable:
		return fmt.Errorf("%s %s: %w: %s", method, path, errBusy, clip(data))
	case response.StatusCode < 200 || response.StatusCode > 299:
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, clip(data))
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return errors.Join(fmt.Errorf("%s %s: the answer is not Florin's", method, path), err)
	}
	return nil
}

// errBusy is an answer of 503.
var errBusy = errors.New("the service asks to try again")

// askBusy is ask of a service that the load may have left busy: 503 is asked again, under the same key.
func (t Target) askBusy(ctx context.Context, method, path, key, body string, into any) (err error) {
	for range askTries {
		var reader io.Reader // none of a GET
		if body != "" {
			reader = strings.NewReader(body)
		}
		if err = t.ask(ctx, method, path, key, reader, into); !errors.Is(err, errBusy) {
			return err
		}
	}
	return err
}

// clip returns the beginning of an answer, on one line.
func clip(data []byte) string {
	return strings.Join(strings.Fields(string(data[:min(len(data), maxFailure)])), " ")
}
