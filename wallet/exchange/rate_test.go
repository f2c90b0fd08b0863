package exchange_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/exchange"
)

func TestRates(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		began := b.Now()
		e := b.Do(exchange.CommandSetRate, exchange.SetRate{
			From: "USD", To: "EUR", Rate: "0.92610", Spread: new("0.50"), MinAmount: new("1"), ValidFor: new(int64(45)), IfVersion: new(int64(0)),
		})[0]
		first, err := exchange.ShowRate(e)
		require.NoError(t, err)
		assert.Equal(t, exchange.Rate{
			From: "USD", To: "EUR", Rate: "0.9261", Spread: "0.5", CustomerRate: "0.9214695", MinAmount: "1.00", ValidFor: 45,
			CreatedAt: began, UpdatedAt: began, Version: e.Position,
		}, first)
		assert.Equal(t, "exchange-rate/USD/EUR", e.Stream)

		b.Advance(time.Minute)
		e = b.Do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "0.93", IfVersion: &first.Version})[0]
		second, err := exchange.ShowRate(e)
		require.NoError(t, err)
		assert.Equal(t, exchange.Rate{
			From: "USD", To: "EUR", Rate: "0.93", Spread: "0", CustomerRate: "0.93", MinAmount: "1.07", ValidFor: 30,
			CreatedAt: began, UpdatedAt: b.Now(), Version: e.Position,
		}, second, "what is left out is what it is by default, not what it was")

		stale := fmt.Sprintf(`{"version":%d}`, second.Version)
		b.refused(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "1", IfVersion: &first.Version}, ledger.ErrVersionMismatch, "", stale)
		b.refused(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: "USD", To: "EUR", IfVersion: &first.Version}, ledger.ErrVersionMismatch, "", stale)
		b.refused(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: "EUR", To: "USD"}, exchange.ErrRateNotFound, "", "")
		b.refused(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: "usd", To: "EUR/USD"}, exchange.ErrRateNotFound, "", "")

		b.Do(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: "USD", To: "EUR", IfVersion: &second.Version})
		b.refused(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: "USD", To: "EUR"}, exchange.ErrRateNotFound, "", "")
		b.refused(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "1", IfVersion: &second.Version}, ledger.ErrVersionMismatch, "", `{"version":0}`)
		e = b.Do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "1", IfVersion: new(int64(0))})[0]
		assert.Equal(t, b.Now(), e.Body.(exchange.RateSet).CreatedAt, "listed anew")
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
		b.Reload()
		assert.Equal(t, "1", b.quote(side("", "USD"), side("", "EUR")).Rate)
	}
}

// Half to even doubles the yen of who exchanges one at a time, there and back, where a minimum allows it. By default
// none does.
func TestNobodyLivesOfRounding(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", money("152", "JPY"))
	exchanged := func(amount, from, to string) string {
		return b.Do(exchange.CommandExchange, use(b.quote(side(amount, from), side("", to)), ann))[0].Body.(exchange.Exchanged).To.Amount
	}
	b.list("JPY", "USD", "0.0066", "0.5")
	b.list("USD", "JPY", "151", "0.5")
	assert.Equal(t, []string{"0.01", "2"}, []string{exchanged("1", "JPY", "USD"), exchanged("0.01", "USD", "JPY")}, "the spread stops nobody")

	b.Do(exchange.CommandSetRate, exchange.SetRate{From: "JPY", To: "USD", Rate: "0.0066", Spread: new("0.5")})
	b.Do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "JPY", Rate: "151", Spread: new("0.5")})
	for _, c := range []struct{ few, least, from, to string }{
		{"1", "152", "JPY", "USD"}, {"151", "152", "JPY", "USD"}, {"0.01", "0.67", "USD", "JPY"}, {"0.66", "0.67", "USD", "JPY"},
	} {
		members := fmt.Sprintf(`{"min_amount":{"amount":%q,"asset":%q}}`, c.least, c.from)
		b.refused(exchange.CommandIssueQuote, exchange.IssueQuote{As: user("ann"), Owner: "usr_ann", From: side(c.few, c.from), To: side("", c.to)},
			exchange.ErrTooSmall, "/from/amount", members)
		byRate := use(b.quote(side("", c.from), side("", c.to)), ann)
		byRate.Amount = &ledger.Money{Amount: c.few, Asset: c.from}
		b.refused(exchange.CommandExchange, byRate, exchange.ErrTooSmall, "/amount/amount", members)
	}
	b.refused(exchange.CommandIssueQuote, exchange.IssueQuote{As: user("ann"), Owner: "usr_ann", From: side("", "JPY"), To: side("0.01", "USD")},
		exchange.ErrTooSmall, "/to/amount", "")
	assert.Equal(t, []string{"1.00", "150"}, []string{exchanged("152", "JPY", "USD"), exchanged("1", "USD", "JPY")}, "what is enough costs the spread")
}

