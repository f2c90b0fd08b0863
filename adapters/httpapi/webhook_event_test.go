package httpapi

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A type of events that others are told of is in the contract, in the table, and in docs/webhooks.md with an example
// that keeps the contract: no more there, and no fewer.
func TestOutsideEventsAreDocumented(t *testing.T) {
	t.Parallel()
	var inContract, inTable, inDocs []string
	for _, value := range contract(t).Doc.Components.Schemas["WebhookEventType"].Value.Enum {
		inContract = append(inContract, value.(string))
	}
	for _, outside := range outsideEvents() {
		inTable = append(inTable, string(outside.name))
	}
	page, err := os.ReadFile("../../docs/webhooks.md")
	require.NoError(t, err)
	for _, section := range regexp.MustCompile("(?s)\n### (\\S+)\n.*?```json\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		inDocs = append(inDocs, section[1])
		var example map[string]any
		require.NoError(t, json.Unmarshal([]byte(section[2]), &example), section[1])
		assert.Equal(t, section[1], example["type"])
		schema := map[string]string{
			"wallet": "Wallet", "hold": "Hold", "transfer": "Transaction", "exchange": "Transaction", "payment": "WebhookPayment",
			"withdrawal": "WebhookWithdrawal", "schedule": "WebhookSchedule", "alert": "WebhookAlert",
		}[strings.Split(section[1], ".")[0]]
		if section[1] == "wallet.credited" || section[1] == "wallet.debited" {
			schema = "Transaction"
		}
		require.NoError(t, contract(t).Doc.Components.Schemas[schema].Value.VisitJSON(example["data"]), section[1])
	}
	slices.Sort(inContract)
	slices.Sort(inTable)
	slices.Sort(inDocs)
	assert.Equal(t, inContract, inTable)
	assert.Equal(t, inContract, inDocs)
}
