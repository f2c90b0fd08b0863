package exchange_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/exchange"
)

// lines are the postings of an event as a bookkeeper writes them, W for a wallet's available.
func lines(e *journal.Event, wallets map[string]string) (out []string) {
	for _, p := range e.Postings {
		account := p.Account
		for id, name := range wallets {
			if account == wallet.Account(id, wallet.Available) {
				account = name
			}
		}
		out = append(out, fmt.Sprintf("%s %s %s %s", p.Side, account, journal.FormatAmount(p.Amount), p.Asset))
	}
	return out
}

func TestExchange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rate, spread string
		from, to     exchange.Side
		want         []string
	}{
		"with a spread": {"0.9261", "0.5", side("10.00", "USD"), side("", "EUR"), []string{
			"debit W 10.00 USD", "credit equity:conversion 10.00 USD",
			"debit equity:conversion 9.26 EUR", "credit W 9.21 EUR", "credit income:exchange 0.05 EUR",
		}},
		"without": {"0.926", "0", side("10.00", "USD"), side("", "EUR"), []string{
			"debit W 10.00 USD", "credit equity:conversion 10.00 USD", "debit equity:conversion 9.26 EUR", "credit W 9.26 EUR",
		}},
		"a unit over": {"1", "0.5", side("1.01", "USD"), side("", "EUR"), []string{
			"debit W 1.01 USD", "credit equity:conversion 1.01 USD",
			"debit equity:conversion 1.01 EUR", "credit W 1.00 EUR", "credit income:exchange 0.01 EUR",
		}},
		"rounding takes one": {"1", "50", side("0.05", "USD"), side("", "EUR"), []string{
			"debit W 0.05 USD", "credit equity:conversion 0.05 USD",
			"debit equity:conversion 0.05 EUR", "credit W 0.02 EUR", "credit income:exchange 0.02 EUR", "credit equity:rounding 0.01 EUR",
		}},
		"rounding gives one": {"1", "50", side("0.03", "USD"), side("", "EUR"), []string{
			"debit W 0.03 USD", "credit equity:conversion 0.03 USD",
			"debit equity:conversion 0.03 EUR", "debit equity:rounding 0.01 EUR", "credit W 0.02 EUR", "credit income:exchange 0.02 EUR",
		}},
		"what is wanted": {"150", "0", side("", "USD"), side("102", "JPY"), []string{
			"debit W 0.68 USD", "credit equity:conversion 0.68 USD", "debit equity:conversion 102 JPY", "credit W 102 JPY",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, len(name)%2 == 0)
			ann := b.wallet("ann", money("10", "USD"))
			b.list(c.from.Asset, c.to.Asset, c.rate, c.spread)
			q := b.quote(c.from, c.to)
			command := use(q, ann)
			command.Description, command.Reference, command.Metadata = "Holiday", "h-7", map[string]string{"trip": "7"}
			b.Do(exchange.CommandWithdrawRate, exchange.WithdrawRate{From: c.from.Asset, To: c.to.Asset}) // a quote stands
			dry := b.WhenDry(exchange.CommandExchange, command)
			require.Nil(t, dry.Refusal)
			e := b.Do(exchange.CommandExchange, command)[0]
			assert.Equal(t, c.want, lines(e, map[string]string{ann: "W"}))
			assert.Equal(t, exchange.Exchanged{
				QuoteID: q.QuoteID, WalletID: ann, ToWallet: ann, From: ledger.Money(q.From), To: ledger.Money(q.To),
				Rate: q.Rate, MidRate: c.rate, Spread: c.spread, Description: "Holiday", Reference: "h-7", Metadata: map[string]string{"trip": "7"},
			}, e.Body)
			assert.Equal(t, []any{"wallet/" + ann, "main"}, []any{e.Stream, e.Ledger})
			b.refused(exchange.CommandExchange, command, exchange.ErrQuoteUsed, "", fmt.Sprintf(`{"transaction_id":%q}`, e.TransactionID()))
			again := use(b.Do(exchange.CommandIssueQuote, exchange.IssueQuote{As: service(), Owner: "usr_ann", From: c.from, To: c.to, Rate: new("1")})[0].Body.(exchange.Quoted), ann)
			again.Reference = "h-7"
			b.refused(exchange.CommandExchange, again, ledger.ErrReferenceTaken, "/reference", "")
			assert.Equal(t, b.State(), b.Replay(cores()...).State())
			b.Reload()
			b.refused(exchange.CommandExchange, command, exchange.ErrQuoteUsed, "", "")
			b.refused(ledger.CommandReverseTransaction, ledger.ReverseTransaction{Ledger: "main", ID: e.TransactionID(), Reason: "x", Force: true},
				ledger.ErrUseDomainUndo, "", "")
		})
	}
}

