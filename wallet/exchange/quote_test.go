package exchange_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/exchange"
)

func TestQuotes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to         exchange.Side
		wantFrom, wantTo string
	}{
		"what is paid":                  {side("10", "USD"), side("", "EUR"), "10.00", "9.21"},
		"what is wanted":                {side("", "USD"), side("100", "EUR"), "108.52", "100.00"},
		"the rate alone":                {side("", "USD"), side("", "EUR"), "", ""},
		"a cent for yen":                {side("0.01", "USD"), side("", "JPY"), "0.01", "1"},
		"more yen than a cent buys":     {side("", "USD"), side("102", "JPY"), "0.68", "102"},
		"yen that no amount buys":       {side("", "USD"), side("101", "JPY"), "0.68", "102"},
		"half of it goes to even":       {side("", "USD"), side("2", "JPY"), "0.01", "2"},
		"half of it does not go to odd": {side("", "USD"), side("3", "JPY"), "0.02", "3"},
		"yen for dinars":                {side("1000", "JPY"), side("", "KWD"), "1000", "2.071"},
		"dollars for ether":             {side("0.01", "USD"), side("", "ETH"), "0.01", "0.000003123456789012"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, len(name)%2 == 0)
			b.list("USD", "EUR", "0.9261", "0.5")
			b.list("USD", "ETH", "0.000312345678901234", "0")
			b.list("JPY", "KWD", "0.002071", "0")
			switch name {
			case "a cent for yen":
				b.list("USD", "JPY", "100", "25")
			default:
				b.list("USD", "JPY", "150", "0")
			}
			q := b.quote(c.from, c.to)
			assert.Equal(t, []string{c.wantFrom, c.wantTo}, []string{q.From.Amount, q.To.Amount})
			assert.Equal(t, []string{c.from.Asset, c.to.Asset, "usr_ann"}, []string{q.From.Asset, q.To.Asset, q.Owner})
			assert.Equal(t, b.Now().Add(30*time.Second), q.ExpiresAt)
			e := b.Events()[len(b.Events())-1]
			assert.Equal(t, "quote/"+q.QuoteID, e.Stream)
			assert.Equal(t, e.ID().Format("quo"), q.QuoteID)
			shown, err := exchange.ShowQuote(e)
			require.NoError(t, err)
			assert.Equal(t, exchange.Quote{Quoted: q, CreatedAt: b.Now()}, shown)
		})
	}
}

// A service, and finance, names a rate, for somebody else and for pairs that are not listed.
func TestNamedRates(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	named := exchange.IssueQuote{As: service(), Owner: "usr_ann", From: side("10", "USD"), To: side("", "EUR"), Rate: new("0.930")}
	q := b.Do(exchange.CommandIssueQuote, named)[0].Body.(exchange.Quoted)
	assert.Equal(t, []string{"0.93", "0.93", "0", "9.30"}, []string{q.Rate, q.MidRate, q.Spread, q.To.Amount})
	b.Do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "0.9", Spread: new("1"), MinAmount: new("100"), ValidFor: new(int64(5))})
	q = b.Do(exchange.CommandIssueQuote, named)[0].Body.(exchange.Quoted)
	assert.Equal(t, []string{"0.93", "0.93", "0", "9.30", ""}, []string{q.Rate, q.MidRate, q.Spread, q.To.Amount, q.MinAmount}, "nothing of the table's")
	assert.Equal(t, b.Now().Add(5*time.Second), q.ExpiresAt, "but how long it stands")
	named.Rate = nil
	named.From.Amount = "100"
	q = b.Do(exchange.CommandIssueQuote, named)[0].Body.(exchange.Quoted)
	assert.Equal(t, []string{"0.891", "0.9", "1", "89.10", "100.00"}, []string{q.Rate, q.MidRate, q.Spread, q.To.Amount, q.MinAmount})
}

func TestQuotesRefused(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	b.Do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "0.9", MinAmount: new("5")})
	b.list("JPY", "USD", "0.0066", "0")
	b.list("USD", "JPY", "150", "0")
	ask := func(from, to exchange.Side) exchange.IssueQuote {
		return exchange.IssueQuote{As: user("ann"), Owner: "usr_ann", From: from, To: to}
	}
	named, other := ask(side("10", "USD"), side("", "EUR")), ask(side("10", "USD"), side("", "EUR"))
	named.Rate, other.Owner = new("2"), "usr_bob"
	bad := named
	bad.As, bad.Rate = service(), new("0")
	nobodys := other
	nobodys.Owner = ""
	for name, c := range map[string]struct {
		command exchange.IssueQuote
		want    *journal.Refusal
		pointer string
	}{
		"a rate of one's own":  {named, exchange.ErrTermsForbidden, "/rate"},
		"for somebody else":    {other, exchange.ErrTermsForbidden, "/owner_id"},
		"for nobody":           {nobodys, ledger.ErrInvalidField, "/owner_id"},
		"no rate":              {bad, ledger.ErrInvalidField, "/rate"},
		"not listed":           {ask(side("1", "EUR"), side("", "USD")), exchange.ErrRateNotFound, "/to"},
		"not listed, no sums":  {ask(side("", "EUR"), side("", "USD")), exchange.ErrRateNotFound, "/to"},
		"one asset":            {ask(side("1", "USD"), side("", "USD")), ledger.ErrInvalidField, "/to"},
		"both amounts":         {ask(side("1", "USD"), side("1", "EUR")), ledger.ErrInvalidField, "/to"},
		"unknown sold":         {ask(side("1", "NOSUCH"), side("", "EUR")), ledger.ErrUnknownAsset, "/from/asset"},
		"unknown bought":       {ask(side("", "USD"), side("1", "NOSUCH")), ledger.ErrUnknownAsset, "/to/asset"},
		"no asset":             {ask(side("", "USD"), side("1", "e")), ledger.ErrInvalidField, "/to/asset"},
		"no amount":            {ask(side("0", "USD"), side("", "EUR")), ledger.ErrInvalidField, "/from/amount"},
		"mills":                {ask(side("1.001", "USD"), side("", "EUR")), ledger.ErrAmountScale, "/from/amount"},
		"mills of the other":   {ask(side("", "USD"), side("1.001", "EUR")), ledger.ErrAmountScale, "/to/amount"},
		"below the minimum":    {ask(side("4.99", "USD"), side("", "EUR")), exchange.ErrTooSmall, "/from/amount"},
		"wanting too little":   {ask(side("", "USD"), side("4.49", "EUR")), exchange.ErrTooSmall, "/to/amount"},
		"a yen for no cent":    {ask(side("0", "JPY"), side("", "USD")), ledger.ErrInvalidField, "/from/amount"},
		"too large":            {ask(side(strings.Repeat("9", 58)+".99", "USD"), side("", "JPY")), exchange.ErrTooLarge, "/from/amount"},
		"wanting what is more": {ask(side("", "JPY"), side(strings.Repeat("9", 58)+".99", "USD")), exchange.ErrTooLarge, "/to/amount"},
	} {
		t.Run(name, func(*testing.T) { b.refused(exchange.CommandIssueQuote, c.command, c.want, c.pointer, "") })
	}
	b.refused(exchange.CommandIssueQuote, ask(side("4.99", "USD"), side("", "EUR")), exchange.ErrTooSmall, "/from/amount",
		`{"min_amount":{"amount":"5.00","asset":"USD"}}`)
	b.list("JPY", "EUR", "0.0049", "0")
	b.refused(exchange.CommandIssueQuote, ask(side("1", "JPY"), side("", "EUR")), exchange.ErrTooSmall, "/from/amount", "")
}
