package membership_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
)

// Ann buys a month of February for ten dollars, changes to a year on the 8th, and cancels that the day after. Each
// transaction is an example of docs/accounting.md, which a test holds against this.
func Example() {
	for _, line := range annsBooks() {
		fmt.Println(line)
	}
	// Output:
	// membership-bought
	// | W`:available` | 10.00 USD | |
	// | `liabilities:deferred:memberships:M` | | 10.00 USD |
	// | `assets:entitlements:M` | 28 PRO-DAY | |
	// | `liabilities:entitlements:M` | | 28 PRO-DAY |
	// membership-day-passed
	// | `liabilities:deferred:memberships:M` | 0.36 USD | |
	// | `income:memberships` | | 0.36 USD |
	// | `liabilities:entitlements:M` | 1 PRO-DAY | |
	// | `assets:entitlements:M` | | 1 PRO-DAY |
	// membership-changed
	// | `liabilities:deferred:memberships:M` | 7.50 USD | |
	// | W`:available` | | 7.50 USD |
	// | `liabilities:entitlements:M` | 21 PRO-DAY | |
	// | `assets:entitlements:M` | | 21 PRO-DAY |
	// | W`:available` | 100.00 USD | |
	// | `liabilities:deferred:memberships:M` | | 100.00 USD |
	// | `assets:entitlements:M` | 365 MAX-DAY | |
	// | `liabilities:entitlements:M` | | 365 MAX-DAY |
	// membership-canceled
	// | `liabilities:deferred:memberships:M` | 99.73 USD | |
	// | W`:available` | | 99.73 USD |
	// | `liabilities:entitlements:M` | 364 MAX-DAY | |
	// | `assets:entitlements:M` | | 364 MAX-DAY |
}

// annsBooks are the first transactions of each type, as rows of docs/accounting.md.
func annsBooks() (lines []string) {
	registry := journal.NewRegistry()
	for _, register := range []func(*journal.Registry){ledger.Register, wallet.Register, users.Register, membership.Register} {
		register(registry)
	}
	bench, now := journal.NewBench(registry), time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	ask := func(command string, body any) []*journal.Event {
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, now)
		if err != nil {
			panic(err)
		}
		return events
	}
	as := wallet.As{Principal: ann, Role: wallet.User}
	id := ask(wallet.CommandOpenWallet, wallet.OpenWallet{As: as, Owner: ann})[0].Body.(wallet.Opened).WalletID
	ask(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: id, Amount: usd("110"), Account: "assets:bank:main"})
	for code, price := range map[string]string{"PRO": "10", "MAX": "100"} {
		period := map[string]membership.Length{"PRO": membership.Month, "MAX": membership.Year}[code]
		ask(membership.CommandCreatePlan, membership.CreatePlan{Code: code, Offer: membership.Offer{Name: code, Price: usd(price), Active: true}, Period: period})
	}
	bought := ask(membership.CommandBuy, membership.Buy{As: as, Plan: "PRO", WalletID: id})
	on := membership.On{As: as, MembershipID: membership.IDOf(bought[0].Body)}
	now = now.Add(7*membership.Day + time.Hour)
	ask(membership.CommandChange, membership.Change{On: on, Plan: "MAX"})
	now = now.Add(membership.Day + time.Hour)
	ask(membership.CommandCancel, membership.Cancel{On: on, At: membership.AtOnce})

	seen := map[string]bool{}
	for _, e := range bench.Events() {
		if seen[e.Type] || len(e.Postings) == 0 || !membership.IsType(e.Type) {
			continue
		}
		seen[e.Type] = true
		lines = append(lines, e.Type)
		for _, p := range e.Postings {
			account := strings.ReplaceAll("`"+p.Account+"`", on.MembershipID, "M")
			account = strings.Replace(account, "`liabilities:wallets:"+id, "W`", 1)
			amount := journal.FormatAmount(p.Amount) + " " + p.Asset
			if p.Side == journal.Debit {
				lines = append(lines, "| "+account+" | "+amount+" | |")
			} else {
				lines = append(lines, "| "+account+" | | "+amount+" |")
			}
		}
	}
	return lines
}
