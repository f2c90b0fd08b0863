package messaging_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users/seal"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const one, two = "msg_01kkn6wx9dg000g00400000001", "msg_01kkn6wx9dg000g00400000002"
	want := map[string]any{
		"message-sent.v1": messaging.Sent{
			MessageID: two, From: person(1), To: person(2), Kind: messaging.KindMessage, ThreadID: one, InReplyTo: one,
			Subject: seal.Text("a sealed subject"), Body: seal.Text("a sealed body"), FromKey: seal.Text("a key"), ToKey: seal.Text("another"),
			Topic: "top-up-received", About: "pay_1",
		},
		"message-edited.v1": messaging.Edited{
			MessageID: two, From: person(1), To: person(2), Subject: seal.Text("a sealed subject"), Body: seal.Text("a sealed body"),
		},
		"message-deleted.v1": messaging.Deleted{MessageID: two, By: person(2)},
		"message-read.v1":    messaging.Read{MessageID: two, From: person(1), To: person(2)},
	}
	r := journal.NewRegistry()
	messaging.Register(r)
	files, err := filepath.Glob("testdata/events/*.json")
	require.NoError(t, err)
	seen := 0
	for name, schema := range r.EventTypes() {
		assert.True(t, messaging.IsType(name), name)
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
	assert.False(t, messaging.IsType("user-registered"))
}
