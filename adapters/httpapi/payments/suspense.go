package payments

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// AssignSuspense implements api.StrictServerInterface.
func (h *Handlers) AssignSuspense(ctx context.Context, r api.AssignSuspenseRequestObject) (api.AssignSuspenseResponseObject, error) {
	c := payment.Assign{
		As: handling.ActingForAnybody(request.CallOf(ctx).Principal), SuspenseID: r.ID, WalletID: r.Body.WalletID, Reason: r.Body.Reason,
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	e, err := h.suspending(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if changes := payment.Suspensions(e); len(changes) > 0 { // otherwise it is held, and no money
		c.Key = changes[0].Key
	}
	o := handling.Order{CommandType: payment.CommandAssign, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	a, later, err := h.Submit(ctx, o)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.AssignSuspense202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.AssignedOf(a)
	return api.AssignSuspense200JSONResponse(shown), err
}

// AssignedOf shows what a command has given to a wallet out of suspense.
func (h *Handlers) AssignedOf(a journal.Answer) (api.SuspenseAssignment, error) {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Type != payment.TypeAssigned {
			continue
		}
		if err := h.Registry.Decode(e); err != nil {
			return api.SuspenseAssignment{}, err
		}
		body, _ := e.Body.(payment.Assigned)
		return api.SuspenseAssignment{
			SuspenseID: body.SuspenseID, WalletID: body.WalletID, Amount: handling.Money(body.Amount), Reason: body.Reason, TransactionID: handling.TransactionID(e),
		}, nil
	}
	return api.SuspenseAssignment{}, fmt.Errorf("command %s, a %s, has assigned nothing", a.Outcome.Command, a.Outcome.Type)
}

// BookSuspense implements api.StrictServerInterface.
func (h *Handlers) BookSuspense(ctx context.Context, r api.BookSuspenseRequestObject) (api.BookSuspenseResponseObject, error) {
	e, err := h.suspending(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	commandType := payment.CommandBookHeld
	c := payment.BookHeld{As: handling.ActingForAnybody(request.CallOf(ctx).Principal), HeldID: r.ID}
	if body, is := e.Body.(payment.FactHeld); is { // otherwise it is money, which is assigned
		c.Key = body.Key
		if body.Fact.Billed() {
			commandType = payment.CommandBookHeldBilled
		}
	}
	o := handling.Order{CommandType: commandType, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	a, later, err := h.Submit(ctx, o)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.BookSuspense202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.HeldBookedOf(a)
	return api.BookSuspense200JSONResponse(shown), err
}

// HeldBookedOf shows what a command has booked that was held.
func (h *Handlers) HeldBookedOf(a journal.Answer) (api.SuspenseBooking, error) {
	shown := api.SuspenseBooking{TransactionIds: []string{}}
	for i := range a.Events {
		e := &a.Events[i]
		if err := h.Registry.Decode(e); err != nil {
			return shown, err
		}
		if body, is := e.Body.(payment.FactBooked); is {
			shown.SuspenseID = body.HeldID
		}
		if id := handling.TransactionID(e); id != "" {
			shown.TransactionIds = append(shown.TransactionIds, id)
		}
	}
	return shown, nil
}

// suspending returns the event that an item's id names, which has been decoded.
func (h *Handlers) suspending(ctx context.Context, id string) (*journal.Event, error) {
	place, err := payment.SuspensePlace(id)
	if err != nil || place.Shard() != handling.MainShard {
		return nil, request.ProblemOf(payment.ErrSuspenseNotFound)
	}
	events, err := h.decodedAt(ctx, []int64{place.Position()})
	if err != nil {
		return nil, err
	}
	e := events[place.Position()]
	if e == nil || !place.Names(e) || !payment.TouchesSuspense(e) && e.Type != payment.TypeFactHeld {
		return nil, request.ProblemOf(payment.ErrSuspenseNotFound)
	}
	return e, nil
}
