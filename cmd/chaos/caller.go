package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// caller calls the service as one principal.
type caller struct {
	url, token string
	http       *http.Client
}

// answer is what came back.
type answer struct {
	status   int
	code     string // of a problem
	position int64  // Florin-Position; 0 without one
	replayed bool
	body     []byte
}

func newCaller(url, token string) *caller {
	return &caller{url: url, token: token, http: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: pairs * clientsOfPair}}}
}

// call sends a request once. An error means that no whole answer came.
func (c *caller) call(ctx context.Context, method, path, key, body string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode, replayed: response.Header.Get("Idempotent-Replayed") == "true", body: data}
	_, number, _ := strings.Cut(response.Header.Get("Florin-Position"), "-")
	a.position, _ = strconv.ParseInt(number, 10, 64)
	if response.Header.Get("Content-Type") == "application/problem+json" {
		var problem struct {
			Code string `json:"code"`
		}
		_ = json.Unmarshal(data, &problem) // one that cannot be read has no code
		a.code = problem.Code
	}
	return a, nil
}

// known reports whether an answer says what became of a request: it was done, or a rule said no. Everything else is to be
// asked again.
func (a answer) known() bool { return a.status < 300 || a.status == http.StatusUnprocessableEntity }

// says is an answer in a few words, for counting.
func (a answer) says(err error) string {
	switch {
	case err != nil:
		return "no answer"
	case a.code != "":
		return fmt.Sprintf("%d %s", a.status, a.code)
	default:
		return strconv.Itoa(a.status)
	}
}

// into decodes a body.
func (a answer) into(target any) error {
	if err := json.Unmarshal(a.body, target); err != nil {
		return fmt.Errorf("%d %s: %w", a.status, a.body, err)
	}
	return nil
}
