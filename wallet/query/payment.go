package query

import (
	"time"

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
