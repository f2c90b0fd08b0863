package webhook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/messaging/webhook"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const (
		id           = "whe_01kkn6wx9dg000g00400000001"
		first, later = "whk_01kkn6wx9dg000g00400000001", "whk_01kkn6wx9dg000g00400000002"
	)
	address, types, text, off := home, []string{"transfer.made"}, "Orders", webhook.Disabled
	want := map[string]any{
		"webhook-endpoint-created.v1": webhook.Created{
			EndpointID: id, Owner: shop, URL: home, EventTypes: []string{"hold.placed", "transfer.made"}, Description: "Orders", KeyID: first,
		},
		"webhook-endpoint-changed.v1": webhook.Changed{EndpointID: id, Changes: webhook.Changes{
			URL: &address, EventTypes: &types, Description: &text, Status: &off,
		}},
		"webhook-secret-rotated.v1": webhook.SecretRotated{
			EndpointID: id, KeyID: later, Replaced: []webhook.Replaced{{KeyID: first, Until: time.Date(2026, 3, 15, 9, 26, 53, 589793000, time.UTC)}},
			Dropped: []string{"whk_01kkn6wx9dg000g00400000003"},
		},
		"webhook-endpoint-disabled.v1": webhook.SwitchedOff{EndpointID: id, Reason: webhook.ReasonFailing},
		"webhook-endpoint-deleted.v1":  webhook.Deleted{EndpointID: id, Dropped: []string{first, later}},
	}
	for _, name := range decidetest.Frozen(t, webhook.Register, want) {
		assert.True(t, webhook.IsType(name), name)
	}
	assert.False(t, webhook.IsType("message-sent"))
}
