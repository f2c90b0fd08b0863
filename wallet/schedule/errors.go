package schedule

import "github.com/florinledger/florin/ledger/journal"

// The refusals of schedules. The wallet and the ledger add their own.
var (
	// ErrScheduleNotFound: there is no such schedule, or it is somebody else's.
	ErrScheduleNotFound = journal.Refuse("schedule-not-found", "There is no such schedule.")
	// ErrScheduleEnded: it never runs again.
	ErrScheduleEnded = journal.Refuse("schedule-ended", "The schedule has ended.")
	// ErrTooManySchedules: the wallet has MaxSchedules. Members: [Limit].
	ErrTooManySchedules = journal.Refuse("too-many-schedules", "The wallet has as many schedules as it may have.")
	// ErrScheduleNotDue: its time is to come. It is Florin's own question that was early, so that nothing is
	// recorded and it is asked again.
	ErrScheduleNotDue = journal.RefuseMalformed("schedule-not-due", "The schedule is not due yet.")
)

// Limit is how many schedules a wallet may have: the members of ErrTooManySchedules.
type Limit struct {
	Limit int `json:"limit"`
}

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{ErrScheduleNotFound, ErrScheduleEnded, ErrTooManySchedules, ErrScheduleNotDue}
}