// A quote of the rate alone leaves it to the exchange how much; what is bought may go to another wallet.
func TestExchangeOfAnAmount(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", money("10", "USD")), b.wallet("bob")
	b.Do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "JPY", Rate: "150", Spread: new("10"), MinAmount: new("0.02")})
	q := b.quote(side("", "USD"), side("", "JPY"))
	c := use(q, ann)
	c.ToWallet = bob
	b.refused(exchange.CommandExchange, c, ledger.ErrInvalidField, "/amount", "")
	for _, bad := range []struct {
		amount  ledger.Money
		want    *journal.Refusal
		pointer string
	}{
		{money("10", "JPY"), ledger.ErrInvalidField, "/amount/asset"},
		{money("0", "USD"), ledger.ErrInvalidField, "/amount/amount"},
		{money("0.001", "USD"), ledger.ErrAmountScale, "/amount/amount"},
		{money("0.01", "USD"), exchange.ErrTooSmall, "/amount/amount"},
		{money("10.01", "USD"), ledger.ErrInsufficientFunds, ""},
	} {
		c.Amount = &bad.amount
		b.refused(exchange.CommandExchange, c, bad.want, bad.pointer, "")
	}
	c.Amount = &ledger.Money{Amount: "0.1", Asset: "USD"}
	e := b.Do(exchange.CommandExchange, c)[0]
	assert.Equal(t, []string{
		"debit A 0.10 USD", "credit equity:conversion 0.10 USD", "debit equity:conversion 15 JPY",
		"debit equity:rounding 1 JPY", "credit B 14 JPY", "credit income:exchange 2 JPY",
	}, lines(e, map[string]string{ann: "A", bob: "B"}))
	assert.Equal(t, []string{ann, bob}, e.Body.(exchange.Exchanged).Wallets())
	fixed := use(b.quote(side("1", "USD"), side("", "JPY")), ann)
	fixed.Amount = c.Amount
	b.refused(exchange.CommandExchange, fixed, ledger.ErrInvalidField, "/amount", "")
}

func TestExchangeRefused(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	b.list("USD", "EUR", "0.9", "0")
	ann, bob, frozen, closed := b.wallet("ann", money("10", "USD")), b.wallet("bob", money("10", "USD")), b.wallet("ann", money("10", "USD")), b.wallet("ann")
	b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: frozen, Reason: "x"})
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("ann"), WalletID: closed, Reason: "x"})
	q := b.quote(side("5", "USD"), side("", "EUR"))
	bobs := b.Do(exchange.CommandIssueQuote, exchange.IssueQuote{As: user("bob"), Owner: "usr_bob", From: side("5", "USD"), To: side("", "EUR")})[0].Body.(exchange.Quoted)
	opened, none := b.Events()[1].ID().Format("quo"), journal.NewPlaceID(0, 1, 1_000_000, b.Now()).Format("quo")
	with := func(change func(*exchange.Exchange)) exchange.Exchange {
		c := use(q, ann)
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		command exchange.Exchange
		want    *journal.Refusal
		pointer string
	}{
		"no quote's id":         {with(func(c *exchange.Exchange) { c.QuoteID = "quo_x" }), ledger.ErrInvalidField, "/quote_id"},
		"a quote that is none":  {with(func(c *exchange.Exchange) { c.QuoteID = opened }), exchange.ErrQuoteNotFound, "/quote_id"},
		"a place to come":       {with(func(c *exchange.Exchange) { c.QuoteID = none }), exchange.ErrQuoteNotFound, "/quote_id"},
		"somebody else's quote": {with(func(c *exchange.Exchange) { c.QuoteID = bobs.QuoteID }), exchange.ErrQuoteNotFound, "/quote_id"},
		"of somebody else":      {with(func(c *exchange.Exchange) { c.As = user("bob"); c.WalletID = bob }), exchange.ErrQuoteNotFound, "/quote_id"},
		"his wallet":            {with(func(c *exchange.Exchange) { c.WalletID = bob }), wallet.ErrWalletNotFound, "/wallet_id"},
		"no wallet":             {with(func(c *exchange.Exchange) { c.WalletID = "wal_" + none[4:] }), wallet.ErrWalletNotFound, "/wallet_id"},
		"to no wallet":          {with(func(c *exchange.Exchange) { c.ToWallet = "wal_" + none[4:] }), wallet.ErrWalletNotFound, "/to_wallet"},
		"from a frozen one":     {with(func(c *exchange.Exchange) { c.WalletID = frozen }), wallet.ErrWalletFrozen, "/wallet_id"},
		"to a closed one":       {with(func(c *exchange.Exchange) { c.ToWallet = closed }), wallet.ErrWalletClosed, "/to_wallet"},
	} {
		t.Run(name, func(*testing.T) { b.refused(exchange.CommandExchange, c.command, c.want, c.pointer, "") })
	}
	b.Do(exchange.CommandExchange, with(func(c *exchange.Exchange) { c.ToWallet = frozen }))
	byService := use(bobs, bob)
	byService.As = service()
	b.Do(exchange.CommandExchange, byService)
	assert.Equal(t, "4.5", b.balance(wallet.Account(frozen, wallet.Available), "EUR"))
}

