package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/florinledger/florin/messaging/webhook"
)

// Client posts to endpoints.
type Client struct {
	guard *Guard
	http  *http.Client
}

// NewClient returns a client that calls what guard lets through, and nobody else: no proxy either, whatever the
// environment says, because then it would be the proxy that dials.
func NewClient(guard *Guard) *Client {
	return &Client{guard: guard, http: &http.Client{
		Transport: &http.Transport{
			Proxy: nil, DialContext: guard.dialer().DialContext, ForceAttemptHTTP2: true,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: Timeout, IdleConnTimeout: idleFor, MaxIdleConns: MaxInFlight, MaxIdleConnsPerHost: MaxPerEndpoint,
			MaxResponseHeaderBytes: maxAnswerHeaders,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       Timeout,
	}}
}

// Close closes the connections that nobody uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Request is what is posted.
type Request struct {
	URL string
	// ID is the webhook-id, At the webhook-timestamp, Signatures the webhook-signature.
	ID         string
	At         time.Time
	Signatures []string
	Body       []byte
	// Trace is the W3C traceparent of what it is sent for, or empty. The endpoint is not told.
	Trace string
}

// Result is what came of it.
type Result struct {
	// Code is the status code of the answer; 0 for no answer.
	Code int
	// Failure is empty when the endpoint has taken what was posted.
	Failure webhook.FailureClass
	// RetryAfter is how long the endpoint asks to be left alone; 0 for not at all.
	RetryAfter time.Duration
}

// Post posts, and waits for the whole answer. It fails by its result alone.
func (c *Client) Post(ctx context.Context, r Request) Result {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Result{Failure: webhook.FailureConnection} // its form was checked when it was given
	}
	if !c.guard.allowPrivate && request.URL.Scheme != "https" {
		return Result{Failure: classOf(errScheme)}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Florin-Webhooks/1")
	request.Header.Set("Webhook-Id", r.ID)
	request.Header.Set("Webhook-Timestamp", webhook.Timestamp(r.At))
	request.Header.Set("Webhook-Signature", strings.Join(r.Signatures, " "))
	response, err := c.http.Do(request)
	if err != nil {
		return Result{Failure: classOf(err)}
	}
	defer response.Body.Close()
	// What it says is nobody's business here: it may be about people. That it has been said is.
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer)); err != nil {
		return Result{Code: response.StatusCode, Failure: classOf(err)}
	}
	result := Result{Code: response.StatusCode}
	switch code := response.StatusCode; {
	case code >= 200 && code < 300:
	case code >= 300 && code < 400:
		result.Failure = webhook.FailureRedirect
	default:
		result.Failure, result.RetryAfter = webhook.FailureStatus, retryAfter(response.Header.Get("Retry-After"))
	}
	return result
}

// retryAfter reads a Retry-After in seconds; dates are not believed, since clocks differ.
func retryAfter(text string) time.Duration {
	seconds, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return time.Duration(min(seconds, maxRetryAfter)) * time.Second //nolint:gosec // bounded
}

// classOf says in one word why there was no answer.
func classOf(err error) webhook.FailureClass {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate), errors.Is(err, errScheme):
		return webhook.FailureAddress
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return webhook.FailureTimeout
	case errors.As(err, &dns):
		return webhook.FailureDNS
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch):
		return webhook.FailureTLS
	}
	return webhook.FailureConnection
}
