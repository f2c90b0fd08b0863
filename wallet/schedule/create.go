package schedule

import (
	"cmp"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

func decideCreate(s *journal.Scope, c CreateSchedule) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	from, found := wallet.Find(s, c.Transfer.FromWallet)
	to, payee := wallet.Find(s, c.Transfer.ToWallet)
	has, _ := tallies().Get(s, c.Transfer.FromWallet)
	amount, amountErr := wallet.Amount(s, c.Transfer.Amount)
	switch {
	case !found || !c.As.Owns(from.Owner):
		return wallet.ErrWalletNotFound.At("/transfer/from_wallet")
	case !payee:
		return wallet.ErrWalletNotFound.At("/transfer/to_wallet")
	case amountErr != nil:
		return ofTransfer(amountErr)
	case from.Status == wallet.StatusClosed:
		return wallet.ErrWalletClosed.At("/transfer/from_wallet")
	case to.Status == wallet.StatusClosed:
		return wallet.ErrWalletClosed.At("/transfer/to_wallet")
	case has.Count >= MaxSchedules && c.As.Role != wallet.Service:
		return ErrTooManySchedules.With(Limit{MaxSchedules})
	}
	c.Transfer.Amount.Amount = journal.FormatAmount(amount)
	c.TimeZone = cmp.Or(c.TimeZone, from.TimeZone, wallet.UTC)
	timing, next, err := c.Timing.begin(s.Now(), 0)
	if err != nil {
		return err
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(c.Transfer.FromWallet), Type: TypeScheduleCreated, Schema: 1,
		Body: Created{
			ScheduleID: s.NextID().Format(schedulePrefix), Owner: from.Owner, Maker: c.As, Transfer: c.Transfer, Timing: timing,
			Standing: Standing{Status: StatusActive, NextAt: next},
		},
	})
	return nil
}

// ofTransfer points a refusal of a transfer's field at that field in the body of a schedule.
func ofTransfer(err error) error {
	if r := journal.AsRefusal(err); r != nil && r.Pointer != "" {
		return r.At("/transfer" + r.Pointer)
	}
	return err
}

// begin returns when a schedule pays that begins now, or goes on, and its first occurrence after now, when so many
// have come. Times are kept to the second for a rule, and to the microsecond otherwise.
//
// Refusals: ErrInvalidField (the ledger's), when there is none to come, or it is too far from now.
func (t Timing) begin(now time.Time, counted int) (_ Timing, next time.Time, err error) {
	if !t.recurs() {
		at := t.At.UTC().Truncate(time.Microsecond) // as times are kept everywhere
		t.At = &at
		switch {
		case !at.After(now):
			return t, at, ledger.ErrInvalidField.At("/at").Because("want a time to come: it is %s now", now.Format(time.RFC3339))
		case at.Sub(now) > MaxAhead:
			return t, at, ledger.ErrInvalidField.At("/at").Because("want at most %d days from now", MaxAhead/(24*time.Hour))
		}
		return t, at, nil
	}
	start := now
	if t.StartsAt != nil {
		start = *t.StartsAt
	}
	start = start.UTC().Truncate(time.Second)
	t.StartsAt = &start
	if start.Sub(now).Abs() > MaxAhead {
		return t, next, ledger.ErrInvalidField.At("/starts_at").Because("want at most %d days from now", MaxAhead/(24*time.Hour))
	}
	next, ok := t.next(now, counted)
	if !ok {
		return t, next, ledger.ErrInvalidField.At("/rrule").Because("it does not occur any more: it is %s now", now.Format(time.RFC3339))
	}
	return t, next, nil
}
