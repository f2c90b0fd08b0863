package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/schedule"
)

// Books begin on 14 March 2026, 09:26:53 UTC.

func TestOnce(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold, "1000")
		c := b.pays("100", once("2026-03-20T08:00:00Z"))
		c.Transfer.Reference = "rent-7"
		id := b.make(c)
		require.Equal(t, []time.Time{at("2026-03-20T08:00:00Z")}, b.state(id).Upcoming())
		b.to("2026-03-20T07:59:59Z")
		require.ErrorIs(t, b.run(id).Refusal, schedule.ErrScheduleNotDue)
		b.to("2026-03-20T08:00:00Z")
		due := b.state(id).NextAt
		a := b.run(id)
		require.Nil(t, a.Refusal)
		require.JSONEq(t, `{"done":1,"refused":0}`, string(a.Result))
		require.Len(t, a.Events, 2)
		require.Equal(t, "rent-7", a.Events[0].Body.(wallet.Transferred).Reference)
		require.Equal(t, schedule.RanOnce{
			ScheduleID: id, Occurrence: due, TransactionID: a.Events[0].TransactionID(),
			Standing: schedule.Standing{Status: schedule.StatusEnded, Why: schedule.BecauseFinished, Runs: 1, Counted: 1},
		}, a.Events[1].Body)
		require.Equal(t, "100", b.has())
		again := b.When(schedule.CommandRunSchedules, schedule.RunSchedules{Due: []schedule.Occurrence{{ScheduleID: id, At: due}, {ScheduleID: "sch_none"}}})
		require.Nil(t, again.Refusal)
		require.Empty(t, again.Events)
		require.Equal(t, "100", b.has())
	}
}

// What was missed is paid in order, each occurrence once, a day of hours in one decision.
func TestMissed(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold, "1000")
		c := b.pays("1", by("FREQ=HOURLY", "2026-03-14T10:00:00Z", "UTC"))
		c.Transfer.Reference = "hourly"
		id := b.make(c)
		b.to("2026-03-15T15:30:00Z") // thirty of them
		first := b.run(id)
		require.Len(t, first.Events, 2*schedule.MaxRuns)
		require.JSONEq(t, `{"done":24,"refused":0}`, string(first.Result))
		require.Equal(t, "hourly/2026-03-14T10:00:00Z", first.Events[0].Body.(wallet.Transferred).Reference)
		require.Equal(t, "hourly/2026-03-14T11:00:00Z", first.Events[2].Body.(wallet.Transferred).Reference)
		require.Equal(t, b.Now(), first.Events[0].EffectiveAt, "it is booked when it is paid")
		require.JSONEq(t, `{"done":6,"refused":0}`, string(b.run(id).Result))
		require.Equal(t, "30", b.has())
		require.Equal(t, at("2026-03-15T16:00:00Z"), b.state(id).NextAt)
		require.ErrorIs(t, b.run(id).Refusal, schedule.ErrScheduleNotDue)
		paid := b.When(schedule.CommandRunSchedules, schedule.RunSchedules{Due: []schedule.Occurrence{{ScheduleID: id, At: at("2026-03-15T15:00:00Z")}}})
		require.Nil(t, paid.Refusal, "what was paid is not early")
		require.JSONEq(t, `{"done":0,"refused":0}`, string(paid.Result))
	}
}

// One that is early does not keep another from being paid.
func TestRunTogether(t *testing.T) {
	t.Parallel()
	b := open(t, true, "1000")
	early, due := b.make(b.pays("10", once("2026-03-20T09:00:00Z"))), b.make(b.pays("100", once("2026-03-20T08:00:00Z")))
	b.to("2026-03-20T08:00:00Z")
	a := b.run(early, due)
	require.JSONEq(t, fmt.Sprintf(`{"done":1,"refused":0,"left":[%q]}`, early), string(a.Result))
	require.Equal(t, "100", b.has())
}

