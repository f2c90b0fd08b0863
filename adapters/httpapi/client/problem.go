package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Problem is an answer that is none of success (RFC 9457): a refusal, a malformed request, or a service that cannot
// do it now. Tell problems apart by Code; docs/errors.md explains each.
type Problem struct {
	// Type is where the code is explained.
	Type string `json:"type"`
	// Title is the rule in one sentence, which depends on the code alone; Detail is what it met this time.
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Status int    `json:"status"`
	// Code is empty when somebody else answered, such as a proxy.
	Code string `json:"code"`
	// Instance is the path that was asked for, RequestID the request's name in the service's log.
	Instance  string `json:"instance"`
	RequestID string `json:"request_id"`
	// Errors point at the fields to blame.
	Errors []FieldError `json:"errors"`
	// RetryAfter is how long the service asked to be left alone.
	RetryAfter time.Duration `json:"-"`
	// Raw is the whole answer: some codes have members of their own, such as needed and available.
	Raw json.RawMessage `json:"-"`
}

// FieldError is a field of a body that is to blame: a JSON pointer (RFC 6901), empty for the whole body, and what is
// wrong with it.
type FieldError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Error implements error.
func (p *Problem) Error() string {
	text := p.Title
	if p.Detail != "" {
		text = strings.TrimSuffix(text, ".") + ": " + p.Detail
	}
	for _, e := range p.Errors {
		text += fmt.Sprintf("; %s: %s", e.Pointer, e.Detail)
	}
	var about []string
	for _, a := range []string{p.Code, p.RequestID} {
		if a != "" {
			about = append(about, a)
		}
	}
	if len(about) > 0 {
		text += " (" + strings.Join(about, ", ") + ")"
	}
	return text
}

// Err is the problem of an item of a batch, or of a command: nil where there is none.
func (p *Problem) Err() error {
	if p == nil || p.Status == 0 {
		return nil
	}
	return p
}

// UnmarshalJSON implements json.Unmarshaler: it keeps members that only some codes have.
func (p *Problem) UnmarshalJSON(data []byte) error {
	type plain Problem
	if err := json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	p.Raw = append(json.RawMessage(nil), data...)
	return nil
}

// Code is the code of the problem that an error is; empty for any other error.
func Code(err error) string {
	var p *Problem
	if !errors.As(err, &p) {
		return ""
	}
	return p.Code
}

// problemOf is the problem of an answer; nil when it is one of success.
func problemOf(response *http.Response, body []byte) error {
	if response.StatusCode >= http.StatusOK && response.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	p := &Problem{}
	if !isJSON(response.Header.Get("Content-Type")) || json.Unmarshal(body, p) != nil || p.Code == "" {
		// Whatever stands before the service answers in words of its own.
		p = &Problem{Title: response.Status}
	}
	p.Status, p.RetryAfter = response.StatusCode, retryAfter(response.Header.Get("Retry-After"))
	return p
}

// retryAfter reads the header in both of its forms; zero when it says nothing.
func retryAfter(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, time.Until(at))
}

// isJSON reports whether a content type is JSON's, or that of a problem.
func isJSON(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return kind == "application/json" || kind == "application/problem+json"
}
