package exchange_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/exchange"
)

// Ann changes ten dollars into euros: the example of docs/accounting.md.
func Example() {
	registry := journal.NewRegistry()
	ledger.Register(registry)
	wallet.Register(registry)
	exchange.Register(registry)
	bench := journal.NewBench(registry)
	ask := func(command string, body any) *journal.Event {
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC))
		if err != nil {
			panic(err)
		}
		return events[0]
	}
	ann := wallet.As{Principal: "usr_ann", Role: wallet.User}
	id := ask(wallet.CommandOpenWallet, wallet.OpenWallet{As: ann, Owner: ann.Principal}).Body.(wallet.Opened).WalletID
	ask(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: id, Amount: ledger.Money{Amount: "25", Asset: "USD"}, Account: "assets:bank:main"})

	ask(exchange.CommandSetRate, exchange.SetRate{From: "USD", To: "EUR", Rate: "0.9261", Spread: new("0.5")})
	quote := ask(exchange.CommandIssueQuote, exchange.IssueQuote{
		As: ann, Owner: ann.Principal, From: exchange.Side{Amount: "10", Asset: "USD"}, To: exchange.Side{Asset: "EUR"},
	}).Body.(exchange.Quoted)
	fmt.Println(quote.From.Amount, quote.From.Asset, "for", quote.To.Amount, quote.To.Asset, "at", quote.Rate, "until", quote.ExpiresAt.Format(time.TimeOnly))
	for _, p := range ask(exchange.CommandExchange, exchange.Exchange{As: ann, QuoteID: quote.QuoteID, WalletID: id}).Postings {
		fmt.Println(p.Side, strings.ReplaceAll(p.Account, id, "W"), p.Amount.StringFixed(2), p.Asset)
	}
	// Output:
	// 10.00 USD for 9.21 EUR at 0.9214695 until 12:00:30
	// debit liabilities:wallets:W:available 10.00 USD
	// credit equity:conversion 10.00 USD
	// debit equity:conversion 9.26 EUR
	// credit liabilities:wallets:W:available 9.21 EUR
	// credit income:exchange 0.05 EUR
}
