package importing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is wrong with a line is said by its member, and not by what a program would make of it.
func TestUnreadableLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"x"`:                               "want an object in braces",
		`{"postings":[{"foo":1}]}`:          "postings/0/foo: there is no such member",
		`{"postings":[{"amount":1.5}]}`:     "postings/0/amount: want a text in quotes",
		`{"postings":{}}`:                   "postings: this is of another kind than what stands there",
		`{"effective_at":"2024-01-01"}`:     "effective_at: want a time such as 2024-01-02T00:00:00Z",
		`{"reference":"a","reference":"b"}`: `duplicate object member name "reference"`,
		`{"postings":[`:                     `unexpected EOF within "/postings" after offset 13`,
	} {
		item, err := newLinesSource(strings.NewReader(text), "a.jsonl").next()
		require.NoError(t, err, text)
		require.Equal(t, []string{"it is no transaction: " + want}, item.Problems, text)
		require.Equal(t, "a.jsonl:1", item.At)
	}
}