// A quote is good until its time is over, by the writer's clock, and not at that moment.
func TestQuotesExpire(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", money("10", "USD"))
	b.Do(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "0.9", ValidFor: new(int64(2))})
	first, second := b.quote(side("2", "USD"), side("", "EUR")), b.quote(side("2", "USD"), side("", "EUR"))
	rows := len(b.State())
	b.Advance(2*time.Second - time.Microsecond)
	b.Do(exchange.CommandExchange, use(first, ann))
	b.Advance(time.Microsecond)
	b.refused(exchange.CommandExchange, use(second, ann), exchange.ErrQuoteExpired, "", fmt.Sprintf(`{"expires_at":%q}`, second.ExpiresAt.Format(time.RFC3339Nano)))
	b.refused(exchange.CommandExchange, use(first, ann), exchange.ErrQuoteUsed, "", "")
	for range 5 {
		b.quote(side("2", "USD"), side("", "EUR"))
	}
	balances := 4 // the wallet's in euros, the house's in both, and the one transaction's quote
	assert.Len(t, b.State(), rows+balances, "quotes that nobody uses leave no state")
}

// An exchange is spending of what is paid, and what is set aside for its holds is not there to be paid.
func TestExchangeIsSpending(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", money("100", "USD"))
	b.list("USD", "EUR", "0.9", "0")
	once, day := "20", "30"
	b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: ann, Asset: "USD", PerTransaction: &once, PerDay: &day})
	b.refused(exchange.CommandExchange, use(b.quote(side("20.01", "USD"), side("", "EUR")), ann), wallet.ErrSpendingLimitExceeded, "", "")
	b.Do(exchange.CommandExchange, use(b.quote(side("20", "USD"), side("", "EUR")), ann))
	b.refused(exchange.CommandExchange, use(b.quote(side("10.01", "USD"), side("", "EUR")), ann), wallet.ErrSpendingLimitExceeded, "", "")
	b.Do(exchange.CommandExchange, use(b.quote(side("10", "USD"), side("", "EUR")), ann))
	b.Advance(24 * time.Hour)
	one := int64(1)
	b.Do(wallet.CommandPlaceHold, wallet.PlaceHold{As: service(), WalletID: ann, Amount: money("15", "USD"), ExpiresIn: &one})
	b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: ann, Asset: "USD"})
	b.refused(exchange.CommandExchange, use(b.quote(side("70", "USD"), side("", "EUR")), ann), ledger.ErrInsufficientFunds, "", "")
	b.Advance(time.Second)
	b.Do(exchange.CommandExchange, use(b.quote(side("70", "USD"), side("", "EUR")), ann))
	assert.Equal(t, "0", b.balance(wallet.Account(ann, wallet.Available), "USD"))
	b.Do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: money("5", "USD")})
	b.Do(exchange.CommandExchange, use(b.quote(side("5", "USD"), side("", "EUR")), ann))
	b.refused(exchange.CommandExchange, use(b.quote(side("0.01", "USD"), side("", "EUR")), ann), ledger.ErrInsufficientFunds, "", "")
}

