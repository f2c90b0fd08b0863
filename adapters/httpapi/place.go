package httpapi

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/query"
)

// entryPlaceForm is how the place of an entry stands in a cursor: microseconds of its effective
// time, position, line. Either order finds its place by it.
const entryPlaceForm = "%d %d %d"

// entryPlace writes the place of an entry for a cursor.
func entryPlace(at query.EntryPlace) string {
	return fmt.Sprintf(entryPlaceForm, at.EffectiveAt.UnixMicro(), at.Position, at.Line)
}

// parseEntryPlace reads what entryPlace wrote; nothing is the first page.
//
// Errors: a *Problem with the code "invalid-cursor".
func parseEntryPlace(place string) (at query.EntryPlace, err error) {
	if place == "" {
		return at, nil
	}
	var micro int64
	if _, err := fmt.Sscanf(place, entryPlaceForm, &micro, &at.Position, &at.Line); err != nil {
		return at, &Problem{Code: "invalid-cursor", cause: err}
	}
	at.EffectiveAt = time.UnixMicro(micro).UTC()
	return at, nil
}
