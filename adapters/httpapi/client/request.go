package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// request is what a method asks for. It is sent as often as it takes, so all of it is kept.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	// body is sent as JSON; raw, where contentType is set, as it is.
	body        any
	raw         []byte
	contentType string
	// takesKey says that the operation takes an Idempotency-Key, takesAtLeast that it waits for a position.
	takesKey, takesAtLeast bool

	// What options ask for.
	answer   *Answer
	accepted *AcceptedCommand
	// err is why it cannot be sent.
	err error
}

// newRequest fills the places of a path, such as {id}, in their order.
func newRequest(method, path string, places ...any) *request {
	r := &request{method: method, query: url.Values{}, header: http.Header{}}
	for _, place := range places {
		before, after, _ := strings.Cut(path, "{")
		name, rest, _ := strings.Cut(after, "}")
		text := fmt.Sprint(place)
		if text == "" || text == "." || text == ".." { // it would be the address of something else
			r.err = fmt.Errorf("client: %s %q names nothing", name, text)
		}
		r.path, path = r.path+before+url.PathEscape(text), rest
	}
	r.path += path
	return r
}

// inQuery adds a parameter, unless it is zero. A map's entries are name[key]=value.
func (r *request) inQuery(name string, value any) {
	v := reflect.ValueOf(value)
	switch {
	case v.IsZero():
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			r.query.Add(name, inText(v.Index(i)))
		}
	case v.Kind() == reflect.Map:
		for i := v.MapRange(); i.Next(); {
			r.query.Set(fmt.Sprintf("%s[%v]", name, i.Key()), inText(i.Value()))
		}
	default:
		r.query.Set(name, inText(v))
	}
}

// inHeader adds a header, unless it is zero.
func (r *request) inHeader(name string, value any) {
	if v := reflect.ValueOf(value); !v.IsZero() {
		r.header.Set(name, inText(v))
	}
}

// inText is a parameter as it is sent. What has a pointer has it for its zero value to be sent too.
func inText(v reflect.Value) string {
	if at, ok := reflect.Indirect(v).Interface().(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(reflect.Indirect(v))
}

// prepare makes the request ready to be sent, the same each time.
func (r *request) prepare(c *Client) error {
	if r.err != nil {
		return r.err
	}
	if r.takesKey && r.header.Get(keyHeader) == "" {
		r.header.Set(keyHeader, rand.Text())
	}
	if at := c.seen.newest(); r.takesAtLeast && at != "" && !r.query.Has("at_least") {
		r.query.Set("at_least", at)
	}
	if r.body != nil {
		body, err := encode(r.body)
		if err != nil {
			return fmt.Errorf("client: body: %w", err)
		}
		r.raw, r.contentType = body, "application/json"
	}
	if r.contentType != "" {
		r.header.Set("Content-Type", r.contentType)
	}
	return nil
}

// encode makes JSON of a body. What is JSON already stays as it is, to the byte: a provider's event is signed.
func encode(body any) ([]byte, error) {
	if raw, ok := body.(json.RawMessage); ok {
		return raw, nil
	}
	return json.Marshal(body)
}

// attempt makes an HTTP request of it.
func (r *request) attempt(ctx context.Context, c *Client) (*http.Request, error) {
	u := c.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	request, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(r.raw))
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	request.Header = r.header.Clone()
	if c.config.Token != nil {
		token, err := c.config.Token(ctx)
		if err != nil {
			return nil, fmt.Errorf("client: token: %w", err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request, nil
}

const keyHeader = "Idempotency-Key"
