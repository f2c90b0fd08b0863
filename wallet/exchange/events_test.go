package exchange_test

import (
	"testing"
	"time"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet/exchange"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const one, two, quote = "wal_01kkn6wx9dg000g00400000001", "wal_01kkn6wx9dg000g00400000002", "quo_01kkn6wx9dg000g00400000003"
	at := time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC)
	decidetest.Frozen(t, exchange.Register, map[string]any{
		"exchange-rate-set.v1": exchange.RateSet{
			From: "USD", To: "EUR", Rate: "0.9261", Spread: "0.5", MinAmount: "1.00", ValidFor: 30, CreatedAt: at,
		},
		"exchange-rate-withdrawn.v1": exchange.RateWithdrawn{From: "USD", To: "EUR"},
		"quote-issued.v1": exchange.Quoted{
			QuoteID: quote, Owner: "usr_ann", From: side("10.00", "USD"), To: side("9.21", "EUR"),
			Rate: "0.9214695", MidRate: "0.9261", Spread: "0.5", MinAmount: "1.00", ExpiresAt: at.Add(30 * time.Second),
		},
		"exchanged.v1": exchange.Exchanged{
			QuoteID: quote, WalletID: one, ToWallet: two, From: money("10.00", "USD"), To: money("9.21", "EUR"),
			Rate: "0.9214695", MidRate: "0.9261", Spread: "0.5", Description: "Holiday", Reference: "h-7", Metadata: map[string]string{"trip": "7"},
		},
	})
}
