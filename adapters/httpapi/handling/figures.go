package handling

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// Sums come from read models with the decimals of what was added up, and those of one asset have
// one scale. A sum over nothing has none of its own: it takes the decimals of its neighbours.

// Scale returns the most decimals that any of ds has.
func Scale(ds ...decimal.Decimal) (scale int32) {
	for _, d := range ds {
		scale = max(scale, -d.Exponent())
	}
	return scale
}

// OnNormalSide returns the balance seen from the side that makes it grow. The address may be the
// beginning of one, down to the root.
func OnNormalSide(b query.Balance) decimal.Decimal {
	if ledger.Address(b.Address+":").NormalSide() == journal.Debit {
		return b.Debits.Sub(b.Credits)
	}
	return b.Credits.Sub(b.Debits)
}

// Money shows an amount.
func Money(m ledger.Money) api.Money { return api.Money{Amount: m.Amount, Asset: m.Asset} }

// SignedMoney shows an amount that may be below zero.
func SignedMoney(m ledger.Money) api.SignedMoney {
	return api.SignedMoney{Amount: m.Amount, Asset: m.Asset}
}

// Side shows a side of a posting.
func Side(s journal.Side) api.Side { return api.Side(s.String()) }

// MoneyChange is an amount that may be absent.
func MoneyChange(m *api.Money) *ledger.Money {
	if m == nil {
		return nil
	}
	return &ledger.Money{Amount: m.Amount, Asset: m.Asset}
}
