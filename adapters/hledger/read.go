package hledger

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Reader reads the JSON of `hledger print`, one transaction at a time: a journal of any length takes
// the memory of its longest transaction.
type Reader struct {
	decoder *jsontext.Decoder
	begun   bool
	read    int
}

// NewReader returns a reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{decoder: jsontext.NewDecoder(r)} }

// Next returns the next transaction, or io.EOF after the last one.
//
// Errors: where the text is not what hledger writes, with the transaction and the byte.
func (r *Reader) Next() (*Transaction, error) {
	if !r.begun {
		token, err := r.decoder.ReadToken()
		if err != nil {
			return nil, r.broken(err)
		}
		if token.Kind() != '[' {
			return nil, errors.New("want a list of transactions, as hledger print -x -O json writes it")
		}
		r.begun = true
	}
	if r.decoder.PeekKind() == ']' {
		return nil, r.end()
	}
	var t Transaction
	if err := json.UnmarshalDecode(r.decoder, &t); err != nil {
		return nil, r.broken(err)
	}
	r.read++
	return &t, nil
}

// end sees that nothing follows the list.
func (r *Reader) end() error {
	if _, err := r.decoder.ReadToken(); err != nil {
		return r.broken(err)
	}
	_, err := r.decoder.ReadToken()
	if err == nil {
		return fmt.Errorf("something follows the list of %d transactions", r.read)
	}
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return r.broken(err)
}

func (r *Reader) broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("this is not what hledger 1.25 or newer writes; after %d transactions, at byte %d: %w",
		r.read, r.decoder.InputOffset(), err)
}
