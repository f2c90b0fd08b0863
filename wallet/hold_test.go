package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
)

// CASES 16.
func TestCaptureInParts(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "0")
	hold := b.hold(ann, "600", wallet.Payee{ToWallet: bob})
	assert.Equal(t, "400", b.available(ann))
	require.Nil(t, b.capture(hold, "250").Refusal)
	require.Nil(t, b.capture(hold, "250").Refusal)
	m := money("150")
	b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: hold, Amount: &m},
		wallet.ErrCaptureTooLarge, "/amount", `{"remaining":{"amount":"100","asset":"POINTS"}}`)
	last := b.capture(hold, "100")
	require.Nil(t, last.Refusal)
	require.Len(t, last.Events, 1)
	m = money("1")
	b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: hold, Amount: &m},
		wallet.ErrHoldClosed, "", `{"hold_status":"captured"}`)
	assert.Equal(t, "400", b.available(ann))
	assert.Equal(t, "0", b.held(ann))
	assert.Equal(t, "600", b.available(bob))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// CASES 17.
func TestRelease(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "0")
	hold := b.hold(ann, "600", wallet.Payee{ToWallet: bob})
	require.Nil(t, b.capture(hold, "200").Refusal)
	events := b.Do(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: hold})
	require.Len(t, events, 1)
	assert.Equal(t, wallet.HoldReleased{
		HoldID: hold, WalletID: ann, Amount: money("400"),
		HoldFigures: wallet.HoldFigures{Captured: "200", Released: "400", Remaining: "0", Status: wallet.HoldEndedReleased},
	}, events[0].Body)
	assert.Equal(t, "800", b.available(ann))
	assert.Equal(t, "0", b.held(ann))
	b.refused(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: hold}, wallet.ErrHoldClosed, "", `{"hold_status":"released"}`)
	b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: hold}, wallet.ErrHoldClosed, "", `{"hold_status":"released"}`)
}

// CASES 18.
func TestFinalCapture(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "0")
	placed := b.Do(wallet.CommandPlaceHold, wallet.PlaceHold{
		As: user("ann"), WalletID: ann, Amount: money("600"), Payee: wallet.Payee{ToWallet: bob},
		Description: "a room", Metadata: map[string]string{"room": "7"},
	})[0]
	hold := placed.ID().Format("hld")
	b.Reload() // as after a take-over
	m := money("200")
	events := b.Do(wallet.CommandCaptureHold, wallet.CaptureHold{As: user("bob"), HoldID: hold, Amount: &m, Final: true})
	require.Len(t, events, 2)
	assert.Equal(t, wallet.TypeHoldCaptured, events[0].Type)
	assert.Equal(t, "200", events[0].Postings[0].Amount.String())
	assert.Equal(t, wallet.TypeHoldReleased, events[1].Type)
	assert.Equal(t, "400", events[1].Postings[0].Amount.String())
	assert.Equal(t, "800", b.available(ann))
	assert.Equal(t, "0", b.held(ann))
	assert.Equal(t, "200", b.available(bob))

	shown, err := wallet.ShowHold(placed, events[1])
	require.NoError(t, err)
	assert.Equal(t, wallet.Hold{
		ID: hold, WalletID: ann, Amount: money("600"), Payee: wallet.Payee{ToWallet: bob},
		Description: "a room", Metadata: map[string]string{"room": "7"},
		HoldFigures: wallet.HoldFigures{Captured: "200", Released: "400", Remaining: "0", Status: wallet.HoldEndedCaptured},
		CreatedAt:   decidetest.Start(), Version: events[1].Position,
	}, shown)
	shown, err = wallet.ShowHold(placed, placed)
	require.NoError(t, err)
	assert.Equal(t, wallet.HoldFigures{Captured: "0", Released: "0", Remaining: "600", Status: wallet.HoldOpen}, shown.HoldFigures)
	_, err = wallet.ShowHold(placed, b.Events()[0])
	require.ErrorContains(t, err, "not of hold "+hold)
	_, err = wallet.ShowHold(events[0], events[1])
	require.ErrorContains(t, err, "want hold-placed")
}

