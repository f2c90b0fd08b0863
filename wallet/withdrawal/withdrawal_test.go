package withdrawal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// A withdrawal goes its whole way: the money is set aside, and leaves with the bank's word.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "100.00")
	c := request(user("ann"), ann, "60")
	c.Description, c.Reference, c.Metadata = "Savings", "out-1", map[string]string{"goal": "house"}
	requested := b.Do(withdrawal.CommandRequest, c)[0]
	id := requested.ID().Format("wdr")
	assert.Equal(t, withdrawal.Requested{
		WithdrawalID: id, WalletID: ann, Amount: usd("60.00"), Owner: "usr_ann", DestinationType: withdrawal.IBAN, Destination: seal.Text("sealed"),
		RequestedBy: "usr_ann", Description: "Savings", Reference: "out-1", Metadata: map[string]string{"goal": "house"},
	}, requested.Body)
	b.stands(ann, "40.00", "60.00")
	want := withdrawal.Withdrawal{
		ID: id, WalletID: ann, Owner: "usr_ann", Amount: usd("60.00"), DestinationType: withdrawal.IBAN, Destination: seal.Text("sealed"),
		RequestedBy: "usr_ann", Description: "Savings", Reference: "out-1", Metadata: map[string]string{"goal": "house"},
		Progress: withdrawal.Progress{Status: withdrawal.StatusRequested}, CreatedAt: decidetest.Start(), Version: requested.Position,
	}
	shows := func(last *journal.Event) {
		t.Helper()
		shown, err := withdrawal.Show(requested, last)
		require.NoError(t, err)
		want.Version = last.Position
		assert.Equal(t, want, shown)
	}
	shows(requested)

	b.Advance(time.Hour)
	approved := b.approve(id)[0]
	want.Progress = withdrawal.Progress{Status: withdrawal.StatusApproved, ApprovedBy: "usr_boss", ApprovedAt: b.Now()}
	shows(approved)
	b.Reload() // as after a take-over
	b.Advance(time.Hour)
	sent := b.Do(withdrawal.CommandSend, withdrawal.Send{On: on(finance("clerk"), id), BankReference: "batch-7"})[0]
	want.Status, want.SentAt, want.BankReference = withdrawal.StatusSent, b.Now(), "batch-7"
	shows(sent)
	b.stands(ann, "40.00", "60.00")

	b.Advance(24 * time.Hour)
	paid := b.Now().Add(-time.Hour)
	settled := b.Do(withdrawal.CommandSettle, withdrawal.Settle{On: on(finance("clerk"), id), BankReference: "ref-8", SettledAt: &paid})[0]
	want.Status, want.SettledAt, want.BankReference = withdrawal.StatusSettled, paid, "ref-8"
	shows(settled)
	assert.Equal(t, paid, settled.EffectiveAt)
	b.stands(ann, "40.00", "0.00")
	assert.Equal(t, "40.00", b.balance(withdrawal.Bank), "100.00 came in, 60.00 went out")
	assert.Equal(t, b.State(), b.Replay(cores()...).State())

	_, err := withdrawal.Show(settled, settled)
	require.ErrorContains(t, err, "want withdrawal-requested")
	other := b.Do(withdrawal.CommandRequest, request(user("ann"), ann, "1"))[0]
	_, err = withdrawal.Show(other, settled)
	require.ErrorContains(t, err, "not of withdrawal "+other.ID().Format("wdr"))
}

