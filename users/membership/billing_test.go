package membership_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/payment"
)

// billed opens a book in which Ann has asked for a membership that Stripe bills.
func billed(t testing.TB, cold bool, now string) *book {
	t.Helper()
	b := open(t, cold, now, "")
	for code, price := range map[string]string{"PRO": "price_pro", "MAX": "price_max"} {
		b.Do(membership.CommandChangePlan, membership.ChangePlan{Code: code, ProviderPrice: new(price)})
	}
	b.plan("PLUS", "20.00", membership.Month)
	b.Do(membership.CommandChangePlan, membership.ChangePlan{Code: "PLUS", ProviderPrice: new("price_plus")})
	b.order("PRO")
	b.Do(membership.CommandRecordPage, membership.RecordPage{MembershipID: b.id, Page: "cs_1", Handover: []byte("sealed")})
	return b
}

func (b *book) ordering(plan string) membership.Subscribe {
	return membership.Subscribe{As: user(ann), Provider: payment.Stripe, Plan: plan, UserID: ann, SuccessURL: "https://shop.example/ok"}
}

func (b *book) order(plan string) {
	b.t.Helper()
	b.id = membership.IDOf(b.Do(membership.CommandSubscribe, b.ordering(plan))[0].Body)
}

// says has Stripe tell something of Ann's subscription, now unless it says when, and returns what became of it.
func (b *book) says(f payment.Fact) payment.Result {
	b.t.Helper()
	if f.Provider == "" {
		f.Provider = payment.Stripe
	}
	if f.EventID == "" {
		f.EventID = "evt_1"
	}
	if f.OccurredAt.IsZero() {
		f.OccurredAt = b.Now()
	}
	a := b.When(payment.CommandRecordBilling, f)
	require.Nil(b.t, a.Refusal)
	var r payment.Result
	require.NoError(b.t, json.Unmarshal(a.Result, &r))
	return r
}

// paid is an invoice of Ann's subscription that was paid.
func (b *book) paid(id, amount, price, start, end string) payment.Fact {
	return payment.Fact{Kind: payment.Billed, OccurredAt: b.Now(), Billing: &payment.BillingFact{
		Membership: b.id, Subscription: "sub_1", Invoice: &payment.InvoiceFact{
			ID: id, CreatedAt: b.Now(), Payment: "pi_" + id, Paid: usd(amount), Settled: true, Term: payment.Term{Price: price, Start: at(start), End: at(end)},
		},
	}}
}

func (b *book) unpaid(id string, next time.Time) payment.Fact {
	f := b.paid(id, "0.00", "price_pro", "2028-01-01T00:00:00Z", "2028-02-01T00:00:00Z")
	f.Billing.Invoice.Settled, f.Billing.Invoice.NextTry, f.Billing.Invoice.Failure = false, next, payment.Failure{Code: "card_declined", Message: "Your card was declined."}
	return f
}

// subscription is how Ann's subscription stands.
func (b *book) subscription(status payment.SubscriptionStatus, atEnd bool) payment.Fact {
	f := payment.Fact{Kind: payment.Billed, OccurredAt: b.Now(), Billing: &payment.BillingFact{
		Membership: b.id, Subscription: "sub_1", Standing: &payment.SubscriptionFact{Status: status, AtEnd: atEnd},
	}}
	if status.Over() {
		f.Billing.Standing.EndedAt = b.Now()
	}
	return f
}

// givenBack is a charge of an invoice of which something was given back.
func (b *book) givenBack(id, amount string) payment.Fact {
	return payment.Fact{Kind: payment.Paid, OccurredAt: b.Now(), Payment: "pi_" + id, Asset: "USD", Received: "100.00", Refunded: amount, Invoiced: true, Invoice: id}
}

