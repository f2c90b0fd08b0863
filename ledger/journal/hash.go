package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// The chain: Leaf(n) = SHA-256(0x00, event n), Prev(n) = SHA-256(0x01, Prev(n-1), Leaf(n-1)), and
// Prev(1) is 32 zero bytes. 0x00 and 0x01 keep a leaf from passing as a link, as in RFC 6962.

// Seal fills Leaf from the event's own fields and Prev, and returns the chain value after it.
func (e *Event) Seal(prev [32]byte) [32]byte {
	e.Prev = prev
	e.Leaf = e.leaf()
	return e.Chain()
}

// Chain returns the chain value after the event, which is the Prev of the next one.
func (e *Event) Chain() [32]byte {
	var buf [65]byte
	buf[0] = 1
	copy(buf[1:33], e.Prev[:])
	copy(buf[33:], e.Leaf[:])
	return sha256.Sum256(buf[:])
}

// Intact reports whether Leaf is the hash of the event as it stands.
func (e *Event) Intact() bool { return e.Leaf == e.leaf() }

// leaf hashes every recorded field, each with its length, in a fixed order: two events that differ
// anywhere have different inputs.
func (e *Event) leaf() [32]byte {
	h := sha256.New()
	buf := make([]byte, 0, 512)
	buf = append(buf, 0)
	buf = append(buf, e.Nonce[:]...)
	buf = binary.BigEndian.AppendUint16(buf, uint16(e.Shard))
	for _, n := range [...]int64{e.Position, e.Epoch, e.Number, int64(e.Schema), e.EffectiveAt.UnixMicro(), e.RecordedAt.UnixMicro()} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(n))
	}
	buf = append(buf, e.Command[:]...)
	buf = append(buf, e.Correlation[:]...)
	for _, s := range [...]string{e.Ledger, e.Stream, e.Type, e.Actor, e.Trace} {
		buf = appendSized(buf, s)
	}
	buf = appendSized(buf, string(e.Data))
	buf = AppendPostings(buf, e.Postings)
	h.Write(buf)
	return sum(h)
}

func appendSized(buf []byte, s string) []byte {
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
	return append(buf, s...)
}

func sum(h hash.Hash) (out [32]byte) {
	h.Sum(out[:0])
	return out
}
