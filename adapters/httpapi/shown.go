package httpapi

import (
	"maps"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
)

// shown is a time as it is answered: UTC, to the microsecond.
func shown(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// shownIfAny is shown, of a time that may be missing.
func shownIfAny(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return shown(t)
}

// metadataOf shows metadata, which is an object even when there is none.
func metadataOf(m map[string]string) api.Metadata {
	out := make(api.Metadata, len(m))
	maps.Copy(out, m)
	return out
}

// positionText writes a position of the shard as clients see it.
func positionText(position int64) string {
	return journal.Token{Shard: mainShard, Position: position}.String()
}
