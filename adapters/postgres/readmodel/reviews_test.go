package readmodel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/risk"
)

// What is found of reviews is where the journal shows them, whatever the batches that the events came in.
func TestReviews(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		ann, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		l.do(risk.CommandSetRules, risk.SetRules{Note: "a test", Rules: []risk.Rule{
			{Name: "large", When: "payment.amount > 100", Decision: risk.Review},
			{Name: "prepaid", When: `card.funding == "prepaid"`, Decision: risk.Review},
			{Name: "country", When: `card.country == "KP"`, Decision: risk.Refuse},
		}})
		asks := func(into, amount string) *journal.Event {
			return l.do(payment.CommandCreate, payment.Create{
				As: service(), Provider: payment.Stripe, WalletID: into, Amount: ledger.Money{Amount: amount, Asset: "USD"}, Method: payment.Intent,
			})[0]
		}
		charged := func(created *journal.Event, event string, card risk.Card) []*journal.Event {
			return l.do(payment.CommandRecordFact, payment.Fact{
				Provider: payment.Stripe, EventID: event, Kind: payment.Paid, Payment: "pi_" + created.ID().Format("x"), Asset: "USD", Received: "5.00",
				Order: created.Body.(payment.Created).PaymentID, Card: &card,
			})
		}
		first, second, small := asks(ann, "101"), asks(bob, "102"), asks(ann, "5")
		decided := l.do(payment.CommandReview, payment.Review{
			As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, ReviewID: first.ID().Format("rev"), Decision: risk.Allow, Reason: "fine",
		})[0]
		var opened, ended *journal.Event
		for _, e := range charged(small, "evt_a", risk.Card{ID: "c1", Funding: "prepaid"}) {
			if e.Type == payment.TypeJudged {
				opened = e
			}
		}
		for _, e := range charged(small, "evt_b", risk.Card{ID: "c2", Country: "KP"}) { // another card ends what the first began
			if e.Type == payment.TypeJudged {
				ended = e
			}
		}
		l.project(size)

		at := func(opened, created, decided *journal.Event) query.FoundReview {
			out := query.FoundReview{Opened: opened.Position, Created: created.Position}
			if decided != nil {
				out.Decided = decided.Position
			}
			return out
		}
		finds := func(f query.ReviewFilter, want ...query.FoundReview) {
			t.Helper()
			f.Limit = 10
			got, err := l.reads.Reviews(t.Context(), f)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		finds(query.ReviewFilter{}, at(opened, small, ended), at(second, second, nil), at(first, first, decided))
		finds(query.ReviewFilter{Status: payment.ReviewOpen}, at(second, second, nil))
		waiting, since, err := l.reads.OpenReviews(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, waiting)
		require.True(t, since.Equal(second.RecordedAt), "%s, not %s", since, second.RecordedAt)
		finds(query.ReviewFilter{Status: payment.ReviewAllowed}, at(first, first, decided))
		finds(query.ReviewFilter{Status: payment.ReviewRefused, WalletID: ann}, at(opened, small, ended))
		finds(query.ReviewFilter{WalletID: bob}, at(second, second, nil))
		finds(query.ReviewFilter{Before: second.Position}, at(first, first, decided))
		one, ok, err := l.reads.Review(t.Context(), opened.Position)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, at(opened, small, ended), one)
		_, ok, err = l.reads.Review(t.Context(), ended.Position)
		require.NoError(t, err)
		require.False(t, ok)
		shown, err := payment.ShowReview(small, opened, ended)
		require.NoError(t, err)
		require.Equal(t, []any{payment.ReviewRefused, "", "prepaid"}, []any{shown.Status, shown.DecidedBy, shown.Facts.Card.Funding})
		found, _, err := l.reads.Payment(t.Context(), small.Position)
		require.NoError(t, err)
		require.Equal(t, ended.Position, found.Judged)
	}
}
