package wallet_test

import (
	"testing"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const one, two, hold = "wal_01kkn6wx9dg000g00400000001", "wal_01kkn6wx9dg000g00400000002", "hld_01kkn6wx9dg000g00400000003"
	usd := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }
	want := map[string]any{
		"wallet-opened.v1": wallet.Opened{WalletID: one, Owner: "usr_ann", Name: "Main", Metadata: map[string]string{"shop": "north"}},
		"wallet-opened.v2": wallet.Opened{
			WalletID: one, Owner: "usr_ann", Name: "Main", Metadata: map[string]string{"shop": "north"}, TimeZone: "Europe/Berlin",
		},
		"wallet-changed.v1": wallet.Changed{WalletID: one, Changes: wallet.Changes{
			Name: new("Savings"), Metadata: &map[string]string{"shop": "south"}, TimeZone: new("Asia/Tokyo"),
		}},
		"wallet-frozen.v1":    wallet.Frozen{WalletID: one, Reason: "dispute"},
		"wallet-unfrozen.v1":  wallet.Unfrozen{WalletID: one, Reason: "looked at"},
		"wallet-closed.v1":    wallet.Closed{WalletID: one, Reason: "moved away"},
		"credit-limit-set.v1": wallet.CreditLimitSet{WalletID: one, Limit: usd("0.29")},
		"transferred.v1": wallet.Transferred{
			FromWallet: one, ToWallet: two, Amount: usd("10.50"), Description: "Rent", Reference: "rent-7", Metadata: map[string]string{"flat": "7"},
		},
		"transferred.v2": wallet.Transferred{
			FromWallet: one, Amount: usd("10.00"), Description: "Sale", Reference: "sale-7", Metadata: map[string]string{"shop": "north"},
			To: []wallet.ShareDone{
				{Wallet: two, Amount: "2.90", Percent: "29"},
				{Wallet: "wal_01kkn6wx9dg000g00400000003", Amount: "7.10", Rest: true},
				{Wallet: "wal_01kkn6wx9dg000g00400000004", Amount: "0.00", Percent: "0.01"},
			},
		},
		"wallet-credited.v1": wallet.Credited{
			WalletID: one, Amount: usd("5.00"), Account: "expenses:goodwill", Description: "Sorry", Reference: "gw-1", Metadata: map[string]string{"case": "9"},
		},
		"wallet-debited.v1":     wallet.Debited{WalletID: one, Amount: usd("5.00"), Account: "income:fees"},
		"spending-limit-set.v1": wallet.SpendingLimitSet{WalletID: one, Asset: "USD", SpendingLimit: wallet.SpendingLimit{PerTransaction: "50.00", PerDay: "200.00"}},
		"hold-increased.v1": wallet.HoldIncreased{
			HoldID: hold, WalletID: one, Amount: usd("15.00"), Total: "75.00",
			HoldFigures: wallet.HoldFigures{Captured: "0.00", Released: "0.00", Remaining: "75.00", Status: wallet.HoldOpen},
		},
		"hold-placed.v1": wallet.HoldPlaced{
			HoldID: hold, WalletID: one, Amount: usd("60.00"), Payee: wallet.Payee{ToWallet: two},
			Description: "A room", Metadata: map[string]string{"room": "7"},
		},
		"hold-placed.v2": wallet.HoldPlaced{
			HoldID: hold, WalletID: one, Amount: usd("60.00"), ExpiresAt: time.Date(2026, 3, 14, 9, 27, 53, 589793000, time.UTC),
		},
		"hold-expired.v1": wallet.HoldExpired{
			HoldID: hold, WalletID: one, Amount: usd("35.00"),
			HoldFigures: wallet.HoldFigures{Captured: "25.00", Released: "35.00", Remaining: "0.00", Status: wallet.HoldEndedExpired},
		},
		"hold-captured.v1": wallet.HoldCaptured{
			HoldID: hold, WalletID: one, Amount: usd("25.00"), Payee: wallet.Payee{ToAccount: "income:rooms"},
			HoldFigures: wallet.HoldFigures{Captured: "25.00", Released: "0.00", Remaining: "35.00", Status: wallet.HoldEndedCaptured},
		},
		"hold-released.v1": wallet.HoldReleased{
			HoldID: hold, WalletID: one, Amount: usd("35.00"),
			HoldFigures: wallet.HoldFigures{Captured: "25.00", Released: "35.00", Remaining: "0.00", Status: wallet.HoldEndedReleased},
		},
	}
	decidetest.Frozen(t, wallet.Register, want)
}
