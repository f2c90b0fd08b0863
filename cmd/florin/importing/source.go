package importing

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/florinledger/florin/adapters/hledger"
	"github.com/florinledger/florin/ledger"
)

// item is one transaction of a file on its way into the books.
type item struct {
	// At is where it stands, as file:line; Title names it for people.
	At    string
	Title string
	// Number is its number in the file, for its reference. Zero: it has a Reference of its own.
	Number int
	// Transaction is nil when nothing is left of it to post.
	Transaction *ledger.NewTransaction
	// Problems are why it cannot be posted.
	Problems []string
}

// source reads transactions. next returns io.EOF after the last one.
type source interface{ next() (*item, error) }

// peek returns the first byte of in that is no white space, and a reader that begins with it.
func peek(in io.Reader) (byte, io.Reader, error) {
	b := bufio.NewReaderSize(in, readBuffer)
	for {
		first, err := b.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, nil, errors.New("it is empty")
		case err != nil:
			return 0, nil, err
		case !strings.ContainsRune(" \t\r\n", rune(first)):
			err = b.UnreadByte()
			return first, b, err
		}
	}
}

// hledgerSource reads hledger's JSON.
type hledgerSource struct {
	reader    *hledger.Reader
	converter *hledger.Converter
	// tag names the tag that holds references; ownPrefix goes before them when it was asked for.
	tag, ownPrefix string
}

func (s *hledgerSource) next() (*item, error) {
	t, err := s.reader.Next()
	if err != nil {
		return nil, err
	}
	item := &item{At: t.At(), Title: t.Title(), Number: t.Index}
	item.Transaction, item.Problems = s.converter.Convert(t)
	if s.tag == "" {
		return item, nil
	}
	item.Number = 0
	reference, err := s.reference(t)
	if err != nil {
		item.Problems = append(item.Problems, err.Error())
	}
	if item.Transaction != nil {
		item.Transaction.Reference = reference
	}
	return item, nil
}

// reference is the value of the tag, which a transaction has once.
func (s *hledgerSource) reference(t *hledger.Transaction) (reference string, err error) {
	for _, tag := range t.Tags {
		switch {
		case tag[0] != s.tag:
		case reference != "":
			return "", fmt.Errorf("it has the tag %s twice, and one reference is all it can have", s.tag)
		default:
			reference = tag[1]
		}
	}
	switch {
	case reference == "":
		return "", fmt.Errorf("it has no tag %s, which --reference-tag takes its reference from", s.tag)
	case s.ownPrefix != "":
		return s.ownPrefix + ":" + reference, nil
	}
	return reference, nil
}

// linesSource reads JSON Lines: on each line a transaction as the API takes it.
type linesSource struct {
	scanner *bufio.Scanner
	file    string
	line    int
}

func newLinesSource(in io.Reader, file string) *linesSource {
	s := &linesSource{scanner: bufio.NewScanner(in), file: file}
	s.scanner.Buffer(nil, maxLine)
	return s
}

func (s *linesSource) next() (*item, error) {
	for s.scanner.Scan() {
		s.line++
		text := bytes.TrimSpace(s.scanner.Bytes())
		if len(text) > 0 {
			return s.item(text), nil
		}
	}
	err := s.scanner.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d has more than %d bytes", s.line+1, maxLine)
	case err != nil:
		return nil, err
	}
	return nil, io.EOF
}

func (s *linesSource) item(text []byte) *item {
	item := &item{At: s.file + ":" + strconv.Itoa(s.line)}
	var t ledger.NewTransaction
	if err := json.Unmarshal(text, &t, json.RejectUnknownMembers(true)); err != nil {
		item.Problems = []string{"it is no transaction: " + unreadable(err)}
		return item
	}
	item.Title, item.Transaction = t.Description, &t
	if t.Reference == "" {
		item.Number = s.line
	}
	if off, err := t.Excess(); err == nil && len(off) > 0 { // an error is one of form, which the plan lists
		item.Problems = []string{fmt.Sprintf("it does not balance: it is off by %s %s", off[0].Amount, off[0].Asset)}
	}
	return item
}

// unreadable says what is wrong with a line of JSON, and in which member.
func unreadable(err error) string {
	var wrong *json.SemanticError
	if !errors.As(err, &wrong) { // it is not JSON at all
		return strings.TrimPrefix(err.Error(), "jsontext: ")
	}
	where := strings.TrimPrefix(string(wrong.JSONPointer), "/")
	switch {
	case where == "":
		return "want an object in braces"
	case errors.Is(err, json.ErrUnknownName):
		return where + ": there is no such member"
	case wrong.GoType == reflect.TypeFor[time.Time]():
		return where + ": want a time such as 2024-01-02T00:00:00Z"
	case wrong.GoType.Kind() == reflect.String:
		return where + ": want a text in quotes"
	}
	return where + ": this is of another kind than what stands there"
}
