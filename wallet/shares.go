package wallet

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
)

// divide divides total among shares. What it returns adds up to total, whatever the shares are; total and
// all of it are at scale.
//
// Each share is an exact claim: its amount, its percentage of total, or, of the rest, what the other
// claims leave. It gets the whole units (of the asset's scale) of its claim. The units that are left over
// go, one each, to the claims with the largest remainders, and of equal ones to the one that the caller
// named first.
//
// Errors: the claims come to more than total, or to less and none is the rest.
func divide(total decimal.Decimal, scale int32, list []Share) ([]decimal.Decimal, error) {
	units := total.Shift(scale)
	claims, rest, left := make([]decimal.Decimal, len(list)), -1, units
	for i, share := range list {
		switch {
		case share.Rest:
			rest = i
		case share.Percent != "":
			claims[i] = units.Mul(Figure(share.Percent)).Shift(-2) // exact: nothing is divided
		default:
			claims[i] = Figure(share.Amount.Amount).Shift(scale)
		}
		left = left.Sub(claims[i])
	}
	switch {
	case left.IsNegative():
		return nil, fmt.Errorf("the shares come to %s more than the amount", left.Neg().Shift(-scale))
	case rest >= 0:
		claims[rest] = left
	case !left.IsZero():
		return nil, fmt.Errorf("the shares come to %s less than the amount, and none is the rest", left.Shift(-scale))
	}
	return inUnits(units, scale, claims), nil
}

// inUnits gives each claim its whole units and deals out what is left over of units, to which the claims
// come.
func inUnits(units decimal.Decimal, scale int32, claims []decimal.Decimal) []decimal.Decimal {
	out, order, over := make([]decimal.Decimal, len(claims)), make([]int, len(claims)), units
	for i, claim := range claims {
		out[i], order[i] = claim.Floor(), i
		over = over.Sub(out[i])
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(claims[b].Sub(out[b]).Cmp(claims[a].Sub(out[a])), a-b)
	})
	// Each claim left less than a unit, so fewer are left over than there are claims with a remainder.
	for _, i := range order[:over.IntPart()] {
		out[i] = out[i].Add(decimal.New(1, 0))
	}
	for i := range out {
		out[i] = out[i].Shift(-scale).Round(scale)
	}
	return out
}

// checkPercent reports what is wrong with the form of a percentage.
func checkPercent(text string) error {
	percent, err := ledger.ParseAmount(text)
	if err == nil && percent.GreaterThan(decimal.New(100, 0)) {
		err = errors.New("want at most 100")
	}
	return err
}
