package request

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// canonical returns a JSON document in the one form that all its spellings share: members sorted by
// name, no insignificant space, strings escaped no more than they must be. It is RFC 8785 but for
// numbers, which stay as they were written: 1.0 and 1 are two requests, and no float touches them.
// Errors: a *Problem when body is not one JSON document.
func canonical(body []byte) ([]byte, error) {
	v := jsontext.Value(bytes.Clone(body))
	if err := v.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)); err != nil {
		return nil, decodeProblem(err, "")
	}
	return v, nil
}

// canonicalLines does the same for lines of JSON, dropping the empty ones. A line that is not JSON
// stays as it is: it is answered by itself, and must be the same in a repeat.
func canonicalLines(body []byte) ([]byte, error) {
	out := make([]byte, 0, len(body))
	for line := range bytes.Lines(body) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if form, err := canonical(line); err == nil {
			line = form
		}
		out = append(append(out, line...), '\n')
	}
	return out, nil
}
