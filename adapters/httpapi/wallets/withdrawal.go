package wallets

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// CreateWithdrawal implements api.StrictServerInterface. Where the money goes is checked and sealed here: nobody after this
// reads it but who opens it again.
func (h *Handlers) CreateWithdrawal(ctx context.Context, r api.CreateWithdrawalRequestObject) (api.CreateWithdrawalResponseObject, error) {
	b := r.Body
	to := destinationIn(b.Destination).Tidy()
	c := withdrawal.Request{
		As: handling.ActingAs(request.CallOf(ctx).Principal), WalletID: b.WalletID, Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset},
		DestinationType: to.Type, Description: b.Description, Reference: b.Reference, Metadata: b.Metadata,
	}
	if err := request.Malformed(c.Check(to)); err != nil {
		return nil, err
	}
	o := handling.Order{CommandType: withdrawal.CommandRequest, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	a, later, err := h.requestWithdrawal(ctx, o, c, to)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateWithdrawal202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.WithdrawalAfter(ctx, a)
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(shown.Version)
	return api.CreateWithdrawal201JSONResponse(shown), nil
}

// requestWithdrawal seals where the money goes for the wallet's owner, and asks for it. What cannot be sealed, because
// the owner is erased, may have been asked for before: then the answer is the one of then.
func (h *Handlers) requestWithdrawal(
	ctx context.Context, o handling.Order, c withdrawal.Request, to withdrawal.Destination,
) (journal.Answer, *api.AcceptedJSONResponse, error) {
	owner, found, err := h.ports.Owners.Owner(ctx, c.WalletID)
	if err == nil && (!found || !c.As.Owns(owner)) {
		err = wallet.ErrWalletNotFound.At("/wallet_id")
	}
	if err == nil {
		c.Destination, err = h.ports.Destinations.Seal(ctx, owner, to)
	}
	if refusal := journal.AsRefusal(err); refusal != nil {
		a, err := h.Unsealable(ctx, o, refusal)
		return a, nil, err
	}
	if err != nil {
		return journal.Answer{}, nil, request.Unavailable(err)
	}
	o.Data = c
	return h.Submit(ctx, o)
}

// CancelWithdrawal implements api.StrictServerInterface.
func (h *Handlers) CancelWithdrawal(ctx context.Context, r api.CancelWithdrawalRequestObject) (api.CancelWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Cancel{On: on, Reason: r.Body.Reason}
	o := handling.Order{CommandType: withdrawal.CommandCancel, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
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
func (h *Handlers) ApproveWithdrawal(ctx context.Context, r api.ApproveWithdrawalRequestObject) (api.ApproveWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	o := handling.Order{CommandType: withdrawal.CommandApprove, Data: withdrawal.Approve{On: on}, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
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
func (h *Handlers) SendWithdrawal(ctx context.Context, r api.SendWithdrawalRequestObject) (api.SendWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Send{On: on, BankReference: r.Body.BankReference}
	o := handling.Order{CommandType: withdrawal.CommandSend, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
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
func (h *Handlers) SettleWithdrawal(ctx context.Context, r api.SettleWithdrawalRequestObject) (api.SettleWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Settle{On: on, BankReference: r.Body.BankReference, SettledAt: r.Body.SettledAt}
	o := handling.Order{CommandType: withdrawal.CommandSettle, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
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
func (h *Handlers) FailWithdrawal(ctx context.Context, r api.FailWithdrawalRequestObject) (api.FailWithdrawalResponseObject, error) {
	on, err := onWithdrawal(ctx, r.ID, r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := withdrawal.Fail{On: on, Reason: r.Body.Reason, FailedAt: r.Body.FailedAt}
	o := handling.Order{CommandType: withdrawal.CommandFail, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
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
	version, err := request.IfMatch(etag)
	return withdrawal.On{As: handling.ActingForAnybody(request.CallOf(ctx).Principal), WithdrawalID: id, IfVersion: version}, err
}

// step has a command on a withdrawal decided and shows the withdrawal as it left it.
func (h *Handlers) step(ctx context.Context, o handling.Order, wrong []ledger.FieldError) (api.Withdrawal, *api.AcceptedJSONResponse, error) {
	if err := request.Malformed(wrong); err != nil {
		return api.Withdrawal{}, nil, err
	}
	a, later, err := h.Submit(ctx, o)
	if err != nil || later != nil {
		return api.Withdrawal{}, later, err
	}
	shown, err := h.WithdrawalAfter(ctx, a)
	if err == nil {
		request.CallOf(ctx).SetVersion(shown.Version)
	}
	return shown, nil, err
}

// WithdrawalAfter shows a withdrawal as the last event of a command left it. The event that requested it, which its id
// names, is read from the journal.
func (h *Handlers) WithdrawalAfter(ctx context.Context, a journal.Answer) (api.Withdrawal, error) {
	if len(a.Events) == 0 {
		return api.Withdrawal{}, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	last := &a.Events[len(a.Events)-1]
	if err := h.Registry.Decode(last); err != nil {
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
func (h *Handlers) requesting(ctx context.Context, e *journal.Event) (*journal.Event, error) {
	id, _ := withdrawal.IDOf(e)
	place, err := withdrawal.Place(id)
	if err != nil {
		return nil, fmt.Errorf("event %d, a %s, is not of a withdrawal: %w", e.Position, e.Type, err)
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, []int64{place.Position()})
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case len(events) != 1 || !place.Names(&events[0]):
		return nil, errors.New("withdrawal " + id + " was requested by no event of the journal")
	}
	return &events[0], h.Registry.Decode(&events[0])
}
