package schedule_test

import (
	"testing"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/schedule"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const one, two, id = "wal_01kkn6wx9dg000g00400000001", "wal_01kkn6wx9dg000g00400000002", "sch_01kkn6wx9dg000g00400000003"
	rent := wallet.NewTransfer{
		FromWallet: one, ToWallet: two, Amount: ledger.Money{Amount: "10.50", Asset: "USD"}, Description: "Rent", Reference: "rent",
		Metadata: map[string]string{"flat": "7"},
	}
	monthly := schedule.Timing{RRule: "FREQ=MONTHLY", StartsAt: new(at("2026-04-01T07:00:00Z")), TimeZone: "Europe/Berlin"}
	want := map[string]any{
		"schedule-created.v1": schedule.Created{
			ScheduleID: id, Owner: "usr_ann", Maker: wallet.As{Principal: "usr_ann", Role: wallet.User}, Transfer: rent, Timing: monthly,
			Standing: schedule.Standing{Status: schedule.StatusActive, NextAt: at("2026-04-01T07:00:00Z")},
		},
		"schedule-changed.v1": schedule.Changed{
			ScheduleID: id, Transfer: rent, Timing: schedule.Timing{At: new(at("2026-12-24T17:00:00Z")), TimeZone: "UTC"},
			Standing: schedule.Standing{Status: schedule.StatusPaused, Why: schedule.BecauseAsked, Runs: 3},
		},
		"schedule-ended.v1": schedule.Ended{
			ScheduleID: id, Standing: schedule.Standing{Status: schedule.StatusEnded, Why: schedule.BecauseErased, Runs: 3, Counted: 3},
		},
		"schedule-ran.v1": schedule.RanOnce{
			ScheduleID: id, Occurrence: at("2026-04-01T07:00:00Z"), TransactionID: "txn_01kkn6wx9dg000g00400000004",
			Standing: schedule.Standing{Status: schedule.StatusActive, NextAt: at("2026-05-01T07:00:00Z"), Runs: 1, Counted: 1},
		},
		"schedule-refused.v1": schedule.Refused{
			ScheduleID: id, Transfer: rent, Occurrence: at("2026-05-01T07:00:00Z"),
			Problem: schedule.Problem{Code: "wallet-frozen", Title: "The wallet is frozen.", Detail: "until it is looked at", Pointer: "/from_wallet"},
			Standing: schedule.Standing{
				Status: schedule.StatusActive, NextAt: at("2026-06-01T07:00:00Z"), Runs: 1, Refusals: 1, InRow: 1, Counted: 2,
			},
		},
	}
	decidetest.Frozen(t, schedule.Register, want)
}