// CASES 19, one after another: the writer makes a line of those that come at once.
func TestManyCaptures(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "2000"), b.wallet("bob", "0")
	whole, parts := b.hold(ann, "1000", wallet.Payee{ToWallet: bob}), b.hold(ann, "1000", wallet.Payee{ToWallet: bob})
	var done, doneParts int
	for range 100 {
		if b.capture(whole, "1000").Refusal == nil {
			done++
		}
		if b.capture(parts, "30").Refusal == nil {
			doneParts++
		}
	}
	assert.Equal(t, 1, done)
	assert.Equal(t, 33, doneParts)
	assert.Equal(t, "10", b.held(ann))
	assert.Equal(t, "1990", b.available(bob))
}

// CASES 20.
func TestSixHolds(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "5000"), b.wallet("bob", "0")
	for range 5 {
		b.hold(ann, "1000", wallet.Payee{ToWallet: bob})
	}
	b.refused(wallet.CommandPlaceHold, place(ann, "1000", wallet.Payee{ToWallet: bob}), ledger.ErrInsufficientFunds, "",
		`{"account":"`+wallet.Account(ann, wallet.Available)+`","asset":"POINTS","needed":"1000","available":"0","min_balance":"0"}`)
	assert.Equal(t, "5000", b.held(ann))
}

// CASES 41.
func TestNotByHand(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	events := b.Do(wallet.CommandPlaceHold, place(ann, "60", wallet.Payee{ToWallet: bob}))
	b.refused(ledger.CommandReverseTransaction, ledger.ReverseTransaction{Ledger: "main", ID: events[0].TransactionID(), Reason: "x", Force: true},
		ledger.ErrUseDomainUndo, "", "")
	b.refused(ledger.CommandPostTransaction, ledger.PostTransaction{Ledger: "main", NewTransaction: ledger.NewTransaction{
		Postings: []ledger.Line{
			{Account: wallet.Account(ann, wallet.Held), Side: "debit", Amount: "60", Asset: points},
			{Account: "liabilities:mine", Side: "credit", Amount: "60", Asset: points},
		},
	}}, ledger.ErrOwnedAccount, "/postings/0/account", "")
}

func TestWhoActsOnHolds(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "0")
	mine := b.wallet("ann", "0")
	to := wallet.Payee{ToWallet: bob}
	placing := wallet.PlaceHold{As: user("bob"), WalletID: ann, Amount: money("1"), Payee: to}
	b.refused(wallet.CommandPlaceHold, placing, wallet.ErrWalletNotFound, "/wallet_id", "")
	hold := b.hold(ann, "600", to)
	nobodys := b.hold(ann, "100", wallet.Payee{})
	between := b.hold(ann, "10", wallet.Payee{ToWallet: mine})
	for _, c := range []struct {
		as   wallet.As
		hold string
		want error
	}{
		{user("ann"), hold, wallet.ErrForbiddenForPayer},
		{user("eve"), hold, wallet.ErrHoldNotFound},
		{wallet.As{}, hold, wallet.ErrHoldNotFound},
		{user("ann"), nobodys, wallet.ErrForbiddenForPayer},
		{user("bob"), nobodys, wallet.ErrHoldNotFound},
		{service(), "hld_01k0q3v9x8f6r8v4t0d6m2n7h5", wallet.ErrHoldNotFound},
		{service(), ann, wallet.ErrHoldNotFound},
		{service(), "", wallet.ErrHoldNotFound},
	} {
		capture := b.When(wallet.CommandCaptureHold, wallet.CaptureHold{As: c.as, HoldID: c.hold}).Refusal
		require.ErrorIs(t, capture, c.want)
		release := b.When(wallet.CommandReleaseHold, wallet.ReleaseHold{As: c.as, HoldID: c.hold}).Refusal
		require.ErrorIs(t, release, c.want)
	}
	b.Do(wallet.CommandCaptureHold, wallet.CaptureHold{As: user("bob"), HoldID: hold})
	b.Do(wallet.CommandReleaseHold, wallet.ReleaseHold{As: user("ann"), HoldID: between}) // from herself to herself
	assert.Equal(t, "300", b.available(ann))
	assert.Equal(t, "600", b.available(bob))
	// Whose hold it is comes before what became of it.
	b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: user("ann"), HoldID: hold}, wallet.ErrForbiddenForPayer, "", "")
}

