package payments

import (
	"cmp"
	"context"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
)

// ListSuspense implements api.StrictServerInterface.
func (h *Handlers) ListSuspense(ctx context.Context, r api.ListSuspenseRequestObject) (api.ListSuspenseResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	before, err := beforeOf(p)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	found, err := h.ports.Desk.InSuspense(ctx, before, p.Limit+1)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at wallets.FoundSuspense) string { return strconv.FormatInt(at.First, 10) })
	data, err := h.suspenseAt(ctx, found)
	return api.ListSuspense200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// GetSuspense implements api.StrictServerInterface.
func (h *Handlers) GetSuspense(ctx context.Context, r api.GetSuspenseRequestObject) (api.GetSuspenseResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	e, err := h.suspending(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	at, ok, err := h.ports.Desk.SuspenseItem(ctx, e.Position)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok: // what was held is booked, and other messages of the same thing go by the id of the first
		return nil, request.ProblemOf(payment.ErrSuspenseNotFound)
	}
	shown, err := h.suspenseAt(ctx, []wallets.FoundSuspense{at})
	if err != nil {
		return nil, err
	}
	return api.GetSuspense200JSONResponse(shown[0]), nil
}

// beforeOf is the position that a page begins before; 0 for the first page.
func beforeOf(p handling.Page) (before int64, err error) {
	if p.Place == "" {
		return 0, nil
	}
	if before, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
		return 0, &request.Problem{Code: "invalid-cursor", Cause: err}
	}
	return before, nil
}

// suspenseAt shows items that were found, in the order given, by the events that began them.
func (h *Handlers) suspenseAt(ctx context.Context, found []wallets.FoundSuspense) ([]api.SuspenseItem, error) {
	out := make([]api.SuspenseItem, len(found))
	positions := make([]int64, len(found))
	for i, at := range found {
		positions[i] = at.First
	}
	if len(found) == 0 {
		return out, nil
	}
	byPosition, err := h.decodedAt(ctx, positions)
	if err != nil {
		return nil, err
	}
	for i, at := range found {
		e := byPosition[at.First]
		if e == nil {
			return nil, handling.NotInJournal(at.First)
		}
		out[i] = suspenseOf(e, at)
	}
	return out, nil
}

// suspenseOf shows an item, by the event that began it.
func suspenseOf(e *journal.Event, at wallets.FoundSuspense) api.SuspenseItem {
	out := api.SuspenseItem{ID: payment.SuspenseID(e), State: "suspense", Since: handling.Time(e.RecordedAt), Version: at.Last}
	if body, is := e.Body.(payment.FactHeld); is {
		out.State, out.Provider, out.ProviderPayment, out.Reason = "held", body.Fact.Provider, body.Fact.Payment, string(body.Reason)
		out.NamedWallet, out.EventType, out.Messages = body.Fact.Wallet, body.Fact.Type, at.Messages
		amount := body.Fact.Amount()
		out.Amount = api.SignedMoney{Amount: amount.Amount, Asset: amount.Asset}
		return out
	}
	change := payment.Suspensions(e)[0]
	out.Provider, out.ProviderPayment = change.Provider, change.Payment
	amount := ledger.Money{Amount: cmp.Or(at.Amount, change.Amount.Amount), Asset: change.Amount.Asset}
	out.Amount = api.SignedMoney{Amount: amount.Amount, Asset: amount.Asset}
	switch body := e.Body.(type) {
	case payment.Received:
		out.Reason, out.NamedWallet = string(body.Reason), body.Named
	case payment.RefundUndone, payment.OutsideRefund:
		out.Reason = string(payment.WalletClosed)
	case payment.FundsMoved, payment.DisputeSettled:
		out.Reason = "disputed"
	}
	return out
}
