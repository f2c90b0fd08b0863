package readmodel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
)

// A schedule is read as its events left it, and is due from its time on until it was paid.
func TestSchedules(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		schedule.Register(l.registry)
		ann, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		l.pays(ann, "pi_1", "100.00", "")
		shown := map[string]schedule.Schedule{}
		do := func(commandType string, body any) (last *journal.Event) {
			t.Helper()
			for _, e := range l.do(commandType, body) {
				if id := schedule.IDOf(e.Body); id != "" {
					shown[id] = shown[id].After(e)
					last = e
				}
			}
			return last
		}
		order := func(from, to, amount string, timing schedule.Timing) string {
			t.Helper()
			e := do(schedule.CommandCreateSchedule, schedule.CreateSchedule{As: service(), Timing: timing, Transfer: wallet.NewTransfer{
				FromWallet: from, ToWallet: to, Amount: ledger.Money{Amount: amount, Asset: "USD"}, Metadata: map[string]string{"flat": "7"},
			}})
			return schedule.IDOf(e.Body)
		}
		// The clock that judges is the server's: what was ordered yesterday for an hour later is due.
		l.now = l.now.Add(-24 * time.Hour)
		soon := l.now.Add(time.Hour).Truncate(time.Second)
		hourly := order(ann, bob, "60", schedule.Timing{RRule: "FREQ=HOURLY", StartsAt: &soon})
		once := order(ann, bob, "1", schedule.Timing{At: new(soon.Add(30 * time.Minute))})
		later := order(bob, ann, "1", schedule.Timing{At: new(l.now.Add(48 * time.Hour))})
		l.project(size)

		reads := func(id string) {
			t.Helper()
			l.project(size)
			got, ok, err := l.reads.Schedule(t.Context(), id)
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, shown[id], got)
		}
		due := func(after query.DueSchedule, limit int) []query.DueSchedule {
			t.Helper()
			found, err := l.reads.DueSchedules(t.Context(), after, limit)
			require.NoError(t, err)
			return found
		}
		first, second := query.DueSchedule{ScheduleID: hourly, At: soon}, query.DueSchedule{ScheduleID: once, At: soon.Add(30 * time.Minute)}
		require.Equal(t, []query.DueSchedule{first, second}, due(query.DueSchedule{}, 10))
		require.Equal(t, []query.DueSchedule{first}, due(query.DueSchedule{}, 1))
		require.Equal(t, []query.DueSchedule{second}, due(first, 10))

		l.now = soon.Add(time.Hour) // two hours of it, of which one can be paid
		do(schedule.CommandRunSchedules, schedule.RunSchedules{Due: []schedule.Occurrence{{ScheduleID: hourly, At: soon}, {ScheduleID: once, At: second.At}}})
		for _, id := range []string{hourly, once, later} {
			reads(id)
		}
		require.Equal(t, "insufficient-funds", shown[hourly].Last.Problem.Code)
		require.Equal(t, []query.DueSchedule{{ScheduleID: hourly, At: soon.Add(2 * time.Hour)}}, due(query.DueSchedule{}, 10))
		do(schedule.CommandChangeSchedule, schedule.ChangeSchedule{As: service(), ScheduleID: hourly, Changes: schedule.Changes{
			Status: new(schedule.StatusPaused), Transfer: schedule.TransferChanges{Description: new("Rent")},
		}})
		reads(hourly)
		require.Empty(t, due(query.DueSchedule{}, 10))
		do(schedule.CommandEndSchedule, schedule.EndSchedule{As: service(), ScheduleID: later, Why: schedule.BecauseAsked})
		reads(later)

		finds := func(f query.ScheduleFilter, ids ...string) {
			t.Helper()
			f.Limit = 10
			found, err := l.reads.Schedules(t.Context(), f)
			require.NoError(t, err)
			var got []string
			for _, sc := range found {
				require.Equal(t, shown[sc.ID], sc)
				got = append(got, sc.ID)
			}
			require.Equal(t, ids, got)
		}
		finds(query.ScheduleFilter{}, later, once, hourly)
		finds(query.ScheduleFilter{After: later}, once, hourly)
		finds(query.ScheduleFilter{Owner: "usr_ann"}, once, hourly)
		finds(query.ScheduleFilter{WalletID: bob}, later)
		finds(query.ScheduleFilter{Status: schedule.StatusEnded}, later, once)
		finds(query.ScheduleFilter{Owner: "usr_ann", Status: schedule.StatusPaused}, hourly)
		finds(query.ScheduleFilter{Owner: "usr_bob", WalletID: ann})
		_, ok, err := l.reads.Schedule(t.Context(), "sch_none")
		require.NoError(t, err)
		require.False(t, ok)
	}
}
