package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// pay is a transfer of points that ann makes.
func pay(from, to, amount string) wallet.Transfer {
	return wallet.Transfer{As: user("ann"), NewTransfer: wallet.NewTransfer{FromWallet: from, ToWallet: to, Amount: money(amount)}}
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
		c := pay(ann, bob, "30")
		c.Description, c.Reference, c.Metadata = "Rent", "rent-7", map[string]string{"flat": "7"}
		events := b.Do(wallet.CommandTransfer, c)
		require.Len(t, events, 1)
		assert.Equal(t, wallet.Transferred{
			FromWallet: ann, ToWallet: bob, Amount: money("30"), Description: "Rent", Reference: "rent-7", Metadata: map[string]string{"flat": "7"},
		}, events[0].Body)
		assert.Equal(t, "wallet/"+ann, events[0].Stream)
		assert.Equal(t, int64(2), events[0].Number, "the second transaction of the ledger: the first was the top-up")
		assert.Equal(t, []string{"70", "30"}, []string{b.available(ann), b.available(bob)})
		b.refused(wallet.CommandTransfer, c, ledger.ErrReferenceTaken, "/reference", "")
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

func TestTransferRefused(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob, closed := b.wallet("ann", "100"), b.wallet("bob", "50"), b.wallet("eve", "0")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("eve"), WalletID: closed, Reason: "moved away"})
	const unknown = "wal_01kkn6wx9dg000g00400000009"
	b.refused(wallet.CommandTransfer, pay(bob, ann, "1"), wallet.ErrWalletNotFound, "/from_wallet", "")
	b.refused(wallet.CommandTransfer, pay(unknown, ann, "1"), wallet.ErrWalletNotFound, "/from_wallet", "")
	b.refused(wallet.CommandTransfer, pay(ann, unknown, "1"), wallet.ErrWalletNotFound, "/to_wallet", "")
	b.refused(wallet.CommandTransfer, pay(ann, closed, "1"), wallet.ErrWalletClosed, "/to_wallet", "")
	b.refused(wallet.CommandTransfer, pay(ann, ann, "1"), ledger.ErrInvalidField, "/to_wallet", "")
	b.refused(wallet.CommandTransfer, pay(ann, bob, "0"), ledger.ErrInvalidField, "/amount/amount", "")
	b.refused(wallet.CommandTransfer, pay(ann, bob, "0.5"), ledger.ErrAmountScale, "/amount/amount", "")
	b.refused(wallet.CommandTransfer, pay(ann, bob, "101"), ledger.ErrInsufficientFunds, "",
		`{"account":"liabilities:wallets:`+ann+`:available","asset":"POINTS","needed":"101","available":"100","min_balance":"0"}`)
	b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: ann, Reason: "a dispute"})
	b.refused(wallet.CommandTransfer, pay(ann, bob, "1"), wallet.ErrWalletFrozen, "/from_wallet", "")
	c := pay(bob, ann, "1")
	c.As = user("bob")
	b.Do(wallet.CommandTransfer, c) // money still comes in
	assert.Equal(t, "101", b.available(ann))
}

// CASES 23 and 25.
func TestCreditLimit(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "CENTS", Scale: 2})
	poor, ann, bob := b.wallet("ann", "0"), b.wallet("ann", "50"), b.wallet("bob", "0")
	cents := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "CENTS"} }
	b.Do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: poor, Limit: cents("0.29")})
	c := wallet.Transfer{As: user("ann"), NewTransfer: wallet.NewTransfer{FromWallet: poor, ToWallet: bob, Amount: cents("0.29")}}
	b.Do(wallet.CommandTransfer, c)
	c.Amount = cents("0.01")
	b.refused(wallet.CommandTransfer, c, ledger.ErrInsufficientFunds, "", "")
	b.refused(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: poor, Limit: cents("0.28")},
		wallet.ErrCreditLimitInUse, "", `{"used":{"amount":"0.29","asset":"CENTS"}}`)
	require.Empty(t, b.Do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: poor, Limit: cents("0.29")}), "nothing changes")
	assert.Equal(t, "-0.29", b.available(poor))

	b.Do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: money("100")})
	hold := b.hold(ann, "120", wallet.Payee{ToWallet: bob})
	require.Nil(t, b.release(hold).Refusal)
	assert.Equal(t, "50", b.available(ann), "nothing of the limit is used")
	hold = b.hold(ann, "120", wallet.Payee{ToWallet: bob})
	require.Nil(t, b.capture(hold, "120").Refusal)
	b.topUp(ann, "100", points)
	assert.Equal(t, "30", b.available(ann))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

func TestCreditLimitForm(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "0")
	set := func(amount, asset string) wallet.SetCreditLimit {
		return wallet.SetCreditLimit{WalletID: ann, Limit: ledger.Money{Amount: amount, Asset: asset}}
	}
	b.refused(wallet.CommandSetCreditLimit, set("-1", points), ledger.ErrInvalidField, "/amount", "")
	b.refused(wallet.CommandSetCreditLimit, set("many", points), ledger.ErrInvalidField, "/amount", "")
	b.refused(wallet.CommandSetCreditLimit, set("1", "points/"), ledger.ErrInvalidField, "/asset", "")
	b.refused(wallet.CommandSetCreditLimit, set("1", "NONE"), ledger.ErrUnknownAsset, "/amount/asset", "")
	b.refused(wallet.CommandSetCreditLimit, set("1.5", points), ledger.ErrAmountScale, "/amount/amount", "")
	b.refused(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: "wal_1", Limit: money("1")}, wallet.ErrWalletNotFound, "", "")
}

