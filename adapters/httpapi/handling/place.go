package handling

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/query"
)

// entryPlaceForm is how the place of an entry stands in a cursor: microseconds of its effective
// time, position, line. Either order finds its place by it.
const entryPlaceForm = "%d %d %d"

// EntryPlace writes the place of an entry for a cursor.
func EntryPlace(at query.EntryPlace) string {
	return fmt.Sprintf(entryPlaceForm, at.EffectiveAt.UnixMicro(), at.Position, at.Line)
}

// ParseEntryPlace reads what EntryPlace wrote; nothing is the first page.
//
// Errors: a *request.Problem with the code "invalid-cursor".
func ParseEntryPlace(place string) (at query.EntryPlace, err error) {
	if place == "" {
		return at, nil
	}
	var micro int64
	if _, err := fmt.Sscanf(place, entryPlaceForm, &micro, &at.Position, &at.Line); err != nil {
		return at, &request.Problem{Code: "invalid-cursor", Cause: err}
	}
	at.EffectiveAt = time.UnixMicro(micro).UTC()
	return at, nil
}
