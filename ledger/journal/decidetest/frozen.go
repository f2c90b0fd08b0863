package decidetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// Frozen holds a core's events against the files of testdata/events, <type>.v<schema>.json: every version of
// every event that was ever written decodes into what it meant, which is want, and the newest is written
// as it was frozen. A new shape is a new version with a file of its own. It returns the types, in order.
func Frozen(t *testing.T, register func(*journal.Registry), want map[string]any) []string {
	t.Helper()
	r := journal.NewRegistry()
	register(r)
	files, err := filepath.Glob("testdata/events/*.json")
	require.NoError(t, err)
	var types []string
	seen := 0
	for name, schema := range r.EventTypes() {
		types = append(types, name)
		for v := 1; v <= schema; v++ {
			file := fmt.Sprintf("%s.v%d", name, v)
			data, err := os.ReadFile(filepath.Join("testdata", "events", file+".json"))
			require.NoError(t, err, "an event version without its frozen file")
			e := journal.Event{Type: name, Schema: v, Data: bytes.TrimSpace(data)}
			require.NoError(t, r.Decode(&e))
			assert.Equal(t, want[file], e.Body, file)
			if v == schema {
				again, err := json.Marshal(e.Body)
				require.NoError(t, err)
				assert.Equal(t, string(e.Data), string(again), "%s is written otherwise than it was frozen", file)
			}
			seen++
		}
	}
	assert.Len(t, files, seen, "a frozen file that nothing reads")
	assert.Len(t, want, seen)
	slices.Sort(types)
	return types
}
