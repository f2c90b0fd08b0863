package client

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAssetOrMoney(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(CreateQuote{From: AssetOrMoney{Money: &Money{Amount: "10.50", Asset: "USD"}}, To: AssetOrMoney{Asset: "EUR"}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"from":{"amount":"10.50","asset":"USD"},"to":"EUR"}`, string(body))
}
