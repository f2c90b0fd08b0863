package schedule

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// The types of the events of schedules. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeScheduleCreated = "schedule-created"
	TypeScheduleChanged = "schedule-changed"
	TypeScheduleEnded   = "schedule-ended"
	TypeScheduleRan     = "schedule-ran"
	TypeScheduleRefused = "schedule-refused"
)

// Created says that there is a schedule.
type Created struct {
	ScheduleID string `json:"schedule_id"`
	// Owner is whose wallet pays; Maker who ordered it, and as what, which is how it is paid.
	Owner    string             `json:"owner"`
	Maker    wallet.As          `json:"maker"`
	Transfer wallet.NewTransfer `json:"transfer"`
	Timing   Timing             `json:"timing"`
	Standing
}

// Changed says what is paid and when, from now on: all of it, whether or not it was otherwise before.
type Changed struct {
	ScheduleID string             `json:"schedule_id"`
	Transfer   wallet.NewTransfer `json:"transfer"`
	Timing     Timing             `json:"timing"`
	Standing
}

// Ended says that the schedule never runs again.
type Ended struct {
	ScheduleID string `json:"schedule_id"`
	Standing
}

// RanOnce says that an occurrence was paid. The transaction is an event of its own, just before this one.
type RanOnce struct {
	ScheduleID    string    `json:"schedule_id"`
	Occurrence    time.Time `json:"occurrence"`
	TransactionID string    `json:"transaction_id"`
	Standing
}

// Refused says that an occurrence came and was not paid.
type Refused struct {
	ScheduleID string `json:"schedule_id"`
	// Transfer is what was to be paid.
	Transfer   wallet.NewTransfer `json:"transfer"`
	Occurrence time.Time          `json:"occurrence"`
	Problem    Problem            `json:"problem"`
	Standing
}

// Problem is why an occurrence was not paid, as the answer to the transfer would have said it.
type Problem struct {
	Code    string `json:"code"`
	Title   string `json:"title"`
	Detail  string `json:"detail,omitempty"`
	Pointer string `json:"pointer,omitempty"`
}

// Standing is how a schedule stands after an event. Events carry it so that whoever reads them needs neither
// the rule nor a time zone, whose clocks may change.
type Standing struct {
	Status Status `json:"status"`
	// Why is why it is paused or has ended; empty while it is active.
	Why Why `json:"why,omitempty"`
	// NextAt is the next occurrence; zero when there is none to come.
	NextAt time.Time `json:"next_at,omitzero"`
	// Runs and Refusals are how many occurrences were paid, and how many were not; InRow how many of the last
	// were not, one after another.
	Runs     int `json:"runs"`
	Refusals int `json:"refusals"`
	InRow    int `json:"in_row"`
	// Counted is how many occurrences have come since the rule was given: what COUNT counts.
	Counted int `json:"counted"`
}

// Register tells r what schedules decide, evolve, record and refuse. It needs the registrations of ledger and
// wallet beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandCreateSchedule, decideCreate)
	journal.Decides(r, CommandChangeSchedule, decideChange)
	journal.Decides(r, CommandEndSchedule, decideEnd)
	journal.Decides(r, CommandRunSchedules, decideRun)

	journal.Records[Created](r, TypeScheduleCreated, 1, nil)
	journal.Records[Changed](r, TypeScheduleChanged, 1, nil)
	journal.Records[Ended](r, TypeScheduleEnded, 1, nil)
	journal.Records[RanOnce](r, TypeScheduleRan, 1, nil)
	journal.Records[Refused](r, TypeScheduleRefused, 1, nil)

	journal.Holds(r, schedules())
	journal.Holds(r, tallies())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeScheduleCreated, TypeScheduleChanged, TypeScheduleEnded, TypeScheduleRan, TypeScheduleRefused:
		return true
	}
	return false
}

// evolve keeps what there is of each schedule, and how many of a wallet have not ended.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("schedule: evolve: %v", err))
	}
	before, _ := schedules().Get(s, IDOf(e.Body))
	after := before.After(e)
	schedules().Put(s, IDOf(e.Body), after)
	if by := after.counts() - before.counts(); by != 0 {
		has, _ := tallies().Get(s, after.Transfer.FromWallet)
		tallies().Put(s, after.Transfer.FromWallet, tally{Count: has.Count + by})
	}
}

// counts is 1 of a schedule that there is and that has not ended.
func (sc Schedule) counts() int {
	if sc.ID == "" || sc.Status == StatusEnded {
		return 0
	}
	return 1
}
