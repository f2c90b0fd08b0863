package payments

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/recon"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/risk"
)

// Ports are what the routes of payments call out to. All of them are needed, but for a provider of payments.
type Ports struct {
	Payments        Payments
	Reviews         Reviews
	Rules           Rules
	Desk            Desk
	Owners          handling.Owners
	Handovers       *payment.Sealer
	Providers       Providers
	Stripe          Provider
	Reconciliations Reconciliations
}

// Providers says who is asked for new payments: *payment.Choice.
type Providers interface {
	// Provider returns the name of the provider that is asked for a payment now; "" for none.
	Provider(ctx context.Context) (string, error)
}

// Payments finds payments that were asked for, from the projection wallets.Payments.
type Payments interface {
	// Payments returns where they are shown, newest first.
	Payments(ctx context.Context, f wallets.PaymentFilter) ([]wallets.FoundPayment, error)
	// Payment returns where one is shown, by the position of the event that created it.
	Payment(ctx context.Context, position int64) (at wallets.FoundPayment, ok bool, err error)
	// Refunds returns where those of a payment are shown, newest first: before a position, if it is not 0.
	Refunds(ctx context.Context, paymentPosition, before int64, limit int) ([]wallets.FoundRefund, error)
}

// Reviews finds reviews of payments, from the projection wallets.Payments.
type Reviews interface {
	// Reviews returns where they are shown, newest first.
	Reviews(ctx context.Context, f wallets.ReviewFilter) ([]wallets.FoundReview, error)
	// Review returns where one is shown, by the position of the event that opened it.
	Review(ctx context.Context, position int64) (at wallets.FoundReview, ok bool, err error)
}

// Rules finds rules of risk: *postgres.Directory.
type Rules interface {
	// RiskRules returns where a version was set; 0 for the rules that are live.
	RiskRules(ctx context.Context, version int64) (at risk.Live, ok bool, err error)
}

// Desk finds what finance sees to, from the projection wallets.Payments.
type Desk interface {
	// InSuspense returns where what waits is shown, newest first: before a position, if it is not 0.
	InSuspense(ctx context.Context, before int64, limit int) ([]wallets.FoundSuspense, error)
	// SuspenseItem returns where one is shown, by the position of the event that its id names.
	SuspenseItem(ctx context.Context, position int64) (at wallets.FoundSuspense, ok bool, err error)
	// Disputes returns where disputes are shown, newest first.
	Disputes(ctx context.Context, f wallets.DisputeFilter) ([]wallets.FoundDispute, error)
}

// Provider takes the messages of a payment provider: *payment.Receiver.
type Provider interface {
	// Receive checks that a body is the provider's, keeps it, and makes the command that books what
	// it says. Errors: payment.ErrSignature, payment.ErrMalformed, payment.ErrLivemode, or a fault.
	Receive(ctx context.Context, body []byte, signature string) (journal.Command, error)
}

// Reconciliations keeps runs of reconciling: *postgres.Reconciliations.
type Reconciliations interface {
	// Ask asks for a run, once for each request. Errors: recon.ErrReused.
	Ask(ctx context.Context, r recon.Run, request [16]byte) (asked recon.Run, again bool, err error)
	// Run returns one. Errors: recon.ErrNoRun.
	Run(ctx context.Context, id string) (recon.Run, error)
	// List returns those before one, the newest first, and Breaks those of a run after as many, in the order of time.
	List(ctx context.Context, before string, limit int) ([]recon.Run, error)
	Breaks(ctx context.Context, id string, after, limit int) ([]recon.Break, error)
}
