package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sethvargo/go-retry"

	"github.com/florinledger/florin/ledger"
)

// importClient calls the service. What may pass is repeated with the same key for as long as it was
// given: a service that is away, too busy, or does not know an outcome yet.
type importClient struct {
	base     *url.URL
	token    string
	patience time.Duration
	http     *http.Client
	// waits is told why a request has to be repeated, once for each.
	waits func(why error)
	// position is the last one that was answered: what reads must have seen.
	position string
}

func newImportClient(base, token string, patience time.Duration, waits func(why error)) (*importClient, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("--url: want http://… or https://…, not %q", base)
	}
	return &importClient{base: u, token: token, patience: patience, waits: waits, http: &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: importRequest},
		Timeout:   2 * importRequest,
	}}, nil
}

func (c *importClient) close() { c.http.CloseIdleConnections() }

// importCall is a request. Bodies are JSON, or JSON Lines where lines is set.
type importCall struct {
	method, path string
	query        url.Values
	key          string
	body         []byte
	lines        bool
}

// importReply is an answer below 300.
type importReply struct {
	body     []byte
	replayed bool
	// attempts is how often it was asked for.
	attempts int
}

// problem is an answer of 300 and above.
type problem struct {
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Title   string `json:"title"`
	Detail  string `json:"detail"`
	Account string `json:"account"`
	Needed  string `json:"needed"`
	// Holder is the transaction that has the reference; only with reference-taken.
	ledger.Holder
	// replayed says that it was recorded under the key before.
	replayed bool
}

// Error implements error, in words for people.
func (p *problem) Error() string {
	text := p.Title
	for _, more := range []string{p.Detail, p.Account} {
		if more != "" && !strings.Contains(text, more) {
			text = strings.TrimSuffix(text, ".") + ": " + more
		}
	}
	return fmt.Sprintf("%s (%s)", text, p.Code)
}

// passing reports whether the same request may be answered otherwise later.
func (p *problem) passing() bool {
	return p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests ||
		p.Status == http.StatusInternalServerError && p.Code == "internal" || p.Status == http.StatusBadGateway || p.Status == http.StatusGatewayTimeout
}

// do sends a request until it is answered. Errors: a *problem, or what keeps the service from
// answering.
func (c *importClient) do(ctx context.Context, call importCall) (importReply, error) {
	backoff := retry.WithMaxDuration(c.patience, retry.WithJitterPercent(20, //nolint:mnd // a fifth
		retry.WithCappedDuration(importPauseMax, retry.NewExponential(importPause))))
	attempts := 0
	return retry.DoValue(ctx, backoff, func(ctx context.Context) (importReply, error) {
		attempts++
		reply, err := c.once(ctx, call)
		reply.attempts = attempts
		var p *problem
		if err != nil && ctx.Err() == nil && (!errors.As(err, &p) || p.passing()) {
			if attempts == 1 {
				c.waits(err)
			}
			return reply, retry.RetryableError(err)
		}
		return reply, err
	})
}

func (c *importClient) once(ctx context.Context, call importCall) (importReply, error) {
	u := c.base.JoinPath(call.path)
	u.RawQuery = call.query.Encode()
	request, err := http.NewRequestWithContext(ctx, call.method, u.String(), bytes.NewReader(call.body))
	if err != nil {
		return importReply{}, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if call.key != "" {
		request.Header.Set("Idempotency-Key", call.key)
	}
	if call.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if call.lines {
		request.Header.Set("Content-Type", "application/x-ndjson")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return importReply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, importAnswer))
	if err != nil {
		return importReply{}, fmt.Errorf("the answer ends early: %w", err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		p := &problem{Title: response.Status, Code: "no-problem-details"}
		_ = json.Unmarshal(body, p) // whatever stands before the service may answer in words of its own
		p.Status, p.replayed = response.StatusCode, isReplayed(response)
		return importReply{}, p
	}
	if position := response.Header.Get("Florin-Position"); position != "" && call.method != http.MethodGet {
		c.position = position
	}
	return importReply{body: body, replayed: isReplayed(response)}, nil
}

func isReplayed(r *http.Response) bool { return r.Header.Get("Idempotent-Replayed") == "true" }

// get reads a path into v.
func (c *importClient) get(ctx context.Context, path string, query url.Values, v any) error {
	reply, err := c.do(ctx, importCall{method: http.MethodGet, path: path, query: query})
	if err != nil {
		return err
	}
	return json.Unmarshal(reply.body, v)
}

// assets returns the scales of all assets that the service knows.
func (c *importClient) assets(ctx context.Context) (map[string]int32, error) {
	scales := map[string]int32{}
	query := url.Values{"limit": {fmt.Sprint(importPage)}}
	for {
		var page struct {
			Data       []ledger.Asset `json:"data"`
			HasMore    bool           `json:"has_more"`
			NextCursor string         `json:"next_cursor"`
		}
		if err := c.get(ctx, "/v1/assets", query, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Data {
			scales[a.Code] = a.Scale
		}
		if !page.HasMore {
			return scales, nil
		}
		query.Set("cursor", page.NextCursor)
	}
}

// register makes assets known. One that is known by now with the same scale is done.
func (c *importClient) register(ctx context.Context, assets []ledger.Asset) error {
	for _, a := range assets {
		body, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := c.do(ctx, importCall{method: http.MethodPost, path: "/v1/assets", body: body}); err != nil {
			return fmt.Errorf("register the asset %s with %d decimals: %w", a.Code, a.Scale, err)
		}
	}
	return nil
}
