package membership_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
)

// each runs a test with state at hand, and with none.
func each(t *testing.T, f func(t *testing.T, cold bool)) {
	t.Helper()
	for _, cold := range []bool{false, true} {
		t.Run(fmt.Sprintf("cold=%t", cold), func(t *testing.T) { t.Parallel(); f(t, cold) })
	}
}

func TestBuy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-01-31T09:00:00Z", "25.00")
		b.buy("PRO")
		m := b.state()
		require.Equal(t, membership.Membership{
			About: membership.About{MembershipID: b.id, UserID: ann, WalletID: b.wallet, Since: b.Now()},
			Standing: membership.Standing{
				Status: membership.StatusActive, Until: at("2026-02-28T09:00:00Z"), Renews: true, Anchor: b.Now(), Nth: 1, Earned: "0.00",
				NextAt: at("2026-02-01T09:00:00Z"),
				Period: membership.Period{Plan: "PRO", Start: b.Now(), End: at("2026-02-28T09:00:00Z"), Days: 28, Price: usd("10.00"), PaidAt: b.Now()},
			},
			Version: m.Version,
		}, m)
		b.stands("15", "10", "0", "28")
		b.refused(membership.CommandBuy, b.buying("MAX"), membership.ErrMembershipExists, "")
	})
}

func TestWhoMayNotBuy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-01-31T09:00:00Z", "9.99")
		b.refused(membership.CommandBuy, b.buying("PRO"), ledger.ErrInsufficientFunds, "")
		b.refused(membership.CommandBuy, b.buying("GOLD"), membership.ErrPlanNotFound, "/plan")
		b.refused(membership.CommandBuy, b.buying("gold"), ledger.ErrInvalidField, "/plan")
		eve := b.buying("PRO")
		eve.As = user("usr_eve")
		b.refused(membership.CommandBuy, eve, wallet.ErrWalletNotFound, "/wallet_id")
		b.Do(membership.CommandChangePlan, membership.ChangePlan{Code: "MAX", Active: new(false)})
		b.refused(membership.CommandBuy, b.buying("MAX"), membership.ErrPlanInactive, "/plan")
		b.topUp("100.00")
		b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: b.wallet, Asset: "USD", PerDay: new("9.99")})
		b.refused(membership.CommandBuy, b.buying("PRO"), wallet.ErrSpendingLimitExceeded, "")
		b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: b.wallet, Asset: "USD", PerDay: new("15.00")})
		b.buy("PRO")
		b.refused(wallet.CommandDebitWallet, wallet.DebitWallet{WalletID: b.wallet, Amount: usd("6.00"), Account: "equity:opening"}, wallet.ErrSpendingLimitExceeded, "")
		b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce})
		b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: b.wallet, Reason: "fraud"})
		b.refused(membership.CommandBuy, b.buying("PRO"), wallet.ErrWalletFrozen, "/wallet_id")
	})
}

// A month and a year over a leap February, and from the last day of a month.
func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		plan, from string
		ends       []string
		days       []int
	}{
		{"PRO", "2028-01-31T09:00:00Z", []string{"2028-02-29T09:00:00Z", "2028-03-31T09:00:00Z", "2028-04-30T09:00:00Z"}, []int{29, 31, 30}},
		{"PRO", "2027-12-30T23:59:59Z", []string{"2028-01-30T23:59:59Z", "2028-02-29T23:59:59Z", "2028-03-30T23:59:59Z"}, []int{31, 30, 30}},
		{"PRO", "2026-02-15T00:00:00Z", []string{"2026-03-15T00:00:00Z", "2026-04-15T00:00:00Z"}, []int{28, 31}},
		{"MAX", "2028-02-29T09:00:00Z", []string{"2029-02-28T09:00:00Z", "2030-02-28T09:00:00Z", "2031-02-28T09:00:00Z", "2032-02-29T09:00:00Z"}, []int{365, 365, 365, 366}},
		{"MAX", "2027-06-01T09:00:00Z", []string{"2028-06-01T09:00:00Z", "2029-06-01T09:00:00Z"}, []int{366, 365}},
	} {
		t.Run(c.plan+" "+c.from, func(t *testing.T) {
			t.Parallel()
			b := open(t, false, c.from, "1000.00")
			b.buy(c.plan)
			price := map[string]int{"PRO": 10, "MAX": 100}[c.plan]
			for i, end := range c.ends {
				p := b.state().Period
				require.Equal(t, []any{at(end), c.days[i]}, []any{p.End, p.Days})
				b.to(end)
				b.Advance(-time.Second)
				require.Equal(t, c.days[i]-1, b.ran().Days, "the last day is not over")
				b.to(end)
				require.Equal(t, membership.Ran{Days: 1, Renewed: 1}, b.ran())
				b.stands(fmt.Sprint(1000-(i+2)*price), fmt.Sprint(price), fmt.Sprint((i+1)*price), fmt.Sprint(b.state().Period.Days))
			}
		})
	}
}

