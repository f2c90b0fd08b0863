package journal

import (
	"strings"
	"unicode/utf8"
)

// Quick reads plain JSON from its beginning, without looks back: without spaces or escapes, and with the members in
// the order in which they are written. Whatever it does not expect makes it fail for good. It is for methods
// ReadQuickly (see [Decides]).
type Quick struct {
	rest   string
	failed bool
}

// NewQuick reads data.
func NewQuick(data []byte) Quick { return Quick{rest: string(data)} }

// Rest is what is not read yet.
func (q *Quick) Rest() string { return q.rest }

// Fail makes it fail.
func (q *Quick) Fail() { q.failed = true }

// Failed reports whether it met what it did not expect.
func (q *Quick) Failed() bool { return q.failed }

// Has reads a literal if it comes next.
func (q *Quick) Has(literal string) (found bool) {
	q.rest, found = strings.CutPrefix(q.rest, literal)
	return found
}

// Want reads a literal that must come next.
func (q *Quick) Want(literal string) {
	if !q.Has(literal) {
		q.failed = true
	}
}

// Text reads a string without escapes, up to its closing quote: the opening one is a part of what comes before.
func (q *Quick) Text() string {
	end := strings.IndexByte(q.rest, '"')
	if end < 0 {
		q.failed = true
		return ""
	}
	text := q.rest[:end]
	q.rest = q.rest[end+1:]
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '\\' || (c >= utf8.RuneSelf && !utf8.ValidString(text)) {
			q.failed = true
			return ""
		}
	}
	return text
}

// TextIf reads the string that follows a literal, if that comes next; or it is empty.
func (q *Quick) TextIf(literal string) string {
	if !q.Has(literal) {
		return ""
	}
	return q.Text()
}

// Number reads a whole number of up to 18 digits, without a sign.
func (q *Quick) Number() (n int64) {
	digits := 0
	for digits < len(q.rest) && digits <= 18 && '0' <= q.rest[digits] && q.rest[digits] <= '9' {
		n = 10*n + int64(q.rest[digits]-'0')
		digits++
	}
	if digits == 0 || digits > 18 || digits > 1 && q.rest[0] == '0' {
		q.failed = true
	}
	q.rest = q.rest[digits:]
	return n
}

// Texts reads an object of strings, the first quote of which is a part of what comes before, and its closing brace.
func (q *Quick) Texts() map[string]string {
	m := make(map[string]string, 2)
	for !q.failed {
		key := q.Text()
		q.Want(`:"`)
		m[key] = q.Text()
		if !q.Has(`,"`) {
			break
		}
	}
	q.Want("}")
	return m
}

// Whole reports whether everything was read, and nothing was in the way.
func (q *Quick) Whole() bool { return !q.failed && q.rest == "" }
