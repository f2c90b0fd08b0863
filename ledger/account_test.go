package ledger_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	long := "assets:" + strings.Repeat("a", 249)
	for _, text := range []string{
		"assets:cash", "liabilities:user:a", "equity:opening", "income:a.b-c_D9", "expenses:.:-:_", long,
		"assets" + strings.Repeat(":x", 15),
	} {
		require.NoError(t, ledger.CheckAddress(text), text)
	}
	for text, want := range map[string]error{
		"": ledger.ErrAddressRoot, "a b": ledger.ErrAddressRoot, "x::y": ledger.ErrAddressRoot, "bank": ledger.ErrAddressRoot,
		"Assets:cash": ledger.ErrAddressRoot, "asset:cash": ledger.ErrAddressRoot, ":assets": ledger.ErrAddressRoot,
		"assets": ledger.ErrAddressSegment, "assets:": ledger.ErrAddressSegment, "assets::a": ledger.ErrAddressSegment,
		"assets:a:": ledger.ErrAddressSegment, "assets:a b": ledger.ErrAddressSegment, "assets:ä": ledger.ErrAddressSegment,
		"assets:a/b": ledger.ErrAddressSegment, "assets:a\x00": ledger.ErrAddressSegment, "assets:a\n": ledger.ErrAddressSegment,
		long + "a": ledger.ErrAddressLength, "assets" + strings.Repeat(":x", 16): ledger.ErrAddressLength,
	} {
		assert.Equal(t, want, ledger.CheckAddress(text), "%q", text)
	}
}

func TestNormalSide(t *testing.T) {
	t.Parallel()
	for address, want := range map[ledger.Address]journal.Side{
		"assets:a": journal.Debit, "expenses:a": journal.Debit,
		"liabilities:a": journal.Credit, "equity:a": journal.Credit, "income:a": journal.Credit,
	} {
		assert.Equal(t, want, address.NormalSide(), address)
	}
	assert.Equal(t, "liabilities", ledger.Address("liabilities:a:b").Root())
}

func TestOwned(t *testing.T) {
	t.Parallel()
	for _, account := range []string{
		"liabilities:wallets", "liabilities:wallets:w:available", "liabilities:entitlements:m", "liabilities:deferred:memberships:m",
		"liabilities:stripe:x", "liabilities:suspense:stripe", "liabilities:suspense:stripe:x", "assets:stripe:clearing", "assets:entitlements:m",
		"liabilities:suspense:simulated", "assets:simulated:clearing",
	} {
		assert.True(t, ledger.Owned(ledger.Main, account), account)
		assert.False(t, ledger.Owned("eu-cards", account), account)
	}
	for _, account := range []string{
		"liabilities:walletsx", "liabilities:user:wallets", "assets:wallets:w", "assets:bank:main", "liabilities:suspense", "liabilities:suspense:bank", "liabilities:suspense:stripes",
		"expenses:stripe:fees", "equity:conversion", "assets:stripes:x",
	} {
		assert.False(t, ledger.Owned(ledger.Main, account), account)
	}
}

// FuzzCheckAddress holds the reader against the rule as a regular expression.
func FuzzCheckAddress(f *testing.F) {
	form := regexp.MustCompile(`\A(assets|liabilities|equity|income|expenses)(:[A-Za-z0-9_.-]+){1,15}\z`)
	for _, seed := range []string{"assets:cash", "x::y", "assets::a", "assets:a:", "liabilities:user:a.b", "income", "assets:\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := ledger.CheckAddress(text)
		require.Equal(t, len(text) <= ledger.MaxAddress && form.MatchString(text), err == nil, "%q: %v", text, err)
	})
}
