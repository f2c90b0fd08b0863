package alert_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/payment"
)

func TestCrossings(t *testing.T) {
	t.Parallel()
	const start = 100
	for name, c := range map[string]struct {
		bound alert.Bound
		move  []int // credits, and debits below zero
		fires []bool
	}{
		"below":                    {alert.Bound{Below: "50"}, []int{-51}, []bool{true}},
		"to the mark is not below": {alert.Bound{Below: "50"}, []int{-50, -1}, []bool{false, true}},
		"once while below":         {alert.Bound{Below: "50"}, []int{-60, -10, 5, -5}, []bool{true, false, false, false}},
		"again after it came back": {alert.Bound{Below: "50"}, []int{-60, 10, -1}, []bool{true, false, true}},
		"already below":            {alert.Bound{Below: "200"}, []int{-10, 50, 60, -1}, []bool{false, false, false, true}},
		"at the mark from above":   {alert.Bound{Below: "100"}, []int{-1, 1, -1}, []bool{true, false, true}},
		"above":                    {alert.Bound{Above: "150"}, []int{51}, []bool{true}},
		"to the mark is not above": {alert.Bound{Above: "150"}, []int{50, 1}, []bool{false, true}},
		"already above":            {alert.Bound{Above: "50"}, []int{10, -60, 1}, []bool{false, false, true}},
		"above again":              {alert.Bound{Above: "150"}, []int{60, -5, -5, 1, 1}, []bool{true, false, false, true, false}},
		"overdrawn":                {alert.Bound{Below: "0"}, []int{-100, -1}, []bool{false, true}},
		"deep in debt":             {alert.Bound{Below: "-20"}, []int{-110, -10, -1}, []bool{false, false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, false)
			ann := b.wallet("ann", decimalText(start))
			b.Do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: money("1000")})
			id := b.alert(alert.CreateAlert{As: user("ann"), WalletID: ann, Asset: points, Bound: c.bound})
			var got []bool
			for _, by := range c.move {
				var e *journal.Event
				if by > 0 {
					e = b.credit(ann, money(decimalText(by)))
				} else {
					e = b.debit(ann, decimalText(-by))
				}
				fired := b.fires(e)
				if len(fired) > 0 {
					require.Equal(t, []string{id}, fired)
				}
				got = append(got, len(fired) > 0)
			}
			assert.Equal(t, c.fires, got)
			assert.Equal(t, b.State(), b.Replay(cores()...).State())
		})
	}
}

// Everything that moves what is available counts, and nothing that does not.
func TestWhatMovesAvailable(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "CENTS", Scale: 2})
	ann, bob, eve := b.wallet("ann", "100"), b.wallet("bob", "0"), b.wallet("eve", "0")
	cents := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "CENTS"} }
	b.credit(ann, cents("100"))
	low, lower := b.alert(below(ann, "50")), b.alert(below(ann, "45"))
	inCents := b.alert(alert.CreateAlert{As: service(), WalletID: ann, Asset: "CENTS", Bound: alert.Bound{Below: "50"}})
	got := b.alert(above(bob, "0"))

	split := b.Do(wallet.CommandSplit, wallet.Split{As: service(), FromWallet: ann, Amount: money("30"), To: []wallet.Share{
		{Wallet: bob, Percent: "50"}, {Wallet: eve, Rest: true},
	}})[0]
	assert.Equal(t, []string{got}, b.fires(split))
	placed := b.Do(wallet.CommandPlaceHold, wallet.PlaceHold{As: service(), WalletID: ann, Amount: money("30"), Payee: wallet.Payee{ToWallet: bob}})[0]
	assert.Equal(t, []string{low, lower}, b.fires(placed), "in the order in which they were made")
	hold, ten := placed.Body.(wallet.HoldPlaced).HoldID, money("10")
	captured := b.Do(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: hold, Amount: &ten})[0]
	assert.Empty(t, b.fires(captured), "it was set aside before")
	assert.Empty(t, b.fires(b.Do(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: hold})[0]))
	paid := b.Do(wallet.CommandTransfer, wallet.Transfer{As: service(), NewTransfer: wallet.NewTransfer{FromWallet: ann, ToWallet: bob, Amount: money("11")}})[0]
	assert.Equal(t, []string{low}, b.fires(paid), "60 less 11")

	out := b.Do(wallet.CommandDebitWallet, wallet.DebitWallet{WalletID: ann, Amount: cents("50.01"), Account: "income:fees"})[0]
	assert.Equal(t, []string{inCents}, b.fires(out))
	last := b.Events()[len(b.Events())-1]
	assert.Equal(t, alert.Fired{
		AlertID: inCents, WalletID: ann, Asset: "CENTS", Bound: alert.Bound{Below: "50.00"}, Balance: "49.99",
		TransactionID: out.TransactionID(), Position: out.Position, At: out.RecordedAt,
	}, last.Body)
	assert.Equal(t, wallet.Stream(ann), last.Stream)

	// What the books call this wallet elsewhere is another account.
	b.Do(ledger.CommandCreateLedger, ledger.CreateLedger{Name: "side"})
	other := b.Do(ledger.CommandPostTransaction, ledger.PostTransaction{Ledger: "side", NewTransaction: ledger.NewTransaction{Postings: []ledger.Line{
		{Account: wallet.Account(ann, wallet.Available), Side: "debit", Amount: "100", Asset: points},
		{Account: "equity:opening", Side: "credit", Amount: "100", Asset: points},
	}}})[0]
	assert.Empty(t, b.fires(other))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// A transaction that counts from an earlier time crosses by the balance that there is when it is recorded.
