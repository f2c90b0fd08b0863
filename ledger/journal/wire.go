package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// The wire form is what travels between Florin's processes: commands to a writer, answers back,
// published events. It is compact, carries its version in the first byte, and is read by programs
// of the same release or the one before; nothing is kept in it (the journal has its own columns).
//
// A message is: the version, a byte that says what it is, then fields in a fixed order. A text or a
// run of bytes is its length as a varint and then itself; a whole number is a zigzag varint; ids,
// hashes and times (microseconds since 1970, big-endian) have a fixed width.
//
// Reading never panics, takes memory in proportion to the input alone, and says at which byte it
// failed. What is read of Data, Result and Members are slices of the input, which must not be
// changed afterwards.

// ErrBadWire says that bytes are not a message of the kind asked for.
var ErrBadWire = errors.New("journal: not a message of this kind")

// wireVersion is the version that is written, and the only one that is read so far.
const wireVersion = 1

// What a message is: its second byte.
const (
	wireDelivery = 'D'
	wireAnswers  = 'A'
	wireEvent    = 'E'
)

func appendWireHead(buf []byte, kind byte) []byte { return append(buf, wireVersion, kind) }

func appendBytes[T ~string | ~[]byte](buf []byte, s T) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(s)))
	return append(buf, s...)
}

func appendTime(buf []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(buf, uint64(t.UnixMicro()))
}

func appendBool(buf []byte, b bool) []byte {
	if b {
		return append(buf, 1)
	}
	return append(buf, 0)
}

// wireReader reads fields one after another. The first failure stays; after it every field is
// empty, so that a caller checks once.
type wireReader struct {
	data []byte
	at   int
	err  error
}

// readWireHead begins to read a message of the given kind.
func readWireHead(data []byte, kind byte) *wireReader {
	r := &wireReader{data: data}
	if v := r.byte("version"); r.err == nil && v != wireVersion {
		r.at = 0
		r.fail("version is %d, want %d", v, wireVersion)
	}
	if k := r.byte("kind"); r.err == nil && k != kind {
		r.at = 1
		r.fail("kind is %q, want %q", k, kind)
	}
	return r
}

func (r *wireReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: byte %d: %s", ErrBadWire, r.at, fmt.Sprintf(format, args...))
		r.data = r.data[:r.at]
	}
}

// more reports whether there is anything left to read.
func (r *wireReader) more() bool { return r.err == nil && r.at < len(r.data) }

// take returns the next n bytes, capped so that appending to them cannot reach what follows.
func (r *wireReader) take(n uint64, what string) []byte {
	if n > uint64(len(r.data)-r.at) {
		r.fail("%s needs %d bytes, %d are left", what, n, len(r.data)-r.at)
		return nil
	}
	end := r.at + int(n)
	part := r.data[r.at:end:end]
	r.at = end
	return part
}

func (r *wireReader) byte(what string) byte {
	if part := r.take(1, what); part != nil {
		return part[0]
	}
	return 0
}

func (r *wireReader) bool(what string) bool {
	b := r.byte(what)
	if b > 1 {
		r.fail("%s is %d, want 0 or 1", what, b)
	}
	return b == 1
}

// bytes returns a run of bytes; nil for an empty one.
func (r *wireReader) bytes(what string) []byte {
	n, width := binary.Uvarint(r.data[r.at:])
	if width <= 0 {
		r.fail("length of %s is not a varint", what)
		return nil
	}
	r.at += width
	if n == 0 {
		return nil
	}
	return r.take(n, what)
}

func (r *wireReader) text(what string) string { return string(r.bytes(what)) }

// int returns a whole number between low and high.
func (r *wireReader) int(what string, low, high int64) int64 {
	n, width := binary.Varint(r.data[r.at:])
	if width <= 0 {
		r.fail("%s is not a varint", what)
		return 0
	}
	if n < low || n > high {
		r.fail("%s is %d, want %d to %d", what, n, low, high)
		return 0
	}
	r.at += width
	return n
}

func (r *wireReader) int64(what string) int64 { return r.int(what, math.MinInt64, math.MaxInt64) }

func (r *wireReader) time(what string) time.Time {
	part := r.take(8, what)
	if part == nil {
		return time.Time{}
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(part))).UTC()
}

func (r *wireReader) into(dst []byte, what string) { copy(dst, r.take(uint64(len(dst)), what)) }
