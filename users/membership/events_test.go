package membership_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/payment"
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
	out := map[string]any{
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
	for name, body := range frozenBilled(about, first, offer) {
		out[name] = body
	}
	return out
}

// frozenBilled is what the files of memberships that a provider bills mean.
func frozenBilled(about membership.About, first membership.Standing, offer membership.Offer) map[string]any {
	about.WalletID, about.Provider = "", payment.Stripe
	created := at("2028-01-31T09:00:00Z")
	cover := membership.Cover{Invoice: "in_1", CreatedAt: created}
	st := first
	st.Billing = &membership.Billing{
		Subscription: "sub_1", Page: "cs_1", Cover: cover, Granted: membership.Outstanding{Plan: "PRO", Days: 29},
		Told:   membership.Told{SubscriptionFact: payment.SubscriptionFact{Status: payment.SubscriptionActive}, At: created},
		Failed: membership.Failed{Cover: membership.Cover{Invoice: "in_2", CreatedAt: at("2028-02-29T09:00:00Z")}, Until: at("2028-03-03T09:00:00Z"), Failure: payment.Failure{Code: "card_declined"}},
		Bills:  []membership.Bill{{Invoice: "in_1", Payment: "pi_1", Period: first.Period, Earned: "0.00", Returning: "10.00"}},
	}
	pending := st
	pending.Status, pending.Billing = membership.StatusPending, &membership.Billing{Page: "cs_1", Handover: []byte("sealed")}
	over := st
	over.Billing = &membership.Billing{
		Subscription: "sub_1", Cover: cover, Asked: &membership.Ask{What: membership.AskChange, Plan: "MAX", Price: "price_max"},
		Told: membership.Told{SubscriptionFact: payment.SubscriptionFact{Status: payment.SubscriptionCanceled, AtEnd: true, EndedAt: created}, At: created},
	}
	over.Status, over.Renews, over.NextAt = membership.StatusCanceled, false, time.Time{}
	step := membership.InvoiceStep{
		Provider: payment.Stripe, Invoice: "in_1", Payment: "pi_1", Asset: "USD", Received: "10.00", Refunded: "0.00", Cleared: "10.00", ClearedBack: "0.00",
	}
	source := payment.Source{EventID: "evt_1", Raw: 7}
	said := payment.InvoiceFact{
		ID: "in_1", CreatedAt: created, Payment: "pi_1", Paid: usd("10.00"), Settled: true,
		Term: payment.Term{Price: "price_pro", Start: created, End: at("2028-02-29T09:00:00Z")},
	}
	return map[string]any{
		"membership-bought.v2":           membership.Bought{About: about, Standing: st},
		"membership-day-passed.v2":       membership.DayPassed{About: about, Standing: st, Day: 1, Amount: usd("0.34")},
		"membership-renewed.v2":          membership.Renewed{About: about, Standing: st},
		"membership-renewal-refused.v2":  membership.RenewalRefused{About: about, Standing: st, Problem: membership.Problem{Code: "card_declined", Title: "The payment failed."}},
		"membership-renewal-set.v2":      membership.RenewalSet{About: about, Standing: st},
		"membership-changed.v2":          membership.Changed{About: about, Standing: st, From: "MAX", Refunded: usd("0.00"), Days: 28, Paid: usd("0.34")},
		"membership-canceled.v2":         membership.Canceled{About: about, Standing: over, Refunded: usd("9.66"), Days: 28},
		"membership-ended.v2":            membership.Ended{About: about, Standing: over},
		"membership-ordered.v1":          membership.Ordered{About: about, Standing: pending, Price: offer.ProviderPrice, SuccessURL: "https://shop.example/ok", CancelURL: "https://shop.example/no", OrderedBy: ann},
		"membership-page-opened.v1":      membership.PageOpened{About: about, Standing: pending, Failure: payment.Failure{Code: "resource_missing", Message: "No such price"}},
		"membership-invoice-paid.v1":     membership.InvoicePaid{About: about, Standing: st, Invoice: step, Source: source},
		"membership-invoice-refunded.v1": membership.InvoiceRefunded{About: about, Standing: st, Invoice: step, Source: source},
		"invoice-suspended.v1":           membership.InvoiceSuspended{Invoice: step, Subscription: "sub_1", Said: said, Source: source},
		"membership-followed.v1":         membership.Followed{About: about, Standing: st, Source: source},
		"membership-asked.v1":            membership.Asked{About: about, Standing: over, AskedBy: ann},
		"membership-answered.v1": membership.Answered{
			About: about, Standing: over, Asked: *over.Billing.Asked, Failure: payment.Failure{Code: "card_declined"},
			Returned: []membership.Returned{{Invoice: "in_1", Ref: "re_1", Step: step}},
		},
	}
}
