package request

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

// cursorMAC is how many bytes of the MAC a cursor carries: 128 bits, beyond guessing.
const cursorMAC = 16

// Cursors gives out and takes back the cursors of lists. A cursor is the place where the next page
// begins and a MAC over that place and the list's filter, so it can neither be made up nor carried
// over to another list. It is not encrypted: a place in a list that the caller has just seen is no
// secret.
type Cursors struct{ key []byte }

// NewCursors derives the key of cursors from a secret of the installation, which every instance
// shares and other uses may share too. A new secret makes void the cursors given out before.
func NewCursors(secret []byte) Cursors {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("florin cursor 1"))
	return Cursors{key: mac.Sum(nil)}
}

// Seal makes the cursor of a place in the list of a filter.
func (cs Cursors) Seal(filter string, place []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(cs.mac(filter, place), place...))
}

// Open returns the place of a cursor that Seal made for the same filter. Errors: a *Problem with
// the code "invalid-cursor", the same whatever is wrong with it.
func (cs Cursors) Open(filter, cursor string) ([]byte, error) {
	if len(cursor) > MaxCursor {
		return nil, &Problem{Code: "invalid-cursor"}
	}
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(data) < cursorMAC {
		return nil, &Problem{Code: "invalid-cursor"}
	}
	place := data[cursorMAC:]
	if !hmac.Equal(data[:cursorMAC], cs.mac(filter, place)) {
		return nil, &Problem{Code: "invalid-cursor"}
	}
	// The decoder skips line breaks and ignores the unused bits of the last character; a cursor has
	// one spelling.
	if base64.RawURLEncoding.EncodeToString(data) != cursor {
		return nil, &Problem{Code: "invalid-cursor"}
	}
	return place, nil
}

func (cs Cursors) mac(filter string, place []byte) []byte {
	sum := sha256.Sum256([]byte(filter))
	mac := hmac.New(sha256.New, cs.key)
	mac.Write(sum[:])
	mac.Write(place)
	return mac.Sum(nil)[:cursorMAC]
}
