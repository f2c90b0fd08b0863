package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
)

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
