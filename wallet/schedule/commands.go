package schedule

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// The types of the commands of schedules. Data is the command's struct as JSON.
const (
	CommandCreateSchedule = "create-schedule"
	CommandChangeSchedule = "change-schedule"
	CommandEndSchedule    = "end-schedule"
	CommandRunSchedules   = "run-schedules"
)

// CreateSchedule orders a transfer at times to come. Its event's body has the schedule's id.
//
// Exactly one of At and RRule says when. StartsAt is for a rule; nil is now. An empty TimeZone is that of the
// wallet that pays.
//
// Refusals: ErrTooManySchedules (with [Limit]), the wallet's ErrWalletNotFound, ErrWalletClosed, and the ledger's
// ErrInvalidField, ErrUnknownAsset, ErrAmountScale. Pointers are into the body: of the transfer, below /transfer.
type CreateSchedule struct {
	As       wallet.As          `json:"as"`
	Transfer wallet.NewTransfer `json:"transfer"`
	Timing
}

// ChangeSchedule changes a schedule that has not ended. With nothing to change it changes nothing. An occurrence
// whose time has come, and which is not paid yet, is not paid when the change says so: by another time, or by
// a pause.
//
// Refusals: ErrScheduleNotFound, ErrScheduleEnded, and the ledger's ErrVersionMismatch, ErrInvalidField, ErrUnknownAsset,
// ErrAmountScale.
type ChangeSchedule struct {
	As         wallet.As `json:"as"`
	ScheduleID string    `json:"schedule_id"`
	// IfVersion, if not nil, is the version that the schedule must have.
	IfVersion *int64 `json:"if_version,omitempty"`
	Changes
}

// Changes are what changes of a schedule; what is nil stays.
type Changes struct {
	// Status is StatusPaused, or StatusActive to go on.
	Status   *Status         `json:"status,omitempty"`
	Transfer TransferChanges `json:"transfer,omitzero"`
	// At or RRule is when it pays instead. A rule is counted from StartsAt, or from where the one before it was, or
	// from now; its COUNT begins anew.
	At       *time.Time `json:"at,omitempty"`
	RRule    *string    `json:"rrule,omitempty"`
	StartsAt *time.Time `json:"starts_at,omitempty"`
	TimeZone *string    `json:"time_zone,omitempty"`
}

// TransferChanges are what changes of what is paid; what is nil stays. Who pays whom does not change: that is
// another schedule.
type TransferChanges struct {
	Amount      *ledger.Money `json:"amount,omitempty"`
	Description *string       `json:"description,omitempty"`
	Reference   *string       `json:"reference,omitempty"`
	// Metadata replaces all of it.
	Metadata *map[string]string `json:"metadata,omitempty"`
}

// EndSchedule ends a schedule. Ending what has ended changes nothing.
//
// Refusals: ErrScheduleNotFound, and the ledger's ErrVersionMismatch.
type EndSchedule struct {
	As         wallet.As `json:"as"`
	ScheduleID string    `json:"schedule_id"`
	IfVersion  *int64    `json:"if_version,omitempty"`
	// Why is BecauseAsked or BecauseErased.
	Why Why `json:"why"`
}

// RunSchedules pays what is due, and with each schedule what else is due of it, up to MaxRuns occurrences.
// Florin asks for it. An occurrence that is not the schedule's next one was paid already, or is not to be: it
// needs nothing. The result is [Ran].
//
// Refusals: ErrScheduleNotDue, when none is due and some are to come.
type RunSchedules struct {
	Due []Occurrence `json:"due"`
}

// Occurrence is one time of a schedule.
type Occurrence struct {
	ScheduleID string    `json:"schedule_id"`
	At         time.Time `json:"at"`
}

// Ran is what became of what was asked for: how many transfers were done, how many were refused, and which
// schedules are not due yet.
type Ran struct {
	Done    int      `json:"done"`
	Refused int      `json:"refused"`
	Left    []string `json:"left,omitempty"`
}
