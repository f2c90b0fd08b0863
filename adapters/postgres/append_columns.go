package postgres

import (
	"encoding/binary"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// column is a one-dimensional array in Postgres's binary form. A batch's rows travel as one array
// for each column, written straight into the bytes that are sent: thousands of rows cost no
// reflection and no allocation each.
//
// The form: dimensions, flags (1: there are NULLs), the elements' type, count, lower bound, and then
// each element with its length (-1: NULL), all four-byte integers, big-endian.
type column struct {
	buf   []byte
	count uint32
	nulls bool
}

const columnHeader = 20

// newColumn returns an empty column of n elements to come, of the type oid and about size bytes each.
func newColumn(oid uint32, n, size int) *column {
	c := &column{buf: make([]byte, columnHeader, columnHeader+n*(size+4))}
	binary.BigEndian.PutUint32(c.buf[0:], 1)
	binary.BigEndian.PutUint32(c.buf[8:], oid)
	binary.BigEndian.PutUint32(c.buf[16:], 1)
	return c
}

// array returns the finished array.
func (c *column) array() []byte {
	if c.nulls {
		binary.BigEndian.PutUint32(c.buf[4:], 1)
	}
	binary.BigEndian.PutUint32(c.buf[12:], c.count)
	return c.buf
}

func (c *column) size(n int) {
	c.count++
	c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(n))
}

func (c *column) null() {
	c.nulls = true
	c.size(-1)
}

func (c *column) bytes(b []byte) {
	c.size(len(b))
	c.buf = append(c.buf, b...)
}

func (c *column) bytesUnless(null bool, b []byte) {
	if null {
		c.null()
		return
	}
	c.bytes(b)
}

func (c *column) text(s string) {
	c.size(len(s))
	c.buf = append(c.buf, s...)
}

func (c *column) textUnless(null bool, s string) {
	if null {
		c.null()
		return
	}
	c.text(s)
}

func (c *column) int2(v int16) {
	c.size(2)
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(v))
}

func (c *column) int4(v int32) {
	c.size(4)
	c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(v))
}

func (c *column) int8(v int64) {
	c.size(8)
	c.buf = binary.BigEndian.AppendUint64(c.buf, uint64(v))
}

func (c *column) int8Unless(null bool, v int64) {
	if null {
		c.null()
		return
	}
	c.int8(v)
}

func (c *column) timestamp(t time.Time) { c.int8(sinceY2K(t)) }

// y2k is where Postgres's binary timestamps count from, in microseconds since 1970.
const y2k = 946_684_800_000_000

func sinceY2K(t time.Time) int64 { return t.UnixMicro() - y2k }

// Single values in binary form.

func int2(v journal.Shard) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }

func int4(v int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func int8s(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) }

func timestamp(t time.Time) []byte { return int8s(sinceY2K(t)) }