// holds asserts what is in clearing, suspense, deferred and earned, and how many days of the plan are left.
func (b *book) holds(clearing, suspense, deferred, earned, days string) {
	b.t.Helper()
	asset := membership.DayAsset(b.state().Period.Plan)
	require.Equal(b.t, []string{clearing, suspense, deferred, earned, days, days}, []string{
		b.balance(payment.Clearing, "USD", time.Time{}), b.balance(payment.Suspense, "USD", time.Time{}),
		b.balance(membership.Deferred(b.id), "USD", time.Time{}), b.balance(membership.Income, "USD", time.Time{}),
		b.balance(membership.Granted(b.id), asset, time.Time{}), b.balance(membership.Owed(b.id), asset, time.Time{}),
	})
}

// types are the types of the last events.
func (b *book) types(last int) (out []string) {
	for _, e := range b.Events()[len(b.Events())-last:] {
		out = append(out, e.Type)
	}
	return out
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := open(t, cold, "2028-01-31T09:00:00Z", "100.00")
		b.refused(membership.CommandSubscribe, b.ordering("PRO"), membership.ErrPlanNotBilled, "/plan")
		b.refused(membership.CommandSubscribe, b.ordering("GOLD"), membership.ErrPlanNotFound, "/plan")
		b.Do(membership.CommandChangePlan, membership.ChangePlan{Code: "PRO", ProviderPrice: new("price_pro")})
		b.order("PRO")
		m := b.state()
		require.Equal(t, []any{membership.StatusPending, "PRO", "", b.Now().Add(membership.PageLife)}, []any{m.Status, m.Period.Plan, m.WalletID, m.NextAt})
		b.refused(membership.CommandBuy, b.buying("PRO"), membership.ErrMembershipExists, "")
		b.refused(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce}, membership.ErrMembershipAsked, "")
		b.Advance(membership.PageLife)
		b.ran()
		m = b.state()
		require.Equal(t, []any{membership.StatusLapsed, membership.BecauseUnpaid}, []any{m.Status, m.Why})
		b.buy("PRO")
	})
}

// A month that is paid by card, renewed, upgraded, refused once and paid in grace, and canceled.
func TestBilled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := billed(t, cold, "2028-01-31T09:00:00Z")
		require.Equal(t, payment.Deferred, b.says(b.subscription(payment.SubscriptionWaiting, false)).Result)
		require.Equal(t, payment.Booked, b.says(b.paid("in_1", "10.00", "price_pro", "2028-01-31T09:00:00Z", "2028-02-29T09:00:00Z")).Result)
		require.Equal(t, []string{membership.TypeInvoicePaid, membership.TypeBought}, b.types(2))
		b.holds("10", "0", "10", "0", "29")
		require.Empty(t, b.state().Billing.Handover)
		require.Equal(t, payment.AlreadyBooked, b.says(b.paid("in_1", "10.00", "price_pro", "2028-01-31T09:00:00Z", "2028-02-29T09:00:00Z")).Reason)
		b.says(b.subscription(payment.SubscriptionActive, false))

		b.to("2028-02-10T15:00:00Z") // ten days are over
		require.Equal(t, 10, b.ran().Days)
		b.holds("10", "0", "6.55", "3.45", "19")
		b.says(b.paid("in_2", "6.21", "price_plus", "2028-02-10T15:00:00Z", "2028-02-29T09:00:00Z"))
		require.Equal(t, []string{membership.TypeInvoicePaid, membership.TypeChanged}, b.types(2))
		b.holds("16.21", "0", "12.76", "3.45", "19")
		require.Equal(t, "0", b.balance(membership.Owed(b.id), "PRO-DAY", time.Time{}))

		b.to("2028-02-29T09:00:00Z")
		require.Equal(t, 19, b.ran().Days)
		b.holds("16.21", "0", "0", "16.21", "0")
		m := b.state()
		require.Equal(t, []any{membership.StatusActive, at("2028-03-03T09:00:00Z")}, []any{m.Status, m.Until}, "the next invoice takes its time")
		b.to("2028-02-29T10:00:00Z")
		b.says(b.unpaid("in_3", at("2028-03-05T10:00:00Z")))
		m = b.state()
		require.Equal(t, []any{membership.StatusGrace, at("2028-03-06T10:00:00Z")}, []any{m.Status, m.Until})
		require.Equal(t, membership.TypeRenewalRefused, b.types(1)[0])
		b.to("2028-03-05T10:00:00Z")
		b.ran()
		third := b.paid("in_3", "20.00", "price_plus", "2028-02-29T09:00:00Z", "2028-03-31T09:00:00Z")
		third.Billing.Invoice.CreatedAt = at("2028-02-29T10:00:00Z")
		b.says(third)
		require.Equal(t, membership.TypeRenewed, b.types(1)[0])
		b.holds("36.21", "0", "20", "16.21", "31")
		require.Equal(t, 5, b.ran().Days)
		b.holds("36.21", "0", "16.77", "19.44", "26")
		b.says(b.unpaid("in_3", time.Time{}))
		require.Equal(t, membership.StatusActive, b.state().Status, "what is paid is paid")

		b.says(b.subscription(payment.SubscriptionActive, true))
		require.False(t, b.state().Renews)
		b.to("2028-03-31T09:00:00Z")
		b.ran()
		b.holds("36.21", "0", "0", "36.21", "0")
		m = b.state()
		require.Equal(t, []any{membership.StatusCanceled, at("2028-03-31T09:00:00Z"), time.Time{}}, []any{m.Status, m.Until, m.NextAt})
		require.Equal(t, b.State(), b.Replay(cores()...).State())
	})
}