func TestBackdated(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "0")
	top := func(intent, received string, at time.Time) *journal.Event {
		return b.Do(payment.CommandRecordFact, payment.Fact{
			Provider: payment.Stripe, EventID: "evt_" + intent, Kind: payment.Paid, Payment: intent, Asset: points,
			Received: received, Wallet: ann, OccurredAt: at,
		})[0]
	}
	id := b.alert(above(ann, "100"))
	assert.Empty(t, b.fires(top("pi_1", "100", b.Now())))
	late := top("pi_2", "50", b.Now().AddDate(0, -1, 0))
	require.Equal(t, b.Now().AddDate(0, -1, 0), late.EffectiveAt)
	assert.Equal(t, []string{id}, b.fires(late), "a month ago there were 50; now there are 150")
}

// However often it is asked for, in whatever order, a crossing fires an alert once, and only one that was there
// when it happened and is there still.
func TestOnce(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "100")
	id := b.alert(below(ann, "50"))
	first := b.debit(ann, "60")
	late := b.alert(below(ann, "50"))
	b.credit(ann, money("60"))
	second := b.debit(ann, "60")
	assert.Equal(t, []string{id}, b.fires(first), "the other one did not see it")
	assert.Equal(t, []string{id, late}, b.fires(second))
	for range 2 {
		b.Reload()
		assert.Empty(t, b.fires(second))
		assert.Empty(t, b.fires(first))
	}
	b.credit(ann, money("60"))
	third := b.debit(ann, "60")
	b.Do(alert.CommandDeleteAlert, alert.DeleteAlert{As: user("ann"), AlertID: id})
	assert.Equal(t, []string{late}, b.fires(third), "what is deleted fires no more")
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// A balance that swings is told of ten times in a minute.
func TestSwinging(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "100")
	id := b.alert(below(ann, "100"))
	swing := func(n int) (fired int) {
		for range n {
			fired += len(b.fires(b.debit(ann, "1")))
			b.credit(ann, money("1"))
		}
		return fired
	}
	assert.Equal(t, 3, swing(3))
	b.Advance(alert.FiringTime / 2)
	assert.Equal(t, alert.MaxFirings-3, swing(500))
	b.Advance(alert.FiringTime/2 - 1)
	assert.Zero(t, swing(2), "the minute began with the first")
	b.Advance(1)
	b.Reload()
	assert.Equal(t, alert.MaxFirings, swing(alert.MaxFirings+2))
	b.Advance(time.Hour)
	assert.Equal(t, 1, swing(1))
	require.Contains(t, b.State()["alerts/"+ann], `"firings":1`)
	b.Do(alert.CommandDeleteAlert, alert.DeleteAlert{As: service(), AlertID: id})
	assert.Equal(t, "[]", b.State()["alerts/"+ann])
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

