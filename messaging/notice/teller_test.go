package notice_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/notice"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/users/seal/sealtest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

const (
	ann    = "usr_01k0q3v9x8f6r8v4t0d6m2n7h5"
	wal    = "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"
	shop   = "wal_01k0q3v9x8f6r8v4t0d6m2n7h6"
	nobody = "wal_01k0q3v9x8f6r8v4t0d6m2n7h7"
)

// owners of wallets.
type owners map[string]string

func (o owners) Owner(_ context.Context, walletID string) (string, bool, error) {
	owner, ok := o[walletID]
	return owner, ok, nil
}

// sent keeps the commands that are asked for.
type sent struct {
	commands []journal.Command
	err      error
}

func (s *sent) Record(_ context.Context, c journal.Command) (journal.Answer, error) {
	s.commands = append(s.commands, c)
	return journal.Answer{Outcome: journal.Outcome{Status: journal.Done}}, s.err
}

func registry() *journal.Registry {
	r := journal.NewRegistry()
	for _, register := range []func(*journal.Registry){ledger.Register, wallet.Register, alert.Register, payment.Register, schedule.Register, withdrawal.Register, users.Register, membership.Register, messaging.Register} {
		register(r)
	}
	return r
}

// told is what somebody reads of a notice.
type told struct{ To, Topic, About, Subject, Body string }

func tell(t *testing.T, vault seal.Keys, into *sent, events ...*journal.Event) []told {
	t.Helper()
	sealer := messaging.NewSealer(vault)
	teller := notice.NewTeller(registry(), owners{wal: ann, shop: "service:shop"}, sealer, into, slog.New(slog.DiscardHandler))
	for _, e := range events {
		data, err := json.Marshal(e.Body)
		require.NoError(t, err)
		e.Data, e.Body, e.Schema = data, nil, 1
		require.NoError(t, teller.Tell(t.Context(), e, func(int) string { return "notices/" + e.Type }))
	}
	var out []told
	for _, c := range into.commands {
		require.Equal(t, messaging.CommandSendMessage, c.Type)
		var m messaging.SendMessage
		require.NoError(t, json.Unmarshal(c.Data, &m))
		require.Empty(t, m.Validate())
		require.Equal(t, messaging.Florin, m.From)
		require.Equal(t, messaging.KindNotice, m.Kind)
		subject, body, err := sealer.Open(t.Context(), m.To, m.ToKey, m.Subject, m.Body)
		require.NoError(t, err)
		out = append(out, told{m.To, m.Topic, m.About, subject, body})
	}
	return out
}

func postings() []journal.Posting {
	return []journal.Posting{{Account: "a", Side: journal.Debit, Amount: decimal.NewFromInt(1), Asset: "USD"}}
}

