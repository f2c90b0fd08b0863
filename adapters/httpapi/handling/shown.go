package handling

import (
	"maps"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
)

// Time is a time as it is answered: UTC, to the microsecond.
func Time(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// TimeIfAny is Time for a time that there may not be, which is left out.
func TimeIfAny(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return Time(t)
}

// Metadata shows metadata, which is an object even when there is none.
func Metadata(m map[string]string) api.Metadata {
	out := make(api.Metadata, len(m))
	maps.Copy(out, m)
	return out
}

// Position writes a position of the shard as clients see it.
func Position(position int64) string {
	return journal.Token{Shard: MainShard, Position: position}.String()
}
