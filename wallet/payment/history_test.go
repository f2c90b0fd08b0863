package payment_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// However the messages about a payment come (twice, in another order, late after a failed delivery),
// the books end as if each had come once and in order, as long as each comes in the end.
func TestHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		perfect, actual := open(t, false), open(t, rapid.Bool().Draw(r, "cold"))
		id := perfect.wallet("usr_ann")
		require.Equal(r, id, actual.wallet("usr_ann"))

		history := tell(r, id)
		for _, f := range history {
			perfect.says(f)
		}
		deliveries := slices.Concat(history, rapid.SliceOfN(rapid.SampledFrom(history), 0, 6).Draw(r, "again"))
		for _, f := range rapid.Permutation(deliveries).Draw(r, "order") {
			actual.says(f)
			if rapid.IntRange(0, 9).Draw(r, "take over") == 0 {
				actual.Reload()
			}
		}

		last := history[len(history)-1]
		for _, account := range []string{wallet.Account(id, wallet.Available), payment.Suspense, payment.Clearing} {
			require.Equal(r, perfect.balance(account), actual.balance(account), account)
		}
		require.Equal(r, perfect.State()["payment/stripe/pi_1"], actual.State()["payment/stripe/pi_1"])
		require.Equal(r, difference(last), actual.balance(payment.Clearing), "clearing is what Stripe holds")
		require.Equal(r, actual.State(), actual.Replay(cores()...).State())
	})
}

// tell draws the messages about one payment, in the order in which they happened: it is captured in
// parts and refunded in parts. Some messages say only what was received (intents, sessions), some
// both (charges); some name the wallet, some do not, some one that is not there. The last is a
// charge and says all.
func tell(r *rapid.T, walletID string) []payment.Fact {
	var history []payment.Fact
	received, refunded := 0, 0
	names := rapid.SampledFrom([]string{"", "", absent, "wal_x", walletID})
	for range rapid.IntRange(1, 6).Draw(r, "messages") {
		received += rapid.IntRange(0, 500).Draw(r, "captured")
		refunded += rapid.IntRange(0, received-refunded).Draw(r, "refunded")
		f := told(names.Draw(r, "wallet"), cents(received), "")
		if rapid.Bool().Draw(r, "charge") {
			f.Refunded = cents(refunded)
		}
		history = append(history, f)
	}
	return append(history, told(names.Draw(r, "wallet"), cents(received), cents(refunded)))
}

func cents(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// difference is what a message that says both leaves at Stripe.
func difference(f payment.Fact) string {
	return decimalOf(f.Received).Sub(decimalOf(f.Refunded)).String()
}