func TestRefused(t *testing.T) {
	t.Parallel()
	const unknown = "wal_01kkn6wx9dg000g00400000009"
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, bob := b.wallet("ann", "0"), b.wallet("bob", "0")
		by := func(as wallet.As, c alert.CreateAlert) alert.CreateAlert { c.As = as; return c }
		b.refused(alert.CommandCreateAlert, by(user("bob"), below(ann, "1")), wallet.ErrWalletNotFound, "/wallet_id", "")
		b.refused(alert.CommandCreateAlert, below(unknown, "1"), wallet.ErrWalletNotFound, "/wallet_id", "")
		b.refused(alert.CommandCreateAlert, below("wal_1", "1"), ledger.ErrInvalidField, "/wallet_id", "")
		b.refused(alert.CommandCreateAlert, below(ann, "1.5"), ledger.ErrAmountScale, "/below", "")
		b.refused(alert.CommandCreateAlert, above(ann, "1.5"), ledger.ErrAmountScale, "/above", "")
		b.refused(alert.CommandCreateAlert, above(ann, "1e3"), ledger.ErrInvalidField, "/above", "")
		b.refused(alert.CommandCreateAlert, below(ann, ""), ledger.ErrInvalidField, "", "")
		c := below(ann, "1")
		c.Above = "2"
		b.refused(alert.CommandCreateAlert, c, ledger.ErrInvalidField, "", "")
		c = below(ann, "1")
		c.Asset = "NONE"
		b.refused(alert.CommandCreateAlert, c, ledger.ErrUnknownAsset, "/asset", "")
		c.Asset = "no/ne"
		b.refused(alert.CommandCreateAlert, c, ledger.ErrInvalidField, "/asset", "")

		id := b.alert(by(user("ann"), below(ann, "-1")))
		remove := alert.DeleteAlert{As: user("bob"), AlertID: id}
		b.refused(alert.CommandDeleteAlert, remove, alert.ErrAlertNotFound, "", "")
		for _, text := range []string{"", "alr_", ann, "alr_" + ann[4:], "alr_01kkn6wx9dg000g00400000099"} {
			b.refused(alert.CommandDeleteAlert, alert.DeleteAlert{As: service(), AlertID: text}, alert.ErrAlertNotFound, "", "")
		}
		remove.As = user("ann")
		b.Do(alert.CommandDeleteAlert, remove)
		b.refused(alert.CommandDeleteAlert, remove, alert.ErrAlertNotFound, "", "")

		for range alert.MaxAlerts {
			id = b.alert(below(bob, "1"))
		}
		b.refused(alert.CommandCreateAlert, below(bob, "2"), alert.ErrTooManyAlerts, "", `{"limit":20}`)
		b.Do(alert.CommandDeleteAlert, alert.DeleteAlert{As: service(), AlertID: id})
		b.alert(below(bob, "2"))

		for _, text := range []string{"", id, "txn_01kkn6wx9dg000g00400000099"} {
			b.refused(alert.CommandFireAlerts, alert.FireAlerts{TransactionID: text}, ledger.ErrTransactionNotFound, "", "")
		}
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

// The alerts of a wallet end with it.
func TestClosed(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", "10"), b.wallet("bob", "0")
	id := b.alert(below(ann, "5"))
	b.alert(above(bob, "5"))
	last := b.debit(ann, "10")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("ann"), WalletID: ann, Reason: "moved away"})
	assert.Empty(t, b.fires(last))
	assert.Equal(t, "[]", b.State()["alerts/"+ann])
	assert.NotEqual(t, "[]", b.State()["alerts/"+bob])
	b.refused(alert.CommandCreateAlert, below(ann, "5"), wallet.ErrWalletClosed, "/wallet_id", "")
	b.refused(alert.CommandDeleteAlert, alert.DeleteAlert{As: user("ann"), AlertID: id}, alert.ErrAlertNotFound, "", "")
	none := b.wallet("eve", "0")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("eve"), WalletID: none, Reason: "moved away"})
	assert.NotContains(t, b.State(), "alerts/"+none)
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}
