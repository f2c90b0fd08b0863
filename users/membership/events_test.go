package membership_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users/membership"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	types := decidetest.Frozen(t, membership.Register, frozen())
	for _, name := range types {
		require.True(t, membership.IsType(name), name)
	}
}

// frozen is what the files of testdata/events mean.
func frozen() map[string]any {
	about := membership.About{
		MembershipID: "mem_01kkn6wx9dg000g00400000001", UserID: ann, WalletID: "wal_01kkn6wx9dg000g00400000002", Since: at("2028-01-31T09:00:00Z"),
	}
	first := membership.Standing{
		Status: membership.StatusActive, Until: at("2028-02-29T09:00:00Z"), Renews: true, Anchor: about.Since, Nth: 1, Earned: "0.00",
		NextAt: at("2028-02-01T09:00:00Z"),
		Period: membership.Period{Plan: "PRO", Start: about.Since, End: at("2028-02-29T09:00:00Z"), Days: 29, Price: usd("10.00"), PaidAt: about.Since},
	}
	day := first
	day.Passed, day.Earned, day.NextAt = 1, "0.34", at("2028-02-02T09:00:00Z")
	set := day
	set.Renews = false
	grace := first
	grace.Status, grace.Until, grace.Passed, grace.Earned, grace.NextAt = membership.StatusGrace, at("2028-03-03T09:00:00Z"), 29, "10.00", at("2028-03-01T09:00:00Z")
	lapsed := grace
	lapsed.Status, lapsed.Why, lapsed.Renews, lapsed.NextAt = membership.StatusLapsed, membership.BecauseRefused, false, at("0001-01-01T00:00:00Z")
	canceled := day
	canceled.Status, canceled.Until, canceled.Renews, canceled.NextAt = membership.StatusCanceled, at("2028-02-01T12:00:00Z"), false, at("0001-01-01T00:00:00Z")
	offer := membership.Offer{Name: "Pro", Price: usd("10.00"), ProviderPrice: "price_1", Active: true}
	return map[string]any{
		"plan-created.v1":               membership.PlanCreated{Code: "PRO", Offer: offer, Period: membership.Month},
		"plan-changed.v1":               membership.PlanChanged{Code: "PRO", Offer: offer},
		"membership-bought.v1":          membership.Bought{About: about, Standing: first},
		"membership-day-passed.v1":      membership.DayPassed{About: about, Standing: day, Day: 1, Amount: usd("0.34")},
		"membership-renewed.v1":         membership.Renewed{About: about, Standing: first},
		"membership-renewal-refused.v1": membership.RenewalRefused{About: about, Standing: grace, Problem: membership.Problem{Code: "wallet-frozen", Title: "The wallet is frozen.", Detail: "until it is looked at"}},
		"membership-renewal-set.v1":     membership.RenewalSet{About: about, Standing: set},
		"membership-changed.v1":         membership.Changed{About: about, Standing: first, From: "MAX", Refunded: usd("9.66"), Days: 28, Paid: usd("0.34")},
		"membership-canceled.v1":        membership.Canceled{About: about, Standing: canceled, Refunded: usd("9.66"), Days: 28},
		"membership-ended.v1":           membership.Ended{About: about, Standing: lapsed},
	}
}
