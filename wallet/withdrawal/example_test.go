package withdrawal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal/sealtest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// Ann takes 60 dollars out. She cannot wave them through herself; somebody in finance does, and the bank pays.
func Example() {
	registry := journal.NewRegistry()
	for _, register := range cores() {
		register(registry)
	}
	bench := journal.NewBench(registry)
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	ask := func(command string, body any) *journal.Event {
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, noon)
		if err != nil {
			fmt.Println(err)
			return nil
		}
		return events[len(events)-1]
	}
	ann := wallet.As{Principal: "svc_ann", Role: wallet.User}
	boss := wallet.As{Principal: "usr_boss", Role: wallet.Service}
	from := ask(wallet.CommandOpenWallet, wallet.OpenWallet{As: ann, Owner: ann.Principal}).Body.(wallet.Opened).WalletID
	ask(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: from, Amount: usd("100"), Account: withdrawal.Bank})

	ctx := context.Background()
	sealer := withdrawal.NewSealer(sealtest.NewVault())
	to := withdrawal.Destination{Type: withdrawal.IBAN, Name: "Ann Miller", IBAN: "DE89 3704 0044 0532 0130 00"}.Tidy()
	fmt.Println(to, to.Validate(), to.Hint().LastFour)
	sealed, err := sealer.Seal(ctx, ann.Principal, to)
	if err != nil {
		fmt.Println(err)
	}
	requested := ask(withdrawal.CommandRequest, withdrawal.Request{
		As: ann, WalletID: from, Amount: ledger.Money{Amount: "60", Asset: "USD"}, DestinationType: to.Type, Destination: sealed,
	})
	id := requested.Body.(withdrawal.Requested).WithdrawalID
	ask(withdrawal.CommandApprove, withdrawal.Approve{On: on(wallet.As{Principal: ann.Principal, Role: wallet.Service}, id)})
	ask(withdrawal.CommandApprove, withdrawal.Approve{On: on(boss, id)})
	settled := ask(withdrawal.CommandSettle, withdrawal.Settle{On: on(boss, id)})
	w, err := withdrawal.Show(requested, settled)
	fmt.Println(w.Amount.Amount, w.Status, w.ApprovedBy, err)
	// Output:
	// [redacted] [] 3000
	// second-person-required
	// 60.00 settled usr_boss <nil>
}
