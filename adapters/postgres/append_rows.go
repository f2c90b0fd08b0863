package postgres

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
)

// The parameters of each statement of an append, in the order of queries/append_*.sql.

func advanceParams(b *journal.Batch) [][]byte {
	before, after := &b.Before, &b.After
	params := [][]byte{
		int2(before.Shard), int8s(before.Timeline), int8s(before.Epoch), int8s(before.Position), before.Chain[:],
		int8s(after.Position), after.Chain[:], nil,
		nil, int8s(int64(after.Mark.Seq)), timestamp(b.Sent), int8s(journal.MaxClockSkew.Microseconds()),
	}
	if !after.RecordedAt.IsZero() {
		params[7] = timestamp(after.RecordedAt)
	}
	if !after.Mark.Born.IsZero() {
		params[8] = int8s(after.Mark.Born.UnixNano())
	}
	return params
}

func eventParams(b *journal.Batch) [][]byte {
	n := len(b.Events)
	var (
		number      = newColumn(pgtype.Int8OID, n, 8)
		recordedAt  = newColumn(pgtype.TimestamptzOID, n, 8)
		effectiveAt = newColumn(pgtype.TimestamptzOID, n, 8)
		schema      = newColumn(pgtype.Int2OID, n, 2)
		command     = newColumn(pgtype.UUIDOID, n, 16)
		correlation = newColumn(pgtype.UUIDOID, n, 0)
		ledger      = newColumn(pgtype.TextOID, n, 8)
		stream      = newColumn(pgtype.TextOID, n, 40)
		kind        = newColumn(pgtype.TextOID, n, 24)
		actor       = newColumn(pgtype.TextOID, n, 32)
		trace       = newColumn(pgtype.TextOID, n, 0)
		nonce       = newColumn(pgtype.ByteaOID, n, 16)
		prev        = newColumn(pgtype.ByteaOID, n, 32)
		leaf        = newColumn(pgtype.ByteaOID, n, 32)
		data        = newColumn(pgtype.JSONOID, n, 128)
		postings    = newColumn(pgtype.JSONOID, n, 160)
	)
	var scratch []byte
	for _, e := range b.Events {
		number.int8Unless(e.Number == 0, e.Number)
		recordedAt.timestamp(e.RecordedAt)
		if e.EffectiveAt.Equal(e.RecordedAt) {
			effectiveAt.null()
		} else {
			effectiveAt.timestamp(e.EffectiveAt)
		}
		schema.int2(int16(e.Schema))
		command.bytes(e.Command[:])
		correlation.bytesUnless(e.Correlation.IsZero(), e.Correlation[:])
		ledger.text(e.Ledger)
		stream.text(e.Stream)
		kind.text(e.Type)
		actor.text(e.Actor)
		trace.textUnless(e.Trace == "", e.Trace)
		nonce.bytes(e.Nonce[:])
		prev.bytes(e.Prev[:])
		leaf.bytes(e.Leaf[:])
		data.bytes(e.Data)
		scratch = journal.AppendPostings(scratch[:0], e.Postings)
		postings.bytesUnless(len(scratch) == 0, scratch)
	}
	return [][]byte{
		int2(b.Before.Shard), int8s(b.Before.Position), int4(int32(b.Before.Epoch)),
		number.array(), recordedAt.array(), effectiveAt.array(), schema.array(), command.array(), correlation.array(),
		ledger.array(), stream.array(), kind.array(), actor.array(), trace.array(), nonce.array(), prev.array(), leaf.array(),
		data.array(), postings.array(),
	}
}

func outcomeParams(b *journal.Batch) ([][]byte, error) {
	n := len(b.Outcomes)
	var (
		at       = newColumn(pgtype.TimestamptzOID, n, 8)
		first    = newColumn(pgtype.Int8OID, n, 8)
		position = newColumn(pgtype.Int8OID, n, 0)
		count    = newColumn(pgtype.Int4OID, n, 4)
		status   = newColumn(pgtype.QCharOID, n, 1)
		command  = newColumn(pgtype.UUIDOID, n, 16)
		hash     = newColumn(pgtype.ByteaOID, n, 16)
		kind     = newColumn(pgtype.TextOID, n, 24)
		caller   = newColumn(pgtype.TextOID, n, 32)
		refusal  = newColumn(pgtype.JSONOID, n, 0)
		result   = newColumn(pgtype.JSONOID, n, 0)
	)
	for i := range b.Outcomes {
		o := &b.Outcomes[i]
		at.timestamp(o.At)
		first.int8Unless(o.Count == 0, o.First)
		position.int8Unless(o.Count > 0 && o.Position == o.First+int64(o.Count)-1, o.Position)
		count.int4(int32(o.Count))
		status.bytes([]byte{byte(o.Status)})
		command.bytes(o.Command[:])
		hash.bytes(o.Hash[:])
		kind.text(storable(o.Type))
		caller.text(storable(o.Caller))
		result.bytesUnless(o.Result == nil, o.Result)
		if o.Refusal == nil {
			refusal.null()
			continue
		}
		said, err := json.Marshal(o.Refusal)
		if err != nil {
			return nil, fmt.Errorf("%w: refusal of %s: %w", journal.ErrBadData, o.Command, err)
		}
		refusal.bytes(said)
	}
	return [][]byte{
		int2(b.Before.Shard), at.array(), first.array(), position.array(), count.array(), status.array(), command.array(), hash.array(),
		kind.array(), caller.array(), refusal.array(), result.array(),
	}, nil
}

func stateParams(b *journal.Batch) [][]byte {
	n := len(b.State)
	var (
		key     = newColumn(pgtype.TextOID, n, 48)
		loaded  = newColumn(pgtype.Int8OID, n, 8)
		version = newColumn(pgtype.Int8OID, n, 8)
		data    = newColumn(pgtype.JSONOID, n, 96)
	)
	for i := range b.State {
		r := &b.State[i]
		key.text(r.Key)
		loaded.int8(r.Loaded)
		version.int8(r.Version)
		data.bytes(r.Data)
	}
	return [][]byte{int2(b.Before.Shard), key.array(), loaded.array(), version.array(), data.array()}
}

func deadParams(b *journal.Batch) ([][]byte, error) {
	n := len(b.Dead)
	var (
		at      = newColumn(pgtype.TimestamptzOID, n, 8)
		command = newColumn(pgtype.UUIDOID, n, 16)
		kind    = newColumn(pgtype.TextOID, n, 24)
		body    = newColumn(pgtype.ByteaOID, n, 256)
		reason  = newColumn(pgtype.TextOID, n, 128)
	)
	for i := range b.Dead {
		d := &b.Dead[i]
		kept, err := encodeCommand(&d.Command)
		if err != nil {
			return nil, fmt.Errorf("dead letter: %w", err)
		}
		at.timestamp(d.At)
		command.bytes(d.Command.ID[:])
		kind.text(storable(d.Command.Type))
		body.bytes(kept)
		reason.text(storable(d.Reason[:min(len(d.Reason), maxReason)]))
	}
	return [][]byte{int2(b.Before.Shard), at.array(), command.array(), kind.array(), body.array(), reason.array()}, nil
}

func settleParams(b *journal.Batch) [][]byte {
	ids := newColumn(pgtype.UUIDOID, len(b.Inbox), 16)
	for i := range b.Inbox {
		ids.bytes(b.Inbox[i][:])
	}
	return [][]byte{ids.array()}
}

// storable makes s a text that Postgres takes. It is for what says which command failed and why: an
// outcome of "dead" whose own type cannot be written would fail for ever.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
