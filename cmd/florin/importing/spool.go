package importing

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// spool keeps what is to be posted on disk between the two passes: two lines per transaction,
// what it is and its body. The input may be a pipe, which cannot be read twice, and its JSON is ten
// times as large.
type spool struct {
	file   *os.File
	writer *bufio.Writer
	reader *bufio.Reader
}

// record says which transaction a body is.
type record struct {
	At        string `json:"at"`
	Title     string `json:"title"`
	Reference string `json:"reference"`
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "florin-import-")
	if err != nil {
		return nil, err
	}
	// It goes with the process, however that ends, where a file that is open can be removed.
	_ = os.Remove(f.Name())
	return &spool{file: f, writer: bufio.NewWriterSize(f, readBuffer)}, nil
}

func (s *spool) close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name()) // where it could not be removed while it was open
}

func (s *spool) add(r record, body []byte) error {
	head, err := json.Marshal(r)
	if err != nil {
		return err
	}
	for _, line := range [][]byte{head, body} {
		if _, err := s.writer.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("spool: %w", err)
		}
	}
	return nil
}

// rewind goes back to the beginning, to read.
func (s *spool) rewind() error {
	if err := s.writer.Flush(); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	s.reader = bufio.NewReaderSize(s.file, readBuffer)
	return nil
}

// entry is a transaction of a batch: its record, still as JSON, and its body with a line break.
type entry struct{ head, body []byte }

func (e entry) record() (record, error) {
	var r record
	err := json.Unmarshal(e.head, &r)
	return r, err
}

// batch reads the transactions of the next request; none after the last. Where one batch ends and the
// next begins depends on the file alone, so a second run makes the same requests.
func (s *spool) batch() (entries []entry, err error) {
	size := 0
	for len(entries) < batchSize && size < batchBytes {
		head, err := s.reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(head) == 0 {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("spool: %w", err)
		}
		body, err := s.reader.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("spool: %w", err)
		}
		entries, size = append(entries, entry{head, body}), size+len(body)
	}
	return entries, nil
}
