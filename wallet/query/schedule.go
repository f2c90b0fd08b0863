package query

import (
	"time"

	"github.com/florinledger/florin/wallet/schedule"
)

// ScheduleFilter selects schedules, newest first. Empty fields select all.
type ScheduleFilter struct {
	// Owner is whose wallets pay; WalletID the one that does.
	Owner    string
	WalletID string
	Status   schedule.Status
	// After is the id of the last schedule of the page before; Limit the most that come back.
	After string
	Limit int
}

// DueSchedule is a schedule whose next time has come.
type DueSchedule struct {
	ScheduleID string
	At         time.Time
}
