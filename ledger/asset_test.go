package ledger_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func TestISO4217(t *testing.T) {
	t.Parallel()
	list := ledger.ISO4217()
	assert.Len(t, list, 165)
	assert.True(t, slices.IsSortedFunc(list, func(a, b ledger.Asset) int { return strings.Compare(a.Code, b.Code) }))
	scales := map[int32]int{}
	byCode := map[string]int32{}
	for _, a := range list {
		require.NoError(t, ledger.CheckAssetCode(a.Code))
		scales[a.Scale]++
		byCode[a.Code] = a.Scale
	}
	assert.Len(t, byCode, 165)
	assert.Equal(t, map[int32]int{0: 17, 2: 139, 3: 7, 4: 2}, scales)
	for code, scale := range map[string]int32{
		"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "ISK": 0, "UGX": 0, "MGA": 2, "CLF": 4, "UYW": 4, "TND": 3, "XAD": 2, "AED": 2, "ZWG": 2, "XPF": 0,
	} {
		got, ok := byCode[code]
		assert.True(t, ok, code)
		assert.Equal(t, scale, got, code)
	}
}

func TestRegisterAsset(t *testing.T) {
	t.Parallel()
	hold(t, []rule{
		{
			name: "a new asset",
			when: ledger.RegisterAsset{Code: "PRO-DAY", Scale: 0},
			then: []string{`asset/PRO-DAY asset-registered {"code":"PRO-DAY","scale":0}`},
		},
		{
			name:  "again with the same scale",
			given: []journal.Event{registered("ETH", 18)},
			when:  ledger.RegisterAsset{Code: "ETH", Scale: 18},
		},
		{
			name:  "again with another scale",
			given: []journal.Event{registered("ETH", 18)},
			when:  ledger.RegisterAsset{Code: "ETH", Scale: 9}, refused: ledger.ErrAssetTaken,
			members: `{"code":"ETH","scale":18}`,
		},
		{name: "a currency of ISO 4217", when: ledger.RegisterAsset{Code: "JPY", Scale: 0}},
		{
			name: "a currency of ISO 4217 with another scale",
			when: ledger.RegisterAsset{Code: "JPY", Scale: 2}, refused: ledger.ErrAssetTaken, members: `{"code":"JPY","scale":0}`,
		},
		{
			name: "gold, which the standard gives no scale",
			when: ledger.RegisterAsset{Code: "XAU", Scale: 4},
			then: []string{`asset/XAU asset-registered {"code":"XAU","scale":4}`},
		},
		{name: "lower case", when: ledger.RegisterAsset{Code: "usd/"}, refused: ledger.ErrInvalidField, pointer: "/code"},
		{name: "no code", when: ledger.RegisterAsset{}, refused: ledger.ErrInvalidField, pointer: "/code"},
		{name: "33 characters", when: ledger.RegisterAsset{Code: strings.Repeat("A", 33)}, refused: ledger.ErrInvalidField, pointer: "/code"},
		{name: "a negative scale", when: ledger.RegisterAsset{Code: "A", Scale: -1}, refused: ledger.ErrInvalidField, pointer: "/scale"},
		{name: "31 decimals", when: ledger.RegisterAsset{Code: "A", Scale: 31}, refused: ledger.ErrInvalidField, pointer: "/scale"},
	})
}