func TestRatesRefused(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	good := exchange.SetRate{From: "USD", To: "EUR", Rate: "0.92"}
	with := func(change func(*exchange.SetRate)) exchange.SetRate {
		c := good
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		command exchange.SetRate
		want    *journal.Refusal
		pointer string
	}{
		"one asset":              {with(func(c *exchange.SetRate) { c.To = "USD" }), ledger.ErrInvalidField, "/to"},
		"no asset":               {with(func(c *exchange.SetRate) { c.From = "us$" }), ledger.ErrInvalidField, "/from"},
		"unknown sold":           {with(func(c *exchange.SetRate) { c.From = "NOSUCH" }), ledger.ErrUnknownAsset, "/from"},
		"unknown bought":         {with(func(c *exchange.SetRate) { c.To = "NOSUCH" }), ledger.ErrUnknownAsset, "/to"},
		"zero":                   {with(func(c *exchange.SetRate) { c.Rate = "0.0" }), ledger.ErrInvalidField, "/rate"},
		"below zero":             {with(func(c *exchange.SetRate) { c.Rate = "-1" }), ledger.ErrInvalidField, "/rate"},
		"exponent":               {with(func(c *exchange.SetRate) { c.Rate = "1e3" }), ledger.ErrInvalidField, "/rate"},
		"41 digits":              {with(func(c *exchange.SetRate) { c.Rate = "0.1234567890123456789012345678901234567890" }), ledger.ErrInvalidField, "/rate"},
		"all of it":              {with(func(c *exchange.SetRate) { c.Spread = new("100") }), ledger.ErrInvalidField, "/spread"},
		"a gift":                 {with(func(c *exchange.SetRate) { c.Spread = new("-0.1") }), ledger.ErrInvalidField, "/spread"},
		"empty":                  {with(func(c *exchange.SetRate) { c.Spread = new("") }), ledger.ErrInvalidField, "/spread"},
		"7 decimals":             {with(func(c *exchange.SetRate) { c.Spread = new("0.0000001") }), ledger.ErrInvalidField, "/spread"},
		"no minimum":             {with(func(c *exchange.SetRate) { c.MinAmount = new("0") }), ledger.ErrInvalidField, "/min_amount"},
		"a minimum in mills":     {with(func(c *exchange.SetRate) { c.MinAmount = new("0.001") }), ledger.ErrAmountScale, "/min_amount"},
		"valid for no time":      {with(func(c *exchange.SetRate) { c.ValidFor = new(int64(0)) }), ledger.ErrInvalidField, "/valid_for"},
		"valid for over a day":   {with(func(c *exchange.SetRate) { c.ValidFor = new(int64(86_401)) }), ledger.ErrInvalidField, "/valid_for"},
		"valid for less than no": {with(func(c *exchange.SetRate) { c.ValidFor = new(int64(-1)) }), ledger.ErrInvalidField, "/valid_for"},
	} {
		t.Run(name, func(*testing.T) { b.refused(exchange.CommandSetRate, c.command, c.want, c.pointer, "") })
	}
	b.Do(exchange.CommandSetRate, with(func(c *exchange.SetRate) {
		c.Rate, c.Spread, c.ValidFor = "0.123456789012345678901234567890123456789", new("99.999999"), new(int64(86_400))
	}))
}
