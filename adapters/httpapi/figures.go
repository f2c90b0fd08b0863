package httpapi

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// Sums come from read models with the decimals of what was added up, and those of one asset have
// one scale. A sum over nothing has none of its own: it takes the decimals of its neighbours.

// scaleOf returns the most decimals that any of ds has.
func scaleOf(ds ...decimal.Decimal) (scale int32) {
	for _, d := range ds {
		scale = max(scale, -d.Exponent())
	}
	return scale
}

// onNormalSide returns the balance seen from the side that makes it grow. The address may be the
// beginning of one, down to the root.
func onNormalSide(b query.Balance) decimal.Decimal {
	if ledger.Address(b.Address+":").NormalSide() == journal.Debit {
		return b.Debits.Sub(b.Credits)
	}
	return b.Credits.Sub(b.Debits)
}

func moneyOf(m ledger.Money) api.Money { return api.Money{Amount: m.Amount, Asset: m.Asset} }

func signedMoneyOf(m ledger.Money) api.SignedMoney {
	return api.SignedMoney{Amount: m.Amount, Asset: m.Asset}
}

func sideOf(s journal.Side) api.Side { return api.Side(s.String()) }

// moneyChange is an amount that may be absent.
func moneyChange(m *api.Money) *ledger.Money {
	if m == nil {
		return nil
	}
	return &ledger.Money{Amount: m.Amount, Asset: m.Asset}
}
