package archive

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// Format is the version of the form.
const Format = 1

// Header is the first line: where the journal ended when it was written out.
type Header struct {
	Format int `json:"format"`
	// Schema is the version of the database's schema: rows are taken along in its columns.
	Schema     int64         `json:"schema"`
	Shard      journal.Shard `json:"shard"`
	Timeline   int64         `json:"timeline"`
	Epoch      int64         `json:"epoch"`
	Position   int64         `json:"position"`
	Chain      string        `json:"chain"` // hexadecimal
	RecordedAt time.Time     `json:"recorded_at,omitzero"`
	MarkBorn   time.Time     `json:"mark_born,omitzero"`
	MarkSeq    uint64        `json:"mark_seq"`
}

// NewHeader returns the header of a journal that ends at head.
func NewHeader(schema int64, h journal.Head) Header {
	return Header{Format: Format, Schema: schema, Shard: h.Shard, Timeline: h.Timeline, Epoch: h.Epoch, Position: h.Position,
		Chain: hex.EncodeToString(h.Chain[:]), RecordedAt: h.RecordedAt, MarkBorn: h.Mark.Born, MarkSeq: h.Mark.Seq}
}

// Head returns where the journal ends.
func (h *Header) Head() (journal.Head, error) {
	head := journal.Head{Shard: h.Shard, Timeline: h.Timeline, Epoch: h.Epoch, Position: h.Position, RecordedAt: h.RecordedAt.UTC(),
		Mark: journal.Mark{Born: h.MarkBorn, Seq: h.MarkSeq}}
	return head, unhex(head.Chain[:], "chain", h.Chain)
}

// Trailer is the last line: how many lines of each there are.
type Trailer struct {
	Events   int64 `json:"events"`
	Outcomes int64 `json:"outcomes"`
	Rows     int64 `json:"rows"`
}

// Row is a row of a table beside the journal.
type Row struct {
	Table string          `json:"table"`
	Data  json.RawMessage `json:"data"`
}

// line is one line, of one kind.
type line struct {
	Journal *Header  `json:"journal,omitempty"`
	Event   *event   `json:"event,omitempty"`
	Outcome *outcome `json:"outcome,omitempty"`
	Row     *Row     `json:"row,omitempty"`
	End     *Trailer `json:"end,omitempty"`
}

type event struct {
	Position    int64           `json:"position"`
	Epoch       int64           `json:"epoch"`
	Ledger      string          `json:"ledger,omitempty"`
	Number      int64           `json:"number,omitempty"`
	Stream      string          `json:"stream"`
	Type        string          `json:"type"`
	Schema      int             `json:"schema"`
	Data        json.RawMessage `json:"data,omitempty"`
	Text        string          `json:"text,omitempty"` // Data, where it has white space that a line cannot keep
	Postings    json.RawMessage `json:"postings,omitempty"`
	Actor       string          `json:"actor"`
	Command     string          `json:"command"`
	Correlation string          `json:"correlation,omitempty"`
	Trace       string          `json:"trace,omitempty"`
	EffectiveAt time.Time       `json:"effective_at,omitzero"` // where it is not RecordedAt
	RecordedAt  time.Time       `json:"recorded_at"`
	Nonce       string          `json:"nonce"`
	Prev        string          `json:"prev"`
	Leaf        string          `json:"leaf"`
}

func newEvent(e *journal.Event) *event {
	w := &event{
		Position: e.Position, Epoch: e.Epoch, Ledger: e.Ledger, Number: e.Number, Stream: e.Stream, Type: e.Type, Schema: e.Schema,
		Postings: journal.AppendPostings(nil, e.Postings), Actor: e.Actor, Command: hex.EncodeToString(e.Command[:]), Trace: e.Trace,
		RecordedAt: e.RecordedAt, Nonce: hex.EncodeToString(e.Nonce[:]), Prev: hex.EncodeToString(e.Prev[:]), Leaf: hex.EncodeToString(e.Leaf[:]),
	}
	var compact bytes.Buffer
	if json.Compact(&compact, e.Data) == nil && bytes.Equal(compact.Bytes(), e.Data) {
		w.Data = e.Data
	} else {
		w.Text = string(e.Data)
	}
	if !e.Correlation.IsZero() {
		w.Correlation = hex.EncodeToString(e.Correlation[:])
	}
	if !e.EffectiveAt.Equal(e.RecordedAt) {
		w.EffectiveAt = e.EffectiveAt
	}
	return w
}

func (w *event) event(shard journal.Shard) (*journal.Event, error) {
	e := &journal.Event{
		Shard: shard, Position: w.Position, Epoch: w.Epoch, Ledger: w.Ledger, Number: w.Number, Stream: w.Stream, Type: w.Type, Schema: w.Schema,
		Data: w.Data, Actor: w.Actor, Trace: w.Trace, EffectiveAt: w.EffectiveAt.UTC(), RecordedAt: w.RecordedAt.UTC(),
	}
	if w.Text != "" {
		e.Data = json.RawMessage(w.Text)
	}
	if w.EffectiveAt.IsZero() {
		e.EffectiveAt = e.RecordedAt
	}
	var err error
	if e.Postings, err = journal.ParsePostings(w.Postings); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		to         []byte
		name, text string
	}{
		{e.Command[:], "command", w.Command}, {e.Nonce[:], "nonce", w.Nonce}, {e.Prev[:], "prev", w.Prev}, {e.Leaf[:], "leaf", w.Leaf},
	} {
		if err := unhex(f.to, f.name, f.text); err != nil {
			return nil, err
		}
	}
	if w.Correlation != "" {
		err = unhex(e.Correlation[:], "correlation", w.Correlation)
	}
	return e, err
}

type outcome struct {
	Command  string           `json:"command"`
	Type     string           `json:"type"`
	Hash     string           `json:"hash"`
	Caller   string           `json:"caller"`
	Status   string           `json:"status"`
	First    int64            `json:"first,omitempty"`
	Count    int              `json:"count,omitempty"`
	Position int64            `json:"position"`
	Refusal  *journal.Refusal `json:"refusal,omitempty"`
	Result   json.RawMessage  `json:"result,omitempty"`
	At       time.Time        `json:"at"`
}

func newOutcome(o *journal.Outcome) *outcome {
	return &outcome{
		Command: hex.EncodeToString(o.Command[:]), Type: o.Type, Hash: hex.EncodeToString(o.Hash[:]), Caller: o.Caller,
		Status: string(rune(o.Status)), First: o.First, Count: o.Count, Position: o.Position, Refusal: o.Refusal, Result: o.Result, At: o.At,
	}
}

func (w *outcome) outcome() (o journal.Outcome, err error) {
	if len(w.Status) != 1 {
		return o, fmt.Errorf("status %q is none", w.Status)
	}
	o = journal.Outcome{Type: w.Type, Caller: w.Caller, Status: journal.Status(w.Status[0]), First: w.First, Count: w.Count,
		Position: w.Position, Refusal: w.Refusal, Result: w.Result, At: w.At.UTC()}
	if err := unhex(o.Command[:], "command", w.Command); err != nil {
		return o, err
	}
	return o, unhex(o.Hash[:], "hash", w.Hash)
}

// unhex fills to with what text says in hexadecimal.
func unhex(to []byte, name, text string) error {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(to) {
		return fmt.Errorf("%s: want %d bytes in hexadecimal, not %q", name, len(to), text)
	}
	copy(to, b)
	return nil
}
