package request

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"

	"github.com/florinledger/florin/ledger/journal"
)

// Call is what the frame knows of a request and its handler needs. It travels in the context,
// because the generated handlers see nothing else of the request.
type Call struct {
	RequestID string
	Principal Principal
	Route     *Route
	Request   *http.Request
	Header    http.Header // of the answer
	// Body is what the request carried, as it came; lines when it came as lines of JSON.
	Body  []byte
	lines bool
	// RateLimit counts requests; nil for nobody.
	RateLimit RateLimit
	// Authenticate says again who the caller is; Draining is closed when the server stops.
	Authenticate Authenticate
	Draining     <-chan struct{}
}

type callKey struct{}

// WithCall returns a context for the handler of a call.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// CallOf returns the call of a handler's context. It is there for every route of the table.
func CallOf(ctx context.Context) *Call {
	c, ok := ctx.Value(callKey{}).(*Call)
	if !ok {
		panic("httpapi: a handler ran outside of the frame")
	}
	return c
}

// AdmitAgain holds a request that goes on against what its caller may do by now.
func (c *Call) AdmitAgain(ctx context.Context) error {
	_, err := Authorize(ctx, c.Request.Header, c.Route, c.Authenticate)
	return err
}

// SetPosition tells the caller where its write stands, for at_least.
func (c *Call) SetPosition(t journal.Token) { c.Header.Set("Florin-Position", t.String()) }

// SetReplayed tells the caller that the answer was given before.
func (c *Call) SetReplayed() { c.Header.Set("Idempotent-Replayed", "true") }

// SetVersion sets the ETag of an object.
func (c *Call) SetVersion(version int64) {
	c.Header.Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

// SetAccepted tells the caller where to ask for the outcome.
func (c *Call) SetAccepted(id journal.CommandID) {
	c.Header.Set("Location", "/v1/commands/"+id.String())
	c.Header.Set("Preference-Applied", "respond-async")
}

// SetNext links to the next page: the same request with another cursor.
func (c *Call) SetNext(cursor string) {
	query := c.Request.URL.Query()
	query.Set("cursor", cursor)
	c.Header.Set("Link", "<"+c.Request.URL.EscapedPath()+"?"+query.Encode()+`>; rel="next"`)
}

// WantsAsync reports whether the caller prefers 202 to waiting (RFC 7240).
func (c *Call) WantsAsync() bool {
	for _, line := range c.Request.Header["Prefer"] {
		for preference := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(preference, ";")
			if strings.EqualFold(strings.TrimSpace(name), "respond-async") {
				return true
			}
		}
	}
	return false
}

// Trace returns the traceparent of the request (W3C Trace Context, version 00), or "" when it is
// none: the text goes into events, so it is believed in this form only.
func (c *Call) Trace() string {
	const form = "00-................................-................-.."
	text := c.Request.Header.Get("Traceparent")
	if len(text) != len(form) {
		return ""
	}
	for i := range len(text) {
		if form[i] != '.' && text[i] != form[i] || form[i] == '.' && strings.IndexByte("0123456789abcdef", text[i]) < 0 {
			return ""
		}
	}
	return text
}

// Hash is the digest that an idempotency key is held to: an HMAC of method, path, query and
// canonical body. dry_run is left out, since trying a request and making it are the same intent.
// Errors: a *Problem when the body is not JSON.
func (c *Call) Hash(key []byte) ([16]byte, error) {
	body, err := c.canonicalBody()
	if err != nil {
		return [16]byte{}, err
	}
	mac := hmac.New(sha256.New, key)
	u := c.Request.URL
	// The path as it was meant: %3A and a colon are one address.
	mac.Write([]byte(c.Request.Method + " " + u.Path))
	if u.RawQuery != "" {
		query := u.Query()
		query.Del("dry_run")
		if rest := query.Encode(); rest != "" {
			mac.Write([]byte("?" + rest))
		}
	}
	mac.Write([]byte{'\n'})
	mac.Write(body)
	return [16]byte(mac.Sum(nil)[:16]), nil
}

func (c *Call) canonicalBody() ([]byte, error) {
	if c.lines {
		return canonicalLines(c.Body)
	}
	if len(c.Body) == 0 {
		return nil, nil
	}
	return canonical(c.Body)
}

// Filter is what a cursor of this list is good for: the path and every parameter that says what is
// in the list, rather than how much of it to show or when.
func (c *Call) Filter() string {
	query := c.Request.URL.Query()
	for _, name := range [...]string{"limit", "cursor", "at_least"} {
		query.Del(name)
	}
	return c.Request.URL.Path + "?" + query.Encode()
}
