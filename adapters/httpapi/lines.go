package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// batchList is the member of a batch's body that its items stand in.
type batchList string

// The lists of batches.
const (
	transactionList batchList = "transactions"
	transferList    batchList = "transfers"
)

// at points at an item.
func (l batchList) at(i int) string { return fmt.Sprintf("/%s/%d", l, i) }

// tooLong is the answer to a batch of more items than are taken.
func (l batchList) tooLong() error {
	return fieldProblem("invalid-field", "/"+string(l), "a batch has at most %d %s", MaxBatchItems, l)
}

// readLines reads a body of lines of JSON (application/x-ndjson) into one raw document per line.
// Empty lines are skipped. The documents are not decoded: each is answered by itself.
//
// Errors: a *Problem when the body is too large or has more than MaxBatchItems lines.
func readLines(c *call, body io.Reader, list batchList) ([]json.RawMessage, error) {
	data, err := readBody(body, c.request.ContentLength)
	if err != nil {
		return nil, err
	}
	c.body, c.lines = data, true
	var items []json.RawMessage
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(items) == MaxBatchItems {
			return nil, list.tooLong()
		}
		items = append(items, line)
	}
	return items, nil
}
