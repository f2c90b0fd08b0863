package risk

import (
	"cmp"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// decimalFunction makes an amount of a text.
const decimalFunction = "decimal"

// newLanguage returns what conditions are written in: CEL without its library. Logic, comparison, whole numbers, amounts,
// texts and lists are there. Loops, floats, times, conversions and regular expressions are not, so that what a condition
// costs follows from how long it is.
func newLanguage() (*cel.Env, error) {
	anything := cel.TypeParamType("T")
	options := []cel.EnvOption{
		cel.ClearMacros(),
		cel.Function(operators.LogicalAnd, cel.Overload("and", args(cel.BoolType, cel.BoolType), cel.BoolType)),
		cel.Function(operators.LogicalOr, cel.Overload("or", args(cel.BoolType, cel.BoolType), cel.BoolType)),
		cel.Function(operators.Equals, cel.Overload("equals", args(anything, anything), cel.BoolType)),
		cel.Function(operators.NotEquals, cel.Overload("differs", args(anything, anything), cel.BoolType)),
		cel.Function(operators.Conditional, cel.Overload("if", args(cel.BoolType, anything, anything), anything)),
		cel.Function(operators.LogicalNot, cel.Overload("not", args(cel.BoolType), cel.BoolType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return v.(traits.Negater).Negate() }))),
		cel.Function(operators.In, cel.Overload("in", args(anything, cel.ListType(anything)), cel.BoolType,
			cel.BinaryBinding(func(v, list ref.Val) ref.Val { return list.(traits.Container).Contains(v) }))),
		comparison(operators.Less, func(c int) bool { return c < 0 }),
		comparison(operators.LessEquals, func(c int) bool { return c <= 0 }),
		comparison(operators.Greater, func(c int) bool { return c > 0 }),
		comparison(operators.GreaterEquals, func(c int) bool { return c >= 0 }),
		arithmetic(operators.Add, func(a, b types.Int) ref.Val { return a.Add(b) }, func(a, b amount) amount { return amount{a.Add(b.Decimal)} }),
		arithmetic(operators.Subtract, func(a, b types.Int) ref.Val { return a.Subtract(b) }, func(a, b amount) amount { return amount{a.Sub(b.Decimal)} }),
		arithmetic(operators.Multiply, func(a, b types.Int) ref.Val { return a.Multiply(b) }, func(a, b amount) amount { return amount{a.Mul(b.Decimal)} }),
		textual("startsWith", types.StringStartsWith),
		textual("endsWith", types.StringEndsWith),
		textual("contains", types.StringContains),
		cel.Function(decimalFunction, cel.Overload(decimalFunction, args(cel.StringType), amountType, cel.UnaryBinding(parseAmount))),
	}
	for _, f := range facts() {
		options = append(options, cel.Variable(f.name, f.kind))
	}
	return cel.NewCustomEnv(options...)
}

func args(types ...*cel.Type) []*cel.Type { return types }

// numbers are the operands that an operator takes: counts, amounts, and an amount with a count.
func numbers(name string, result func(*cel.Type) *cel.Type, binding func(a, b ref.Val) ref.Val) cel.EnvOption {
	count, sum := cel.IntType, amountType
	bind := cel.BinaryBinding(binding)
	return cel.Function(name,
		cel.Overload(name+"counts", args(count, count), result(count), bind),
		cel.Overload(name+"amounts", args(sum, sum), result(sum), bind),
		cel.Overload(name+"amount_count", args(sum, count), result(sum), bind),
		cel.Overload(name+"count_amount", args(count, sum), result(sum), bind))
}

func comparison(name string, fits func(order int) bool) cel.EnvOption {
	return numbers(name, func(*cel.Type) *cel.Type { return cel.BoolType }, func(a, b ref.Val) ref.Val {
		m, counts := a.(types.Int)
		n, both := b.(types.Int)
		if counts && both {
			return types.Bool(fits(cmp.Compare(m, n)))
		}
		return types.Bool(fits(asAmount(a).Cmp(asAmount(b).Decimal)))
	})
}

func arithmetic(name string, ofCounts func(a, b types.Int) ref.Val, ofAmounts func(a, b amount) amount) cel.EnvOption {
	return numbers(name, func(operand *cel.Type) *cel.Type { return operand }, func(a, b ref.Val) ref.Val {
		m, counts := a.(types.Int)
		n, both := b.(types.Int)
		if counts && both {
			return ofCounts(m, n)
		}
		return ofAmounts(asAmount(a), asAmount(b))
	})
}

func textual(name string, binding func(a, b ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload(name, args(cel.StringType, cel.StringType), cel.BoolType, cel.BinaryBinding(binding)))
}
