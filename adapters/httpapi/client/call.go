package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/sethvargo/go-retry"
)

// send asks until it is answered, and decodes the answer.
func send[T any](ctx context.Context, c *Client, r *request, options []Option) (T, error) {
	var value T
	body, err := c.read(ctx, r, options)
	if err != nil || body == nil {
		return value, err
	}
	// Three times as fast as encoding/json: a batch is answered with all that it made.
	if err := json.Unmarshal(body, &value); err != nil {
		return value, fmt.Errorf("client: %s %s: %w: %w", r.method, r.path, errForeign, err)
	}
	return value, nil
}

// sendOnly is send for what is answered with nothing.
func sendOnly(ctx context.Context, c *Client, r *request, options []Option) error {
	_, err := c.read(ctx, r, options)
	return err
}

// errForeign is an answer of success that Florin would not give.
var errForeign = errors.New("the answer is not Florin's")

// unanswered is what kept an attempt from being answered.
type unanswered struct{ error }

func (u *unanswered) Error() string { return "client: " + u.error.Error() }

// Unwrap returns what it was.
func (u *unanswered) Unwrap() error { return u.error }

// read returns the body of an answer of success; nil when the outcome is still to come, and r says where it is told.
func (c *Client) read(ctx context.Context, r *request, options []Option) ([]byte, error) {
	body, err := do(ctx, c, r, options, func(ctx context.Context) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
		defer cancel()
		response, err := c.once(ctx, r)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
		switch {
		case err != nil:
			return nil, &unanswered{fmt.Errorf("%s %s: the answer ends early: %w", r.method, r.path, err)}
		case len(body) > maxAnswer:
			return nil, fmt.Errorf("client: %s %s: %w: it has more than %d bytes", r.method, r.path, errForeign, maxAnswer)
		}
		return body, problemOf(response, body)
	})
	if err == nil && r.accepted != nil && r.answer.Status == http.StatusAccepted {
		return nil, json.Unmarshal(body, r.accepted)
	}
	return body, err
}

// stream returns an answer of success whose body is still to be read.
func (c *Client) stream(ctx context.Context, r *request, options []Option) (*http.Response, error) {
	return do(ctx, c, r, options, func(ctx context.Context) (*http.Response, error) {
		response, err := c.once(ctx, r)
		if err != nil || response.StatusCode < http.StatusMultipleChoices {
			return response, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(io.LimitReader(response.Body, maxProblem))
		return nil, errors.Join(err, problemOf(response, body))
	})
}

// once sends a request and notes what the answer's head says.
func (c *Client) once(ctx context.Context, r *request) (*http.Response, error) {
	request, err := r.attempt(ctx, c)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &unanswered{err}
	}
	r.answer.note(response)
	if r.method != http.MethodGet {
		c.seen.saw(r.answer.Position)
	}
	return response, nil
}

// do has a request attempted until there is an answer that will not pass. Errors: a *Problem, or what kept the service
// from answering.
func do[T any](ctx context.Context, c *Client, r *request, options []Option, attempt func(context.Context) (T, error)) (T, error) {
	for _, option := range options {
		option(r)
	}
	if r.answer == nil {
		r.answer = &Answer{}
	}
	*r.answer = Answer{}
	var none T
	if err := r.prepare(c); err != nil {
		return none, err
	}
	var last error // what came of the last attempt
	value, err := retry.DoValue(ctx, c.pauses(r, &last), func(ctx context.Context) (value T, _ error) {
		r.answer.Attempts++
		if value, last = attempt(ctx); last != nil && ctx.Err() == nil && r.again(last) {
			return none, retry.RetryableError(last)
		}
		return value, last
	})
	if ctx.Err() != nil && last != nil && !errors.Is(last, ctx.Err()) {
		return none, fmt.Errorf("client: %w, and before that: %w", context.Cause(ctx), last)
	}
	return value, err
}

// pauses are those between the attempts of a call: what the last answer asked for, and a little more each time, so
// that not everybody comes back at once.
func (c *Client) pauses(r *request, last *error) retry.Backoff {
	patience := time.Now().Add(c.config.Patience)
	pauses := retry.WithMaxRetries(uint64(c.config.Attempts-1), retry.WithJitterPercent(pauseJitter,
		retry.WithCappedDuration(longestPause, retry.NewExponential(firstPause))))
	return retry.BackoffFunc(func() (time.Duration, bool) {
		pause, stop := pauses.Next()
		var p *Problem
		if errors.As(*last, &p) {
			pause += p.RetryAfter
		}
		stop = stop || time.Now().Add(pause).After(patience)
		if !stop && c.config.Repeats != nil {
			c.config.Repeats(r.answer.Attempts, *last)
		}
		return pause, stop
	})
}

// again reports whether sending a request once more does no harm, and may be answered otherwise than it was.
func (r *request) again(err error) bool {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" { // nobody has got it
		return true
	}
	return r.repeatable() && passing(err)
}

// repeatable reports whether doing a request twice is doing it once.
func (r *request) repeatable() bool {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return r.header.Get(keyHeader) != ""
}

// passing reports whether what keeps a request from being answered may pass.
func passing(err error) bool {
	var none *unanswered
	var p *Problem
	switch {
	case errors.As(err, &none):
		var certificate *tls.CertificateVerificationError
		return !errors.As(err, &certificate)
	case !errors.As(err, &p):
		return false
	}
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return p.Code == "internal" // the other code of a 500 is that of an outcome
}