// Ten dollars over 28 days: 0.357142… a day, rounded half to even in sum.
func TestDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-02-01T00:00:00Z", "10.00")
		b.buy("PRO")
		early := b.run()
		require.Equal(t, membership.ErrMembershipNotDue.Code, early.Refusal.Code)
		var earned []string
		for range 7 {
			b.Advance(membership.Day)
			due := b.state().NextAt
			events := b.run().Events
			require.Len(t, events, 1)
			require.Equal(t, due, events[0].EffectiveAt)
			earned = append(earned, events[0].Body.(membership.DayPassed).Amount.Amount)
			again := b.When(membership.CommandRunMemberships, membership.RunMemberships{Due: []membership.Due{{MembershipID: b.id, At: due}}})
			require.Empty(t, again.Events, "asked for again, it is done already")
		}
		require.Equal(t, []string{"0.36", "0.35", "0.36", "0.36", "0.36", "0.35", "0.36"}, earned)
		b.stands("0", "7.5", "2.5", "21")
	})
}

// Half a unit goes to the even one: fourteen cents over 28 days are half a cent a day.
func TestHalves(t *testing.T) {
	t.Parallel()
	b := open(t, false, "2026-02-01T00:00:00Z", "1.00")
	b.plan("CENTS", "0.14", membership.Month)
	b.buy("CENTS")
	var earned []string
	var events int
	for range 6 {
		b.Advance(membership.Day)
		posted := b.run().Events[0]
		earned = append(earned, posted.Body.(membership.DayPassed).Earned)
		events += len(posted.Postings)
	}
	require.Equal(t, []string{"0.00", "0.01", "0.02", "0.02", "0.02", "0.03"}, earned)
	require.Equal(t, 6*2+3*2, events, "a day that earns nothing passes all the same")
}

// A period whose last day is the last step of a decision is renewed by the same decision: both are due at one time, and
// what is asked for at that time is asked for once.
func TestTheLastStepIsTheLastDay(t *testing.T) {
	t.Parallel()
	b := open(t, false, "2027-03-01T00:00:00Z", "200.00")
	b.buy("MAX")
	b.Advance((366 - membership.MaxSteps) * membership.Day)
	b.ran()
	require.Equal(t, 366-membership.MaxSteps, b.state().Passed)
	b.to("2028-03-01T00:00:00Z")
	require.Len(t, b.run().Events, membership.MaxSteps+1)
	require.Equal(t, 2, b.state().Nth)
}

// What was missed while nothing ran counts from when it was due, a bounded number of days in one decision.
func TestMissedDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2027-03-01T00:00:00Z", "100.00")
		b.buy("MAX")
		b.to("2027-03-04T12:00:00Z")
		require.Equal(t, membership.Ran{Days: 3}, b.ran())
		require.Equal(t, "0.55", b.balance(membership.Income, "USD", at("2027-03-03T00:00:01Z")), "two days of 366")
		b.to("2027-12-01T00:00:00Z")
		require.Len(t, b.run().Events, membership.MaxSteps)
		b.refused(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce}, membership.ErrMembershipBehind, "")
		b.ran()
		require.Equal(t, 275, b.state().Passed)
		b.stands("0", "24.86", "75.14", "91")
	})
}

// The case of the issue: a renewal refused once, and paid in grace: the period goes on from the old end.
func TestPaidInGrace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2028-01-31T09:00:00Z", "10.00")
		b.buy("PRO")
		b.to("2028-02-29T09:00:00Z")
		require.Equal(t, membership.Ran{Days: 29, Refused: 1}, b.ran())
		m := b.state()
		require.Equal(t, []any{membership.StatusGrace, at("2028-03-03T09:00:00Z"), at("2028-03-01T09:00:00Z")}, []any{m.Status, m.Until, m.NextAt})
		b.refused(membership.CommandBuy, b.buying("PRO"), membership.ErrMembershipExists, "")
		b.refused(membership.CommandChange, membership.Change{On: b.on(), Plan: "MAX"}, membership.ErrMembershipInGrace, "")
		b.topUp("10.00")
		b.to("2028-03-01T12:00:00Z")
		require.Equal(t, membership.Ran{Days: 1, Renewed: 1}, b.ran(), "the day that has passed meanwhile is booked at once")
		last := b.Events()[len(b.Events())-1]
		require.Equal(t, []any{membership.TypeDayPassed, b.Now()}, []any{last.Type, last.EffectiveAt}, "and counts from when it was paid")
		m = b.state()
		require.Equal(t, []any{membership.StatusActive, at("2028-02-29T09:00:00Z"), at("2028-03-31T09:00:00Z"), 31, b.Now()},
			[]any{m.Status, m.Period.Start, m.Until, m.Period.Days, m.Period.PaidAt})
		b.stands("0", "9.68", "10.32", "30")
	})
}

func TestLapse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-01-31T09:00:00Z", "10.00")
		b.buy("PRO")
		var last membership.Ran
		for _, day := range []string{"2026-02-28", "2026-03-01", "2026-03-02"} {
			b.to(day + "T09:00:00Z")
			require.Equal(t, 1, b.ran().Refused, day)
		}
		b.to("2026-03-03T09:00:00Z")
		last = b.ran()
		require.Equal(t, membership.Ran{Ended: 1}, last)
		m := b.state()
		require.Equal(t, []any{membership.StatusLapsed, membership.BecauseRefused, at("2026-03-03T09:00:00Z"), true, false},
			[]any{m.Status, m.Why, m.Until, m.NextAt.IsZero(), m.Renews})
		b.stands("0", "0", "10", "0")
		b.refused(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce}, membership.ErrMembershipEnded, "")
		b.topUp("10.00")
		b.buy("PRO")
		require.Equal(t, at("2026-03-03T09:00:00Z"), b.state().Period.Start, "another membership")
	})
}

// Nobody is left who pays: days pass until the period's end, and it is not tried again.
func TestNobodyIsLeft(t *testing.T) {
	t.Parallel()
	for why, leave := range map[membership.Why]func(b *book){
		membership.BecauseErased: func(b *book) { b.Do(users.CommandEraseUser, users.EraseUser{UserID: ann}) },
		membership.BecauseClosed: func(b *book) {
			b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user(ann), WalletID: b.wallet, Reason: "done"})
		},
	} {
		each(t, func(t *testing.T, cold bool) {
			b := open(t, cold, "2026-01-31T09:00:00Z", "10.00")
			b.buy("PRO")
			leave(b)
			b.to("2026-02-10T09:00:00Z")
			require.Equal(t, membership.Ran{Days: 10}, b.ran())
			b.to("2026-02-28T09:00:00Z")
			require.Equal(t, membership.Ran{Days: 18, Ended: 1}, b.ran())
			require.Equal(t, []any{membership.StatusLapsed, why}, []any{b.state().Status, b.state().Why})
			b.stands("0", "0", "10", "0")
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-02-01T00:00:00Z", "10.00")
		b.buy("PRO")
		cancel := func(when membership.When) membership.Cancel { return membership.Cancel{On: b.on(), At: when} }
		eve := cancel(membership.AtOnce)
		eve.As = user("usr_eve")
		b.refused(membership.CommandCancel, eve, membership.ErrMembershipNotFound, "")
		b.refused(membership.CommandCancel, cancel("tomorrow"), ledger.ErrInvalidField, "/at")
		stale := cancel(membership.AtOnce)
		stale.IfVersion = new(int64(1))
		b.refused(membership.CommandCancel, stale, ledger.ErrVersionMismatch, "")
		b.Do(membership.CommandCancel, cancel(membership.AtPeriodEnd))
		require.False(t, b.state().Renews)
		b.refused(membership.CommandCancel, cancel(membership.AtPeriodEnd), membership.ErrMembershipUnchanged, "")
		b.Do(membership.CommandChange, membership.Change{On: b.on(), Plan: "PRO"})
		require.True(t, b.state().Renews, "a change of mind")
		b.refused(membership.CommandChange, membership.Change{On: b.on(), Plan: "PRO"}, membership.ErrMembershipUnchanged, "")
		b.Do(membership.CommandCancel, cancel(membership.AtPeriodEnd))

		b.to("2026-02-08T13:00:00Z") // seven days have passed that nobody has booked
		b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: b.wallet, Reason: "money comes in all the same"})
		events := b.Do(membership.CommandCancel, cancel(membership.AtOnce))
		require.Len(t, events, 8)
		canceled := events[7].Body.(membership.Canceled)
		require.Equal(t, []any{usd("7.50"), 21, membership.StatusCanceled, b.Now()}, []any{canceled.Refunded, canceled.Days, canceled.Status, canceled.Until})
		b.stands("7.5", "0", "2.5", "0")
		require.True(t, b.state().NextAt.IsZero())
		b.refused(membership.CommandChange, membership.Change{On: b.on(), Plan: "MAX"}, membership.ErrMembershipEnded, "")
	})
}

func TestCanceledAtThePeriodsEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-02-01T00:00:00Z", "30.00")
		b.buy("PRO")
		b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtPeriodEnd})
		b.to("2026-03-01T00:00:00Z")
		require.Equal(t, membership.Ran{Days: 28, Ended: 1}, b.ran())
		require.Equal(t, []any{membership.StatusCanceled, membership.Why(""), at("2026-03-01T00:00:00Z")}, []any{b.state().Status, b.state().Why, b.state().Until})
		b.stands("20", "0", "10", "0")
	})
}

// In grace nothing is left to be given back: either way it ends at once.
func TestCanceledInGrace(t *testing.T) {
	t.Parallel()
	for _, when := range []membership.When{membership.AtOnce, membership.AtPeriodEnd} {
		each(t, func(t *testing.T, cold bool) {
			b := open(t, cold, "2026-02-01T00:00:00Z", "10.00")
			b.buy("PRO")
			b.to("2026-03-01T00:00:00Z")
			b.ran()
			events := b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: when})
			require.Empty(t, events[len(events)-1].Postings)
			require.Equal(t, membership.StatusCanceled, b.state().Status)
			b.stands("0", "0", "10", "0")
		})
	}
}

// Up and down again: what is not earned comes back, and a period of the other plan begins, in one transaction.
func TestChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-02-01T00:00:00Z", "102.49")
		b.buy("PRO")
		b.to("2026-02-08T12:00:00Z")
		change := func(plan string) membership.Change { return membership.Change{On: b.on(), Plan: plan} }
		b.refused(membership.CommandChange, change("GOLD"), membership.ErrPlanNotFound, "/plan")
		b.refused(membership.CommandChange, change("MAX"), ledger.ErrInsufficientFunds, "")
		b.topUp("0.01")
		b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: b.wallet, Asset: "USD", PerDay: new("92.49")})
		b.refused(membership.CommandChange, change("MAX"), wallet.ErrSpendingLimitExceeded, "")
		b.Do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: b.wallet, Asset: "USD", PerDay: new("92.50")})
		events := b.Do(membership.CommandChange, change("MAX"))
		require.Len(t, events, 8)
		changed := events[7].Body.(membership.Changed)
		require.Equal(t, []any{"PRO", usd("7.50"), 21, usd("92.50")}, []any{changed.From, changed.Refunded, changed.Days, changed.Paid})
		m := b.state()
		require.Equal(t, []any{"MAX", b.Now(), at("2027-02-08T12:00:00Z"), 365}, []any{m.Period.Plan, m.Period.Start, m.Until, m.Period.Days})
		b.stands("0", "100", "2.5", "365")
		require.Equal(t, "0", b.balance(membership.Owed(b.id), "PRO-DAY", time.Time{}))
		b.refused(wallet.CommandDebitWallet, wallet.DebitWallet{WalletID: b.wallet, Amount: usd("0.01"), Account: "equity:opening"}, wallet.ErrSpendingLimitExceeded, "")

		b.to("2026-02-09T12:00:00Z")
		b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: b.wallet, Reason: "nothing goes out by it"})
		b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtPeriodEnd})
		down := b.Do(membership.CommandChange, change("PRO"))
		require.Equal(t, usd("0.00"), down[len(down)-1].Body.(membership.Changed).Paid)
		require.True(t, b.state().Renews)
		b.stands("89.73", "10", "2.77", "28")
	})
}

// A price is for periods that begin after it, and a plan that is not sold any more is renewed all the same.
func TestPlans(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-02-01T00:00:00Z", "100.00")
		b.buy("PRO")
		change := membership.ChangePlan{Code: "PRO", Price: new(usd("12")), Active: new(false), Name: new("Professional")}
		changed := b.Do(membership.CommandChangePlan, change)
		require.Equal(t, membership.PlanChanged{Code: "PRO", Offer: membership.Offer{Name: "Professional", Price: usd("12.00")}}, changed[0].Body)
		require.Empty(t, b.Do(membership.CommandChangePlan, change), "as it is already")
		b.to("2026-03-01T00:00:00Z")
		require.Equal(t, membership.Ran{Days: 28, Renewed: 1}, b.ran())
		b.stands("78", "12", "10", "31")

		create := membership.CreatePlan{Code: "NEW", Offer: membership.Offer{Name: "New", Price: usd("1")}, Period: membership.Month}
		with := func(f func(c *membership.CreatePlan)) membership.CreatePlan { c := create; f(&c); return c }
		b.refused(membership.CommandCreatePlan, with(func(c *membership.CreatePlan) { c.Code = "PRO" }), membership.ErrPlanTaken, "")
		b.refused(membership.CommandCreatePlan, with(func(c *membership.CreatePlan) { c.Price = usd("1.001") }), ledger.ErrAmountScale, "/price/amount")
		b.refused(membership.CommandCreatePlan, with(func(c *membership.CreatePlan) { c.Price.Asset = "XYZ" }), ledger.ErrUnknownAsset, "/price/asset")
		b.refused(membership.CommandCreatePlan, with(func(c *membership.CreatePlan) { c.Period = "P1W" }), ledger.ErrInvalidField, "/period")
		b.refused(membership.CommandCreatePlan, with(func(c *membership.CreatePlan) { c.Code = "A23456789012345678901234567890" }), ledger.ErrInvalidField, "/code")
		b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "NEW-DAY", Scale: 2})
		b.refused(membership.CommandCreatePlan, create, ledger.ErrAssetTaken, "")
		b.refused(membership.CommandChangePlan, membership.ChangePlan{Code: "GOLD"}, membership.ErrPlanNotFound, "")
		b.refused(membership.CommandChangePlan, membership.ChangePlan{Code: "PRO", IfVersion: new(int64(1))}, ledger.ErrVersionMismatch, "")
	})
}

// Many memberships whose time has come at once are few passes of one decision.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2026-02-01T00:00:00Z", "")
		var ids []string
		for i := range membership.MaxTogether {
			owner := fmt.Sprintf("svc_%d", i)
			id := b.open(owner)
			b.Do(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: id, Amount: usd("20"), Account: "equity:opening"})
			events := b.Do(membership.CommandBuy, membership.Buy{As: user(owner), Plan: "PRO", WalletID: id})
			ids = append(ids, membership.IDOf(events[0].Body))
		}
		b.to("2026-03-01T00:00:00Z")
		var c membership.RunMemberships
		for _, id := range ids {
			c.Due = append(c.Due, membership.Due{MembershipID: id, At: at("2026-02-02T00:00:00Z")})
		}
		require.Len(t, b.Do(membership.CommandRunMemberships, c), membership.MaxTogether*29)
	})
}

func TestReplay(t *testing.T) {
	t.Parallel()
	b := open(t, false, "2026-02-01T00:00:00Z", "30.00")
	b.buy("PRO")
	b.to("2026-03-02T00:00:00Z")
	b.ran()
	b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce})
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}
