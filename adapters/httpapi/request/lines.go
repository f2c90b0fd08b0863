package request

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// BatchList is the member of a batch's body that its items stand in.
type BatchList string

// The lists of batches.
const (
	TransactionList BatchList = "transactions"
	TransferList    BatchList = "transfers"
)

// At points at an item.
func (l BatchList) At(i int) string { return fmt.Sprintf("/%s/%d", l, i) }

// tooLong is the answer to a batch of more items than are taken.
func (l BatchList) tooLong() error {
	return FieldProblem("invalid-field", "/"+string(l), "a batch has at most %d %s", MaxBatchItems, l)
}

// ReadLines reads a body of lines of JSON (application/x-ndjson) into one raw document per line.
// Empty lines are skipped. The documents are not decoded: each is answered by itself.
//
// Errors: a *Problem when the body is too large or has more than MaxBatchItems lines.
func ReadLines(c *Call, body io.Reader, list BatchList) ([]json.RawMessage, error) {
	data, err := readBody(body, c.Request.ContentLength)
	if err != nil {
		return nil, err
	}
	c.Body, c.lines = data, true
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
