package schedule_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/schedule"
)

// Ann pays her rent at nine in Berlin on the first of each month. Nobody is at work in April; in May April is paid, and for
// May the money is missing.
func Example() {
	registry := journal.NewRegistry()
	for _, register := range cores() {
		register(registry)
	}
	bench := journal.NewBench(registry)
	now := at("2026-03-14T12:00:00Z")
	ask := func(command string, body any) []*journal.Event {
		data, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		events, _, err := bench.Decide(journal.Command{Type: command, Data: data}, now)
		if err != nil {
			fmt.Println(err)
		}
		return events
	}
	open := func(owner string) string {
		return ask(wallet.CommandOpenWallet, wallet.OpenWallet{As: user(owner), Owner: "usr_" + owner})[0].Body.(wallet.Opened).WalletID
	}
	ann, landlord := open("ann"), open("landlord")
	ask(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: ann, Amount: ledger.Money{Amount: "1000", Asset: "EUR"}, Account: "assets:bank:main"})

	made := ask(schedule.CommandCreateSchedule, schedule.CreateSchedule{
		As: user("ann"),
		Transfer: wallet.NewTransfer{
			FromWallet: ann, ToWallet: landlord, Amount: ledger.Money{Amount: "800", Asset: "EUR"}, Reference: "rent",
		},
		Timing: schedule.Timing{RRule: "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0;BYSECOND=0", TimeZone: "Europe/Berlin"},
	})[0]
	rent := schedule.Schedule{}.After(made)
	fmt.Println(rent.Upcoming()[0].Format(time.RFC3339))

	now = at("2026-05-01T07:00:00Z")
	due := []schedule.Occurrence{{ScheduleID: rent.ID, At: rent.NextAt}}
	for range 2 { // whoever asks twice gets nothing twice
		for _, e := range ask(schedule.CommandRunSchedules, schedule.RunSchedules{Due: due}) {
			switch body := e.Body.(type) {
			case wallet.Transferred:
				fmt.Println("paid", body.Amount.Amount, body.Reference)
			case schedule.Refused:
				fmt.Println("refused", body.Problem.Title, body.NextAt.Format(time.RFC3339))
			}
		}
	}
	// Output:
	// 2026-04-01T07:00:00Z
	// paid 800.00 rent/2026-04-01T07:00:00Z
	// refused The account does not hold enough. 2026-06-01T07:00:00Z
}
