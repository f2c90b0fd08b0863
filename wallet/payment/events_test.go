package payment_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const id = "wal_01kkn6wx9dg000g00400000001"
	ten := ledger.Money{Amount: "10.50", Asset: "USD"}
	source := payment.Source{EventID: "evt_1", Raw: 7}
	want := map[string]any{
		"payment-received.v1": payment.Received{Provider: "stripe", Payment: "pi_1", Amount: ten, WalletID: id, Source: source},
		"payment-refunded.v1": payment.Refunded{Provider: "stripe", Payment: "pi_1", Amount: ten, Source: source},
		"payment-assigned.v1": payment.Assigned{Provider: "stripe", Payment: "pi_1", Amount: ten, WalletID: id, Source: source},
	}
	r := journal.NewRegistry()
	payment.Register(r)
	files, err := filepath.Glob("testdata/events/*.json")
	require.NoError(t, err)
	seen := 0
	for name, schema := range r.EventTypes() {
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
}
