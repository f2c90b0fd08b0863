package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// CreatePayment implements api.StrictServerInterface.
func (h *Handlers) CreatePayment(ctx context.Context, r api.CreatePaymentRequestObject) (api.CreatePaymentResponseObject, error) {
	b := r.Body
	c := payment.Create{
		As: handling.ActingAs(request.CallOf(ctx).Principal), WalletID: b.WalletID,
		Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset}, Method: payment.Method(b.Method),
		SuccessURL: b.SuccessURL, CancelURL: b.CancelURL, Description: b.Description, Metadata: b.Metadata,
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	var err error
	if c.Provider, err = h.ports.Providers.Provider(ctx); err != nil {
		return nil, request.Unavailable(err)
	}
	if c.Provider == "" {
		return nil, &request.Problem{Code: "provider-not-configured"}
	}
	o := handling.Order{CommandType: payment.CommandCreate, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	shown, later, err := h.askProvider(ctx, o)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreatePayment202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.CreatePayment201JSONResponse(shown), nil
}

// CancelPayment implements api.StrictServerInterface.
func (h *Handlers) CancelPayment(ctx context.Context, r api.CancelPaymentRequestObject) (api.CancelPaymentResponseObject, error) {
	version, err := request.IfMatch(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	c := payment.Cancel{As: handling.ActingForAnybody(request.CallOf(ctx).Principal), PaymentID: r.ID, IfVersion: version}
	o := handling.Order{CommandType: payment.CommandCancel, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun}
	shown, later, err := h.askProvider(ctx, o)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CancelPayment202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.CancelPayment200JSONResponse(shown), nil
}

// askProvider has a command decided that asks something of a provider, waits for what that answers, and shows the
// payment as it is then. A dry run asks nobody.
func (h *Handlers) askProvider(ctx context.Context, o handling.Order) (api.Payment, *api.AcceptedJSONResponse, error) {
	a, later, err := h.Submit(ctx, o)
	if err != nil || later != nil {
		return api.Payment{}, later, err
	}
	asking, err := h.askingOf(a)
	if err != nil {
		return api.Payment{}, nil, err
	}
	var answer *journal.Event
	if !o.DryRun && asksProvider(asking) {
		if answer, err = h.AwaitProvider(ctx, asking, h.askingOf); err != nil {
			return api.Payment{}, nil, err
		}
	}
	shown, err := h.paymentAnswered(ctx, asking, answer)
	if err != nil {
		return api.Payment{}, nil, err
	}
	request.CallOf(ctx).SetVersion(shown.Version)
	if err := refusedByRisk(asking); err != nil {
		return shown, nil, err
	}
	return shown, nil, refusedBy(answer)
}

// asksProvider reports whether a provider answers to an event.
func asksProvider(e *journal.Event) bool {
	created, ok := e.Body.(payment.Created)
	return !ok || created.FirstStatus() == payment.StatusCreated
}

// refusedByRisk is the problem of a payment that rules refuse, which is kept as refused; nil for one that they do not.
func refusedByRisk(e *journal.Event) error {
	created, ok := e.Body.(payment.Created)
	if !ok || created.FirstStatus() != payment.StatusRefused {
		return nil
	}
	return &request.Problem{Code: request.CodeRefusedByRisk, Members: map[string]any{
		"payment_id": created.PaymentID, "reasons": reasonTexts(created.Assessment.Reasons),
	}}
}

// askingOf is the event of a command that asks something of a provider.
func (h *Handlers) askingOf(a journal.Answer) (*journal.Event, error) {
	if len(a.Events) != 1 {
		return nil, fmt.Errorf("command %s, a %s, has %d events", a.Outcome.Command, a.Outcome.Type, len(a.Events))
	}
	return &a.Events[0], h.Registry.Decode(&a.Events[0])
}

// refusedBy is the problem of what a provider would not do; nil for what it did.
func refusedBy(answer *journal.Event) error {
	if answer == nil {
		return nil
	}
	var why payment.Failure
	switch body := answer.Body.(type) {
	case payment.NotOpened:
		why = body.Failure
	case payment.NotCanceled:
		why = body.Why
	default:
		return nil
	}
	id, _ := payment.IDOf(answer)
	return &request.Problem{Code: request.CodeProviderRefused, Detail: why.Message, Members: map[string]any{"payment_id": id, "provider_code": why.Code}}
}

// PaymentAfter shows a payment as a command and what the provider answered to it left it, as far as that is known.
func (h *Handlers) PaymentAfter(ctx context.Context, a journal.Answer) (api.Payment, error) {
	asking, err := h.askingOf(a)
	if err != nil {
		return api.Payment{}, err
	}
	answer, err := h.ProviderAnswer(ctx, asking, h.askingOf)
	if err != nil {
		return api.Payment{}, err
	}
	return h.paymentAnswered(ctx, asking, answer)
}

// paymentAnswered shows a payment as the last of two events left it. The event that created it, which its id names, is
// read from the journal where it is neither.
func (h *Handlers) paymentAnswered(ctx context.Context, asking, answer *journal.Event) (api.Payment, error) {
	created, last := asking, asking
	if answer != nil {
		last = answer
	}
	if _, ok := asking.Body.(payment.Created); !ok {
		var err error
		if created, err = h.creating(ctx, asking); err != nil {
			return api.Payment{}, err
		}
	}
	p, err := payment.Show(created, nil, last)
	if err != nil {
		return api.Payment{}, err
	}
	return h.paymentOf(ctx, p, true)
}

// creating returns the event that created the payment that another event is about.
func (h *Handlers) creating(ctx context.Context, e *journal.Event) (*journal.Event, error) {
	id, _ := payment.IDOf(e)
	place, err := payment.Place(id)
	if err != nil {
		return nil, fmt.Errorf("event %d, a %s, is not of a payment: %w", e.Position, e.Type, err)
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, []int64{place.Position()})
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case len(events) != 1 || !place.Names(&events[0]):
		return nil, errors.New("payment " + id + " was created by no event of the journal")
	}
	return &events[0], h.Registry.Decode(&events[0])
}
