package query

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

// Payments is the name of the projection of payments that were asked for.
const Payments = "payments"

// PaymentFilter selects payments, newest first. Empty fields select all.
type PaymentFilter struct {
	WalletID string
	// Owner is whose wallets they are for.
	Owner  string
	Status payment.Status
	// ProviderRef is the provider's id of what it opened, or of the payment in it.
	ProviderRef string
	// From and Until bound when they were asked for: at or after, and before.
	From, Until time.Time
	// Before is the position of the last payment of the page before; Limit the most that come back.
	Before int64
	Limit  int
}

// FoundPayment is where in the journal a payment is shown: the event that created it, the one that opened it and the last
// that judged its card (0 for none), and the last of its own, which is the first until there is another.
type FoundPayment struct{ Created, Opened, Judged, Last int64 }

// FoundRefund is where in the journal a refund is shown: the event that asked for it, and the last of its own.
type FoundRefund struct{ Asked, Last int64 }

// FoundSuspense is an item that finance has to see to, and where in the journal it is shown: the event that put something
// there first, and the last that changed it. Amount is what is left, at the asset's scale; Messages is how many messages
// are held, 0 for money.
type FoundSuspense struct {
	First, Last int64
	Amount      string
	Messages    int
}

// DisputeFilter selects disputes, newest first. Empty fields select all.
type DisputeFilter struct {
	Status   payment.DisputeStatus
	WalletID string
	// Payment is the position of the event that created a payment, and Position that of the event that told of a dispute
	// first.
	Payment, Position int64
	// Before is the position of the last dispute of the page before; Limit the most that come back.
	Before int64
	Limit  int
}

// FoundDispute is where in the journal a dispute is shown: the event that told of it first, the last that told of its
// status, the last that moved money (0 for none), the last of any, and the event that created its payment (0 where that
// was not asked for here). Fee is what it cost so far; it has no asset while nothing was moved.
type FoundDispute struct {
	First, Updated, Figures, Last, Payment int64
	Fee                                    ledger.Money
}
