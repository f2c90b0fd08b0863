package schedule

import (
	"cmp"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

func decideChange(s *journal.Scope, c ChangeSchedule) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	sc, err := findOwn(s, c.As, c.ScheduleID, c.IfVersion)
	if err != nil {
		return err
	}
	transfer := c.Transfer.apply(sc.Transfer)
	amount, amountErr := wallet.Amount(s, transfer.Amount)
	switch {
	case sc.Status == StatusEnded:
		return ErrScheduleEnded
	case amountErr != nil:
		return ofTransfer(amountErr)
	case c.Changes == Changes{}:
		return nil
	}
	transfer.Amount.Amount = journal.FormatAmount(amount)
	timing, standing, err := c.when(sc, s.Now())
	if err != nil {
		return err
	}
	var f form
	if f.reference(transfer.Reference, timing.recurs()); len(f.Errors()) > 0 {
		return ledger.Malformed(f.Errors())
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(sc.Transfer.FromWallet), Type: TypeScheduleChanged, Schema: 1,
		Body: Changed{ScheduleID: c.ScheduleID, Transfer: transfer, Timing: timing, Standing: standing},
	})
	return nil
}

// findOwn returns a schedule that the caller may change, of the version that is wanted.
func findOwn(s *journal.Scope, as wallet.As, id string, version *int64) (Schedule, error) {
	sc, found := Find(s, id)
	switch {
	case !found || !as.Owns(sc.Owner):
		return sc, ErrScheduleNotFound
	case version != nil && *version != sc.Version:
		return sc, ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: sc.Version})
	}
	return sc, nil
}

// when returns when a schedule pays after the changes, and how it stands then.
func (c Changes) when(sc Schedule, now time.Time) (Timing, Standing, error) {
	timing, standing := sc.Timing, sc.Standing
	switch {
	case c.At != nil:
		timing = Timing{At: c.At, TimeZone: timing.TimeZone}
		standing.Counted = 0
	case c.RRule != nil:
		timing = Timing{RRule: *c.RRule, StartsAt: timing.StartsAt, TimeZone: timing.TimeZone}
		standing.Counted = 0
	}
	if c.StartsAt != nil {
		if !timing.recurs() {
			return timing, standing, ledger.ErrInvalidField.At("/starts_at").Because("it is for rrule: the schedule is for once")
		}
		timing.StartsAt = c.StartsAt
	}
	if c.TimeZone != nil {
		timing.TimeZone = cmp.Or(*c.TimeZone, wallet.UTC)
	}
	status := standing.Status
	if c.Status != nil {
		status = *c.Status
	}
	moved := c.At != nil || c.RRule != nil || c.StartsAt != nil || c.TimeZone != nil
	if !moved && status == standing.Status {
		return timing, standing, nil
	}
	timing, next, err := timing.begin(now, standing.Counted)
	if err != nil && (moved || status == StatusActive) { // a pause alone needs no time to come
		return timing, standing, err
	}
	wasActive := standing.Status == StatusActive
	standing.Status = status
	if status == StatusPaused {
		standing.NextAt = time.Time{}
		if wasActive {
			standing.Why = BecauseAsked
		}
		return timing, standing, nil
	}
	standing.NextAt, standing.Why = next, ""
	if !wasActive {
		standing.InRow = 0
	}
	return timing, standing, nil
}

func decideEnd(s *journal.Scope, c EndSchedule) error {
	sc, err := findOwn(s, c.As, c.ScheduleID, c.IfVersion)
	switch {
	case err != nil:
		return err
	case sc.Status == StatusEnded:
		return nil
	}
	standing := sc.Standing
	standing.Status, standing.Why, standing.NextAt = StatusEnded, c.Why, time.Time{}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(sc.Transfer.FromWallet), Type: TypeScheduleEnded, Schema: 1,
		Body: Ended{ScheduleID: c.ScheduleID, Standing: standing},
	})
	return nil
}