// Each state lets through what it should, and the refusal says which state it is.
func TestWhatEachStateLetsThrough(t *testing.T) {
	t.Parallel()
	boss := finance("boss")
	steps := []struct {
		command string
		by      wallet.As
		body    func(withdrawal.On) any
		// from are the states in which it is done.
		from []withdrawal.Status
	}{
		{withdrawal.CommandCancel, user("ann"), func(o withdrawal.On) any { return withdrawal.Cancel{On: o} }, []withdrawal.Status{"requested"}},
		{withdrawal.CommandCancel, service(), func(o withdrawal.On) any { return withdrawal.Cancel{On: o} }, []withdrawal.Status{"requested", "approved"}},
		{withdrawal.CommandApprove, boss, func(o withdrawal.On) any { return withdrawal.Approve{On: o} }, []withdrawal.Status{"requested"}},
		{withdrawal.CommandSend, boss, func(o withdrawal.On) any { return withdrawal.Send{On: o} }, []withdrawal.Status{"approved"}},
		{withdrawal.CommandSettle, boss, func(o withdrawal.On) any { return withdrawal.Settle{On: o} }, []withdrawal.Status{"approved", "sent"}},
		{withdrawal.CommandFail, boss, func(o withdrawal.On) any { return withdrawal.Fail{On: o, Reason: "x"} }, []withdrawal.Status{"approved", "sent", "settled"}},
	}
	way := func(b *book, id string, to withdrawal.Status) {
		o := on(boss, id)
		switch to {
		case withdrawal.StatusApproved:
			b.approve(id)
		case withdrawal.StatusSent:
			b.approve(id)
			b.Do(withdrawal.CommandSend, withdrawal.Send{On: o})
		case withdrawal.StatusSettled:
			b.approve(id)
			b.Do(withdrawal.CommandSettle, withdrawal.Settle{On: o})
		case withdrawal.StatusFailed:
			b.approve(id)
			b.Do(withdrawal.CommandFail, withdrawal.Fail{On: o, Reason: "x"})
		case withdrawal.StatusCanceled:
			b.Do(withdrawal.CommandCancel, withdrawal.Cancel{On: o})
		case withdrawal.StatusRequested:
		}
	}
	b := open(t, false)
	ann := b.wallet("ann", "1000.00")
	for _, status := range []withdrawal.Status{"requested", "approved", "sent", "settled", "failed", "canceled"} {
		for i, step := range steps {
			t.Run(fmt.Sprint(i, " ", step.command, " of ", status), func(t *testing.T) {
				b.t = t
				id := b.request("ann", ann, "1")
				way(b, id, status)
				body := step.body(on(step.by, id))
				if slices.Contains(step.from, status) {
					require.Len(t, b.Do(step.command, body), 1)
					return
				}
				b.refused(step.command, body, withdrawal.ErrWrongStatus, "", `{"withdrawal_status":"`+string(status)+`"}`)
			})
		}
	}
}

func TestRequestRefused(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, eve := b.wallet("ann", "100.00"), b.wallet("eve", "100.00")
	b.freeze(eve)
	b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: ann, Asset: "USD", PerTransaction: new("80")})
	used := request(service(), ann, "1")
	used.Reference = "out-1"
	b.Do(withdrawal.CommandRequest, used)
	unsealed := request(service(), ann, "1")
	unsealed.Destination = nil
	odd := request(service(), ann, "1")
	odd.DestinationType = "cash"
	asset := request(service(), ann, "1")
	asset.Amount.Asset = "GOLD"
	for name, c := range map[string]struct {
		body             withdrawal.Request
		want             *journal.Refusal
		pointer, members string
	}{
		"another's":          {request(user("bob"), ann, "1"), wallet.ErrWalletNotFound, "/wallet_id", ""},
		"there is none":      {request(service(), "wal_01kkn6wx9dg000g00400000009", "1"), wallet.ErrWalletNotFound, "/wallet_id", ""},
		"frozen":             {request(service(), eve, "1"), wallet.ErrWalletFrozen, "", ""},
		"nothing":            {request(service(), ann, "0"), ledger.ErrInvalidField, "/amount/amount", ""},
		"too many decimals":  {request(service(), ann, "0.001"), ledger.ErrAmountScale, "/amount/amount", ""},
		"an unknown asset":   {asset, ledger.ErrUnknownAsset, "/amount/asset", ""},
		"over the limit":     {request(user("ann"), ann, "80.01"), wallet.ErrSpendingLimitExceeded, "", `{"limit":"per_transaction","allowed":{"amount":"80.00","asset":"USD"}}`},
		"unsealed":           {unsealed, ledger.ErrInvalidField, "/destination", ""},
		"to no known place":  {odd, ledger.ErrInvalidField, "/destination/type", ""},
		"a reference in use": {used, ledger.ErrReferenceTaken, "/reference", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			b.refused(withdrawal.CommandRequest, c.body, c.want, c.pointer, c.members)
		})
	}
	b.t = t
	b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: ann, Asset: "USD"})
	b.refused(withdrawal.CommandRequest, request(user("ann"), ann, "99.01"), ledger.ErrInsufficientFunds, "",
		`{"account":"`+wallet.Account(ann, wallet.Available)+`","asset":"USD","needed":"99.01","available":"99.00","min_balance":"0.00"}`)
	b.stands(ann, "99.00", "1.00")
}

// Neither who asked for it, nor whose money it is, approves.
func TestFourEyes(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "100.00")
	events := b.Do(withdrawal.CommandRequest, request(finance("clerk"), ann, "1"))
	id := events[0].Body.(withdrawal.Requested).WithdrawalID
	for _, who := range []string{"clerk", "ann"} { // Ann works in finance
		b.refused(withdrawal.CommandApprove, withdrawal.Approve{On: on(finance(who), id)}, withdrawal.ErrSecondPerson, "", "")
	}
	b.approve(id)
}

