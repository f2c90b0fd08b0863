package archive

import (
	"crypto/sha256"
	"encoding/hex"
)

const (
	// bufferSize is how much is read and written at once, and maxLine how long a line may be, in bytes: many times what
	// the service takes in one piece.
	bufferSize, maxLine = 1 << 20, 64 << 20
	// sumSize is how much of a hash is written, in bytes.
	sumSize = 16

	// A line ends with its sum, as the last member of its object.
	sumBefore, sumAfter = `,"sum":"`, `"}`
	sumLength           = len(sumBefore) + 2*sumSize + len(sumAfter)
)

// sum is the sum of the lines so far.
type sum [sha256.Size]byte

// next adds a line, without its sum, and returns how its sum is written.
func (s *sum) next(body []byte) string {
	h := sha256.New()
	h.Write(s[:])
	h.Write(body)
	h.Sum(s[:0])
	return hex.EncodeToString(s[:sumSize])
}
