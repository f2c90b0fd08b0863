package ledger

import (
	"github.com/florinledger/florin/ledger/journal"
)

// Asset is a currency or unit with its fixed scale. The scale belongs to the asset for ever, never
// to a request.
type Asset struct {
	// Code is an upper-case letter followed by up to 31 of A-Z, 0-9, "_", "." and "-".
	Code string `json:"code"`
	// Scale is the number of decimals of every amount of the asset: 2 for USD, 0 for JPY.
	Scale int32 `json:"scale"`
}

// ErrAssetCode says that a text is no asset code.
const ErrAssetCode = formError("want an upper-case letter followed by up to 31 of A-Z, 0-9, _, . and -")

// CheckAssetCode reports nil when code has the form of an asset's code. Errors: [ErrAssetCode].
func CheckAssetCode(code string) error {
	if len(code) == 0 || len(code) > MaxAssetCode || code[0] < 'A' || code[0] > 'Z' {
		return ErrAssetCode
	}
	for i := 1; i < len(code); i++ {
		switch c := code[i]; {
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '.', c == '-':
		default:
			return ErrAssetCode
		}
	}
	return nil
}

// assets are the registered assets by code; those of ISO 4217 need no row.
func assets() journal.Kind[Asset] { return journal.NewKind[Asset]("asset") }

// AssetScale returns the scale of a known asset: one of ISO 4217's, or one that was registered.
func AssetScale(s *journal.Scope, code string) (scale int32, ok bool) {
	if scale, ok = isoScale(code); ok {
		return scale, true
	}
	a, ok := assets().Get(s, code)
	return a.Scale, ok
}

// RegisterAsset makes an asset known, with its scale, for ever. The currencies of ISO 4217 are
// known from the start.
//
// Registering an asset again with its own scale is done and changes nothing. Refusals:
// ErrAssetTaken with another scale.
type RegisterAsset struct {
	Code  string `json:"code"`
	Scale int32  `json:"scale"`
}

// Validate reports what is wrong with the form of c.
func (c RegisterAsset) Validate() []FieldError {
	var f Form
	f.Check("/code", CheckAssetCode(c.Code))
	if c.Scale < 0 || c.Scale > MaxScale {
		f.Addf("/scale", "want 0 to %d", MaxScale)
	}
	return f.errors
}

// DecideRegisterAsset decides a RegisterAsset, for whatever core counts in units of its own: memberships count days.
func DecideRegisterAsset(s *journal.Scope, c RegisterAsset) error {
	if err := Malformed(c.Validate()); err != nil {
		return err
	}
	if scale, ok := AssetScale(s, c.Code); ok {
		if scale != c.Scale {
			return ErrAssetTaken.With(Asset{Code: c.Code, Scale: scale})
		}
		return nil
	}
	s.Emit(journal.Event{
		Stream: "asset/" + c.Code, Type: TypeAssetRegistered, Schema: 1,
		Body: AssetRegistered(c),
	})
	return nil
}