// A version that is not the withdrawal's any more is refused, before anything else is.
func TestVersion(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "100.00")
	id := b.request("ann", ann, "1")
	read := b.Events()[len(b.Events())-1].Position
	b.approve(id)
	now := b.Events()[len(b.Events())-1].Position
	o := on(finance("boss"), id)
	o.IfVersion = &read
	b.refused(withdrawal.CommandCancel, withdrawal.Cancel{On: o}, ledger.ErrVersionMismatch, "", fmt.Sprintf(`{"version":%d}`, now))
	o.IfVersion = &now
	b.Do(withdrawal.CommandCancel, withdrawal.Cancel{On: o, Reason: "asked to"})
	b.stands(ann, "100.00", "0.00")
}

// Somebody else's withdrawal is not there, nor is one of a text that is no id.
func TestOthers(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id := b.request("ann", b.wallet("ann", "100.00"), "1")
	b.refused(withdrawal.CommandCancel, withdrawal.Cancel{On: on(user("bob"), id)}, withdrawal.ErrNotFound, "", "")
	for _, text := range []string{"", "wdr_x", "wdr_01kkn6wx9dg000g00400000009", "wal_01kkn6wx9dg000g00400000009"} {
		b.refused(withdrawal.CommandCancel, withdrawal.Cancel{On: on(service(), text)}, withdrawal.ErrNotFound, "", "")
	}
}

// A freeze stops what has not left yet, and not the word of the bank, nor the money's way back.
func TestFrozen(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "100.00")
	requested, approved, sent, paid := b.request("ann", ann, "1"), b.request("ann", ann, "2"), b.request("ann", ann, "4"), b.request("ann", ann, "8")
	for _, id := range []string{approved, sent, paid} {
		b.approve(id)
	}
	b.Do(withdrawal.CommandSend, withdrawal.Send{On: on(finance("boss"), sent)})
	b.freeze(ann)
	b.refused(withdrawal.CommandApprove, withdrawal.Approve{On: on(finance("boss"), requested)}, wallet.ErrWalletFrozen, "", "")
	b.refused(withdrawal.CommandSend, withdrawal.Send{On: on(finance("boss"), approved)}, wallet.ErrWalletFrozen, "", "")
	b.stands(ann, "85.00", "15.00")
	b.Do(withdrawal.CommandSettle, withdrawal.Settle{On: on(finance("boss"), paid)})
	b.Do(withdrawal.CommandFail, withdrawal.Fail{On: on(finance("boss"), sent), Reason: "account closed"})
	b.Do(withdrawal.CommandCancel, withdrawal.Cancel{On: on(service(), approved)})
	b.Do(withdrawal.CommandCancel, withdrawal.Cancel{On: on(user("ann"), requested)})
	b.stands(ann, "92.00", "0.00")
}

// What the bank did is booked, whatever rules our account at the bank has.
func TestTheBankDidIt(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "60.00")
	id := b.request("ann", ann, "60")
	b.approve(id)
	b.Do(ledger.CommandSetAccount, ledger.SetAccount{
		Ledger: ledger.Main, Address: withdrawal.Bank, MinBalance: &[]ledger.Money{usd("50")}, Frozen: new(true),
	})
	b.Do(withdrawal.CommandSettle, withdrawal.Settle{On: on(finance("boss"), id)})
	assert.Equal(t, "0.00", b.balance(withdrawal.Bank))
}

// What the bank gives back after it paid is the wallet's again, or, where that is closed, waits for finance.
func TestReturned(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", "60.00"), b.wallet("bob", "60.00")
	settle := func(owner, from string) string {
		id := b.request(owner, from, "60")
		b.approve(id)
		b.Do(withdrawal.CommandSettle, withdrawal.Settle{On: on(finance("boss"), id)})
		return id
	}
	hers, his := settle("ann", ann), settle("bob", bob)
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("bob"), WalletID: bob, Reason: "moved away"})
	b.Advance(48 * time.Hour)
	failed := b.Do(withdrawal.CommandFail, withdrawal.Fail{On: on(finance("boss"), hers), Reason: "account closed"})[0].Body.(withdrawal.Failed)
	assert.Equal(t, withdrawal.Progress{
		Status: withdrawal.StatusFailed, ApprovedBy: "usr_boss", ApprovedAt: decidetest.Start(), SettledAt: decidetest.Start(),
		FailedAt: b.Now(), Reason: "account closed", Returned: true,
	}, failed.Progress)
	b.stands(ann, "60.00", "0.00")
	assert.Equal(t, "60.00", b.balance(withdrawal.Bank))
	b.Do(withdrawal.CommandFail, withdrawal.Fail{On: on(finance("boss"), his), Reason: "account closed"})
	b.stands(bob, "0.00", "0.00")
	assert.Equal(t, "60.00", b.balance(withdrawal.Suspense))
	b.Do(ledger.CommandPostTransaction, ledger.PostTransaction{Ledger: ledger.Main, NewTransaction: ledger.NewTransaction{Postings: []ledger.Line{
		{Account: withdrawal.Suspense, Side: "debit", Amount: "60", Asset: "USD"}, {Account: withdrawal.Bank, Side: "credit", Amount: "60", Asset: "USD"},
	}}}) // finance has reached him
}

