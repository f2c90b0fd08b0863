package client_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

func TestAssetOrMoney(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(client.CreateQuote{From: client.AssetOrMoney{Money: &client.Money{Amount: "10.50", Asset: "USD"}}, To: client.AssetOrMoney{Asset: "EUR"}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"from":{"amount":"10.50","asset":"USD"},"to":"EUR"}`, string(body))
}