func TestOwnersAreTold(t *testing.T) {
	t.Parallel()
	vault := sealtest.NewVault()
	_, err := vault.Create(t.Context(), ann)
	require.NoError(t, err)
	usd := ledger.Money{Amount: "10.50", Asset: "USD"}
	late := payment.Progress{Status: payment.StatusFailed, Failure: payment.Failure{Code: payment.FailureLate}}
	declined := payment.Progress{Status: payment.StatusFailed, Failure: payment.Failure{Code: "card_declined"}}
	back := payment.RefundStep{PaymentID: "pay_3", WalletID: wal, Amount: usd}
	returned := []journal.Posting{{Account: wallet.Account(wal, wallet.Available), Side: journal.Credit, Amount: decimal.NewFromInt(1), Asset: "USD"}}
	of := func(id string) payment.About { return payment.About{Payment: id, WalletID: wal} }
	got := tell(t, vault, &sent{},
		&journal.Event{Type: payment.TypeReceived, Body: payment.Received{Payment: "pi_1", Amount: usd, WalletID: wal}},
		&journal.Event{Type: payment.TypeAssigned, Postings: postings(), Body: payment.Assigned{Payment: "pi_2", Amount: usd, WalletID: wal}},
		&journal.Event{Type: payment.TypeAssigned, Body: payment.Assigned{Payment: "pi_3", Amount: usd, WalletID: wal}}, // no money moved
		&journal.Event{Type: payment.TypeReceived, Body: payment.Received{Payment: "pi_4", Amount: usd}},                // in suspense
		&journal.Event{Type: payment.TypeReceived, Body: payment.Received{Payment: "pi_5", Amount: usd, WalletID: shop}},
		&journal.Event{Type: payment.TypeReceived, Body: payment.Received{Payment: "pi_6", Amount: usd, WalletID: nobody}},
		&journal.Event{Type: payment.TypeRefunded, Body: payment.Refunded{Payment: "pi_1", Amount: usd, WalletID: wal}},
		&journal.Event{Type: wallet.TypeWalletFrozen, Body: wallet.Frozen{WalletID: wal, Reason: "suspected fraud, case 4711"}}, // for staff
		&journal.Event{Type: wallet.TypeHoldExpired, Postings: postings(), Body: wallet.HoldExpired{HoldID: "hld_1", WalletID: wal, Amount: usd}},
		&journal.Event{Type: payment.TypeFundsWithdrawn, Body: payment.FundsMoved{About: of("pi_7")}},
		&journal.Event{Type: payment.TypeFundsReinstated, Body: payment.FundsMoved{About: of("pi_7")}},
		&journal.Event{Type: payment.TypeDisputeLost, Body: payment.DisputeSettled{About: of("pi_8")}},
		&journal.Event{Type: payment.TypeDisputeClaimed, Body: payment.DisputeSettled{About: of("pi_9")}}, // told when it was withdrawn, or frozen
		&journal.Event{Type: payment.TypeFundsWithdrawn, Body: payment.FundsMoved{}},                      // of nobody known
		&journal.Event{Type: payment.TypeProgressed, Body: payment.Progressed{Step: payment.Step{PaymentID: "pay_1", WalletID: wal, Progress: late}}},
		&journal.Event{Type: payment.TypeProgressed, Body: payment.Progressed{Step: payment.Step{PaymentID: "pay_2", WalletID: wal, Progress: declined}}}, // he was told by the provider's page
		&journal.Event{Type: payment.TypeRefundSettled, Postings: postings(), Body: payment.RefundDone{RefundStep: back}},
		&journal.Event{Type: payment.TypeRefundFailed, Postings: returned, Body: payment.RefundUndone{RefundStep: back}},
		&journal.Event{Type: payment.TypeRefundFailed, Postings: postings(), Body: payment.RefundUndone{RefundStep: back}}, // to suspense
		&journal.Event{Type: alert.TypeFired, Body: alert.Fired{AlertID: "alr_1", WalletID: wal, Asset: "USD", Bound: alert.Bound{Below: "20.00"}, Balance: "10.50"}},
		&journal.Event{Type: alert.TypeFired, Body: alert.Fired{AlertID: "alr_2", WalletID: wal, Asset: "JPY", Bound: alert.Bound{Above: "-5"}, Balance: "0"}},
	)
	assert.Equal(t, []told{
		{ann, notice.TopicTopUp, "pi_1", "Your top-up has arrived", "10.50 USD came into your wallet."},
		{ann, notice.TopicTopUp, "pi_2", "Your top-up has arrived", "10.50 USD came into your wallet."},
		{ann, notice.TopicRefunded, "pi_1", "A payment was refunded", "10.50 USD of a payment went back to where it came from, and left your wallet."},
		{ann, notice.TopicFrozen, wal, "Your wallet is frozen",
			"Your wallet takes money in and gives none out until somebody has looked at it."},
		{ann, notice.TopicExpired, "hld_1", "A hold has expired", "10.50 USD that were set aside in your wallet are yours to spend again."},
		{ann, notice.TopicDisputed, "pi_7", "A payment is disputed",
			"A payment into your wallet is disputed. As much is set aside in your wallet until that is settled."},
		{ann, notice.TopicDisputeEnded, "pi_7", "A dispute was won", "What was set aside for a disputed payment into your wallet is yours to spend again."},
		{ann, notice.TopicDisputeEnded, "pi_8", "A dispute was lost",
			"What was set aside for a disputed payment into your wallet went back to whoever disputed it."},
		{ann, notice.TopicPaymentFailed, "pay_1", "A payment has failed", "A payment into your wallet was not completed by the bank it was to come from. Nothing was taken."},
		{ann, notice.TopicRefunded, "pay_3", "A payment was refunded", "10.50 USD of a payment went back to where it came from, and left your wallet."},
		{ann, notice.TopicRefundFailed, "pay_3", "A refund has failed", "10.50 USD that were to go back to where they came from could not. They are in your wallet again."},
		{ann, notice.TopicAlert, "alr_1", "Your balance fell below 20.00 USD", "A transaction left 10.50 USD available in your wallet."},
		{ann, notice.TopicAlert, "alr_2", "Your balance rose above -5 JPY", "A transaction left 0 JPY available in your wallet."},
	}, got)
}