// A month and a year over a leap February, whose renewal is refused once and paid in grace: every day is earned once, to
// the last unit, and what is paid is earned in the end.
func TestBilledOverALeapFebruary(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, price, start, end, next string
		days                          [2]int
	}{
		{"month", "price_pro", "2028-01-31T09:00:00Z", "2028-02-29T09:00:00Z", "2028-03-31T09:00:00Z", [2]int{29, 31}},
		{"year", "price_max", "2027-03-01T09:00:00Z", "2028-03-01T09:00:00Z", "2029-03-01T09:00:00Z", [2]int{366, 365}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := billed(t, false, c.start)
			b.says(b.paid("in_1", "100.00", c.price, c.start, c.end))
			b.to(c.end)
			require.Equal(t, c.days[0], b.ran().Days)
			b.holds("100", "0", "0", "100", "0")
			b.Advance(time.Hour)
			b.says(b.unpaid("in_2", b.Now().Add(2*membership.Day)))
			require.Equal(t, membership.StatusGrace, b.state().Status)
			b.Advance(2 * membership.Day)
			b.ran()
			require.Equal(t, membership.StatusGrace, b.state().Status)
			second := b.paid("in_2", "100.00", c.price, c.end, c.next)
			second.Billing.Invoice.CreatedAt = at(c.end)
			b.says(second)
			b.ran()
			require.Equal(t, []any{membership.StatusActive, 2, at(c.next)}, []any{b.state().Status, b.state().Passed, b.state().Until})
			b.to(c.next)
			b.ran()
			b.holds("200", "0", "0", "200", "0")
			sum, posted := decimal.Zero, 0
			for _, e := range b.Events() {
				if day, ok := e.Body.(membership.DayPassed); ok {
					posted++
					earned := decimal.RequireFromString(day.Amount.Amount)
					sum = sum.Add(earned)
					days := decimal.NewFromInt(int64(day.Period.Days))
					require.True(t, earned.Sub(decimal.NewFromInt(100).Div(days)).Abs().LessThanOrEqual(decimal.New(1, -2)), "day %d: %s", day.Day, earned)
				}
			}
			require.Equal(t, []any{"200", c.days[0] + c.days[1]}, []any{sum.String(), posted})
		})
	}
}

// What a provider gives back was never paid: of what is left, and of what was earned.
func TestBilledGivenBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := billed(t, cold, "2028-02-01T00:00:00Z")
		require.Equal(t, payment.Suspended, b.says(b.givenBack("in_0", "1.00")).Result, "of an invoice that is not known")
		b.holds("99", "99", "0", "0", "0")
		b.says(b.paid("in_1", "10.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
		b.to("2028-02-11T00:00:00Z")
		b.ran()
		b.holds("109", "99", "6.55", "3.45", "19")
		b.says(b.givenBack("in_1", "2.90"))
		b.holds("106.1", "99", "4.65", "2.45", "19")
		require.Equal(t, payment.AlreadyBooked, b.says(b.givenBack("in_1", "2.90")).Reason)
		b.says(b.givenBack("in_1", "10.00"))
		b.holds("99", "99", "0", "0", "19")
		b.to("2028-03-01T00:00:00Z")
		b.ran()
		b.holds("99", "99", "0", "0", "0")
	})
}