// What is refused is said, and the next one is tried; after ten in a row nobody tries any more.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold, "100")
		id := b.make(b.pays("60", by("FREQ=DAILY", "2026-03-15T08:00:00Z", "UTC")))
		b.to("2026-03-16T08:00:00Z")
		a := b.run(id)
		require.Len(t, a.Events, 3)
		refused := a.Events[2].Body.(schedule.Refused)
		assert.Equal(t, at("2026-03-16T08:00:00Z"), refused.Occurrence)
		assert.Equal(t, "insufficient-funds", refused.Problem.Code)
		assert.Equal(t, "The account does not hold enough.", refused.Problem.Title)
		assert.Equal(t, schedule.Standing{
			Status: schedule.StatusActive, NextAt: at("2026-03-17T08:00:00Z"), Runs: 1, Refusals: 1, InRow: 1, Counted: 2,
		}, refused.Standing)
		b.topUp("30")
		b.to("2026-03-17T08:00:00Z")
		require.JSONEq(t, `{"done":1,"refused":0}`, string(b.run(id).Result))
		require.Zero(t, b.state(id).InRow)
		b.to("2026-04-30T08:00:00Z")
		require.JSONEq(t, `{"done":0,"refused":10}`, string(b.run(id).Result))
		paused := b.state(id)
		require.Equal(t, schedule.Standing{
			Status: schedule.StatusPaused, Why: schedule.BecauseRefused, Runs: 2, Refusals: 11, InRow: 10, Counted: 13,
		}, paused.Standing)
		require.Empty(t, paused.Upcoming())
		b.Do(schedule.CommandChangeSchedule, schedule.ChangeSchedule{
			As: user("ann"), ScheduleID: id, Changes: schedule.Changes{Status: new(schedule.StatusActive)},
		})
		require.Equal(t, at("2026-05-01T08:00:00Z"), b.state(id).NextAt, "what passed is not made up for")
		require.Zero(t, b.state(id).InRow)
	}
}

// What can never be paid ends: a wallet that is closed stays closed. One that is frozen does not.
func TestRefusedForEver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(b *book)
		want   schedule.Standing
		code   string
	}{
		"payee closed": {
			func(b *book) {
				b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: service(), WalletID: b.bob, Reason: "moved away"})
			},
			schedule.Standing{Status: schedule.StatusEnded, Why: schedule.BecauseRefused, Refusals: 1, InRow: 1, Counted: 1}, "wallet-closed",
		},
		"payer closed": {
			func(b *book) {
				b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: service(), WalletID: b.ann, Reason: "moved away"})
			},
			schedule.Standing{Status: schedule.StatusEnded, Why: schedule.BecauseRefused, Refusals: 1, InRow: 1, Counted: 1}, "wallet-closed",
		},
		"payer frozen": {
			func(b *book) {
				b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: b.ann, Reason: "a dispute"})
			},
			schedule.Standing{Status: schedule.StatusActive, NextAt: at("2026-03-16T08:00:00Z"), Refusals: 1, InRow: 1, Counted: 1}, "wallet-frozen",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, true, "0")
			id := b.make(b.pays("60", by("FREQ=DAILY", "2026-03-15T08:00:00Z", "UTC")))
			c.before(b)
			b.to("2026-03-15T08:00:00Z")
			b.run(id)
			sc := b.state(id)
			require.Equal(t, c.want, sc.Standing)
			require.Equal(t, c.code, sc.Last.Problem.Code)
		})
	}
	b := open(t, false, "0")
	id := b.make(b.pays("60", once("2026-03-15T08:00:00Z")))
	b.to("2026-03-15T08:00:00Z")
	b.run(id)
	require.Equal(t, schedule.Standing{Status: schedule.StatusEnded, Why: schedule.BecauseRefused, Refusals: 1, InRow: 1, Counted: 1}, b.state(id).Standing)
}

func TestCreateRefused(t *testing.T) {
	t.Parallel()
	b := open(t, true, "100")
	malformed := ledger.ErrInvalidField
	try := func(change func(*schedule.CreateSchedule)) schedule.CreateSchedule {
		c := b.pays("60", by("FREQ=DAILY", "", ""))
		change(&c)
		return c
	}
	refused := func(pointer string, change func(*schedule.CreateSchedule)) {
		t.Helper()
		b.refused(schedule.CommandCreateSchedule, try(change), malformed, pointer)
	}
	refused("/at", func(c *schedule.CreateSchedule) { c.Timing = schedule.Timing{} })
	refused("/at", func(c *schedule.CreateSchedule) { c.At = new(at("2027-01-01T00:00:00Z")) })
	refused("/at", func(c *schedule.CreateSchedule) { c.Timing = schedule.Timing{At: new(b.Now())} })
	refused("/at", func(c *schedule.CreateSchedule) { c.Timing = once("2037-01-01T00:00:00Z") })
	refused("/starts_at", func(c *schedule.CreateSchedule) { c.StartsAt = new(at("2037-01-01T00:00:00Z")) })
	refused("/starts_at", func(c *schedule.CreateSchedule) {
		c.Timing = once("2027-01-01T00:00:00Z")
		c.StartsAt = c.At
	})
	refused("/time_zone", func(c *schedule.CreateSchedule) { c.TimeZone = "Local" })
	refused("/rrule", func(c *schedule.CreateSchedule) { c.RRule = "FREQ=DAILY;UNTIL=20260314T092653Z" })
	refused("/rrule", func(c *schedule.CreateSchedule) { c.RRule = "FREQ=HOURLY;INTERVAL=2;BYHOUR=9" }) // from 10 in Berlin
	refused("/rrule", func(c *schedule.CreateSchedule) { c.RRule = "FREQ=MINUTELY" })
	refused("/transfer/amount/amount", func(c *schedule.CreateSchedule) { c.Transfer.Amount.Amount = "-1" })
	refused("/transfer/to_wallet", func(c *schedule.CreateSchedule) { c.Transfer.ToWallet = c.Transfer.FromWallet })
	refused("/transfer/reference", func(c *schedule.CreateSchedule) { c.Transfer.Reference = strings.Repeat("r", 235) })
	b.refused(schedule.CommandCreateSchedule, try(func(c *schedule.CreateSchedule) { c.As = user("bob") }), wallet.ErrWalletNotFound, "/transfer/from_wallet")
	b.refused(schedule.CommandCreateSchedule, try(func(c *schedule.CreateSchedule) { c.Transfer.ToWallet = "wal_01k0q3v9x8f6r8v4t0d6m2n7h5" }),
		wallet.ErrWalletNotFound, "/transfer/to_wallet")
	b.refused(schedule.CommandCreateSchedule, try(func(c *schedule.CreateSchedule) { c.Transfer.Amount.Amount = "0.5" }), ledger.ErrAmountScale, "/transfer/amount/amount")
	b.refused(schedule.CommandCreateSchedule, try(func(c *schedule.CreateSchedule) { c.Transfer.Amount.Asset = "GOLD" }), ledger.ErrUnknownAsset, "/transfer/amount/asset")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: service(), WalletID: b.bob, Reason: "moved away"})
	b.refused(schedule.CommandCreateSchedule, try(func(*schedule.CreateSchedule) {}), wallet.ErrWalletClosed, "/transfer/to_wallet")
	longest := try(func(c *schedule.CreateSchedule) { c.Transfer.Reference = strings.Repeat("r", 234) })
	require.Empty(t, longest.Validate())
}

func TestChange(t *testing.T) {
	t.Parallel()
	b := open(t, true, "1000")
	id := b.make(b.pays("60", by("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3", "2026-03-14T08:00:00Z", "Europe/Berlin")))
	change := func(c schedule.Changes) decidetest.Answer {
		t.Helper()
		return b.When(schedule.CommandChangeSchedule, schedule.ChangeSchedule{As: user("ann"), ScheduleID: id, Changes: c})
	}
	must := func(c schedule.Changes) schedule.Schedule {
		t.Helper()
		a := change(c)
		require.Nil(t, a.Refusal)
		return b.state(id)
	}
	require.Equal(t, at("2026-04-01T07:00:00Z"), b.state(id).NextAt, "nine o'clock, in summer as well")
	sc := must(schedule.Changes{Transfer: schedule.TransferChanges{Amount: new(yen("70")), Description: new("Rent")}})
	require.Equal(t, []any{"70", "Rent", at("2026-04-01T07:00:00Z")}, []any{sc.Transfer.Amount.Amount, sc.Transfer.Description, sc.NextAt})
	b.to("2026-04-01T07:00:00Z")
	b.run(id)
	require.Equal(t, "70", b.has())

	sc = must(schedule.Changes{Status: new(schedule.StatusPaused)})
	require.Equal(t, []any{schedule.StatusPaused, schedule.BecauseAsked, time.Time{}}, []any{sc.Status, sc.Why, sc.NextAt})
	b.to("2026-06-10T00:00:00Z")
	require.Empty(t, b.run(id).Events)
	sc = must(schedule.Changes{Status: new(schedule.StatusActive)})
	require.Equal(t, []time.Time{at("2026-07-01T07:00:00Z"), at("2026-08-01T07:00:00Z")}, sc.Upcoming(), "what passed is not made up for, and does not count")

	sc = must(schedule.Changes{RRule: new("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2")})
	require.Equal(t, []time.Time{at("2026-06-30T07:00:00Z"), at("2026-07-31T07:00:00Z")}, sc.Upcoming())
	sc = must(schedule.Changes{TimeZone: new("Asia/Tokyo")})
	require.Equal(t, at("2026-06-30T08:00:00Z"), sc.NextAt, "08:00 UTC was 17:00 there when it began")
	sc = must(schedule.Changes{At: new(at("2026-12-24T17:00:00Z"))})
	require.Equal(t, []time.Time{at("2026-12-24T17:00:00Z")}, sc.Upcoming())
	require.Empty(t, sc.Timing.RRule)
	require.Equal(t, "UTC", must(schedule.Changes{TimeZone: new("")}).Timing.TimeZone)
	sc = b.state(id)

	require.Equal(t, "/starts_at", change(schedule.Changes{StartsAt: new(at("2026-12-24T17:00:00Z"))}).Refusal.Pointer)
	require.Equal(t, "/at", change(schedule.Changes{At: new(b.Now())}).Refusal.Pointer)
	require.Equal(t, "/status", change(schedule.Changes{Status: new(schedule.StatusEnded)}).Refusal.Pointer)
	require.Equal(t, "/rrule", change(schedule.Changes{RRule: new("")}).Refusal.Pointer)
	require.Equal(t, "/transfer/amount/amount", change(schedule.Changes{Transfer: schedule.TransferChanges{Amount: new(yen("0.5"))}}).Refusal.Pointer)
	require.Empty(t, change(schedule.Changes{}).Events)
	stale := schedule.ChangeSchedule{As: user("ann"), ScheduleID: id, IfVersion: new(sc.Version - 1), Changes: schedule.Changes{Status: new(schedule.StatusPaused)}}
	b.refused(schedule.CommandChangeSchedule, stale, ledger.ErrVersionMismatch, "")
	stale.IfVersion, stale.As = nil, user("bob")
	b.refused(schedule.CommandChangeSchedule, stale, schedule.ErrScheduleNotFound, "")

	b.refused(schedule.CommandEndSchedule, schedule.EndSchedule{As: user("bob"), ScheduleID: id}, schedule.ErrScheduleNotFound, "")
	b.refused(schedule.CommandEndSchedule, schedule.EndSchedule{As: user("ann"), ScheduleID: id, IfVersion: new(int64(1))}, ledger.ErrVersionMismatch, "")
	end := schedule.EndSchedule{As: user("ann"), ScheduleID: id, Why: schedule.BecauseAsked}
	require.Len(t, b.Do(schedule.CommandEndSchedule, end), 1)
	require.Empty(t, b.Do(schedule.CommandEndSchedule, end))
	require.Equal(t, schedule.StatusEnded, b.state(id).Status)
	require.ErrorIs(t, change(schedule.Changes{Status: new(schedule.StatusActive)}).Refusal, schedule.ErrScheduleEnded)
	b.to("2026-12-25T00:00:00Z")
	require.Empty(t, b.run(id).Events)
	require.Equal(t, "70", b.has())
}

