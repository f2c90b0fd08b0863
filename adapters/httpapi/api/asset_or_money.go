package api

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// AssetOrMoney is an asset, "EUR", or an amount with its asset.
type AssetOrMoney struct {
	Asset string
	// Money is nil for an asset alone.
	Money *Money
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom. Null is what is absent.
func (v *AssetOrMoney) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case 'n':
		return dec.SkipValue()
	case '"':
		return json.UnmarshalDecode(dec, &v.Asset)
	case '{':
		v.Money = new(Money)
		return json.UnmarshalDecode(dec, v.Money)
	}
	return errors.New("api: neither an asset nor money")
}
