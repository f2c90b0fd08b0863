package payments

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateRefund implements api.StrictServerInterface.
func (h *Handlers) CreateRefund(ctx context.Context, r api.CreateRefundRequestObject) (api.CreateRefundResponseObject, error) {
	c := payment.Refund{As: handling.ActingForAnybody(request.CallOf(ctx).Principal), PaymentID: r.ID, Reason: r.Body.Reason}
	if r.Body.Amount != nil {
		c.Amount = &ledger.Money{Amount: r.Body.Amount.Amount, Asset: r.Body.Amount.Asset}
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	o := handling.Order{CommandType: payment.CommandRefund, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	a, later, err := h.Submit(ctx, o)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateRefund202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	asking, err := h.refundIn(a)
	if err != nil {
		return nil, err
	}
	answer := asking
	if !o.DryRun {
		if answer, err = h.AwaitProvider(ctx, asking, h.refundIn); err != nil {
			return nil, err
		}
	}
	if body, is := answer.Body.(payment.RefundUndone); is {
		return nil, &request.Problem{Code: request.CodeProviderRefused, Detail: body.Failure.Message,
			Members: map[string]any{"payment_id": body.PaymentID, "provider_code": body.Failure.Code}}
	}
	shown, err := refundOf(asking, answer)
	return api.CreateRefund201JSONResponse(shown), err
}

// ListRefunds implements api.StrictServerInterface.
func (h *Handlers) ListRefunds(ctx context.Context, r api.ListRefundsRequestObject) (api.ListRefundsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	var before int64
	if p.Place != "" {
		if before, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	of, err := h.payment(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	place, err := payment.Place(of.PaymentID)
	if err != nil {
		return nil, err
	}
	found, err := h.ports.Payments.Refunds(ctx, place.Position(), before, p.Limit+1)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at wallets.FoundRefund) string { return strconv.FormatInt(at.Asked, 10) })
	data, err := h.refundsAt(ctx, found)
	return api.ListRefunds200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// refundsAt shows the refunds that were found, in the order given, from the journal.
func (h *Handlers) refundsAt(ctx context.Context, found []wallets.FoundRefund) ([]api.Refund, error) {
	out := make([]api.Refund, len(found))
	if len(found) == 0 {
		return out, nil
	}
	var positions []int64
	for _, at := range found {
		positions = append(positions, at.Asked, at.Last)
	}
	slices.Sort(positions)
	byPosition, err := h.decodedAt(ctx, slices.Compact(positions))
	if err != nil {
		return nil, err
	}
	for i, at := range found {
		asked, last := byPosition[at.Asked], byPosition[at.Last]
		if asked == nil || last == nil {
			return nil, handling.NotInJournal(at.Last)
		}
		if out[i], err = refundOf(asked, last); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RefundAfter shows a refund as a command and what the provider answered to it left it, as far as that is known.
func (h *Handlers) RefundAfter(ctx context.Context, a journal.Answer) (api.Refund, error) {
	asking, err := h.refundIn(a)
	if err != nil {
		return api.Refund{}, err
	}
	answer, err := h.ProviderAnswer(ctx, asking, h.refundIn)
	if err != nil {
		return api.Refund{}, err
	}
	if answer == nil {
		answer = asking
	}
	return refundOf(asking, answer)
}

// refundIn is the event of a command that is about a refund: beside it there may be others, of its payment.
func (h *Handlers) refundIn(a journal.Answer) (*journal.Event, error) {
	for i := range a.Events {
		if payment.IsRefundType(a.Events[i].Type) {
			return &a.Events[i], h.Registry.Decode(&a.Events[i])
		}
	}
	return nil, fmt.Errorf("command %s, a %s, is about no refund", a.Outcome.Command, a.Outcome.Type)
}

func refundOf(asked, last *journal.Event) (api.Refund, error) {
	r, err := payment.ShowRefund(asked, last)
	if err != nil {
		return api.Refund{}, err
	}
	out := api.Refund{
		ID: r.RefundID, PaymentID: r.PaymentID, WalletID: r.WalletID, Amount: handling.Money(r.Amount), Status: api.RefundStatus(r.Status),
		Reason: r.Reason, ProviderRef: r.ProviderRef, CreatedAt: handling.Time(asked.RecordedAt), Version: last.Position,
	}
	if r.Failure.Code != "" {
		out.Failure = &api.PaymentFailure{Code: r.Failure.Code, Message: r.Failure.Message}
	}
	return out, nil
}