// Once a pause is longer than what it is for, there is nothing to go on with.
func TestResumeTooLate(t *testing.T) {
	t.Parallel()
	b := open(t, false, "1000")
	id := b.make(b.pays("60", once("2026-03-20T08:00:00Z")))
	status := func(to schedule.Status) decidetest.Answer {
		return b.When(schedule.CommandChangeSchedule, schedule.ChangeSchedule{As: service(), ScheduleID: id, Changes: schedule.Changes{Status: &to}})
	}
	require.Nil(t, status(schedule.StatusPaused).Refusal)
	b.to("2026-03-21T08:00:00Z")
	require.Equal(t, "/at", status(schedule.StatusActive).Refusal.Pointer)
	require.Nil(t, b.When(schedule.CommandChangeSchedule, schedule.ChangeSchedule{As: service(), ScheduleID: id, Changes: schedule.Changes{
		Status: new(schedule.StatusActive), At: new(at("2026-03-22T08:00:00Z")),
	}}).Refusal)
	b.to("2026-03-22T08:00:00Z")
	b.run(id)
	require.Equal(t, "60", b.has())
}

// What a hold set aside that has come to its time is there for a schedule that is due, and the transaction is named all
// the same; where that is not enough either, nothing of it has happened.
func TestPaysWhatAHoldGaveBack(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold, "100")
		day := int64(24 * 60 * 60)
		b.Do(wallet.CommandPlaceHold, wallet.PlaceHold{As: user("ann"), WalletID: b.ann, Amount: yen("80"), ExpiresIn: &day})
		enough, tooMuch := b.make(b.pays("90", once("2026-03-20T08:00:00Z"))), b.make(b.pays("200", once("2026-03-20T07:00:00Z")))
		b.to("2026-03-20T08:00:00Z")
		a := b.run(tooMuch)
		require.Nil(t, a.Refusal)
		require.Len(t, a.Events, 1)
		require.Equal(t, "insufficient-funds", a.Events[0].Body.(schedule.Refused).Problem.Code)
		a = b.run(enough)
		require.Nil(t, a.Refusal)
		require.Len(t, a.Events, 3)
		require.IsType(t, wallet.HoldExpired{}, a.Events[0].Body)
		require.Equal(t, a.Events[1].TransactionID(), a.Events[2].Body.(schedule.RanOnce).TransactionID)
		require.Equal(t, "90", b.has())
	}
}

// A wallet has so many schedules by its owner's orders; one that has ended, of itself too, makes room. A service, which pays
// for many, is not bound.
func TestTooManySchedules(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold, "1000")
		soon := once("2026-03-20T08:00:00Z")
		first, second := b.make(b.pays("1", soon)), b.make(b.pays("1", soon))
		for range schedule.MaxSchedules - 2 {
			b.make(b.pays("1", once("2026-03-21T08:00:00Z")))
		}
		full := func(want string) {
			t.Helper()
			a := b.When(schedule.CommandCreateSchedule, b.pays("1", soon))
			require.NotNil(t, a.Refusal)
			require.ErrorIs(t, a.Refusal, schedule.ErrTooManySchedules)
			require.JSONEq(t, `{"limit":200}`, string(a.Refusal.Members), want)
		}
		full("as many as there may be")
		forAnn := b.pays("1", once("2026-03-21T08:00:00Z"))
		forAnn.As = service()
		third := b.make(forAnn)
		full("what the service ordered counts")
		b.Do(schedule.CommandEndSchedule, schedule.EndSchedule{As: user("ann"), ScheduleID: first, Why: schedule.BecauseAsked})
		b.Do(schedule.CommandEndSchedule, schedule.EndSchedule{As: user("ann"), ScheduleID: third, Why: schedule.BecauseAsked})
		b.make(b.pays("1", once("2026-03-21T08:00:00Z")))
		full("and one was made again")
		b.to("2026-03-20T08:00:00Z")
		b.run(second)
		b.Do(schedule.CommandChangeSchedule, schedule.ChangeSchedule{As: user("ann"), ScheduleID: b.make(b.pays("1", once("2026-03-21T08:00:00Z"))),
			Changes: schedule.Changes{Status: new(schedule.StatusPaused)}})
		soon = once("2026-03-21T09:00:00Z")
		full("one that is paused has not ended")
		require.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}