// An invoice whose membership is not known yet waits in suspense, with what was given back of it, and is found there.
func TestBilledUnnamed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := billed(t, cold, "2028-02-01T00:00:00Z")
		unnamed := b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")
		unnamed.Billing.Membership = ""
		require.Equal(t, payment.Result{Result: payment.Suspended, Reason: payment.MembershipUnnamed}, b.says(unnamed))
		b.holds("29", "29", "0", "0", "0")
		require.Equal(t, payment.Suspended, b.says(b.givenBack("in_1", "9.00")).Result)
		b.holds("20", "20", "0", "0", "0")
		require.Equal(t, payment.Booked, b.says(b.subscription(payment.SubscriptionActive, false)).Result)
		b.holds("20", "0", "20", "0", "29")
		require.Equal(t, payment.AlreadyBooked, b.says(unnamed).Reason)
		b.says(b.givenBack("in_1", "20.00"))
		b.holds("9", "0", "9", "0", "29")
	})
}

// What is asked of the provider is done when the provider says so.
func TestBilledAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, cold bool) {
		b := billed(t, cold, "2028-02-01T00:00:00Z")
		b.says(b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
		cancel := func(at membership.When) membership.Cancel { return membership.Cancel{On: b.on(), At: at} }
		b.Do(membership.CommandCancel, cancel(membership.AtPeriodEnd))
		b.refused(membership.CommandCancel, cancel(membership.AtOnce), membership.ErrMembershipAsked, "")
		b.Do(membership.CommandRecordAnswer, membership.RecordAnswer{MembershipID: b.id})
		require.False(t, b.state().Renews)
		b.refused(membership.CommandCancel, cancel(membership.AtPeriodEnd), membership.ErrMembershipUnchanged, "")
		b.Do(membership.CommandChange, membership.Change{On: b.on(), Plan: "PRO"})
		b.Do(membership.CommandRecordAnswer, membership.RecordAnswer{MembershipID: b.id})
		require.True(t, b.state().Renews)
		require.Equal(t, membership.TypeRenewalSet, b.types(1)[0])
		b.Do(membership.CommandChange, membership.Change{On: b.on(), Plan: "PLUS"})
		b.Do(membership.CommandRecordAnswer, membership.RecordAnswer{MembershipID: b.id, Failure: payment.Failure{Code: "card_declined"}})
		require.Equal(t, "PRO", b.state().Period.Plan)

		b.to("2028-02-10T12:00:00Z")
		b.Do(membership.CommandCancel, cancel(membership.AtOnce))
		b.holds("29", "0", "20", "9", "20")
		require.Zero(t, b.state().NextAt, "what is given back is not earned")
		require.Equal(t, payment.AlreadyBooked, b.says(b.givenBack("in_1", "20.00")).Reason, "it is told of before it is answered")
		answer := membership.RecordAnswer{MembershipID: b.id, Returned: []membership.Returned{{Invoice: "in_1", Ref: "re_1"}}}
		if cold {
			b.says(b.subscription(payment.SubscriptionCanceled, false))
			require.Equal(t, []any{membership.StatusCanceled, membership.TypeCanceled}, []any{b.state().Status, b.types(1)[0]})
		}
		b.Do(membership.CommandRecordAnswer, answer)
		b.holds("9", "0", "0", "9", "0")
		for _, e := range b.Events() {
			if body, ok := e.Body.(membership.Canceled); ok {
				require.Equal(t, []any{usd("20.00"), 20}, []any{body.Refunded, body.Days})
			}
		}
		require.Equal(t, payment.AlreadyBooked, b.says(b.givenBack("in_1", "20.00")).Reason)
		b.holds("9", "0", "0", "9", "0")
		require.Equal(t, membership.StatusCanceled, b.state().Status)
		require.Equal(t, b.State(), b.Replay(cores()...).State())
	})
}

