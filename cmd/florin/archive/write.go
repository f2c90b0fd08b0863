package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"github.com/florinledger/florin/ledger/journal"
)

// Writer writes an archive.
type Writer struct {
	out   *bufio.Writer
	buf   bytes.Buffer
	json  *json.Encoder
	sum   sum
	count Trailer
}

// NewWriter writes the header, and returns what writes the rest.
func NewWriter(out io.Writer, h Header) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, bufferSize)}
	w.json = json.NewEncoder(&w.buf)
	w.json.SetEscapeHTML(false) // data is kept as it is: it is hashed
	err := w.line(&line{Journal: &h})
	return w, err
}

// Event writes the next event.
func (w *Writer) Event(e *journal.Event) error {
	w.count.Events++
	return w.line(&line{Event: newEvent(e)})
}

// Outcome writes an outcome; they come after the events.
func (w *Writer) Outcome(o *journal.Outcome) error {
	w.count.Outcomes++
	return w.line(&line{Outcome: newOutcome(o)})
}

// Row writes a row; they come after the outcomes.
func (w *Writer) Row(r Row) error {
	w.count.Rows++
	return w.line(&line{Row: &r})
}

// Finish writes the last line, without which a file is not whole, and says what was written.
func (w *Writer) Finish() (Trailer, error) {
	if err := w.line(&line{End: &w.count}); err != nil {
		return w.count, err
	}
	return w.count, w.out.Flush()
}

func (w *Writer) line(l *line) error {
	w.buf.Reset()
	if err := w.json.Encode(l); err != nil {
		return err
	}
	body := bytes.TrimSuffix(w.buf.Bytes(), []byte("\n"))
	// An error of the writer's stays with it until it is flushed.
	_, _ = w.out.Write(body[:len(body)-1])
	_, err := w.out.WriteString(sumBefore + w.sum.next(body) + sumAfter + "\n")
	return err
}
