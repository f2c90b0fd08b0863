package httpapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// CreateWithdrawal implements api.StrictServerInterface. Where the money goes is checked and sealed here: nobody after this
// reads it but who opens it again.
func (h *walletsHandlers) CreateWithdrawal(ctx context.Context, r api.CreateWithdrawalRequestObject) (api.CreateWithdrawalResponseObject, error) {
	b := r.Body
	to := destinationIn(b.Destination).Tidy()
	c := withdrawal.Request{
		As: asOf(callOf(ctx).principal), WalletID: b.WalletID, Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset},
		DestinationType: to.Type, Description: b.Description, Reference: b.Reference, Metadata: b.Metadata,
	}
	if err := malformed(c.Check(to)); err != nil {
		return nil, err
	}
	o := order{commandType: withdrawal.CommandRequest, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun}
	a, later, err := h.requestWithdrawal(ctx, o, c, to)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateWithdrawal202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.withdrawalAfter(ctx, a)
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(shown.Version)
	return api.CreateWithdrawal201JSONResponse(shown), nil
}

// requestWithdrawal seals where the money goes for the wallet's owner, and asks for it. What cannot be sealed, because
// the owner is erased, may have been asked for before: then the answer is the one of then.
func (h *walletsHandlers) requestWithdrawal(
	ctx context.Context, o order, c withdrawal.Request, to withdrawal.Destination,
) (journal.Answer, *api.AcceptedJSONResponse, error) {
	owner, found, err := h.ports.Owners.Owner(ctx, c.WalletID)
	if err == nil && (!found || !c.As.Owns(owner)) {
		err = wallet.ErrWalletNotFound.At("/wallet_id")
	}
	if err == nil {
		c.Destination, err = h.ports.Destinations.Seal(ctx, owner, to)
	}
	if refusal := journal.AsRefusal(err); refusal != nil {
		a, err := h.unsealable(ctx, o, refusal)
		return a, nil, err
	}
	if err != nil {
		return journal.Answer{}, nil, away(err)
	}
	o.data = c
	return h.submit(ctx, o)
}

// CancelWithdrawal implements api.StrictServerInterface.
func (h *walletsHandlers) CancelWithdrawal(ctx context.Context, r api.CancelWithdrawalRequestObject) (api.CancelWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Cancel{On: on, Reason: r.Body.Reason}
	o := order{commandType: withdrawal.CommandCancel, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun}
	shown, later, err := h.step(ctx, o, c.Validate())
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CancelWithdrawal202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.CancelWithdrawal200JSONResponse(shown), nil
}

// ApproveWithdrawal implements api.StrictServerInterface.
func (h *walletsHandlers) ApproveWithdrawal(ctx context.Context, r api.ApproveWithdrawalRequestObject) (api.ApproveWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	o := order{commandType: withdrawal.CommandApprove, data: withdrawal.Approve{On: on}, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun}
	shown, later, err := h.step(ctx, o, nil)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.ApproveWithdrawal202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.ApproveWithdrawal200JSONResponse(shown), nil
}

// SendWithdrawal implements api.StrictServerInterface.
func (h *walletsHandlers) SendWithdrawal(ctx context.Context, r api.SendWithdrawalRequestObject) (api.SendWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Send{On: on, BankReference: r.Body.BankReference}
	o := order{commandType: withdrawal.CommandSend, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun}
	shown, later, err := h.step(ctx, o, c.Validate())
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SendWithdrawal202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.SendWithdrawal200JSONResponse(shown), nil
}

// SettleWithdrawal implements api.StrictServerInterface.
func (h *walletsHandlers) SettleWithdrawal(ctx context.Context, r api.SettleWithdrawalRequestObject) (api.SettleWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Settle{On: on, BankReference: r.Body.BankReference, SettledAt: r.Body.SettledAt}
	o := order{commandType: withdrawal.CommandSettle, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun}
	shown, later, err := h.step(ctx, o, c.Validate())
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SettleWithdrawal202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.SettleWithdrawal200JSONResponse(shown), nil
}

// FailWithdrawal implements api.StrictServerInterface.
func (h *walletsHandlers) FailWithdrawal(ctx context.Context, r api.FailWithdrawalRequestObject) (api.FailWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Fail{On: on, Reason: r.Body.Reason, FailedAt: r.Body.FailedAt}
	o := order{commandType: withdrawal.CommandFail, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun}
	shown, later, err := h.step(ctx, o, c.Validate())
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.FailWithdrawal202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.FailWithdrawal200JSONResponse(shown), nil
}

// onWithdrawal is which withdrawal the caller acts on, and at which version.
func onWithdrawal(ctx context.Context, id, etag string) (withdrawal.On, error) {
	version, err := ifMatch(etag)
	return withdrawal.On{As: forAnybody(callOf(ctx).principal), WithdrawalID: id, IfVersion: version}, err
}

// step has a command on a withdrawal decided and shows the withdrawal as it left it.
func (h *walletsHandlers) step(ctx context.Context, o order, wrong []ledger.FieldError) (api.Withdrawal, *api.AcceptedJSONResponse, error) {
	if err := malformed(wrong); err != nil {
		return api.Withdrawal{}, nil, err
	}
	a, later, err := h.submit(ctx, o)
	if err != nil || later != nil {
		return api.Withdrawal{}, later, err
	}
	shown, err := h.withdrawalAfter(ctx, a)
	if err == nil {
		callOf(ctx).setVersion(shown.Version)
	}
	return shown, nil, err
}

// withdrawalAfter shows a withdrawal as the last event of a command left it. The event that requested it, which its id
// names, is read from the journal.
func (h *walletsHandlers) withdrawalAfter(ctx context.Context, a journal.Answer) (api.Withdrawal, error) {
	if len(a.Events) == 0 {
		return api.Withdrawal{}, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	last := &a.Events[len(a.Events)-1]
	if err := h.registry.Decode(last); err != nil {
		return api.Withdrawal{}, err
	}
	requesting := last
	if _, ok := last.Body.(withdrawal.Requested); !ok {
		var err error
		if requesting, err = h.requesting(ctx, last); err != nil {
			return api.Withdrawal{}, err
		}
	}
	w, err := withdrawal.Show(requesting, last)
	if err != nil {
		return api.Withdrawal{}, err
	}
	return h.withdrawalOf(ctx, w, false)
}

// requesting returns the event that requested the withdrawal that another event is about.
func (h *walletsHandlers) requesting(ctx context.Context, e *journal.Event) (*journal.Event, error) {
	id, _ := withdrawal.IDOf(e)
	place, err := withdrawal.Place(id)
	if err != nil {
		return nil, fmt.Errorf("event %d, a %s, is not of a withdrawal: %w", e.Position, e.Type, err)
	}
	events, err := h.Journal.EventsAt(ctx, mainShard, []int64{place.Position()})
	switch {
	case err != nil:
		return nil, away(err)
	case len(events) != 1 || !place.Names(&events[0]):
		return nil, errors.New("withdrawal " + id + " was requested by no event of the journal")
	}
	return &events[0], h.registry.Decode(&events[0])
}
