package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Client calls one Florin. It is safe for concurrent use.
type Client struct {
	base   *url.URL
	config Config
	http   *http.Client
	// seen is what a session has written; nil without one.
	seen *position
}

// Config is what New may be told.
type Config struct {
	// Token says who calls. Nil: nobody, which is enough to register and to sign in.
	Token TokenSource
	// Transport sends the requests. Default: what http.DefaultTransport does, with connections of its own.
	Transport http.RoundTripper
	// Patience is how long a call is repeated, Attempts how often it is sent in all, and Timeout how long one of them
	// may take. Defaults: DefaultPatience, DefaultAttempts, DefaultTimeout.
	Patience time.Duration
	Attempts int
	Timeout  time.Duration
	// Repeats is told that an attempt, counted from 1, came to nothing, and why, before the next one. Default: nobody.
	Repeats func(attempt int, why error)
}

// TokenSource gives the bearer token of an attempt: a person's access token, or the secret of a service's API key. An
// error ends the call. It may be asked by several goroutines at once.
type TokenSource func(ctx context.Context) (string, error)

// Static is the source of one token.
func Static(token string) TokenSource {
	return func(context.Context) (string, error) { return token, nil }
}

// New makes a client of the Florin at base, such as https://florin.example.com. A path in it goes before every other.
func New(base string, config Config) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("client: address of the service: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("client: address of the service: want http://… or https://…, not %q", base)
	}
	config.Patience = cmp.Or(config.Patience, DefaultPatience)
	config.Attempts = cmp.Or(config.Attempts, DefaultAttempts)
	config.Timeout = cmp.Or(config.Timeout, DefaultTimeout)
	if config.Transport == nil {
		config.Transport = newTransport()
	}
	return &Client{base: u, config: config, http: &http.Client{
		Transport: config.Transport,
		// Florin sends nobody elsewhere. Whoever does would make a GET of a POST, and get the token.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// newTransport is http.DefaultTransport's, which may be another type in a program that has changed it.
func newTransport() http.RoundTripper {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		t.MaxIdleConnsPerHost = t.MaxIdleConns // there is one host
		return t
	}
	return http.DefaultTransport
}

// Close closes connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }
