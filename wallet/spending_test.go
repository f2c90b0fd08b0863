package wallet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// limit sets the limits of spending of points; empty for none.
func (b *book) limit(id, once, day string) {
	b.t.Helper()
	c := wallet.SetSpendingLimit{WalletID: id, Asset: points}
	if once != "" {
		c.PerTransaction = &once
	}
	if day != "" {
		c.PerDay = &day
	}
	b.Do(wallet.CommandSetSpendingLimit, c)
}

func exceededToday(allowed, used string, ends time.Time) string {
	return fmt.Sprintf(`{"limit":"per_day","allowed":{"amount":%q,"asset":"POINTS"},"used":{"amount":%q,"asset":"POINTS"},"ends_at":%q}`,
		allowed, used, ends.Format(time.RFC3339))
}

func midnight(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }

// Everything that goes out is held against the limits, and what comes in is not.
func TestSpendingLimits(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "100")
		b.Do(wallet.CommandTransfer, pay(ann, bob, "300"))
		b.limit(ann, "50", "100") // the 300 were before
		tooMuch := `{"limit":"per_transaction","allowed":{"amount":"50","asset":"POINTS"}}`
		split := wallet.Split{As: user("ann"), FromWallet: ann, Amount: money("51"), To: []wallet.Share{restOf(bob)}}
		hold := b.hold(ann, "40", wallet.Payee{ToWallet: bob})
		for command, body := range map[string]any{
			wallet.CommandTransfer:    pay(ann, bob, "51"),
			wallet.CommandSplit:       split,
			wallet.CommandDebitWallet: wallet.DebitWallet(adjust(ann, "51", "income:fees")),
			wallet.CommandPlaceHold:   place(ann, "51", wallet.Payee{}),
			// A hold as a whole is one transaction: nobody gets by with two halves.
			wallet.CommandIncreaseHold: wallet.IncreaseHold{As: service(), HoldID: hold, Amount: money("11")},
		} {
			b.refused(command, body, wallet.ErrSpendingLimitExceeded, "", tooMuch)
		}
		b.Do(wallet.CommandIncreaseHold, wallet.IncreaseHold{As: service(), HoldID: hold, Amount: money("10")}) // 50
		b.Do(wallet.CommandTransfer, pay(ann, bob, "20"))                                                       // 70
		split.Amount = money("20")
		b.Do(wallet.CommandSplit, split)                                                               // 90
		b.Do(wallet.CommandDebitWallet, wallet.DebitWallet(adjust(ann, "9", "income:fees")))           // 99
		require.Nil(t, b.capture(hold, "30").Refusal, "it was counted when it was placed")             // 99
		b.Do(wallet.CommandCreditWallet, wallet.CreditWallet(adjust(ann, "500", "expenses:goodwill"))) // 99
		for command, body := range map[string]any{
			wallet.CommandTransfer:    pay(ann, bob, "2"),
			wallet.CommandSplit:       wallet.Split{As: user("ann"), FromWallet: ann, Amount: money("2"), To: []wallet.Share{restOf(bob)}},
			wallet.CommandDebitWallet: wallet.DebitWallet(adjust(ann, "2", "income:fees")),
			wallet.CommandPlaceHold:   place(ann, "2", wallet.Payee{}),
		} {
			b.refused(command, body, wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "99", midnight(15)))
		}
		b.Do(wallet.CommandTransfer, pay(ann, bob, "1")) // 100
		require.Nil(t, b.release(hold).Refusal)          // 80: what it gives back was set aside today
		b.refused(wallet.CommandTransfer, pay(ann, bob, "21"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "80", midnight(15)))
		b.Reload()
		b.Advance(midnight(15).Sub(b.Now()) - time.Microsecond)
		b.refused(wallet.CommandTransfer, pay(ann, bob, "21"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "80", midnight(15)))
		b.Advance(time.Microsecond)
		b.Do(wallet.CommandTransfer, pay(ann, bob, "21"))
		b.Do(wallet.CommandTransfer, pay(ann, bob, "50"))
		b.refused(wallet.CommandTransfer, pay(ann, bob, "30"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "71", midnight(16)))
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

// A hold gives back of the day what it took of it: yesterday's is yesterday's.
func TestHoldsGiveBackOfTheirDay(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "0")
		b.limit(ann, "", "100")
		yesterday := b.hold(ann, "60", wallet.Payee{ToWallet: bob})
		expires := b.expiring(ann, "40", wallet.Payee{ToWallet: bob}, 24*3600)
		b.refused(wallet.CommandTransfer, pay(ann, bob, "1"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "100", midnight(15)))
		b.Advance(23 * time.Hour)
		b.Do(wallet.CommandIncreaseHold, wallet.IncreaseHold{As: service(), HoldID: yesterday, Amount: money("30")})
		today := b.hold(ann, "5", wallet.Payee{ToWallet: bob})
		b.Do(wallet.CommandTransfer, pay(ann, bob, "5"))
		again := b.expiring(ann, "60", wallet.Payee{ToWallet: bob}, 60)
		b.refused(wallet.CommandTransfer, pay(ann, bob, "1"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "100", midnight(16)))
		require.Nil(t, b.release(today).Refusal) // 95
		b.Advance(time.Minute)
		b.expire(again) // 35
		b.Advance(time.Hour)
		b.expire(expires) // it was counted yesterday
		b.refused(wallet.CommandTransfer, pay(ann, bob, "66"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "35", midnight(16)))
		require.Nil(t, b.release(yesterday).Refusal) // of its 90, today took 30
		b.refused(wallet.CommandTransfer, pay(ann, bob, "96"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "5", midnight(16)))
		b.Do(wallet.CommandTransfer, pay(ann, bob, "95"))
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

// The day is that of the wallet's time zone, with its summer time; who changes the zone has no second day
// within the first.
func TestSpendingByTheDayOfTheWallet(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "1000"), b.wallet("bob", "0")
	zone := func(as wallet.As, name string) wallet.ChangeWallet {
		return wallet.ChangeWallet{As: as, WalletID: ann, Changes: wallet.Changes{TimeZone: &name}}
	}
	b.Do(wallet.CommandChangeWallet, zone(user("ann"), "Europe/Berlin"))
	b.limit(ann, "", "100")
	b.refused(wallet.CommandChangeWallet, zone(user("ann"), "Asia/Tokyo"), wallet.ErrTimeZoneForbidden, "/time_zone", "")
	b.Advance(time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC).Sub(b.Now())) // the night in which the clocks go forward
	b.Do(wallet.CommandTransfer, pay(ann, bob, "100"))
	summer := time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC)
	b.refused(wallet.CommandTransfer, pay(ann, bob, "1"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "100", summer))
	b.Do(wallet.CommandChangeWallet, zone(service(), "Asia/Tokyo")) // where a day ends at 15:00 UTC
	b.Advance(15 * time.Hour)
	b.refused(wallet.CommandTransfer, pay(ann, bob, "1"), wallet.ErrSpendingLimitExceeded, "", exceededToday("100", "100", summer))
	b.Advance(summer.Sub(b.Now()))
	b.Do(wallet.CommandTransfer, pay(ann, bob, "60"))
	b.refused(wallet.CommandTransfer, pay(ann, bob, "41"), wallet.ErrSpendingLimitExceeded, "",
		exceededToday("100", "60", time.Date(2026, 3, 30, 15, 0, 0, 0, time.UTC)))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

func TestSetSpendingLimit(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	closed := b.wallet("eve", "0")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("eve"), WalletID: closed, Reason: "x"})
	c := wallet.SetSpendingLimit{WalletID: ann, Asset: points, PerTransaction: new("10"), PerDay: new("20")}
	assert.Equal(t, wallet.SpendingLimitSet{WalletID: ann, Asset: points, SpendingLimit: wallet.SpendingLimit{PerTransaction: "10", PerDay: "20"}},
		b.Do(wallet.CommandSetSpendingLimit, c)[0].Body)
	require.Empty(t, b.Do(wallet.CommandSetSpendingLimit, c))
	b.Do(wallet.CommandTransfer, pay(ann, bob, "10"))
	// Raised in the middle of the day, it keeps what is counted; lifted, it counts nothing.
	b.limit(ann, "", "30")
	b.Do(wallet.CommandTransfer, pay(ann, bob, "20"))
	b.refused(wallet.CommandTransfer, pay(ann, bob, "1"), wallet.ErrSpendingLimitExceeded, "", exceededToday("30", "30", midnight(15)))
	b.limit(ann, "", "0")
	b.refused(wallet.CommandTransfer, pay(ann, bob, "1"), wallet.ErrSpendingLimitExceeded, "", exceededToday("0", "30", midnight(15)))
	b.limit(ann, "", "")
	b.Do(wallet.CommandTransfer, pay(ann, bob, "70"))
	assert.NotContains(t, b.State()["wallet/"+ann], "spending")

	for pointer, change := range map[string]func(*wallet.SetSpendingLimit){
		"/per_transaction": func(c *wallet.SetSpendingLimit) { c.PerTransaction = new("-1") },
		"/per_day":         func(c *wallet.SetSpendingLimit) { c.PerDay = new("1e3") },
		"/asset":           func(c *wallet.SetSpendingLimit) { c.Asset = "points" },
	} {
		b.refused(wallet.CommandSetSpendingLimit, with(c, change), ledger.ErrInvalidField, pointer, "")
	}
	b.refused(wallet.CommandSetSpendingLimit, with(c, func(c *wallet.SetSpendingLimit) { c.PerDay = new("0.5") }), ledger.ErrAmountScale, "/per_day", "")
	b.refused(wallet.CommandSetSpendingLimit, with(c, func(c *wallet.SetSpendingLimit) { c.Asset = "COIN" }), ledger.ErrUnknownAsset, "/asset", "")
	b.refused(wallet.CommandSetSpendingLimit, with(c, func(c *wallet.SetSpendingLimit) { c.WalletID = "wal_1" }), wallet.ErrWalletNotFound, "", "")
	b.refused(wallet.CommandSetSpendingLimit, with(c, func(c *wallet.SetSpendingLimit) { c.WalletID = closed }), wallet.ErrWalletClosed, "", "")
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}