func TestFreezeAndUnfreeze(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	hold := b.hold(ann, "40", wallet.Payee{ToWallet: bob})
	freeze := wallet.FreezeWallet{WalletID: ann, Reason: "a dispute"}
	assert.Equal(t, wallet.Frozen{WalletID: ann, Reason: "a dispute"}, b.Do(wallet.CommandFreezeWallet, freeze)[0].Body)
	require.Empty(t, b.Do(wallet.CommandFreezeWallet, freeze))
	b.refused(wallet.CommandPlaceHold, place(ann, "1", wallet.Payee{ToWallet: bob}), wallet.ErrWalletFrozen, "", "")
	b.refused(wallet.CommandIncreaseHold, wallet.IncreaseHold{As: user("ann"), HoldID: hold, Amount: money("1")}, wallet.ErrWalletFrozen, "", "")
	require.Nil(t, b.capture(hold, "10").Refusal, "what was promised before is paid")

	thaw := wallet.UnfreezeWallet{WalletID: ann, Reason: "looked at"}
	assert.Equal(t, wallet.Unfrozen{WalletID: ann, Reason: "looked at"}, b.Do(wallet.CommandUnfreezeWallet, thaw)[0].Body)
	require.Empty(t, b.Do(wallet.CommandUnfreezeWallet, thaw))
	b.Do(wallet.CommandTransfer, pay(ann, bob, "1"))

	b.refused(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: ann, Reason: " "}, ledger.ErrInvalidField, "/reason", "")
	b.refused(wallet.CommandUnfreezeWallet, wallet.UnfreezeWallet{WalletID: "wal_1", Reason: "x"}, wallet.ErrWalletNotFound, "", "")
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

func TestClose(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "CENTS", Scale: 2})
		ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
		b.topUp(ann, "0.50", "CENTS")
		hold := b.hold(ann, "100", wallet.Payee{ToWallet: bob})
		end := wallet.CloseWallet{As: user("ann"), WalletID: ann, Reason: "moved away"}
		b.refused(wallet.CommandCloseWallet, end, wallet.ErrWalletNotEmpty, "",
			`{"left":[{"amount":"0.50","asset":"CENTS"},{"amount":"100","asset":"POINTS"}]}`)
		require.Nil(t, b.capture(hold, "100").Refusal)
		c := pay(ann, bob, "0.50")
		c.Amount.Asset = "CENTS"
		b.Do(wallet.CommandTransfer, c)
		stranger := end
		stranger.As = user("bob")
		b.refused(wallet.CommandCloseWallet, stranger, wallet.ErrWalletNotFound, "", "")
		assert.Equal(t, wallet.Closed{WalletID: ann, Reason: "moved away"}, b.Do(wallet.CommandCloseWallet, end)[0].Body)
		require.Empty(t, b.Do(wallet.CommandCloseWallet, end))
		b.refused(wallet.CommandPlaceHold, place(ann, "1", wallet.Payee{ToWallet: bob}), wallet.ErrWalletClosed, "", "")
		b.refused(wallet.CommandPlaceHold, place(bob, "1", wallet.Payee{ToWallet: ann}), wallet.ErrWalletClosed, "/to_wallet", "")
		b.refused(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: ann, Reason: "x"}, wallet.ErrWalletClosed, "", "")
		b.refused(wallet.CommandUnfreezeWallet, wallet.UnfreezeWallet{WalletID: ann, Reason: "x"}, wallet.ErrWalletClosed, "", "")
		b.refused(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: money("1")}, wallet.ErrWalletClosed, "", "")
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

func TestIncreaseHold(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	placed := b.Do(wallet.CommandPlaceHold, place(ann, "40", wallet.Payee{ToWallet: bob}))[0]
	hold := placed.ID().Format("hld")
	more := wallet.IncreaseHold{As: user("ann"), HoldID: hold, Amount: money("25")}
	events := b.Do(wallet.CommandIncreaseHold, more)
	assert.Equal(t, wallet.HoldIncreased{
		HoldID: hold, WalletID: ann, Amount: money("25"), Total: "65",
		HoldFigures: wallet.HoldFigures{Captured: "0", Released: "0", Remaining: "65", Status: wallet.HoldOpen},
	}, events[0].Body)
	shown, err := wallet.ShowHold(placed, events[0])
	require.NoError(t, err)
	assert.Equal(t, []string{"65", "65"}, []string{shown.Amount.Amount, shown.Remaining})
	assert.Equal(t, []string{"35", "65"}, []string{b.available(ann), b.held(ann)})
	assert.Equal(t, b.State(), b.Replay(cores()...).State())

	other := more
	other.As = user("bob")
	b.refused(wallet.CommandIncreaseHold, other, wallet.ErrForbiddenForPayee, "", "")
	other.As = user("eve")
	b.refused(wallet.CommandIncreaseHold, other, wallet.ErrHoldNotFound, "", "")
	other = more
	other.Amount = money("36")
	b.refused(wallet.CommandIncreaseHold, other, ledger.ErrInsufficientFunds, "", "")
	other.Amount = ledger.Money{Amount: "1", Asset: "USD"}
	b.refused(wallet.CommandIncreaseHold, other, ledger.ErrInvalidField, "/amount/asset", "")
	require.Nil(t, b.capture(hold, "65").Refusal)
	b.refused(wallet.CommandIncreaseHold, more, wallet.ErrHoldClosed, "", `{"hold_status":"captured"}`)
	other.HoldID = "hld_1"
	b.refused(wallet.CommandIncreaseHold, other, wallet.ErrHoldNotFound, "", "")
}