func TestPayees(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "0")
	absent := "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"
	b.refused(wallet.CommandPlaceHold, place(ann, "1", wallet.Payee{ToAccount: "liabilities:stripe:x"}), ledger.ErrOwnedAccount, "/to_account", "")
	b.refused(wallet.CommandPlaceHold, place(ann, "1", wallet.Payee{ToAccount: wallet.Account(bob, wallet.Held)}), ledger.ErrOwnedAccount, "/to_account", "")

	fee := b.hold(ann, "10", wallet.Payee{ToAccount: "income:fees"})
	b.Do(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: fee})
	assert.Equal(t, "10", b.balance("income:fees"))

	later := b.hold(ann, "100", wallet.Payee{})
	capture := func(p wallet.Payee) wallet.CaptureHold {
		m := money("40")
		return wallet.CaptureHold{As: service(), HoldID: later, Amount: &m, Payee: p}
	}
	b.refused(wallet.CommandCaptureHold, capture(wallet.Payee{}), ledger.ErrInvalidField, "/to_wallet", "")
	b.refused(wallet.CommandCaptureHold, capture(wallet.Payee{ToWallet: ann}), ledger.ErrInvalidField, "/to_wallet", "")
	b.refused(wallet.CommandCaptureHold, capture(wallet.Payee{ToAccount: "assets:stripe:clearing"}), ledger.ErrOwnedAccount, "/to_account", "")
	events := b.Do(wallet.CommandCaptureHold, capture(wallet.Payee{ToWallet: bob}))
	assert.Equal(t, wallet.Payee{ToWallet: bob}, events[0].Body.(wallet.HoldCaptured).Payee)
	b.Do(wallet.CommandCaptureHold, capture(wallet.Payee{ToAccount: "income:fees"}))
	assert.Equal(t, "40", b.available(bob))
	assert.Equal(t, "50", b.balance("income:fees"))
	assert.Equal(t, "20", b.held(ann))

	given := b.hold(ann, "100", wallet.Payee{ToWallet: bob})
	b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: given, Payee: wallet.Payee{ToAccount: "income:fees"}},
		ledger.ErrInvalidField, "/to_wallet", "")
	b.refused(wallet.CommandPlaceHold, place(ann, "1", wallet.Payee{ToWallet: absent}), wallet.ErrWalletNotFound, "/to_wallet", "")
	b.refused(wallet.CommandPlaceHold, place(absent, "1", wallet.Payee{}), wallet.ErrWalletNotFound, "/wallet_id", "")
}

// Amounts have their asset's decimals, before and after a take-over.
func TestAmountsOfHolds(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "0"), b.wallet("bob", "0")
	b.topUp(ann, "100.00", "USD")
	placing := wallet.PlaceHold{As: service(), WalletID: ann, Amount: ledger.Money{Amount: "60.5", Asset: "USD"}, Payee: wallet.Payee{ToWallet: bob}}
	body := b.Do(wallet.CommandPlaceHold, placing)[0].Body.(wallet.HoldPlaced)
	assert.Equal(t, ledger.Money{Amount: "60.50", Asset: "USD"}, body.Amount)
	b.Reload()
	captured := b.Do(wallet.CommandCaptureHold, wallet.CaptureHold{
		As: service(), HoldID: body.HoldID, Amount: &ledger.Money{Amount: "20", Asset: "USD"},
	})[0].Body.(wallet.HoldCaptured)
	assert.Equal(t, ledger.Money{Amount: "20.00", Asset: "USD"}, captured.Amount)
	assert.Equal(t, wallet.HoldFigures{Captured: "20.00", Released: "0.00", Remaining: "40.50", Status: wallet.HoldOpen}, captured.HoldFigures)

	placing.Amount.Amount = "1.001"
	b.refused(wallet.CommandPlaceHold, placing, ledger.ErrAmountScale, "/amount/amount", "")
	placing.Amount = ledger.Money{Amount: "1", Asset: "NOSUCH"}
	b.refused(wallet.CommandPlaceHold, placing, ledger.ErrUnknownAsset, "/amount/asset", "")
	b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: body.HoldID, Amount: &ledger.Money{Amount: "1", Asset: points}},
		ledger.ErrInvalidField, "/amount/asset", "")
	b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: body.HoldID, Amount: &ledger.Money{Amount: "0.001", Asset: "USD"}},
		ledger.ErrAmountScale, "/amount/amount", "")
}

// A dry run answers as if done, and leaves nothing.
func TestDryRunOfAHold(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "100")
	before := len(b.Events())
	a := b.WhenDry(wallet.CommandPlaceHold, place(ann, "60", wallet.Payee{}))
	require.Nil(t, a.Refusal)
	assert.Len(t, a.Events, 1)
	assert.Len(t, b.Events(), before)
	b.hold(ann, "100", wallet.Payee{})
}