// What an owner is told of withdrawals: how they end, unless he ended one himself.
func TestOwnersAreToldOfWithdrawals(t *testing.T) {
	t.Parallel()
	vault := sealtest.NewVault()
	_, err := vault.Create(t.Context(), ann)
	require.NoError(t, err)
	step := func(id, reason string, returned bool) withdrawal.Step {
		return withdrawal.Step{
			WithdrawalID: id, WalletID: wal, Amount: ledger.Money{Amount: "10.50", Asset: "USD"},
			Progress: withdrawal.Progress{ApprovedBy: "usr_boss", Reason: reason, Returned: returned},
		}
	}
	got := tell(t, vault, &sent{},
		&journal.Event{Type: withdrawal.TypeSettled, Postings: postings(), Body: withdrawal.Settled{Step: step("wdr_1", "", false)}},
		&journal.Event{Type: withdrawal.TypeFailed, Postings: postings(), Body: withdrawal.Failed{Step: step("wdr_2", "The account is closed.", false)}},
		&journal.Event{Type: withdrawal.TypeFailed, Postings: postings(), Body: withdrawal.Failed{Step: step("wdr_3", "The account is closed.", true)}},
		&journal.Event{Type: withdrawal.TypeCanceled, Postings: postings(), Body: withdrawal.Canceled{Step: step("wdr_4", "", false)}},
		&journal.Event{Type: withdrawal.TypeCanceled, Postings: postings(), Body: withdrawal.Canceled{Step: step("wdr_5", "Asked for twice.", false)}},
		&journal.Event{Type: withdrawal.TypeCanceled, Postings: postings(), Body: withdrawal.Canceled{Step: step("wdr_6", "", false), ByOwner: true}},
		&journal.Event{Type: withdrawal.TypeApproved, Body: withdrawal.Approved{Step: step("wdr_7", "", false)}},
	)
	assert.Equal(t, []told{
		{ann, notice.TopicWithdrawalSettled, "wdr_1", "Your withdrawal was paid out", "10.50 USD were paid out of your wallet."},
		{ann, notice.TopicWithdrawalFailed, "wdr_2", "Your withdrawal has failed",
			"10.50 USD could not be paid out. They are yours to spend again. The reason: The account is closed."},
		{ann, notice.TopicWithdrawalFailed, "wdr_3", "Your withdrawal has failed",
			"10.50 USD were paid out and came back. They are yours to spend again. The reason: The account is closed."},
		{ann, notice.TopicWithdrawalCanceled, "wdr_4", "Your withdrawal was canceled", "10.50 USD that were to be withdrawn are in your wallet again."},
		{ann, notice.TopicWithdrawalCanceled, "wdr_5", "Your withdrawal was canceled",
			"10.50 USD that were to be withdrawn are in your wallet again. The reason: Asked for twice."},
	}, got)
	for eventType, want := range map[string]bool{
		withdrawal.TypeSettled: true, withdrawal.TypeFailed: true, withdrawal.TypeCanceled: true, withdrawal.TypeApproved: false, withdrawal.TypeRequested: false,
	} {
		assert.Equal(t, want, notice.Wants(eventType), eventType)
	}
}

func TestTheSameEventIsTheSameCommand(t *testing.T) {
	t.Parallel()
	vault, into := sealtest.NewVault(), &sent{}
	_, err := vault.Create(t.Context(), ann)
	require.NoError(t, err)
	event := func() *journal.Event {
		return &journal.Event{Type: payment.TypeReceived, Body: payment.Received{Payment: "pi_1", Amount: ledger.Money{Amount: "1.00", Asset: "USD"}, WalletID: wal}}
	}
	tell(t, vault, into, event(), event())
	require.Len(t, into.commands, 2)
	assert.Equal(t, into.commands[0].ID, into.commands[1].ID)
	assert.Equal(t, into.commands[0].Hash, into.commands[1].Hash, "what is sealed anew is no other request")
	assert.NotEqual(t, into.commands[0].Data, into.commands[1].Data)
}

