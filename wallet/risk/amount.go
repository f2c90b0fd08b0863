package risk

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// amountType is the type of amounts in conditions.
var amountType = cel.OpaqueType("decimal") //nolint:gochecknoglobals // a name, which nobody changes

// amount is an amount in a condition. It is exact: 10.50 is no float.
type amount struct{ decimal.Decimal }

// amountOf reads an amount of an event; empty for zero.
func amountOf(text string) ref.Val {
	if text == "" {
		return amount{}
	}
	return amount{wallet.Figure(text)}
}

// asAmount reads an amount, or a count, which the checker has seen to be one of them.
func asAmount(v ref.Val) amount {
	if n, ok := v.(types.Int); ok {
		return amount{decimal.NewFromInt(int64(n))}
	}
	return v.(amount)
}

// parseAmount makes an amount of a text, which has been looked at when the rule was loaded.
func parseAmount(v ref.Val) ref.Val {
	text, _ := v.(types.String)
	d, err := ledger.ParseSigned(string(text))
	if err != nil {
		return types.NewErr("%s", err.Error())
	}
	return amount{d}
}

// Equal implements ref.Val. 10.5 equals 10.50.
func (a amount) Equal(other ref.Val) ref.Val {
	b, ok := other.(amount)
	return types.Bool(ok && a.Decimal.Equal(b.Decimal))
}

// Type implements ref.Val.
func (a amount) Type() ref.Type { return amountType }

// Value implements ref.Val.
func (a amount) Value() any { return a.Decimal }

// ConvertToNative implements ref.Val.
func (a amount) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("an amount is no %s", t)
}

// ConvertToType implements ref.Val.
func (a amount) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("an amount is no %s", t.TypeName())
}
