package wallet_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Ann sets 60 dollars aside for Bob, who takes 25 of them and leaves her the rest.
func Example() {
	registry := journal.NewRegistry()
	ledger.Register(registry)
	wallet.Register(registry)
	bench := journal.NewBench(registry)
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	ask := func(command string, body any) []*journal.Event {
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, noon)
		if err != nil {
			fmt.Println(err)
		}
		return events
	}
	ann, bob := wallet.As{Principal: "usr_ann", Role: wallet.User}, wallet.As{Principal: "usr_bob", Role: wallet.User}
	open := func(as wallet.As) string {
		events := ask(wallet.CommandOpenWallet, wallet.OpenWallet{As: as, Owner: as.Principal})
		return events[0].Body.(wallet.Opened).WalletID
	}
	from, to := open(ann), open(bob)

	// A top-up, made shorter than it is: see package payment.
	usd := decimalOf("100.00")
	if _, err := bench.Apply(journal.Event{
		Ledger: ledger.Main, Number: 1, Type: ledger.TypeTransactionPosted, Schema: 1, RecordedAt: noon,
		Body: ledger.TransactionPosted{}, Postings: []journal.Posting{
			{Account: "assets:stripe:clearing", Side: journal.Debit, Amount: usd, Asset: "USD"},
			{Account: wallet.Account(from, wallet.Available), Side: journal.Credit, Amount: usd, Asset: "USD"},
		},
	}); err != nil {
		fmt.Println(err)
	}

	sixty, seventyfive := ledger.Money{Amount: "60", Asset: "USD"}, ledger.Money{Amount: "75", Asset: "USD"}
	hold := ask(wallet.CommandPlaceHold, wallet.PlaceHold{As: ann, WalletID: from, Amount: sixty, Payee: wallet.Payee{ToWallet: to}})
	id := hold[0].Body.(wallet.HoldPlaced).HoldID
	ask(wallet.CommandCaptureHold, wallet.CaptureHold{As: bob, HoldID: id, Amount: &seventyfive})
	ask(wallet.CommandReleaseHold, wallet.ReleaseHold{As: ann, HoldID: id})
	for _, e := range ask(wallet.CommandCaptureHold, wallet.CaptureHold{As: bob, HoldID: id, Amount: &ledger.Money{Amount: "25", Asset: "USD"}, Final: true}) {
		h, err := wallet.ShowHold(hold[0], e)
		fmt.Println(e.Type, "captured", h.Captured, "released", h.Released, "remaining", h.Remaining, h.Status, err)
	}
	// Output:
	// capture-too-large: 60.00 USD remain
	// forbidden-for-payer
	// hold-captured captured 25.00 released 0.00 remaining 35.00 captured <nil>
	// hold-released captured 25.00 released 35.00 remaining 0.00 captured <nil>
}
