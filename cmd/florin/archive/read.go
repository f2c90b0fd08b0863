package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/florinledger/florin/ledger/journal"
)

// ErrCutOff says that a file ends before its last line.
var ErrCutOff = errors.New("the file is cut off: its last line, which counts the others, is missing")

// LineError says in which line something is wrong.
type LineError struct {
	Line int
	Err  error
}

// Error implements error.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong.
func (e *LineError) Unwrap() error { return e.Err }

// Receiver takes what is read.
type Receiver interface {
	// Begin is called once, before everything else.
	Begin(Header) error
	Event(*journal.Event) error
	Outcome(journal.Outcome) error
	Row(Row) error
}

// Read reads an archive to its end and hands everything to to, in the order of the file. What to does not like is
// said to be wrong in the line that is read. Whoever takes what is read before Read has returned nil has taken a part.
//
// Errors: a *[LineError], which is ErrCutOff among others; those of in.
func Read(in io.Reader, to Receiver) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, bufferSize), maxLine)
	lines.Split(wholeLines)
	r := reader{to: to}
	at := 1
	for ; lines.Scan(); at++ {
		if err := r.line(lines.Bytes()); err != nil {
			return &LineError{at, err}
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong), errors.Is(err, ErrCutOff):
		return &LineError{at, err}
	case err != nil:
		return err
	case !r.ended:
		return &LineError{at, ErrCutOff}
	}
	return nil
}

// wholeLines is bufio.ScanLines for lines that each have their end.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, ErrCutOff
	}
	return 0, nil, nil
}

// reader is how far a file was read.
type reader struct {
	to           Receiver
	sum          sum
	begun, ended bool
	shard        journal.Shard
	count        Trailer
}

func (r *reader) line(text []byte) error {
	var l line
	if err := r.parse(text, &l); err != nil {
		return err
	}
	switch {
	case r.ended:
		return errors.New("the file should have ended")
	case (l.Journal != nil) == r.begun:
		return errors.New("the first line, and no other, says what the file is")
	case l.Journal != nil:
		if l.Journal.Format != Format {
			return fmt.Errorf("format %d: this florin reads format %d", l.Journal.Format, Format)
		}
		r.begun, r.shard = true, l.Journal.Shard
		return r.to.Begin(*l.Journal)
	case l.Event != nil:
		e, err := l.Event.event(r.shard)
		if err != nil {
			return err
		}
		r.count.Events++
		return r.to.Event(e)
	case l.Outcome != nil:
		o, err := l.Outcome.outcome()
		if err != nil {
			return err
		}
		r.count.Outcomes++
		return r.to.Outcome(o)
	case l.Row != nil:
		r.count.Rows++
		return r.to.Row(*l.Row)
	case l.End != nil:
		if *l.End != r.count {
			return fmt.Errorf("the file should have %+v and has %+v", *l.End, r.count)
		}
		r.ended = true
		return nil
	}
	return errors.New("it says nothing")
}

// parse takes the sum off a line, holds it against the line, and reads the rest.
func (r *reader) parse(text []byte, l *line) error {
	at := len(text) - sumLength
	if at < 1 || !bytes.HasPrefix(text[at:], []byte(sumBefore)) || !bytes.HasSuffix(text, []byte(sumAfter)) {
		return errors.New("it has no sum: it is no line of a file that florin export wrote, or it was changed")
	}
	said := string(text[at+len(sumBefore) : len(text)-len(sumAfter)])
	body := append(bytes.Clone(text[:at]), '}') // nothing of it may point into the scanner's buffer
	if is := r.sum.next(body); is != said {
		return fmt.Errorf("it was changed, or one is missing before it: its sum is %s, not %s", is, said)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(l)
}
