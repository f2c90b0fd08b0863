package payment

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// PayoutStage is how far a payout has come.
type PayoutStage string

// The stages of a payout. It never goes back to an earlier one.
const (
	// PayoutInTransit: it has left the provider.
	PayoutInTransit PayoutStage = "in_transit"
	// PayoutPaid: it is at our bank.
	PayoutPaid PayoutStage = "paid"
	// PayoutFailed: it has come back to the provider, from the bank too, or never left.
	PayoutFailed PayoutStage = "failed"
)

// rank orders stages; 0 for what is none.
func (s PayoutStage) rank() int {
	switch s {
	case PayoutInTransit:
		return 1
	case PayoutPaid:
		return 2
	case PayoutFailed:
		return 3
	}
	return 0
}

// at is the account in which the money of a payout stands at a stage.
func (s PayoutStage) at() string {
	switch s {
	case PayoutInTransit:
		return InTransit
	case PayoutPaid:
		return Bank
	}
	return Clearing // before, and when it has failed
}

// event is the type of the event that says that a payout has come to a stage.
func (s PayoutStage) event() string {
	switch s {
	case PayoutInTransit:
		return TypePayoutCreated
	case PayoutPaid:
		return TypePayoutPaid
	}
	return TypePayoutFailed
}

// payout is what is booked of a payout.
type payout struct {
	Amount ledger.Money `json:"amount"`
	Stage  PayoutStage  `json:"stage"`
}

func payouts() journal.Kind[payout] { return journal.NewKind[payout]("payout") }

// weighPayout books how far a payout has come since it was last heard of. One that is first heard of when it
// is paid has left before.
func weighPayout(s *journal.Scope, f Fact) (Result, error) {
	id := key(f.Provider, f.Payout.ID)
	before, known := payouts().Get(s, id)
	amount, err := exact(s, f.Payout.Amount)
	switch {
	case err != nil:
		return HeldBy(journal.AsRefusal(err)), nil
	case known && (before.Amount.Asset != f.Payout.Amount.Asset || !figure(before.Amount.Amount).Equal(amount)):
		return Result{Passed, AssetMismatch}, nil
	case f.Payout.Stage.rank() <= before.Stage.rank():
		return Result{Passed, AlreadyBooked}, nil
	}
	stages := []PayoutStage{f.Payout.Stage}
	if !known && f.Payout.Stage == PayoutPaid {
		stages = []PayoutStage{PayoutInTransit, PayoutPaid}
	}
	err = s.Try(func() error {
		at := before.Stage.at()
		for _, stage := range stages {
			if err := reach(s, f, stage, amount, at); err != nil {
				return err
			}
			at = stage.at()
		}
		return nil
	})
	switch refusal := journal.AsRefusal(err); {
	case refusal != nil:
		return HeldBy(refusal), nil
	case err != nil:
		return Result{}, err
	case !known && f.Payout.Stage == PayoutFailed:
		return Result{Deferred, NothingMoved}, nil
	}
	return Result{Result: Booked}, nil
}

// reach moves a payout's money from where it stands to where it stands at a stage; what is below zero goes the
// other way, from our bank to the provider.
func reach(s *journal.Scope, f Fact, stage PayoutStage, amount decimal.Decimal, from string) error {
	e := f.event(s, "payout", f.Payout.ID, stage.event(), PayoutMoved{
		Provider: f.Provider, Payout: f.Payout.ID, Amount: ledger.Money{Amount: journal.FormatAmount(amount), Asset: f.Payout.Amount.Asset},
		Stage: stage, Source: f.source(),
	})
	to := stage.at()
	if to == from || amount.IsZero() { // it failed before it was heard of
		s.Emit(e)
		return nil
	}
	if amount.IsNegative() {
		from, to = to, from
	}
	e.Postings = wallet.Move(amount.Abs(), f.Payout.Amount.Asset, to, from)
	_, err := post(s, e)
	return err
}
