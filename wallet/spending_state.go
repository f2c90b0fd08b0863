package wallet

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// spent is what was given out on a day: of a wallet in an asset, or for one hold.
type spent struct {
	// Until is when the day ends. It says which day it is, so that a wallet that changes its time zone
	// has no second day within the first.
	Until  time.Time `json:"until"`
	Amount string    `json:"amount"`
}

// spendings are the days of wallets with a limit by the day, by wallet and asset; holdings what holds
// were counted with, by hold.
func spendings() journal.Kind[spent] { return journal.NewKind[spent]("spent") }
func holdings() journal.Kind[spent]  { return journal.NewKind[spent]("spent-hold") }

func spentID(walletID, asset string) string { return walletID + "/" + asset }

// dayOf is what is spent of the day that a time is in: the day that was counted last, if it goes on.
func (w State) dayOf(s *journal.Scope, walletID, asset string, at time.Time) spent {
	day, ok := spendings().Get(s, spentID(walletID, asset))
	if ok && at.Before(day.Until) {
		return day
	}
	limit := Figure(w.Spending[asset].PerDay)
	return spent{Until: endOfDay(at, w.TimeZone), Amount: journal.FormatAmount(limit.Sub(limit))}
}

// endOfDay is when the day that a time is in ends.
func endOfDay(at time.Time, zone string) time.Time {
	location, err := Zone(zone)
	if err != nil {
		// It was known when the wallet got it, and names are never taken back.
		panic(fmt.Sprintf("wallet: evolve: %v", err))
	}
	year, month, day := at.In(location).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, location).UTC()
}

// evolveSpending counts what wallets with a limit by the day give out. Without one nothing is counted, so
// that it costs nothing: a day counts from when its limit was set.
func evolveSpending(s *journal.Scope, e *journal.Event) {
	switch body := e.Body.(type) {
	case Transferred:
		count(s, e, body.FromWallet, body.Amount.Asset, Figure(body.Amount.Amount))
	case Debited:
		count(s, e, body.WalletID, body.Amount.Asset, Figure(body.Amount.Amount))
	case HoldPlaced:
		countHold(s, e, body.HoldID, body.WalletID, body.Amount.Asset, Figure(body.Amount.Amount))
	case HoldIncreased:
		countHold(s, e, body.HoldID, body.WalletID, body.Amount.Asset, Figure(body.Amount.Amount))
	case HoldReleased:
		giveBack(s, e, body.HoldID, body.WalletID, body.Amount.Asset, Figure(body.Amount.Amount))
	case HoldExpired:
		giveBack(s, e, body.HoldID, body.WalletID, body.Amount.Asset, Figure(body.Amount.Amount))
	}
}

// count adds to what is spent of the day, and returns it; ok is false when nothing is counted.
func count(s *journal.Scope, e *journal.Event, walletID, asset string, amount decimal.Decimal) (day spent, ok bool) {
	w, _ := Find(s, walletID)
	if w.Spending[asset].PerDay == "" {
		return day, false
	}
	day = w.dayOf(s, walletID, asset, e.RecordedAt)
	day.Amount = journal.FormatAmount(Figure(day.Amount).Add(amount))
	spendings().Put(s, spentID(walletID, asset), day)
	return day, true
}

// CountSpent counts what an event of another core gives out of a wallet, for that core's evolver.
func CountSpent(s *journal.Scope, e *journal.Event, walletID string, m ledger.Money) {
	count(s, e, walletID, m.Asset, Figure(m.Amount))
}

// CountSpentFor is [CountSpent] for what may come back, such as a withdrawal: thing is its id.
func CountSpentFor(s *journal.Scope, e *journal.Event, thing, walletID string, m ledger.Money) {
	countHold(s, e, thing, walletID, m.Asset, Figure(m.Amount))
}

// GiveBackSpent takes what came back of a thing that [CountSpentFor] counted out of what is spent, if the
// day is still the same.
func GiveBackSpent(s *journal.Scope, e *journal.Event, thing, walletID string, m ledger.Money) {
	giveBack(s, e, thing, walletID, m.Asset, Figure(m.Amount))
}

// countHold counts what a hold sets aside, and remembers how much of it on which day.
func countHold(s *journal.Scope, e *journal.Event, holdID, walletID, asset string, amount decimal.Decimal) {
	day, counted := count(s, e, walletID, asset, amount)
	if !counted {
		return
	}
	if before, ok := holdings().Get(s, holdID); ok && before.Until.Equal(day.Until) {
		amount = amount.Add(Figure(before.Amount))
	}
	holdings().Put(s, holdID, spent{Until: day.Until, Amount: journal.FormatAmount(amount)})
}

// giveBack takes what a hold gives back out of what is spent, as far as the hold was counted on the day
// that it is: what was set aside yesterday was yesterday's.
func giveBack(s *journal.Scope, e *journal.Event, holdID, walletID, asset string, amount decimal.Decimal) {
	w, _ := Find(s, walletID)
	if w.Spending[asset].PerDay == "" {
		return
	}
	held, ok := holdings().Get(s, holdID)
	day := w.dayOf(s, walletID, asset, e.RecordedAt)
	if !ok || !held.Until.Equal(day.Until) {
		return
	}
	back := decimal.Min(amount, Figure(held.Amount), Figure(day.Amount))
	day.Amount = journal.FormatAmount(Figure(day.Amount).Sub(back))
	spendings().Put(s, spentID(walletID, asset), day)
}
