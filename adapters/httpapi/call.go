package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"

	"github.com/florinledger/florin/ledger/journal"
)

// call is what the frame knows of a request and its handler needs. It travels in the context,
// because the generated handlers see nothing else of the request.
type call struct {
	requestID string
	principal Principal
	route     *route
	request   *http.Request
	header    http.Header // of the answer
	// body is what the request carried, as it came; lines when it came as lines of JSON.
	body  []byte
	lines bool
	// rateLimit counts requests; nil for nobody.
	rateLimit RateLimit
	// authenticate says again who the caller is; draining is closed when the server stops.
	authenticate Authenticate
	draining     <-chan struct{}
}

type callKey struct{}

// withCall returns a context for the handler of a call.
func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the call of a handler's context. It is there for every route of the table.
func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		panic("httpapi: a handler ran outside of the frame")
	}
	return c
}

// admitAgain holds a request that goes on against what its caller may do by now.
func (c *call) admitAgain(ctx context.Context) error {
	_, err := authorize(ctx, c.request.Header, c.route, c.authenticate)
	return err
}

// setPosition tells the caller where its write stands, for at_least.
func (c *call) setPosition(t journal.Token) { c.header.Set("Florin-Position", t.String()) }

// setReplayed tells the caller that the answer was given before.
func (c *call) setReplayed() { c.header.Set("Idempotent-Replayed", "true") }

// setVersion sets the ETag of an object.
func (c *call) setVersion(version int64) {
	c.header.Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

// setAccepted tells the caller where to ask for the outcome.
func (c *call) setAccepted(id journal.CommandID) {
	c.header.Set("Location", "/v1/commands/"+id.String())
	c.header.Set("Preference-Applied", "respond-async")
}

// setNext links to the next page: the same request with another cursor.
func (c *call) setNext(cursor string) {
	query := c.request.URL.Query()
	query.Set("cursor", cursor)
	c.header.Set("Link", "<"+c.request.URL.EscapedPath()+"?"+query.Encode()+`>; rel="next"`)
}

// wantsAsync reports whether the caller prefers 202 to waiting (RFC 7240).
func (c *call) wantsAsync() bool {
	for _, line := range c.request.Header["Prefer"] {
		for preference := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(preference, ";")
			if strings.EqualFold(strings.TrimSpace(name), "respond-async") {
				return true
			}
		}
	}
	return false
}

// trace returns the traceparent of the request (W3C Trace Context, version 00), or "" when it is
// none: the text goes into events, so it is believed in this form only.
func (c *call) trace() string {
	const form = "00-................................-................-.."
	text := c.request.Header.Get("Traceparent")
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

// hash is the digest that an idempotency key is held to: an HMAC of method, path, query and
// canonical body. dry_run is left out, since trying a request and making it are the same intent.
// Errors: a *Problem when the body is not JSON.
func (c *call) hash(key []byte) ([16]byte, error) {
	body, err := c.canonicalBody()
	if err != nil {
		return [16]byte{}, err
	}
	mac := hmac.New(sha256.New, key)
	u := c.request.URL
	// The path as it was meant: %3A and a colon are one address.
	mac.Write([]byte(c.request.Method + " " + u.Path))
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

func (c *call) canonicalBody() ([]byte, error) {
	if c.lines {
		return canonicalLines(c.body)
	}
	if len(c.body) == 0 {
		return nil, nil
	}
	return canonical(c.body)
}

// filter is what a cursor of this list is good for: the path and every parameter that says what is
// in the list, rather than how much of it to show or when.
func (c *call) filter() string {
	query := c.request.URL.Query()
	for _, name := range [...]string{"limit", "cursor", "at_least"} {
		query.Del(name)
	}
	return c.request.URL.Path + "?" + query.Encode()
}
