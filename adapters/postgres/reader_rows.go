package postgres

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
)

// Each scanner reads the columns of its queries, in their order.

func scanHead(row pgx.Row) (h journal.Head, err error) {
	var chain []byte
	var recordedAt *time.Time
	var born *int64
	var seq int64
	if err := row.Scan(&h.Shard, &h.Timeline, &h.Epoch, &h.Position, &chain, &recordedAt, &born, &seq); err != nil {
		return h, err
	}
	if recordedAt != nil {
		h.RecordedAt = recordedAt.UTC()
	}
	h.Mark.Seq = uint64(seq)
	if born != nil {
		h.Mark.Born = time.Unix(0, *born).UTC()
	}
	return h, fill(h.Chain[:], chain)
}

func scanEvent(row pgx.CollectableRow) (e journal.Event, err error) {
	var number *int64
	var data, postings []byte
	var command, correlation pgtype.UUID
	var trace *string
	var effectiveAt *time.Time
	var nonce, prev, leaf pgtype.DriverBytes // valid until the next row: they are copied below
	if err := row.Scan(&e.Shard, &e.Position, &e.Epoch, &e.Ledger, &number, &e.Stream, &e.Type, &e.Schema, &data, &postings,
		&e.Actor, &command, &correlation, &trace, &effectiveAt, &e.RecordedAt, &nonce, &prev, &leaf); err != nil {
		return e, err
	}
	e.Data = data
	e.Command, e.Correlation = command.Bytes, correlation.Bytes
	e.RecordedAt = e.RecordedAt.UTC()
	e.EffectiveAt = e.RecordedAt
	if effectiveAt != nil {
		e.EffectiveAt = effectiveAt.UTC()
	}
	if number != nil {
		e.Number = *number
	}
	if trace != nil {
		e.Trace = *trace
	}
	if e.Postings, err = journal.ParsePostings(postings); err != nil {
		return e, fmt.Errorf("event %d: %w", e.Position, err)
	}
	for _, f := range []struct{ to, from []byte }{{e.Nonce[:], nonce}, {e.Prev[:], prev}, {e.Leaf[:], leaf}} {
		if err := fill(f.to, f.from); err != nil {
			return e, fmt.Errorf("event %d: %w", e.Position, err)
		}
	}
	return e, nil
}

// outcome is an outcome with the shard whose journal has its events.
type outcome struct {
	journal.Outcome

	shard journal.Shard
}

func scanOutcome(row pgx.CollectableRow) (o outcome, err error) {
	var id pgtype.UUID
	var hash, refusal, result []byte
	var first, position *int64
	var status byte
	if err := row.Scan(&id, &o.Type, &hash, &o.Caller, &status, &first, &o.Count, &position, &refusal, &result, &o.At, &o.shard); err != nil {
		return o, err
	}
	o.Command, o.Status, o.Result, o.At = id.Bytes, journal.Status(status), result, o.At.UTC()
	if first != nil {
		o.First = *first
		o.Position = o.First + int64(o.Count) - 1
	}
	if position != nil {
		o.Position = *position
	}
	if refusal != nil {
		o.Refusal = new(journal.Refusal)
		if err := json.Unmarshal(refusal, o.Refusal); err != nil {
			return o, fmt.Errorf("outcome of %s: refusal: %w", o.Command, err)
		}
	}
	if err := fill(o.Hash[:], hash); err != nil {
		return o, fmt.Errorf("outcome of %s: %w", o.Command, err)
	}
	return o, nil
}

func scanState(row pgx.CollectableRow) (r journal.StateRow, err error) {
	err = row.Scan(&r.Key, &r.Version, &r.Data)
	r.Loaded = r.Version
	return r, err
}

func scanInbox(row pgx.CollectableRow) (journal.Command, error) {
	var id pgtype.UUID
	var body pgtype.DriverBytes
	if err := row.Scan(&id, &body); err != nil {
		return journal.Command{}, err
	}
	return decodeCommand(id.Bytes, body), nil
}

// fill copies src to dst, which has the length that src must have.
func fill(dst, src []byte) error {
	if len(src) != len(dst) {
		return fmt.Errorf("%d bytes where %d should be", len(src), len(dst))
	}
	copy(dst, src)
	return nil
}
