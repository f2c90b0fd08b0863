package schedule

import (
	"iter"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Status says whether a schedule runs.
type Status string

// The states of a schedule.
const (
	// StatusActive: it runs at its next time.
	StatusActive Status = "active"
	// StatusPaused: its times pass, until somebody has it go on.
	StatusPaused Status = "paused"
	// StatusEnded: it never runs again.
	StatusEnded Status = "ended"
)

// Why says why a schedule is paused or has ended.
type Why string

// The reasons.
const (
	// BecauseAsked: its owner, or a service, wanted it.
	BecauseAsked Why = "asked"
	// BecauseRefused: it was refused too often, or in a way that stays.
	BecauseRefused Why = "refused"
	// BecauseFinished: it has no more times to come.
	BecauseFinished Why = "finished"
	// BecauseErased: its owner is no more.
	BecauseErased Why = "owner-erased"
)

const schedulePrefix = "sch"

// Schedule is a schedule as it is shown, and what the writer knows of it.
type Schedule struct {
	ID string `json:"id"`
	// Owner is whose wallet pays; Maker who ordered it, and as what.
	Owner    string             `json:"owner"`
	Maker    wallet.As          `json:"maker"`
	Transfer wallet.NewTransfer `json:"transfer"`
	Timing   Timing             `json:"timing"`
	Standing
	// Last is the last occurrence that came; nil before the first.
	Last *Run `json:"last,omitempty"`
	// CreatedAt is when it was made; Version the position of the last event of its own.
	CreatedAt time.Time `json:"created_at"`
	Version   int64     `json:"version"`
}

// Run is what became of an occurrence: a transaction or a problem.
type Run struct {
	Occurrence time.Time `json:"occurrence"`
	// At is when it was decided.
	At            time.Time `json:"at"`
	TransactionID string    `json:"transaction_id,omitempty"`
	Problem       *Problem  `json:"problem,omitempty"`
}

// tally is how many schedules that have not ended pay from a wallet.
type tally struct {
	Count int `json:"count"`
}

func tallies() journal.Kind[tally] { return journal.NewKind[tally]("schedules-of") }

func schedules() journal.Kind[Schedule] { return journal.NewKind[Schedule]("schedule") }

// Find returns what is known of a schedule. ok is false when there is none of that id, which may be any text.
func Find(s *journal.Scope, id string) (found Schedule, ok bool) {
	if _, err := journal.ParsePlaceID(schedulePrefix, id); err != nil {
		return Schedule{}, false
	}
	return schedules().Get(s, id)
}

// After returns a schedule as an event of its own left it; of the one that made it, whatever there was before.
// The event has been decoded. Other events leave it as it was.
func (sc Schedule) After(e *journal.Event) Schedule {
	switch body := e.Body.(type) {
	case Created:
		sc = Schedule{
			ID: body.ScheduleID, Owner: body.Owner, Maker: body.Maker, Transfer: body.Transfer, Timing: body.Timing,
			Standing: body.Standing, CreatedAt: e.RecordedAt,
		}
	case Changed:
		sc.Transfer, sc.Timing, sc.Standing = body.Transfer, body.Timing, body.Standing
	case Ended:
		sc.Standing = body.Standing
	case RanOnce:
		sc.Standing = body.Standing
		sc.Last = &Run{Occurrence: body.Occurrence, At: e.RecordedAt, TransactionID: body.TransactionID}
	case Refused:
		sc.Standing = body.Standing
		sc.Last = &Run{Occurrence: body.Occurrence, At: e.RecordedAt, Problem: &body.Problem}
	default:
		return sc
	}
	sc.Version = e.Position
	return sc
}

// IDOf is which schedule the body of an event is about; empty for one of another package.
func IDOf(body any) string {
	switch b := body.(type) {
	case Created:
		return b.ScheduleID
	case Changed:
		return b.ScheduleID
	case Ended:
		return b.ScheduleID
	case RanOnce:
		return b.ScheduleID
	case Refused:
		return b.ScheduleID
	}
	return ""
}

// Upcoming returns up to MaxUpcoming occurrences to come, the next one first; none of a schedule that does not run.
func (sc Schedule) Upcoming() []time.Time {
	var list []time.Time
	for at := range sc.upcoming() {
		if list = append(list, at); len(list) == MaxUpcoming {
			break
		}
	}
	return list
}

// upcoming returns the occurrences to come, the next one first: as it is known, whatever clocks have become since.
func (sc Schedule) upcoming() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if sc.Status != StatusActive || sc.NextAt.IsZero() || !yield(sc.NextAt) {
			return
		}
		for at := range sc.Timing.after(sc.NextAt, sc.Counted+1) {
			if !yield(at) {
				return
			}
		}
	}
}

// due reports whether its time has come.
func (sc Schedule) due(now time.Time) bool {
	return sc.Status == StatusActive && !sc.NextAt.IsZero() && !sc.NextAt.After(now)
}