// What the provider would not give back is owed to who paid, and is found in suspense; given back by hand it is paid from
// there.
func TestBilledNotGivenBack(t *testing.T) {
	t.Parallel()
	b := billed(t, false, "2028-02-01T00:00:00Z")
	b.says(b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
	b.to("2028-02-10T00:00:00Z")
	b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce})
	b.Do(membership.CommandRecordAnswer, membership.RecordAnswer{MembershipID: b.id, Returned: []membership.Returned{{Invoice: "in_1", Failure: payment.Failure{Code: "charge_disputed"}}}})
	b.holds("29", "20", "0", "9", "0")
	b.says(b.givenBack("in_1", "20.00"))
	b.holds("9", "0", "0", "9", "0")
}

// refund is a refund of an invoice's payment, told of by itself.
func (b *book) refund(id, ref, amount string, settled bool) {
	b.t.Helper()
	f := payment.RefundFact{ID: "", Amount: usd(amount), RefundTold: payment.RefundTold{Ref: ref, Status: payment.RefundSettled}, Moved: true}
	if !settled {
		f.Status, f.Returned = payment.RefundFailed, true
	}
	a := b.When(payment.CommandRecordFact, payment.Fact{Provider: payment.Stripe, EventID: "evt_" + ref, Kind: payment.Refunding, OccurredAt: b.Now(), Payment: "pi_" + id, Refund: &f})
	require.Nil(b.t, a.Refusal)
}

// A refund is told of by itself as well, before or after its charge, and before what was asked for is answered; it goes
// back once, and comes back when it fails.
func TestBilledRefunds(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"charge", "refund", "answer"} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			b := billed(t, false, "2028-02-01T00:00:00Z")
			b.says(b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
			if first == "answer" {
				b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce})
			}
			if first == "charge" {
				b.says(b.givenBack("in_1", "29.00"))
			}
			b.refund("in_1", "re_1", "29.00", true)
			b.refund("in_1", "re_1", "29.00", true)
			if first == "answer" {
				b.holds("0", "-29", "29", "0", "29")
				b.Do(membership.CommandRecordAnswer, membership.RecordAnswer{MembershipID: b.id, Returned: []membership.Returned{{Invoice: "in_1", Ref: "re_1"}}})
				b.holds("0", "0", "0", "0", "0")
			}
			b.says(b.givenBack("in_1", "29.00"))
			require.Equal(t, "0", b.balance(membership.Deferred(b.id), "USD", time.Time{}))
			require.Equal(t, "0", b.balance(payment.Suspense, "USD", time.Time{}))
			b.refund("in_1", "re_1", "29.00", false)
			require.Equal(t, []string{"29", "29"}, []string{b.balance(payment.Clearing, "USD", time.Time{}), b.balance(payment.Suspense, "USD", time.Time{})})
		})
	}
}

