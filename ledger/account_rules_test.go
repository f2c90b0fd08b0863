package ledger_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func TestSetAccount(t *testing.T) {
	t.Parallel()
	set := func(c ledger.SetAccount) ledger.SetAccount {
		c.Ledger = ledger.Main
		if c.Address == "" {
			c.Address = accA
		}
		return c
	}
	money := func(amount, asset string) *[]ledger.Money { return &[]ledger.Money{{Amount: amount, Asset: asset}} }
	whole := []journal.Event{ruled(ledger.AccountSet{
		Address: accA, Frozen: true, Metadata: map[string]string{"shop": "north"}, MinBalance: []ledger.Money{{Amount: "5", Asset: "JPY"}},
	})}
	hold(t, []rule{
		{
			name: "a minimum, at its asset's scale", when: set(ledger.SetAccount{MinBalance: money("-10.5", "USD")}),
			then: []string{`ledger/main account-set {"address":"liabilities:user:a","min_balance":[{"amount":"-10.50","asset":"USD"}],"version":1}`},
		},
		{
			name: "the list is replaced, the rest stays", given: whole, when: set(ledger.SetAccount{MinBalance: money("0", "USD")}),
			then: []string{`ledger/main account-set {"address":"liabilities:user:a","min_balance":[{"amount":"0.00","asset":"USD"}],"metadata":{"shop":"north"},"frozen":true,"version":2}`},
		},
		{
			name: "an empty list takes the minimums away", given: whole, when: set(ledger.SetAccount{MinBalance: &[]ledger.Money{}}),
			then: []string{`ledger/main account-set {"address":"liabilities:user:a","metadata":{"shop":"north"},"frozen":true,"version":2}`},
		},
		{
			name: "thaw", given: whole, when: set(ledger.SetAccount{Frozen: ptr(false), Metadata: &map[string]string{}}),
			then: []string{`ledger/main account-set {"address":"liabilities:user:a","min_balance":[{"amount":"5","asset":"JPY"}],"version":2}`},
		},
		{
			name: "nothing given", given: whole, when: set(ledger.SetAccount{IfVersion: ptr(int64(1))}),
			then: []string{`ledger/main account-set {"address":"liabilities:user:a","min_balance":[{"amount":"5","asset":"JPY"}],"metadata":{"shop":"north"},"frozen":true,"version":2}`},
		},
		{
			name: "another version", given: whole, when: set(ledger.SetAccount{Frozen: ptr(false), IfVersion: ptr(int64(0))}),
			refused: ledger.ErrVersionMismatch, members: `{"version":1}`,
		},
		{
			name: "metadata of an owned account", when: set(ledger.SetAccount{Address: "assets:stripe:clearing", Metadata: &map[string]string{"a": "b"}}),
			then: []string{`ledger/main account-set {"address":"assets:stripe:clearing","metadata":{"a":"b"},"version":1}`},
		},
		{name: "a minimum for an owned account", when: set(ledger.SetAccount{Address: "liabilities:wallets:w:held", MinBalance: money("0", "USD")}), refused: ledger.ErrOwnedAccount},
		{name: "ice for an owned account", when: set(ledger.SetAccount{Address: "liabilities:wallets:w:held", Frozen: ptr(true)}), refused: ledger.ErrOwnedAccount},
		{name: "an unknown asset", when: set(ledger.SetAccount{MinBalance: money("0", "NOPE")}), refused: ledger.ErrUnknownAsset, pointer: "/min_balance/0/asset"},
		{name: "too many decimals", when: set(ledger.SetAccount{MinBalance: money("0.001", "USD")}), refused: ledger.ErrAmountScale, pointer: "/min_balance/0/amount"},
		{name: "no amount", when: set(ledger.SetAccount{MinBalance: money("", "USD")}), refused: ledger.ErrInvalidField, pointer: "/min_balance/0/amount"},
		{name: "a bad address", when: set(ledger.SetAccount{Address: "a b"}), refused: ledger.ErrInvalidField, pointer: "/address"},
		{name: "a ledger that is not there", when: ledger.SetAccount{Ledger: "nowhere", Address: accA}, refused: ledger.ErrLedgerNotFound},
		{
			name: "U+0000 in metadata", when: set(ledger.SetAccount{Metadata: &map[string]string{"a": "\x00"}}),
			refused: ledger.ErrInvalidField, pointer: "/metadata/a",
		},
		{
			name: "an asset twice", when: set(ledger.SetAccount{MinBalance: &[]ledger.Money{{Amount: "0", Asset: "USD"}, {Amount: "1", Asset: "USD"}}}),
			refused: ledger.ErrInvalidField, pointer: "/min_balance/1/asset",
		},
	})
	assert.Equal(t, "/min_balance", ledger.SetAccount{Address: accA, MinBalance: ptr(make([]ledger.Money, 101))}.Validate()[0].Pointer)
	assert.Equal(t, "/metadata", ledger.SetAccount{Address: accA, Metadata: &map[string]string{strings.Repeat("k", 65): ""}}.Validate()[0].Pointer)
}
