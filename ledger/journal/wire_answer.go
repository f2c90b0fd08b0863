package journal

import (
	"encoding/binary"
	"math"
)

// AppendAnswers begins a message of answers. [AppendAnswer] adds to it, any number of times; bytes
// that it wrote elsewhere may be appended just as well.
func AppendAnswers(buf []byte) []byte { return appendWireHead(buf, wireAnswers) }

// AppendAnswer adds an answer with its events. A refusal travels without its Title, which depends
// on the code alone and is as absent from a recorded outcome.
func AppendAnswer(buf []byte, a *Answer) []byte {
	o := &a.Outcome
	buf = append(buf, o.Command[:]...)
	buf = append(buf, o.Hash[:]...)
	buf = append(buf, byte(o.Status))
	buf = appendTime(buf, o.At)
	buf = binary.AppendVarint(buf, o.First)
	buf = binary.AppendVarint(buf, int64(o.Count))
	buf = binary.AppendVarint(buf, o.Position)
	buf = appendBytes(buf, o.Type)
	buf = appendBytes(buf, o.Caller)
	buf = appendBytes(buf, o.Result)
	buf = appendRefusal(buf, o.Refusal)
	buf = appendBool(buf, a.Replayed)
	buf = binary.AppendUvarint(buf, uint64(len(a.Events)))
	for i := range a.Events {
		buf = appendEvent(buf, &a.Events[i])
	}
	return buf
}

// ParseAnswers reads a message that AppendAnswers began. Errors: ErrBadWire.
func ParseAnswers(data []byte) ([]Answer, error) {
	r := readWireHead(data, wireAnswers)
	var answers []Answer
	for r.more() {
		answers = append(answers, r.answer())
	}
	if r.err != nil {
		return nil, r.err
	}
	return answers, nil
}

func (r *wireReader) answer() (a Answer) {
	o := &a.Outcome
	r.into(o.Command[:], "command id")
	r.into(o.Hash[:], "hash")
	o.Status = r.status()
	o.At = r.time("outcome time")
	o.First = r.int64("first position")
	o.Count = int(r.int("count", 0, math.MaxInt32))
	o.Position = r.int64("position")
	o.Type = r.text("command type")
	o.Caller = r.text("caller")
	o.Result = r.bytes("result")
	o.Refusal = r.refusal()
	a.Replayed = r.bool("replayed")
	n, width := binary.Uvarint(r.data[r.at:])
	if width <= 0 {
		r.fail("number of events is not a varint")
		return a
	}
	r.at += width
	// The number is not trusted with an allocation: the events have to be there.
	for ; n > 0 && r.err == nil; n-- {
		a.Events = append(a.Events, r.event())
	}
	return a
}

func (r *wireReader) status() Status {
	s := Status(r.byte("status"))
	if r.err == nil && s != Done && s != Refused && s != Dead {
		r.at--
		r.fail("status is %q", byte(s))
	}
	return s
}

func appendRefusal(buf []byte, f *Refusal) []byte {
	if f == nil {
		return append(buf, 0)
	}
	buf = append(buf, 1)
	buf = appendBytes(buf, f.Code)
	buf = appendBytes(buf, f.Detail)
	buf = appendBytes(buf, f.Pointer)
	buf = appendBytes(buf, f.Members)
	return appendBool(buf, f.Malformed)
}

func (r *wireReader) refusal() *Refusal {
	if !r.bool("refusal") {
		return nil
	}
	return &Refusal{
		Code:      r.text("refusal code"),
		Detail:    r.text("refusal detail"),
		Pointer:   r.text("refusal pointer"),
		Members:   r.bytes("refusal members"),
		Malformed: r.bool("malformed"),
	}
}
