package payments

import (
	"context"
	"slices"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
)

// ListDisputes implements api.StrictServerInterface.
func (h *Handlers) ListDisputes(ctx context.Context, r api.ListDisputesRequestObject) (api.ListDisputesResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := wallets.DisputeFilter{Status: payment.DisputeStatus(r.Params.Status), WalletID: r.Params.WalletID, Limit: p.Limit + 1}
	if f.Before, err = beforeOf(p); err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	if r.Params.PaymentID != "" {
		of, err := h.payment(ctx, r.Params.PaymentID)
		if err != nil {
			return nil, err
		}
		place, err := payment.Place(of.PaymentID)
		if err != nil {
			return nil, err
		}
		f.Payment = place.Position()
	}
	found, err := h.ports.Desk.Disputes(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at wallets.FoundDispute) string { return strconv.FormatInt(at.First, 10) })
	data, err := h.disputesAt(ctx, found)
	return api.ListDisputes200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// GetDispute implements api.StrictServerInterface.
func (h *Handlers) GetDispute(ctx context.Context, r api.GetDisputeRequestObject) (api.GetDisputeResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	place, err := payment.DisputePlace(r.ID)
	if err != nil || place.Shard() != handling.MainShard {
		return nil, &request.Problem{Code: "dispute-not-found"}
	}
	found, err := h.ports.Desk.Disputes(ctx, wallets.DisputeFilter{Position: place.Position(), Limit: 1})
	if err != nil {
		return nil, request.Unavailable(err)
	}
	shown, err := h.disputesAt(ctx, found)
	if err != nil {
		return nil, err
	}
	if len(shown) == 0 || shown[0].ID != r.ID { // of an epoch that was given up
		return nil, &request.Problem{Code: "dispute-not-found"}
	}
	return api.GetDispute200JSONResponse(shown[0]), nil
}

// disputesAt shows disputes that were found, in the order given, from the journal.
func (h *Handlers) disputesAt(ctx context.Context, found []wallets.FoundDispute) ([]api.Dispute, error) {
	out := make([]api.Dispute, len(found))
	var positions []int64
	for _, at := range found {
		for _, position := range []int64{at.First, at.Updated, at.Figures, at.Last, at.Payment} {
			if position != 0 {
				positions = append(positions, position)
			}
		}
	}
	if len(positions) == 0 {
		return out, nil
	}
	slices.Sort(positions)
	byPosition, err := h.decodedAt(ctx, slices.Compact(positions))
	if err != nil {
		return nil, err
	}
	for i, at := range found {
		for _, position := range []int64{at.First, at.Updated, at.Last} {
			if byPosition[position] == nil {
				return nil, handling.NotInJournal(position)
			}
		}
		out[i] = disputeOf(at, byPosition)
	}
	return out, nil
}

// disputeOf shows a dispute, by events at their positions.
func disputeOf(at wallets.FoundDispute, events map[int64]*journal.Event) api.Dispute {
	updated, _ := events[at.Updated].Body.(payment.DisputeUpdated)
	last, _ := payment.AboutOf(events[at.Last])
	out := api.Dispute{
		ID: payment.DisputeID(events[at.First]), Provider: updated.Provider, ProviderRef: updated.Dispute, ProviderPayment: updated.Payment,
		WalletID: last.WalletID, Amount: handling.Money(updated.Amount), Status: string(updated.Status), Reason: updated.Reason,
		CreatedAt: handling.Time(events[at.First].RecordedAt), UpdatedAt: handling.Time(updated.At), Version: at.Last,
	}
	if !updated.DueBy.IsZero() {
		out.EvidenceDueBy = handling.Time(updated.DueBy)
	}
	if created := events[at.Payment]; created != nil {
		out.PaymentID, _ = payment.IDOf(created)
	}
	if e := events[at.Figures]; e != nil {
		var taken payment.DisputeFigures
		switch body := e.Body.(type) {
		case payment.FundsMoved:
			taken = body.DisputeFigures
		case payment.DisputeSettled:
			taken = body.DisputeFigures
		}
		if taken.Taken.Asset != "" {
			withdrawn := handling.Money(taken.Taken)
			out.Withdrawn = withdrawn
		}
	}
	if at.Fee.Asset != "" {
		fee := handling.Money(at.Fee)
		out.Fee = fee
	}
	return out
}
