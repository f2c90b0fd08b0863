package membership_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// assigning gives the item that an event of a type began to Ann's wallet.
func (b *book) assigning(eventType string) payment.Assign {
	b.t.Helper()
	for _, e := range b.Events() {
		if items := payment.Suspensions(e); e.Type == eventType && len(items) > 0 {
			return payment.Assign{
				As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, SuspenseID: payment.SuspenseID(e), Key: items[0].Key,
				WalletID: b.wallet, Reason: "Her letter of May 4",
			}
		}
	}
	require.Fail(b.t, "nothing of "+eventType+" is in suspense")
	return payment.Assign{}
}

func (b *book) available() string {
	return b.balance(wallet.Account(b.wallet, wallet.Available), "USD", time.Time{})
}

// charged is a charge that names no invoice, as those of newer versions of Stripe's API do.
func (b *book) charged(id, amount string) {
	b.t.Helper()
	a := b.When(payment.CommandRecordFact, payment.Fact{
		Provider: payment.Stripe, EventID: "evt_" + id, Kind: payment.Paid, OccurredAt: b.Now(), Payment: "pi_" + id, Asset: "USD", Received: amount,
	})
	require.Nil(b.t, a.Refusal)
}

// What waited of an invoice is its membership's alone once that is known: nobody is given it again.
func TestBilledSuspenseIsTaken(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*book) string{
		"invoice first": func(b *book) string {
			unnamed := b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")
			unnamed.Billing.Membership = ""
			b.says(unnamed)
			b.says(b.subscription(payment.SubscriptionActive, false))
			return membership.TypeInvoiceSuspended
		},
		"charge first": func(b *book) string {
			b.charged("in_1", "29.00")
			b.says(b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
			return payment.TypeReceived
		},
		"not given back, and then by hand": func(b *book) string {
			b.says(b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
			b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce})
			b.Do(membership.CommandRecordAnswer, membership.RecordAnswer{MembershipID: b.id, Returned: []membership.Returned{{Invoice: "in_1", Failure: payment.Failure{Code: "charge_disputed"}}}})
			b.holds("29", "29", "0", "0", "0")
			b.says(b.givenBack("in_1", "29.00"))
			return membership.TypeAnswered
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := billed(t, true, "2028-02-01T00:00:00Z")
			began := begin(b)
			require.Equal(t, "0", b.balance(payment.Suspense, "USD", time.Time{}))
			require.ErrorIs(t, b.When(payment.CommandAssign, b.assigning(began)).Refusal, payment.ErrSuspenseEmpty)
			require.Equal(t, "0", b.available())
			require.Equal(t, b.State(), b.Replay(cores()...).State())
		})
	}
}

// What finance has given to a wallet is no membership's any more, whatever is named later.
func TestBilledSuspenseIsAssigned(t *testing.T) {
	t.Parallel()
	b := billed(t, true, "2028-02-01T00:00:00Z")
	unnamed := b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")
	unnamed.Billing.Membership = ""
	b.says(unnamed)
	b.Do(payment.CommandAssign, b.assigning(membership.TypeInvoiceSuspended))
	b.says(b.subscription(payment.SubscriptionActive, false))
	b.holds("29", "0", "0", "0", "29")
	require.Equal(t, "29", b.available())
	require.Equal(t, b.State(), b.Replay(cores()...).State())
}

// Of a payment that is a membership's finance gives away what waits, and no more: the rest stays the membership's, and
// what is heard of it later too.
func TestBilledPartIsAssigned(t *testing.T) {
	t.Parallel()
	b := billed(t, true, "2028-02-01T00:00:00Z")
	b.says(b.paid("in_2", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
	b.says(b.givenBack("in_2", "5.00"))
	b.refund("in_2", "re_2", "5.00", true)
	b.refund("in_2", "re_2", "5.00", false)
	b.holds("29", "5", "24", "0", "29")
	c := b.assigning(payment.TypeRefundReturned)
	b.Do(payment.CommandAssign, c)
	b.holds("29", "0", "24", "0", "29")
	require.Equal(t, "5", b.available())
	require.ErrorIs(t, b.When(payment.CommandAssign, c).Refusal, payment.ErrSuspenseEmpty)
	require.Equal(t, b.State(), b.Replay(cores()...).State())
}

// An invoice that does not say what paid it takes its money from where its charge puts it, before or after, and once
// more when it says so: clearing is what the provider holds.
func TestBilledByAnUnnamedPayment(t *testing.T) {
	t.Parallel()
	named := func(b *book) {
		b.says(b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
	}
	unnamed := func(b *book) {
		f := b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")
		f.Billing.Invoice.Payment = ""
		b.says(f)
	}
	nobodys := func(b *book) {
		f := b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")
		f.Billing.Invoice.Payment, f.Billing.Membership = "", ""
		b.says(f)
		b.says(b.subscription(payment.SubscriptionActive, false))
	}
	charge := func(b *book) { b.charged("in_1", "29.00") }
	for name, steps := range map[string][]func(*book){
		"charge first":                 {charge, unnamed},
		"invoice first":                {unnamed, charge},
		"invoice of nobody":            {nobodys, charge},
		"charge, invoice of nobody":    {charge, nobodys},
		"named after":                  {unnamed, charge, named},
		"named before the charge":      {unnamed, named, charge},
		"named before it is not named": {named, unnamed, charge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := billed(t, true, "2028-02-01T00:00:00Z")
			for _, step := range steps {
				step(b)
				step(b)
			}
			b.holds("29", "0", "29", "0", "29")
			require.Equal(t, b.State(), b.Replay(cores()...).State())
		})
	}
}

// An invoice in an asset that nobody has registered is kept, and booked once somebody has.
func TestBilledHeld(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]string{"by finance": "usr_boss", "by the next message": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := billed(t, true, "2028-02-01T00:00:00Z")
			f := b.paid("in_1", "29.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")
			f.Billing.Invoice.Paid.Asset = "DOGE"
			require.Equal(t, payment.Result{Result: payment.Held, Reason: "unknown-asset"}, b.says(f))
			held, ok := b.Events()[len(b.Events())-1].Body.(payment.FactHeld)
			require.True(t, ok)
			require.Equal(t, ledger.Money{Amount: "29.00", Asset: "DOGE"}, held.Fact.Amount())
			c := payment.BookHeld{As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, HeldID: held.HeldID, Key: held.Key}
			require.ErrorIs(t, b.When(payment.CommandBookHeldBilled, c).Refusal, payment.ErrStillHeld)
			b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "DOGE", Scale: 2})
			if by != "" {
				b.Do(payment.CommandBookHeldBilled, c)
			} else {
				f.EventID = "evt_2"
				require.Equal(t, payment.Booked, b.says(f).Result)
			}
			require.Equal(t, []string{"29", "29"}, []string{
				b.balance(payment.Clearing, "DOGE", time.Time{}), b.balance(membership.Deferred(b.id), "DOGE", time.Time{}),
			})
			require.ErrorIs(t, b.When(payment.CommandBookHeldBilled, c).Refusal, payment.ErrSuspenseEmpty)
			require.Equal(t, b.State(), b.Replay(cores()...).State())
		})
	}
}
