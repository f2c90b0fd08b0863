package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// idAlphabet is Crockford's base 32 in lower case, as TypeID uses it: no i, l, o, u.
const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// idLength is the length of 128 bits in base 32.
const idLength = 26

// ErrBadID says that a text is not an identifier of the kind asked for.
var ErrBadID = errors.New("journal: not an identifier of this kind")

// FormatID writes 128 bits as a TypeID: the prefix, an underscore, 26 characters of base 32. The
// order of the texts is the order of the bytes.
func FormatID(prefix string, id [16]byte) string {
	hi, lo := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	buf := make([]byte, len(prefix)+1+idLength)
	copy(buf, prefix)
	buf[len(prefix)] = '_'
	for i := len(buf) - 1; i > len(prefix); i-- {
		buf[i] = idAlphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(buf)
}

// ParseID reads what FormatID wrote under the same prefix. Errors: ErrBadID.
func ParseID(prefix, text string) ([16]byte, error) {
	var id [16]byte
	digits, ok := strings.CutPrefix(text, prefix+"_")
	if !ok || len(digits) != idLength || digits[0] > '7' {
		return id, fmt.Errorf("%w: want %s_ and %d characters", ErrBadID, prefix, idLength)
	}
	var hi, lo uint64
	for i := range len(digits) {
		v := strings.IndexByte(idAlphabet, digits[i])
		if v < 0 {
			return id, fmt.Errorf("%w: character %q", ErrBadID, digits[i])
		}
		hi = hi<<5 | lo>>59
		lo = lo<<5 | uint64(v)
	}
	binary.BigEndian.PutUint64(id[:8], hi)
	binary.BigEndian.PutUint64(id[8:], lo)
	return id, nil
}

// CommandID names a command for ever. It is a digest of who asked and under which key, so the same
// request finds the same outcome without an index over keys.
type CommandID [16]byte

// NewCommandID derives the id of the command that a principal sends under an idempotency key.
func NewCommandID(principal, key string) CommandID {
	h := sha256.New()
	h.Write([]byte("florin command\x00"))
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(principal))))
	h.Write([]byte(principal))
	h.Write([]byte(key))
	return CommandID(h.Sum(nil)[:16])
}

// String returns the cmd_… form.
func (id CommandID) String() string { return FormatID("cmd", id) }

// IsZero reports whether the id is not set.
func (id CommandID) IsZero() bool { return id == CommandID{} }

// ParseCommandID reads a cmd_… text. Errors: ErrBadID.
func ParseCommandID(text string) (CommandID, error) {
	id, err := ParseID("cmd", text)
	return CommandID(id), err
}

// PlaceID is an identifier made of an event's place: 48 bits of milliseconds of recorded time, the
// version nibble 8, 12 bits of shard, the variant bits, 22 bits of epoch, 40 bits of position (a
// UUIDv8). So a thing is found by its id without an index, in one partition; ids sort by time;
// and because the epoch grows with every term of office, a position that is used again after an
// accepted loss does not bring an old id back to life. docs/adr/0003-ids-from-places.md.
type PlaceID [16]byte

const (
	epochBits    = 22
	positionBits = 40
)

// NewPlaceID builds the id of the event at position, written in epoch at the given time.
func NewPlaceID(shard Shard, epoch, position int64, at time.Time) PlaceID {
	var id PlaceID
	hi := uint64(at.UnixMilli())<<16 | 8<<12 | uint64(shard)&0xfff
	lo := 2<<62 | uint64(epoch)&(1<<epochBits-1)<<positionBits | uint64(position)&(1<<positionBits-1)
	binary.BigEndian.PutUint64(id[:8], hi)
	binary.BigEndian.PutUint64(id[8:], lo)
	return id
}

// Format returns the id with a prefix, such as txn_….
func (id PlaceID) Format(prefix string) string { return FormatID(prefix, id) }

// Shard returns the shard that the id names.
func (id PlaceID) Shard() Shard { return Shard(binary.BigEndian.Uint64(id[:8]) & 0xfff) }

// Position returns the position that the id names.
func (id PlaceID) Position() int64 {
	return int64(binary.BigEndian.Uint64(id[8:]) & (1<<positionBits - 1))
}

// Names reports whether the id is that of e, epoch and time included.
func (id PlaceID) Names(e *Event) bool { return id == e.ID() }

// ParsePlaceID reads a text with the given prefix. Errors: ErrBadID.
func ParsePlaceID(prefix, text string) (PlaceID, error) {
	raw, err := ParseID(prefix, text)
	if err != nil {
		return PlaceID{}, err
	}
	if raw[6]>>4 != 8 || raw[8]>>6 != 2 {
		return PlaceID{}, fmt.Errorf("%w: not made of a place", ErrBadID)
	}
	return PlaceID(raw), nil
}

// Token is how a position is shown outside: "<shard>-<position>", opaque to clients.
type Token struct {
	Shard    Shard
	Position int64
}

// String returns the outside form.
func (t Token) String() string { return fmt.Sprintf("%d-%d", t.Shard, t.Position) }

// ParseToken reads what Token.String wrote. Errors: ErrBadID.
func ParseToken(text string) (Token, error) {
	var t Token
	n, err := fmt.Sscanf(text, "%d-%d", &t.Shard, &t.Position)
	if err != nil || n != 2 || t.String() != text || t.Shard < 0 || t.Position < 0 {
		return Token{}, fmt.Errorf("%w: want <shard>-<position>", ErrBadID)
	}
	return t, nil
}