// The bank's times lie between the request and now.
func TestTimes(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "100.00")
	id := b.request("ann", ann, "1")
	b.approve(id)
	at := func(d time.Duration) *time.Time { return new(decidetest.Start().Add(d)) }
	b.Advance(time.Hour)
	settle := func(when *time.Time) withdrawal.Settle {
		return withdrawal.Settle{On: on(finance("boss"), id), SettledAt: when}
	}
	b.refused(withdrawal.CommandSettle, settle(at(-time.Second)), ledger.ErrInvalidField, "/settled_at", "")
	b.refused(withdrawal.CommandSettle, settle(at(2*time.Hour)), ledger.ErrEffectiveInFuture, "/settled_at", "")
	b.Do(withdrawal.CommandSettle, settle(at(time.Minute)))
	fail := func(when *time.Time) withdrawal.Fail {
		return withdrawal.Fail{On: on(finance("boss"), id), Reason: "back", FailedAt: when}
	}
	b.refused(withdrawal.CommandFail, fail(at(59*time.Second)), ledger.ErrInvalidField, "/failed_at", "")
	b.refused(withdrawal.CommandFail, fail(at(2*time.Hour)), ledger.ErrEffectiveInFuture, "/failed_at", "")
	assert.Equal(t, *at(time.Minute), b.Do(withdrawal.CommandFail, fail(at(time.Minute)))[0].EffectiveAt)
	b.refused(withdrawal.CommandFail, withdrawal.Fail{On: on(finance("boss"), id)}, ledger.ErrInvalidField, "/reason", "")
}

// What is asked for counts against the day, and what comes back the same day counts no more.
func TestLimitOfADay(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "1000.00")
	b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: ann, Asset: "USD", PerDay: new("100")})
	first, second := b.request("ann", ann, "60"), b.request("ann", ann, "40")
	over := request(user("ann"), ann, "0.01")
	b.refused(withdrawal.CommandRequest, over, wallet.ErrSpendingLimitExceeded, "", "")
	b.Do(withdrawal.CommandCancel, withdrawal.Cancel{On: on(user("ann"), first)})
	b.request("ann", ann, "60")
	b.refused(withdrawal.CommandRequest, over, wallet.ErrSpendingLimitExceeded, "", "")
	b.Advance(24 * time.Hour)
	b.request("ann", ann, "70")
	b.approve(second)
	b.Do(withdrawal.CommandFail, withdrawal.Fail{On: on(finance("boss"), second), Reason: "x"}) // it was yesterday's
	b.refused(withdrawal.CommandRequest, request(user("ann"), ann, "30.01"), wallet.ErrSpendingLimitExceeded, "", "")
	b.request("ann", ann, "30")
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// A wallet with something on its way out is not closed.
func TestPendingKeepsAWalletOpen(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "60.00")
	id := b.request("ann", ann, "60")
	closing := wallet.CloseWallet{As: user("ann"), WalletID: ann, Reason: "moved away"}
	b.refused(wallet.CommandCloseWallet, closing, wallet.ErrWalletNotEmpty, "", `{"left":[{"amount":"60.00","asset":"USD"}]}`)
	b.approve(id)
	b.Do(withdrawal.CommandSettle, withdrawal.Settle{On: on(finance("boss"), id)})
	b.Do(wallet.CommandCloseWallet, closing)
}

// CASES 41.
func TestNotByHand(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "100.00")
	canceled, returned := b.request("ann", ann, "1"), b.request("ann", ann, "2")
	b.Do(withdrawal.CommandCancel, withdrawal.Cancel{On: on(user("ann"), canceled)})
	b.approve(returned)
	b.Do(withdrawal.CommandSettle, withdrawal.Settle{On: on(finance("boss"), returned)})
	b.Do(withdrawal.CommandFail, withdrawal.Fail{On: on(finance("boss"), returned), Reason: "x"})
	kinds := map[string]bool{}
	for _, e := range b.Events() {
		if !withdrawal.IsType(e.Type) || len(e.Postings) == 0 {
			continue
		}
		kinds[e.Type] = true
		b.refused(ledger.CommandReverseTransaction, ledger.ReverseTransaction{Ledger: ledger.Main, ID: e.TransactionID(), Reason: "x", Force: true},
			ledger.ErrUseDomainUndo, "", "")
	}
	assert.Len(t, kinds, 4)
}
