package journal

import (
	"encoding/binary"
	"math"
)

// AppendEvent writes a message of one event, everything but Body: Data's bytes as they are, for
// they are hashed, and postings in their stored form.
func AppendEvent(buf []byte, e *Event) []byte {
	return appendEvent(appendWireHead(buf, wireEvent), e)
}

// ParseEvent reads what AppendEvent wrote. Whether the event is what was recorded,
// [Event.Intact] says. Errors: ErrBadWire.
func ParseEvent(data []byte) (Event, error) {
	r := readWireHead(data, wireEvent)
	e := r.event()
	if r.more() {
		r.fail("%d bytes after the event", len(r.data)-r.at)
	}
	if r.err != nil {
		return Event{}, r.err
	}
	return e, nil
}

func appendEvent(buf []byte, e *Event) []byte {
	buf = append(buf, e.Nonce[:]...)
	buf = append(buf, e.Prev[:]...)
	buf = append(buf, e.Leaf[:]...)
	buf = append(buf, e.Command[:]...)
	buf = append(buf, e.Correlation[:]...)
	buf = appendTime(buf, e.EffectiveAt)
	buf = appendTime(buf, e.RecordedAt)
	for _, n := range [...]int64{int64(e.Shard), e.Position, e.Epoch, e.Number, int64(e.Schema)} {
		buf = binary.AppendVarint(buf, n)
	}
	for _, s := range [...]string{e.Ledger, e.Stream, e.Type, e.Actor, e.Trace} {
		buf = appendBytes(buf, s)
	}
	buf = appendBytes(buf, e.Data)
	return appendPostingsSized(buf, e.Postings)
}

// appendPostingsSized writes postings after their length, which is known only once they are
// written: room is left for it and closed up again.
func appendPostingsSized(buf []byte, ps []Posting) []byte {
	if len(ps) == 0 {
		return append(buf, 0)
	}
	var room [binary.MaxVarintLen64]byte
	start := len(buf)
	buf = AppendPostings(append(buf, room[:]...), ps)
	body := buf[start+len(room):]
	width := binary.PutUvarint(buf[start:start+len(room)], uint64(len(body)))
	copy(buf[start+width:], body)
	return buf[:start+width+len(body)]
}

func (r *wireReader) event() (e Event) {
	r.into(e.Nonce[:], "nonce")
	r.into(e.Prev[:], "previous hash")
	r.into(e.Leaf[:], "leaf hash")
	r.into(e.Command[:], "command id")
	r.into(e.Correlation[:], "correlation")
	e.EffectiveAt = r.time("effective time")
	e.RecordedAt = r.time("recorded time")
	e.Shard = Shard(r.int("shard", 0, math.MaxInt16))
	e.Position = r.int64("position")
	e.Epoch = r.int64("epoch")
	e.Number = r.int64("number")
	e.Schema = int(r.int("schema", 0, math.MaxInt32))
	e.Ledger = r.text("ledger")
	e.Stream = r.text("stream")
	e.Type = r.text("event type")
	e.Actor = r.text("event actor")
	e.Trace = r.text("event trace")
	e.Data = r.bytes("event data")
	start := r.at
	postings, err := ParsePostings(r.bytes("postings"))
	if err != nil {
		r.at = start
		r.fail("%v", err)
	}
	e.Postings = postings
	return e
}
