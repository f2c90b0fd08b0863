package client

import "encoding/json"

// AssetOrMoney is one side of a quote: an asset, or an amount with its asset.
type AssetOrMoney struct {
	Asset string
	// Money is nil for an asset alone.
	Money *Money
}

// MarshalJSON implements json.Marshaler.
func (v AssetOrMoney) MarshalJSON() ([]byte, error) {
	if v.Money != nil {
		return json.Marshal(v.Money)
	}
	return json.Marshal(v.Asset)
}
