package schedule

import (
	"errors"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

func decideRun(s *journal.Scope, c RunSchedules) error {
	var ran Ran
	for _, due := range c.Due {
		sc, found := Find(s, due.ScheduleID)
		switch {
		case !found || sc.Status != StatusActive || !sc.NextAt.Equal(due.At): // paid already, or not to be
		case !sc.due(s.Now()):
			ran.Left = append(ran.Left, due.ScheduleID)
		default:
			if err := ran.run(s, due.ScheduleID); err != nil {
				return err
			}
		}
	}
	if len(ran.Left) > 0 && ran.Done+ran.Refused == 0 {
		return ErrScheduleNotDue
	}
	s.Result(ran)
	return nil
}

// run pays what is due of a schedule, in order.
func (r *Ran) run(s *journal.Scope, id string) error {
	sc, _ := Find(s, id)
	runs := 0
	for occurrence := range sc.upcoming() {
		// While not all is at hand every one of them is tried, so that what they need is loaded in one go.
		if sc, _ = Find(s, id); occurrence.After(s.Now()) || runs == MaxRuns || s.Complete() && !sc.due(s.Now()) {
			return nil
		}
		runs++
		refused, err := sc.run(s, occurrence)
		switch {
		case err != nil:
			return err
		case refused:
			r.Refused++
		default:
			r.Done++
		}
	}
	return nil
}

// run pays an occurrence of a schedule, its next one, and says what became of it.
func (sc Schedule) run(s *journal.Scope, occurrence time.Time) (refused bool, err error) {
	err = s.Try(func() error {
		return wallet.DecideTransfer(s, wallet.Transfer{As: sc.Maker, NewTransfer: sc.transferAt(occurrence)})
	})
	event := journal.Event{Ledger: ledger.Main, Stream: wallet.Stream(sc.Transfer.FromWallet), Schema: 1}
	switch refusal := journal.AsRefusal(err); {
	case refusal != nil:
		event.Type, event.Body = TypeScheduleRefused, Refused{
			ScheduleID: sc.ID, Transfer: sc.Transfer, Occurrence: occurrence, Standing: sc.after(occurrence, refusal),
			Problem: Problem{Code: refusal.Code, Title: refusal.Title, Detail: refusal.Detail, Pointer: refusal.Pointer},
		}
		refused = true
	case err != nil:
		return false, err
	default:
		paid, ok := s.Event(s.NextID().Position() - 1)
		switch {
		case !s.Complete():
			return false, nil // it is decided again, once all is at hand
		case !ok || paid.Type != wallet.TypeTransferred:
			return false, errors.New("schedule: a transfer was decided and is not the last event")
		}
		event.Type, event.Body = TypeScheduleRan, RanOnce{
			ScheduleID: sc.ID, Occurrence: occurrence, TransactionID: paid.TransactionID(), Standing: sc.after(occurrence, nil),
		}
	}
	s.Emit(event)
	return refused, nil
}

// transferAt is what is paid at an occurrence. A reference names one transaction for ever, so that each run of a
// schedule that recurs has one of its own.
func (sc Schedule) transferAt(occurrence time.Time) wallet.NewTransfer {
	t := sc.Transfer
	if sc.Timing.recurs() && t.Reference != "" {
		t.Reference = fmt.Sprintf("%s/%s", t.Reference, occurrence.UTC().Format(time.RFC3339))
	}
	return t
}

// after returns how a schedule stands after an occurrence, which was paid, or refused.
func (sc Schedule) after(occurrence time.Time, refusal *journal.Refusal) Standing {
	st := sc.Standing
	st.Counted++
	if refusal == nil {
		st.Runs++
		st.InRow = 0
	} else {
		st.Refusals++
		st.InRow++
	}
	next, more := sc.Timing.next(occurrence, st.Counted)
	switch {
	case refusal != nil && (forEver(refusal) || !sc.Timing.recurs()):
		st.Status, st.Why, st.NextAt = StatusEnded, BecauseRefused, time.Time{}
	case !more:
		st.Status, st.Why, st.NextAt = StatusEnded, BecauseFinished, time.Time{}
	case st.InRow >= MaxRefusals:
		st.Status, st.Why, st.NextAt = StatusPaused, BecauseRefused, time.Time{}
	default:
		st.NextAt = next
	}
	return st
}

// forEver reports whether a refusal stays, whatever anybody does: a wallet that is closed stays closed.
func forEver(r *journal.Refusal) bool {
	return errors.Is(r, wallet.ErrWalletClosed) || errors.Is(r, wallet.ErrWalletNotFound)
}