func TestWhoIsErasedIsToldNothing(t *testing.T) {
	t.Parallel()
	vault, into := sealtest.NewVault(), &sent{}
	_, err := vault.Create(t.Context(), ann)
	require.NoError(t, err)
	require.NoError(t, vault.Destroy(t.Context(), ann))
	require.Empty(t, tell(t, vault, into,
		&journal.Event{Type: wallet.TypeWalletFrozen, Body: wallet.Frozen{WalletID: wal, Reason: "overdrawn"}}))
}

func TestWhatIsNotDecidedIsTriedAgain(t *testing.T) {
	t.Parallel()
	vault, away := sealtest.NewVault(), errors.New("away")
	_, err := vault.Create(t.Context(), ann)
	require.NoError(t, err)
	teller := notice.NewTeller(registry(), owners{wal: ann}, messaging.NewSealer(vault), &sent{err: away}, slog.New(slog.DiscardHandler))
	e := &journal.Event{Type: wallet.TypeWalletFrozen, Body: wallet.Frozen{WalletID: wal}}
	require.ErrorIs(t, teller.Tell(t.Context(), e, func(int) string { return "k" }), away)
}

// A scheduled transfer that was refused is told with its reason, and with what comes of it.
func TestOwnersAreToldOfRefusals(t *testing.T) {
	t.Parallel()
	vault := sealtest.NewVault()
	_, err := vault.Create(t.Context(), ann)
	require.NoError(t, err)
	rent := wallet.NewTransfer{FromWallet: wal, ToWallet: shop, Amount: ledger.Money{Amount: "800.00", Asset: "EUR"}}
	april := time.Date(2026, 4, 1, 7, 0, 0, 0, time.UTC)
	refused := func(code, title, detail, pointer string, standing schedule.Standing) *journal.Event {
		return &journal.Event{Type: schedule.TypeScheduleRefused, Body: schedule.Refused{
			ScheduleID: "sch_1", Transfer: rent, Occurrence: april, Problem: schedule.Problem{Code: code, Title: title, Detail: detail, Pointer: pointer}, Standing: standing,
		}}
	}
	got := tell(t, vault, &sent{},
		refused("insufficient-funds", "The account does not hold enough.", "liabilities:wallets:… has 0 EUR to spare", "", schedule.Standing{Status: schedule.StatusActive, NextAt: april.AddDate(0, 1, 0), InRow: 1}),
		refused("spending-limit-exceeded", "The wallet may not give out so much.", "at most 50.00 EUR at once", "", schedule.Standing{Status: schedule.StatusPaused, Why: schedule.BecauseRefused, InRow: 10}),
		refused("wallet-closed", "The wallet is closed.", "", "/to_wallet", schedule.Standing{Status: schedule.StatusEnded, Why: schedule.BecauseRefused}),
		refused("wallet-frozen", "The wallet is frozen.", "", "/from_wallet", schedule.Standing{Status: schedule.StatusEnded, Why: schedule.BecauseFinished}),
	)
	var bodies []string
	for _, n := range got {
		assert.Equal(t, []string{ann, notice.TopicRefusal, "sch_1", "A scheduled transfer was refused"}, []string{n.To, n.Topic, n.About, n.Subject})
		bodies = append(bodies, n.Body)
	}
	assert.Equal(t, []string{
		"800.00 EUR to wallet " + shop + ", due on 1 April 2026, 07:00 UTC, were not paid. The account does not hold enough. The next one is due on 1 May 2026, 07:00 UTC.",
		"800.00 EUR to wallet " + shop + ", due on 1 April 2026, 07:00 UTC, were not paid. The wallet may not give out so much: at most 50.00 EUR at once. " +
			"That was so 10 times in a row: the schedule is paused until you have it go on.",
		"800.00 EUR to wallet " + shop + ", due on 1 April 2026, 07:00 UTC, were not paid. The wallet is closed. It is the wallet that was to be paid. It is not tried again: the schedule has ended.",
		"800.00 EUR to wallet " + shop + ", due on 1 April 2026, 07:00 UTC, were not paid. The wallet is frozen. It was the last one of its schedule.",
	}, bodies)
}
