package withdrawal_test

import (
	"testing"
	"time"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The files are frozen: a
// new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const id, from = "wdr_01kkn6wx9dg000g00400000003", "wal_01kkn6wx9dg000g00400000001"
	hour := func(n int) time.Time { return time.Date(2026, 3, 14, 9+n, 26, 53, 589793000, time.UTC) }
	step := func(p withdrawal.Progress) withdrawal.Step {
		return withdrawal.Step{WithdrawalID: id, WalletID: from, Amount: usd("60.00"), Progress: p}
	}
	approved := withdrawal.Progress{Status: withdrawal.StatusApproved, ApprovedBy: "usr_boss", ApprovedAt: hour(1)}
	sent := approved
	sent.Status, sent.SentAt, sent.BankReference = withdrawal.StatusSent, hour(2), "batch-7"
	settled := sent
	settled.Status, settled.SettledAt = withdrawal.StatusSettled, hour(3)
	failed := settled
	failed.Status, failed.FailedAt, failed.Reason, failed.Returned = withdrawal.StatusFailed, hour(4), "account closed", true
	canceled := withdrawal.Progress{Status: withdrawal.StatusCanceled, CanceledAt: hour(1), Reason: "not now"}
	want := map[string]any{
		"withdrawal-requested.v1": withdrawal.Requested{
			WithdrawalID: id, WalletID: from, Amount: usd("60.00"), Owner: "usr_ann", DestinationType: withdrawal.IBAN,
			Destination: seal.Text("sealed"), RequestedBy: "key_shop", Description: "Savings", Reference: "out-1", Metadata: map[string]string{"goal": "house"},
		},
		"withdrawal-approved.v1": withdrawal.Approved{Step: step(approved)},
		"withdrawal-sent.v1":     withdrawal.Sent{Step: step(sent)},
		"withdrawal-settled.v1":  withdrawal.Settled{Step: step(settled)},
		"withdrawal-failed.v1":   withdrawal.Failed{Step: step(failed)},
		"withdrawal-canceled.v1": withdrawal.Canceled{Step: step(canceled), ByOwner: true},
	}
	decidetest.Frozen(t, withdrawal.Register, want)
}
