package journal

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Refusal says that a rule said no. It is a value with a stable code, not a fault: it is recorded
// as the outcome of its command and given again for ever.
type Refusal struct {
	// Code is stable and machine-readable, such as "insufficient-funds".
	Code string `json:"code"`
	// Title says in one sentence what the rule is. It depends on the code alone.
	Title string `json:"-"`
	// Detail says what it met this time, where that helps.
	Detail string `json:"detail,omitempty"`
	// Pointer is the JSON pointer of the field of the command that it is about, if there is one.
	Pointer string `json:"pointer,omitempty"`
	// Members are further members of the problem, as one JSON object; nil for none.
	Members json.RawMessage `json:"members,omitempty"`
	// Malformed marks a request that could never be done as it stands (more decimals than the
	// asset's scale): it is answered and not recorded, like any malformed request.
	Malformed bool `json:"-"`
}

// Refuse declares a refusal. Declare each one once, as a package variable in errors.go.
func Refuse(code, title string) *Refusal { return &Refusal{Code: code, Title: title} }

// RefuseMalformed declares a refusal of a request's form that only the writer can judge.
func RefuseMalformed(code, title string) *Refusal {
	return &Refusal{Code: code, Title: title, Malformed: true}
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Detail != "" {
		return r.Code + ": " + r.Detail
	}
	return r.Code
}

// Is makes errors.Is compare refusals by code, however they were dressed.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Code == r.Code
}

// With returns a copy that carries v, which marshals to a JSON object, as members of the problem.
func (r *Refusal) With(v any) *Refusal {
	c := *r
	data, err := json.Marshal(v)
	if err != nil {
		c.Detail = fmt.Sprintf("%s (members: %v)", c.Detail, err)
		return &c
	}
	c.Members = data
	return &c
}

// Because returns a copy with the detail of this occasion.
func (r *Refusal) Because(format string, args ...any) *Refusal {
	c := *r
	c.Detail = fmt.Sprintf(format, args...)
	return &c
}

// At returns a copy that points at a field of the command, such as "/postings/1/amount".
func (r *Refusal) At(pointer string) *Refusal {
	c := *r
	c.Pointer = pointer
	return &c
}

// AsRefusal returns the refusal in err's chain, or nil when err is a fault (or nil).
func AsRefusal(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// The refusals of the journal itself.
var (
	// ErrKeyReused answers a command id that is known with another hash.
	ErrKeyReused = Refuse("idempotency-key-reused", "The idempotency key was used before with another request.")
	// ErrExpired is recorded for a command that came to its decision after its deadline.
	ErrExpired = Refuse("command-expired", "The command was not decided before its deadline and was given up.")
)
