package payments

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/risk"
)

// GetRiskReview implements api.StrictServerInterface.
func (h *Handlers) GetRiskReview(ctx context.Context, r api.GetRiskReviewRequestObject) (api.GetRiskReviewResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	place, err := payment.ReviewPlace(r.ID)
	if err != nil || place.Shard() != handling.MainShard {
		return nil, request.ProblemOf(payment.ErrReviewNotFound)
	}
	at, ok, err := h.ports.Reviews.Review(ctx, place.Position())
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok:
		return nil, request.ProblemOf(payment.ErrReviewNotFound)
	}
	shown, err := h.reviewsAt(ctx, []wallets.FoundReview{at})
	if err != nil {
		return nil, err
	}
	if shown[0].ID != r.ID { // of an epoch that was given up
		return nil, request.ProblemOf(payment.ErrReviewNotFound)
	}
	return api.GetRiskReview200JSONResponse(shown[0]), nil
}

// ListRiskReviews implements api.StrictServerInterface.
func (h *Handlers) ListRiskReviews(ctx context.Context, r api.ListRiskReviewsRequestObject) (api.ListRiskReviewsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := wallets.ReviewFilter{Status: payment.ReviewStatus(r.Params.Status), WalletID: r.Params.WalletID, Limit: p.Limit + 1}
	if p.Place != "" {
		if f.Before, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Payments); err != nil {
		return nil, err
	}
	found, err := h.ports.Reviews.Reviews(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at wallets.FoundReview) string { return strconv.FormatInt(at.Opened, 10) })
	data, err := h.reviewsAt(ctx, found)
	return api.ListRiskReviews200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// AllowRiskReview implements api.StrictServerInterface.
func (h *Handlers) AllowRiskReview(ctx context.Context, r api.AllowRiskReviewRequestObject) (api.AllowRiskReviewResponseObject, error) {
	shown, later, err := h.decideReview(ctx, r.ID, risk.Allow, r.Body.Reason, handling.Order{Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.AllowRiskReview202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.AllowRiskReview200JSONResponse(shown), nil
}

// RefuseRiskReview implements api.StrictServerInterface.
func (h *Handlers) RefuseRiskReview(ctx context.Context, r api.RefuseRiskReviewRequestObject) (api.RefuseRiskReviewResponseObject, error) {
	shown, later, err := h.decideReview(ctx, r.ID, risk.Refuse, r.Body.Reason, handling.Order{Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.RefuseRiskReview202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.RefuseRiskReview200JSONResponse(shown), nil
}

func (h *Handlers) decideReview(
	ctx context.Context, id string, d risk.Decision, reason string, o handling.Order,
) (api.RiskReview, *api.AcceptedJSONResponse, error) {
	c := payment.Review{As: handling.ActingForAnybody(request.CallOf(ctx).Principal), ReviewID: id, Decision: d, Reason: reason}
	if err := request.Malformed(c.Validate()); err != nil {
		return api.RiskReview{}, nil, err
	}
	o.CommandType, o.Data = payment.CommandReview, c
	a, later, err := h.Submit(ctx, o)
	if err != nil || later != nil {
		return api.RiskReview{}, later, err
	}
	shown, err := h.ReviewAfter(ctx, a)
	return shown, nil, err
}

// ReviewAfter shows a review as a command decided it. What follows from that, money that moves, is in events after the first.
func (h *Handlers) ReviewAfter(ctx context.Context, a journal.Answer) (api.RiskReview, error) {
	if len(a.Events) == 0 {
		return api.RiskReview{}, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	decided := &a.Events[0]
	if err := h.Registry.Decode(decided); err != nil {
		return api.RiskReview{}, err
	}
	body, ok := decided.Body.(payment.Reviewed)
	if !ok {
		return api.RiskReview{}, fmt.Errorf("event %d of command %s is a %s", decided.Position, a.Outcome.Command, decided.Type)
	}
	opened, err := payment.ReviewPlace(body.ReviewID)
	if err != nil {
		return api.RiskReview{}, err
	}
	created, err := payment.Place(body.PaymentID)
	if err != nil {
		return api.RiskReview{}, err
	}
	at := wallets.FoundReview{Opened: opened.Position(), Created: created.Position()}
	byPosition, err := h.decodedAt(ctx, slices.Compact([]int64{at.Created, at.Opened}))
	if err != nil {
		return api.RiskReview{}, err
	}
	return reviewOf(byPosition, at, decided)
}

// reviewsAt shows the reviews that were found, in the order given, from the journal.
func (h *Handlers) reviewsAt(ctx context.Context, found []wallets.FoundReview) ([]api.RiskReview, error) {
	out := make([]api.RiskReview, len(found))
	if len(found) == 0 {
		return out, nil
	}
	var positions []int64
	for _, at := range found {
		positions = append(positions, at.Opened, at.Created)
		if at.Decided != 0 {
			positions = append(positions, at.Decided)
		}
	}
	slices.Sort(positions)
	byPosition, err := h.decodedAt(ctx, slices.Compact(positions))
	if err != nil {
		return nil, err
	}
	for i, at := range found {
		if out[i], err = reviewOf(byPosition, at, byPosition[at.Decided]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// reviewOf shows a review by the events at its places.
func reviewOf(byPosition map[int64]*journal.Event, at wallets.FoundReview, decided *journal.Event) (api.RiskReview, error) {
	created, opened := byPosition[at.Created], byPosition[at.Opened]
	if created == nil || opened == nil {
		return api.RiskReview{}, handling.NotInJournal(at.Opened)
	}
	r, err := payment.ShowReview(created, opened, decided)
	if err != nil {
		return api.RiskReview{}, err
	}
	out := api.RiskReview{
		ID: r.ID, PaymentID: r.PaymentID, WalletID: r.WalletID, OwnerID: r.Owner, Amount: handling.Money(r.Amount),
		Status: api.ReviewStatus(r.Status), RulesVersion: r.Rules, Reasons: reasonsOf(r.Reasons), BlockedBy: r.Why,
		OpenedAt: handling.Time(r.OpenedAt), DecidedAt: handling.TimeIfAny(r.DecidedAt), DecidedBy: r.DecidedBy, Note: r.Note,
	}
	if r.Facts == nil {
		return out, nil
	}
	text, err := json.Marshal(r.Facts)
	if err == nil {
		err = json.Unmarshal(text, &out.Facts)
	}
	return out, err
}
