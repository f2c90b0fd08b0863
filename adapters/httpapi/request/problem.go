package request

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// ProblemBase is where the codes are explained: a problem's type is this and the code.
const ProblemBase = "https://github.com/florinledger/florin/blob/main/docs/errors.md#"

// ProblemContentType is the media type of RFC 9457.
const ProblemContentType = "application/problem+json"

// Problem is what a request is answered with when it is not done: a refusal by a rule, a malformed
// request, or a fault without its cause. It is an error, so that handlers return it like any other.
type Problem struct {
	// Code is a row of Problems; an unknown one is answered as "internal".
	Code string
	// Detail says what it met this time; empty for nothing to add.
	Detail string
	// Members are further members, such as needed and available. Those of RFC 9457 and of Florin's
	// problems cannot be set by them.
	Members map[string]any
	// Errors point at the fields to blame.
	Errors []FieldError

	// Header is what the answer carries besides its body, such as the Allow of a 405.
	Header map[string]string
	// Cause is for the log and for errors.Is, never for the answer.
	Cause error
}

// FieldError is one field of the body that is to blame: a JSON pointer (RFC 6901), empty for the
// whole body, and what is wrong with it.
type FieldError = ledger.FieldError

// Error implements error.
func (p *Problem) Error() string {
	text := p.Code
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	for _, e := range p.Errors {
		text += fmt.Sprintf("; %s: %s", e.Pointer, e.Detail)
	}
	if p.Cause != nil {
		text += ": " + p.Cause.Error()
	}
	return text
}

// Unwrap returns what caused the problem, if that is known.
func (p *Problem) Unwrap() error { return p.Cause }

// NewProblem returns a problem with a detail.
func NewProblem(code, format string, args ...any) *Problem {
	return &Problem{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// FieldProblem is a problem with one field.
func FieldProblem(code, pointer, format string, args ...any) *Problem {
	return &Problem{Code: code, Errors: []FieldError{{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}}}
}

// AsProblem makes the answer of whatever a handler returned. A refusal is answered with its code;
// a deadline that passed, as unavailable; anything else broke, and is answered as internal.
func AsProblem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if r := journal.AsRefusal(err); r != nil {
		return ProblemOf(r)
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return NewProblem("body-too-large", "at most %d bytes are taken", tooLarge.Limit)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &Problem{Code: "unavailable", Cause: err}
	}
	return &Problem{Code: "internal", Cause: err}
}

// ProblemOf makes the answer of a refusal by a core.
func ProblemOf(r *journal.Refusal) *Problem {
	p := &Problem{Code: r.Code, Detail: r.Detail, Cause: r}
	if r.Pointer != "" {
		p.Detail, p.Errors = "", []FieldError{{Pointer: r.Pointer, Detail: r.Detail}}
		if r.Detail == "" {
			row, _ := ProblemRowOf(r.Code) // not r.Title, which a recorded refusal has no more
			p.Errors[0].Detail = row.Title
		}
	}
	if len(r.Members) > 0 {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(r.Members, &members); err != nil {
			return &Problem{Code: "internal", Cause: fmt.Errorf("members of refusal %s: %w", r.Code, err)}
		}
		p.Members = make(map[string]any, len(members))
		for name, value := range members {
			p.Members[name] = value
		}
	}
	return p
}

// Unavailable is the answer for a port that failed: whatever it was, the same request may work later.
func Unavailable(err error) error { return &Problem{Code: "unavailable", Cause: err} }

// Malformed is the answer for errors of form; nil when there are none.
func Malformed(errs []ledger.FieldError) error {
	if len(errs) == 0 {
		return nil
	}
	return &Problem{Code: "invalid-field", Errors: errs}
}

// problemDoc is the body of a problem, in the order in which it is read.
type problemDoc struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Detail    string       `json:"detail,omitempty"`
	Instance  string       `json:"instance,omitempty"`
	Code      string       `json:"code"`
	RequestID string       `json:"request_id,omitempty"`
	Errors    []FieldError `json:"errors,omitempty"`
}

// reservedMember reports whether a problem's own member has this name.
func reservedMember(name string) bool {
	switch name {
	case "type", "title", "status", "detail", "instance", "code", "request_id", "errors":
		return true
	}
	return false
}

// Render returns the body of a problem and its row. instance and requestID may be empty, as they
// are for the items of a batch.
func (p *Problem) Render(instance, requestID string) ([]byte, ProblemRow) {
	row, known := ProblemRowOf(p.Code)
	doc := problemDoc{Type: ProblemBase + row.Code, Title: row.Title, Status: row.Status, Instance: instance, Code: row.Code, RequestID: requestID}
	if !known || row.Status == http.StatusInternalServerError {
		// Scrubbed: what broke is for the log alone.
		body, err := json.Marshal(doc)
		if err != nil {
			return []byte(`{}`), row
		}
		return body, row
	}
	doc.Detail, doc.Errors = p.Detail, p.Errors
	body, err := json.Marshal(doc)
	if err != nil {
		return []byte(`{}`), row
	}
	members := make(map[string]any, len(p.Members))
	for name, value := range p.Members {
		if !reservedMember(name) {
			members[name] = value
		}
	}
	if len(members) > 0 {
		more, err := json.Marshal(members)
		if err != nil {
			return body, row
		}
		body = append(append(body[:len(body)-1], ','), more[1:]...)
	}
	return body, row
}

// Write answers with the problem and returns the status that was sent.
func (p *Problem) Write(c echo.Context, requestID string) (int, error) {
	body, row := p.Render(c.Request().URL.EscapedPath(), requestID)
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, ProblemContentType)
	if row.Status == http.StatusServiceUnavailable || row.Status == http.StatusTooManyRequests {
		header.Set(echo.HeaderRetryAfter, strconv.Itoa(RetryAfter))
	}
	if row.Status == http.StatusUnauthorized {
		header.Set(echo.HeaderWWWAuthenticate, "Bearer")
	}
	for name, value := range p.Header {
		header.Set(name, value)
	}
	return row.Status, c.Blob(row.Status, ProblemContentType, body)
}