// However the messages about a subscription come, twice, late and in any order, everything ends as if each had come once
// and in order, as long as each comes in the end, and clearing is what Stripe holds.
func TestBilledHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		const start = "2028-01-31T09:00:00Z"
		perfect, actual := billed(t, false, start), billed(t, rapid.Bool().Draw(r, "cold"), start)
		require.Equal(r, perfect.id, actual.id)
		history, held := perfect.tells(r)
		for _, f := range history {
			if f.OccurredAt.After(perfect.Now()) {
				perfect.Advance(f.OccurredAt.Sub(perfect.Now()))
			}
			perfect.ran()
			perfect.says(f)
		}
		actual.Advance(perfect.Now().Sub(actual.Now()))
		if rapid.Bool().Draw(r, "swept") {
			actual.ran()
		}
		deliveries := slices.Concat(history, rapid.SliceOfN(rapid.SampledFrom(history), 0, 4).Draw(r, "again"))
		for _, f := range rapid.Permutation(deliveries).Draw(r, "order") {
			actual.says(f)
			if rapid.IntRange(0, 5).Draw(r, "take over") == 0 {
				actual.Reload()
			}
			if rapid.IntRange(0, 2).Draw(r, "sweep") == 0 {
				actual.ran()
			}
		}
		perfect.ran()
		actual.ran()
		for _, months := range []int{0, 3} {
			perfect.Advance(time.Duration(months) * 31 * membership.Day)
			actual.Advance(time.Duration(months) * 31 * membership.Day)
			perfect.ran()
			actual.ran()
			for _, a := range []string{payment.Clearing, payment.Suspense, membership.Deferred(perfect.id), membership.Income} {
				require.Equal(r, perfect.balance(a, "USD", time.Time{}), actual.balance(a, "USD", time.Time{}), a)
			}
			for _, plan := range []string{"PRO", "PLUS", "MAX"} {
				require.Equal(r, perfect.balance(membership.Owed(perfect.id), plan+"-DAY", time.Time{}), actual.balance(membership.Owed(perfect.id), plan+"-DAY", time.Time{}), plan)
			}
			require.Equal(r, held, actual.balance(payment.Clearing, "USD", time.Time{}))
			one, two := perfect.state(), actual.state()
			require.Equal(r, []any{one.Status, one.Period.Plan, one.Period.End, one.Renews}, []any{two.Status, two.Period.Plan, two.Period.End, two.Renews})
		}
		require.Equal(r, actual.State(), actual.Replay(cores()...).State())
	})
}

// tells draws what Stripe tells of a subscription over some months, in the order in which it happened, and how much it
// holds in the end.
func (b *book) tells(r *rapid.T) (history []payment.Fact, held string) {
	now := b.Now()
	n, sum := 0, 0
	say := func(f payment.Fact) {
		n++
		f.EventID, f.OccurredAt = fmt.Sprintf("evt_%d", n), now
		if i := f.Billing; i != nil && i.Invoice != nil && i.Invoice.Settled {
			i.Invoice.CreatedAt = now
		}
		history = append(history, f)
		now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(r, "seconds")) * time.Second)
	}
	invoice := func(price string, start, end time.Time) {
		id, taken := fmt.Sprintf("in_%d", n), rapid.IntRange(0, 2000).Draw(r, "taken")
		if rapid.IntRange(0, 3).Draw(r, "failed before") == 0 {
			failed := b.unpaid(id, now.Add(membership.Day))
			failed.Billing.Invoice.CreatedAt = now
			created := now
			say(failed)
			now = created.Add(time.Second)
		}
		f := b.paid(id, cents(taken), price, start.Format(time.RFC3339), end.Format(time.RFC3339))
		say(f)
		sum += taken
		if taken > 0 && rapid.IntRange(0, 3).Draw(r, "given back") == 0 {
			back := rapid.IntRange(1, taken).Draw(r, "back")
			g := b.givenBack(id, cents(back))
			g.Received = cents(taken)
			say(g)
			sum -= back
		}
	}
	price := "price_pro"
	for range rapid.IntRange(1, 3).Draw(r, "periods") {
		say(b.subscription(payment.SubscriptionActive, false))
		end := now.Add(30 * membership.Day)
		invoice(price, now, end)
		if rapid.Bool().Draw(r, "change") {
			now = now.Add(time.Duration(rapid.IntRange(1, 20*24*3600).Draw(r, "later")) * time.Second)
			price = rapid.SampledFrom([]string{"price_pro", "price_plus", "price_max"}).Draw(r, "price")
			invoice(price, now, end)
		}
		now = end
	}
	now = now.Add(-time.Duration(rapid.IntRange(1, 20*24*3600).Draw(r, "before the end")) * time.Second)
	switch rapid.IntRange(0, 3).Draw(r, "end") {
	case 0:
		say(b.subscription(payment.SubscriptionActive, true))
	case 1:
		f := b.subscription(payment.SubscriptionCanceled, false)
		f.Billing.Standing.EndedAt = now
		say(f)
	}
	return history, decimal.New(int64(sum), -2).String()
}

func cents(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }
