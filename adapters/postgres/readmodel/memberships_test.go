package readmodel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
)

// Plans and memberships are read as their events left them; a membership is due from the end of a day on until it is
// booked.
func TestMemberships(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		membership.Register(l.registry)
		ann, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		l.pays(ann, "pi_1", "100.00", "")
		l.pays(bob, "pi_2", "100.00", "")
		plans, shown := map[string]membership.Plan{}, map[string]membership.Membership{}
		do := func(commandType string, body any) (id string) {
			t.Helper()
			for _, e := range l.do(commandType, body) {
				if code := membership.CodeOf(e.Body); code != "" {
					plans[code] = plans[code].After(e)
				}
				if id = membership.IDOf(e.Body); id != "" {
					shown[id] = membership.Membership{}.After(e)
				}
			}
			return id
		}
		offer := func(code, price string) {
			do(membership.CommandCreatePlan, membership.CreatePlan{Code: code, Period: membership.Month, Offer: membership.Offer{
				Name: code, Price: ledger.Money{Amount: price, Asset: "USD"}, Active: true,
			}})
		}
		offer("PRO", "10")
		offer("MAX", "20")
		do(membership.CommandChangePlan, membership.ChangePlan{Code: "MAX", Active: new(false)})
		// The clock that judges is the server's: what was bought the day before yesterday has a day that is due.
		l.now = l.now.Add(-2*membership.Day - time.Hour)
		buy := func(wallet string) string {
			return do(membership.CommandBuy, membership.Buy{As: service(), Plan: "PRO", WalletID: wallet})
		}
		first := buy(ann)
		bought := shown[first].Since
		l.now = l.now.Add(membership.Day)
		second := buy(bob)
		l.project(size)

		due := func(after query.DueMembership, limit int) []query.DueMembership {
			t.Helper()
			l.project(size)
			found, err := l.reads.DueMemberships(t.Context(), after, limit)
			require.NoError(t, err)
			return found
		}
		one, two := query.DueMembership{MembershipID: first, At: shown[first].NextAt}, query.DueMembership{MembershipID: second, At: shown[second].NextAt}
		require.Equal(t, []query.DueMembership{one, two}, due(query.DueMembership{}, 10))
		require.Equal(t, []query.DueMembership{one}, due(query.DueMembership{}, 1))
		require.Equal(t, []query.DueMembership{two}, due(one, 10))
		l.now = bought.Add(2*membership.Day + time.Minute)
		do(membership.CommandRunMemberships, membership.RunMemberships{Due: []membership.Due{{MembershipID: first, At: one.At}}})
		require.Equal(t, []query.DueMembership{two}, due(query.DueMembership{}, 10))
		require.Equal(t, 2, shown[first].Passed)
		do(membership.CommandCancel, membership.Cancel{On: membership.On{As: service(), MembershipID: second}, At: membership.AtOnce})
		require.Empty(t, due(query.DueMembership{}, 10))
		third := buy(bob)
		l.project(size)

		for id, want := range shown {
			got, ok, err := l.reads.Membership(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, []any{true, want}, []any{ok, got})
		}
		last, ok, err := l.reads.MembershipOf(t.Context(), "usr_bob")
		require.NoError(t, err)
		require.Equal(t, []any{true, third}, []any{ok, last.MembershipID})
		_, ok, err = l.reads.MembershipOf(t.Context(), "usr_eve")
		require.NoError(t, err)
		require.False(t, ok)
		finds := func(f query.MembershipFilter, ids ...string) {
			t.Helper()
			f.Limit = 10
			found, err := l.reads.Memberships(t.Context(), f)
			require.NoError(t, err)
			var got []string
			for _, m := range found {
				got = append(got, m.MembershipID)
			}
			require.Equal(t, ids, got)
		}
		finds(query.MembershipFilter{}, third, second, first)
		finds(query.MembershipFilter{After: third}, second, first)
		finds(query.MembershipFilter{UserID: "usr_bob"}, third, second)
		finds(query.MembershipFilter{Status: membership.StatusCanceled, Plan: "PRO"}, second)
		finds(query.MembershipFilter{Plan: "MAX"})
		members, err := l.reads.Members(t.Context(), []string{"usr_ann", "usr_bob", "usr_eve"})
		require.NoError(t, err)
		require.Equal(t, map[string]query.Member{
			"usr_ann": {Status: membership.StatusActive, Plan: "PRO", Until: shown[first].Until},
			"usr_bob": {Status: membership.StatusActive, Plan: "PRO", Until: shown[third].Until},
		}, members)

		all, err := l.reads.Plans(t.Context(), query.PlanFilter{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, []membership.Plan{plans["MAX"], plans["PRO"]}, all)
		sold, err := l.reads.Plans(t.Context(), query.PlanFilter{Active: true, After: "A", Limit: 10})
		require.NoError(t, err)
		require.Equal(t, []membership.Plan{plans["PRO"]}, sold)
		_, ok, err = l.reads.Plan(t.Context(), "NONE")
		require.NoError(t, err)
		require.False(t, ok)
	}
}