// Rules that are set by hand on the accounts of exchanges bind what is posted there by hand, and no exchange.
func TestRulesByHand(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", money("100", "USD"))
	b.list("USD", "EUR", "1", "50")
	zero := []ledger.Money{money("0", "EUR"), money("0", "USD")}
	for _, account := range []string{exchange.Conversion, exchange.Income, exchange.Rounding} {
		frozen := account != exchange.Income
		b.Do(ledger.CommandSetAccount, ledger.SetAccount{Ledger: "main", Address: account, MinBalance: &zero, Frozen: &frozen})
	}
	b.Do(exchange.CommandExchange, use(b.quote(side("0.03", "USD"), side("", "EUR")), ann))
	assert.Equal(t, []string{"-0.03", "0.02", "-0.01"},
		[]string{b.balance(exchange.Conversion, "EUR"), b.balance(exchange.Income, "EUR"), b.balance(exchange.Rounding, "EUR")})
	byHand := ledger.PostTransaction{Ledger: "main", NewTransaction: ledger.NewTransaction{Postings: []ledger.Line{
		{Account: exchange.Income, Side: "debit", Amount: "0.03", Asset: "EUR"}, {Account: "equity:opening", Side: "credit", Amount: "0.03", Asset: "EUR"},
	}}}
	b.refused(ledger.CommandPostTransaction, byHand, ledger.ErrInsufficientFunds, "/postings/0/amount", "")
}

// Whatever is exchanged, for whatever it is worth: in every asset the books add up to nothing, no unit is made or
// lost, and what equity:conversion stands at is what was exchanged, at the mid rate.
func TestBooksOfExchanges(t *testing.T) {
	t.Parallel()
	assets := scales()
	names := []string{"ETH", "EUR", "JPY", "KWD", "USD"}
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		held := map[string]decimal.Decimal{}
		var funds []ledger.Money
		for _, asset := range names {
			funds = append(funds, money("1000000000", asset))
			held[asset] = decimal.New(1_000_000_000, 0)
		}
		ann := b.wallet("ann", funds...)
		position := map[string]decimal.Decimal{}
		r.Repeat(map[string]func(*rapid.T){
			"exchange": func(r *rapid.T) {
				pair := rapid.Permutation(names).Draw(r, "pair")
				from, to := pair[0], pair[1]
				rate := decimal.New(rapid.Int64Range(1, 1_000_000_000).Draw(r, "rate"), -rapid.Int32Range(0, 12).Draw(r, "decimals"))
				b.list(from, to, rate.String(), decimal.New(rapid.Int64Range(0, 99_999).Draw(r, "spread"), -3).String())
				amount := decimal.New(rapid.Int64Range(1, 1_000_000).Draw(r, "amount"), -min(assets[from], rapid.Int32Range(0, 18).Draw(r, "scale")))
				a := b.When(exchange.CommandIssueQuote, exchange.IssueQuote{As: user("ann"), Owner: "usr_ann", From: side(amount.String(), from), To: side("", to)})
				if a.Refusal != nil {
					require.ErrorIs(r, a.Refusal, exchange.ErrTooSmall)
					return
				}
				q := a.Events[0].Body.(exchange.Quoted)
				a = b.When(exchange.CommandExchange, use(q, ann))
				if held[from].LessThan(amount) {
					require.ErrorIs(r, a.Refusal, ledger.ErrInsufficientFunds)
					return
				}
				require.Nil(r, a.Refusal)
				got := decimal.RequireFromString(q.To.Amount)
				require.True(r, got.Equal(amount.Mul(decimal.RequireFromString(q.Rate)).RoundBank(assets[to])), "%s", got)
				held[from], held[to] = held[from].Sub(amount), held[to].Add(got)
				position[from], position[to] = position[from].Add(amount), position[to].Sub(amount.Mul(rate).RoundBank(assets[to]))
			},
			"": func(r *rapid.T) {
				for _, asset := range names {
					sum := decimal.Zero
					for _, account := range []string{wallet.Account(ann, wallet.Available), exchange.Conversion, exchange.Income, exchange.Rounding} {
						sum = sum.Add(decimal.RequireFromString(b.balance(account, asset)))
					}
					require.Equal(r, "1000000000", sum.String(), asset)
					require.Equal(r, held[asset].String(), b.balance(wallet.Account(ann, wallet.Available), asset))
					require.Equal(r, position[asset].String(), b.balance(exchange.Conversion, asset))
				}
			},
		})
		require.Equal(r, b.State(), b.Replay(cores()...).State())
	})
}
