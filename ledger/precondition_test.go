package ledger_test

import (
	"testing"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func TestPreconditions(t *testing.T) {
	t.Parallel()
	given := []journal.Event{paid(opening, accA, "10.00", "USD"), paid(opening, accA, "5.00", "USD")}
	when := func(ps ...ledger.Precondition) ledger.PostTransaction {
		c := pay(accA, accB, "1.00", "USD")
		c.Preconditions = ps
		return c
	}
	gte := func(account, amount string) ledger.Precondition {
		return ledger.Precondition{Account: account, Asset: "USD", BalanceGTE: &amount}
	}
	version := func(account string, v int64) ledger.Precondition {
		return ledger.Precondition{Account: account, Asset: "USD", Version: &v}
	}
	done := []string{"ledger/main transaction-posted 3 {}", "debit liabilities:user:a 1.00 USD = 14.00", "credit liabilities:user:b 1.00 USD = 1.00"}
	hold(t, []rule{
		{name: "the balance before counts", given: given, when: when(gte(accA, "15")), then: done},
		{name: "all hold", given: given, when: when(gte(accA, "-1"), version(accA, 2), version(accB, 0), gte(accB, "0"), gte(opening, "-15.00")), then: done},
		{
			name: "a cent short", given: given, when: when(version(accA, 2), gte(accA, "15.01")),
			refused: ledger.ErrPreconditionFailed, pointer: "/preconditions/1",
			members: `{"precondition":1,"account":"liabilities:user:a","asset":"USD","actual":{"balance":"15.00","version":2}}`,
		},
		{
			name: "another version", given: given, when: when(version(accA, 1)),
			refused: ledger.ErrPreconditionFailed, pointer: "/preconditions/0",
			members: `{"precondition":0,"account":"liabilities:user:a","asset":"USD","actual":{"balance":"15.00","version":2}}`,
		},
		{
			name: "an account that is not there", given: given, when: when(gte(accC, "0.01")),
			refused: ledger.ErrPreconditionFailed, pointer: "/preconditions/0",
			members: `{"precondition":0,"account":"liabilities:user:c","asset":"USD","actual":{"balance":"0.00","version":0}}`,
		},
		{name: "too many decimals", given: given, when: when(gte(accA, "0.001")), refused: ledger.ErrAmountScale, pointer: "/preconditions/0/balance_gte"},
		{
			name: "an unknown asset", given: given, when: when(ledger.Precondition{Account: accA, Asset: "NOPE", Version: ptr(int64(0))}),
			refused: ledger.ErrUnknownAsset, pointer: "/preconditions/0/asset",
		},
	})
}
