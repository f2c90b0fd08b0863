package payments

import (
	"context"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
)

// GetPayment implements api.StrictServerInterface.
func (h *Handlers) GetPayment(ctx context.Context, r api.GetPaymentRequestObject) (api.GetPaymentResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	p, err := h.payment(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	shown, err := h.paymentOf(ctx, p, true)
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(p.Version)
	return api.GetPayment200JSONResponse(shown), nil
}

// payment returns a payment that the caller may see.
func (h *Handlers) payment(ctx context.Context, id string) (p payment.Payment, err error) {
	place, err := payment.Place(id)
	if err != nil || place.Shard() != handling.MainShard {
		return p, request.ProblemOf(payment.ErrNotFound)
	}
	at, ok, err := h.ports.Payments.Payment(ctx, place.Position())
	switch {
	case err != nil:
		return p, request.Unavailable(err)
	case !ok:
		return p, request.ProblemOf(payment.ErrNotFound)
	}
	found, err := h.paymentsAt(ctx, []wallets.FoundPayment{at})
	if err != nil {
		return p, err
	}
	if p = found[0]; p.PaymentID != id || !handling.MaySee(request.CallOf(ctx).Principal, p.Owner) { // of an epoch that was given up, or somebody else's
		return p, request.ProblemOf(payment.ErrNotFound)
	}
	return p, nil
}

// ListPayments implements api.StrictServerInterface. A user sees those for his own wallets.
func (h *Handlers) ListPayments(ctx context.Context, r api.ListPaymentsRequestObject) (api.ListPaymentsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := wallets.PaymentFilter{
		WalletID: r.Params.WalletID, Status: payment.Status(r.Params.Status), ProviderRef: r.Params.ProviderRef,
		From: r.Params.From, Until: r.Params.Until, Limit: p.Limit + 1,
	}
	if p.Place != "" {
		if f.Before, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	principal := request.CallOf(ctx).Principal
	if f.WalletID != "" {
		owner, ok, err := h.ports.Owners.Owner(ctx, f.WalletID)
		switch {
		case err != nil:
			return nil, request.Unavailable(err)
		case !ok || !handling.MaySee(principal, owner):
			return nil, &request.Problem{Code: "wallet-not-found"}
		}
	}
	if !handling.MaySee(principal, "") {
		f.Owner = principal.Subject
	}
	found, err := h.ports.Payments.Payments(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at wallets.FoundPayment) string { return strconv.FormatInt(at.Created, 10) })
	list, err := h.paymentsAt(ctx, found)
	if err != nil {
		return nil, err
	}
	data := make([]api.Payment, len(list))
	for i, one := range list {
		if data[i], err = h.paymentOf(ctx, one, false); err != nil {
			return nil, err
		}
	}
	return api.ListPayments200JSONResponse{Data: data, HasMore: more, NextCursor: next}, nil
}

// paymentsAt returns the payments that were found, in the order given, from the journal.
func (h *Handlers) paymentsAt(ctx context.Context, found []wallets.FoundPayment) ([]payment.Payment, error) {
	var positions []int64
	for _, at := range found {
		positions = append(positions, at.Created)
		if at.Opened != 0 {
			positions = append(positions, at.Opened)
		}
		if at.Last != at.Created && at.Last != at.Opened {
			positions = append(positions, at.Last)
		}
	}
	if len(positions) == 0 {
		return nil, nil
	}
	byPosition, err := h.decodedAt(ctx, positions)
	if err != nil {
		return nil, err
	}
	out := make([]payment.Payment, len(found))
	for i, at := range found {
		created, last := byPosition[at.Created], byPosition[at.Last]
		if created == nil || last == nil {
			return nil, handling.NotInJournal(at.Last)
		}
		if out[i], err = payment.Show(created, byPosition[at.Opened], last); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decodedAt returns the events at positions, decoded.
func (h *Handlers) decodedAt(ctx context.Context, positions []int64) (map[int64]*journal.Event, error) {
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, positions)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	byPosition := make(map[int64]*journal.Event, len(events))
	for i := range events {
		if err := h.Registry.Decode(&events[i]); err != nil {
			return nil, err
		}
		byPosition[events[i].Position] = &events[i]
	}
	return byPosition, nil
}
