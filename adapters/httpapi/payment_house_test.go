package httpapi

import (
	"context"
	"slices"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
)

// Payments implements Payments.
func (h *house) Payments(_ context.Context, f wallets.PaymentFilter) (out []wallets.FoundPayment, err error) {
	facts(h, func(e *journal.Event, b payment.Created) {
		fits := (f.WalletID == "" || f.WalletID == b.WalletID) && (f.Owner == "" || f.Owner == b.Owner) && (f.Before == 0 || e.Position < f.Before)
		if fits {
			out = append(out, wallets.FoundPayment{Created: e.Position, Last: e.Position})
		}
	})
	slices.Reverse(out)
	return out[:min(f.Limit, len(out))], h.broken
}

// Payment implements Payments.
func (h *house) Payment(ctx context.Context, position int64) (at wallets.FoundPayment, ok bool, err error) {
	all, err := h.Payments(ctx, wallets.PaymentFilter{Limit: 1000})
	i := slices.IndexFunc(all, func(at wallets.FoundPayment) bool { return at.Created == position })
	if i < 0 {
		return at, false, err
	}
	return all[i], true, err
}

// Refunds implements Payments.
func (h *house) Refunds(_ context.Context, _, _ int64, _ int) ([]wallets.FoundRefund, error) {
	return nil, h.broken
}

// InSuspense implements payments.Desk.
func (h *house) InSuspense(context.Context, int64, int) ([]wallets.FoundSuspense, error) {
	return nil, h.broken
}

// SuspenseItem implements payments.Desk.
func (h *house) SuspenseItem(context.Context, int64) (at wallets.FoundSuspense, ok bool, err error) {
	return at, false, h.broken
}

// Disputes implements payments.Desk.
func (h *house) Disputes(context.Context, wallets.DisputeFilter) ([]wallets.FoundDispute, error) {
	return nil, h.broken
}
