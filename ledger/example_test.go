package ledger_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// A shop opens its till with 100 dollars of the owner's, and then cannot pay out 250 of them.
func Example() {
	registry := journal.NewRegistry()
	ledger.Register(registry)
	bench := journal.NewBench(registry)
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	ask := func(command string, body any) ([]*journal.Event, error) {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, noon)
		return events, err
	}
	pay := func(debit, credit, amount string) ([]*journal.Event, error) {
		return ask(ledger.CommandPostTransaction, ledger.PostTransaction{
			Ledger: ledger.Main,
			NewTransaction: ledger.NewTransaction{Postings: []ledger.Line{
				{Account: debit, Side: "debit", Amount: amount, Asset: "USD"},
				{Account: credit, Side: "credit", Amount: amount, Asset: "USD"},
			}},
		})
	}

	events, err := pay("assets:cash:till", "equity:opening", "100")
	fmt.Println(events[0].Type, "number", events[0].Number, err)
	for _, p := range events[0].Postings {
		fmt.Println(p.Side, p.Account, p.Amount.StringFixed(2), "holds", p.Balance.StringFixed(2))
	}

	zero := []ledger.Money{{Amount: "0", Asset: "USD"}}
	_, err = ask(ledger.CommandSetAccount, ledger.SetAccount{Ledger: ledger.Main, Address: "assets:cash:till", MinBalance: &zero})
	fmt.Println(err)
	_, err = pay("expenses:wages", "assets:cash:till", "250")
	fmt.Println(err, string(journal.AsRefusal(err).Members))
	// Output:
	// transaction-posted number 1 <nil>
	// debit assets:cash:till 100.00 holds 100.00
	// credit equity:opening 100.00 holds 100.00
	// <nil>
	// insufficient-funds: assets:cash:till has 100.00 USD to spare, 250.00 is needed {"account":"assets:cash:till","asset":"USD","needed":"250.00","available":"100.00","min_balance":"0.00"}
}
