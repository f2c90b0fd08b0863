package readmodel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/query"
)

// The table of rates reads as its events show it, whichever of them are projected together.
func TestExchangeRates(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		set := func(from, to, rate string) exchange.Rate {
			e := l.do(exchange.CommandSetRate, exchange.SetRate{From: from, To: to, Rate: rate, Spread: new("0.5"), MinAmount: new("2"), ValidFor: new(int64(45))})[0]
			r, err := exchange.ShowRate(e)
			require.NoError(t, err)
			return r
		}
		list := func(f query.RateFilter) []exchange.Rate {
			f.Limit = 2
			l.project(size)
			rates, err := l.reads.ExchangeRates(t.Context(), f)
			require.NoError(t, err)
			return rates
		}
		set("USD", "JPY", "150")
		euros, yen := set("USD", "EUR", "0.12345678901234567890123456789"), set("USD", "JPY", "151")
		back := set("EUR", "USD", "1.08")
		l.do(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: "EUR", To: "USD"})
		again := set("EUR", "USD", "1.09")
		set("USD", "KWD", "0.3")
		l.do(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: "USD", To: "KWD"})
		require.Equal(t, []exchange.Rate{again, euros}, list(query.RateFilter{}))
		require.Equal(t, []exchange.Rate{yen}, list(query.RateFilter{AfterFrom: "USD", AfterTo: "EUR"}))
		require.Equal(t, []exchange.Rate{euros, yen}, list(query.RateFilter{From: "USD"}))
		require.Equal(t, []exchange.Rate{yen}, list(query.RateFilter{From: "USD", AfterFrom: "USD", AfterTo: "EUR"}))
		require.Empty(t, list(query.RateFilter{From: "KWD"}))
		require.True(t, yen.UpdatedAt.After(yen.CreatedAt) && again.CreatedAt.After(back.CreatedAt))
		got, ok, err := l.reads.ExchangeRate(t.Context(), "USD", "EUR")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, euros, got)
		_, ok, err = l.reads.ExchangeRate(t.Context(), "USD", "KWD")
		require.NoError(t, err)
		require.False(t, ok)
	}
}

// A quote reads as used by the exchange that used it.
func TestQuoteUses(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	ann, _ := l.wallet("usr_ann", "", nil)
	l.pays(ann, "pi_1", "100.00", "")
	l.do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "0.9"})
	quote := func() string {
		return l.do(exchange.CommandIssueQuote, exchange.IssueQuote{
			As: service(), Owner: "usr_ann", From: exchange.Side{Amount: "10", Asset: "USD"}, To: exchange.Side{Asset: "EUR"},
		})[0].Body.(exchange.Quoted).QuoteID
	}
	used, unused := quote(), quote()
	e := l.do(exchange.CommandExchange, exchange.Exchange{As: service(), QuoteID: used, WalletID: ann})[0]
	l.project(100)
	by, ok, err := l.reads.QuoteUse(t.Context(), used)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, e.TransactionID(), by)
	_, ok, err = l.reads.QuoteUse(t.Context(), unused)
	require.NoError(t, err)
	require.False(t, ok)
	balances, err := l.reads.Balances(t.Context(), ledger.Main, "", exchange.Conversion, wallet.Account(ann, wallet.Available))
	require.NoError(t, err)
	var got []string
	for _, b := range balances {
		got = append(got, b.Asset+" "+journal.FormatAmount(b.Credits.Sub(b.Debits)))
	}
	require.ElementsMatch(t, []string{"USD 10.00", "EUR -9.00", "USD 90.00", "EUR 9.00"}, got)
}
